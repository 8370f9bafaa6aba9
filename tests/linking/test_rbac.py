from typing import Any

import pytest

from scanner.core.resource import Resource
from scanner.linking import link
from tests.linking.builder import links, manifest, release, ties, unknown, warnings, workload

ACCOUNT = manifest("ServiceAccount", "claims")
ABROAD = manifest("ServiceAccount", "claims", namespace="test")


def binding(
    kind: str = "RoleBinding", role: tuple[str, str] = ("Role", "reader"), subjects: list[dict[str, Any]] | None = None
) -> Resource:
    attributes = {"roleRef": {"kind": role[0], "name": role[1]}, "subjects": subjects or []}
    return manifest(kind, "b", attributes, namespace="prod" if kind == "RoleBinding" else "")


def test_a_binding_binds_the_role_of_its_namespace() -> None:
    source, role = binding(), manifest("Role", "reader")
    others = (manifest("Role", "reader", namespace="test"), manifest("ClusterRole", "reader", namespace=""))
    (found,) = links("binds", source, role, *others)
    assert (found.source, found.target) == (source.key, role.key)
    assert found.evidence == source.attribute_locations[("roleRef", "name")]
    assert found.target_evidence == role.attribute_locations[("metadata", "name")]


@pytest.mark.parametrize("kind", ["RoleBinding", "ClusterRoleBinding"])
@pytest.mark.parametrize("namespace", ["", "prod"])  # a namespace written on a ClusterRole has no meaning
def test_a_binding_binds_a_cluster_role(kind: str, namespace: str) -> None:
    source, role = binding(kind, ("ClusterRole", "reader")), manifest("ClusterRole", "reader", namespace=namespace)
    assert ties("binds", source, role) == {(source.address, "ClusterRole/reader")}


def test_a_cluster_role_binding_cannot_bind_a_role() -> None:
    source = binding("ClusterRoleBinding", ("Role", "reader"))
    assert ties("binds", source, manifest("Role", "reader"), manifest("Role", "reader", namespace="")) == set()


def test_two_roles_of_one_name_are_ambiguous() -> None:
    twins = [manifest("Role", "reader", path=f"{env}/role.yaml") for env in ("dev", "live")]
    assert ties("binds", binding(), *twins) == set()
    assert len(warnings(binding(), *twins)) == 1


def granted(*subjects: dict[str, Any], kind: str = "RoleBinding") -> set[str]:
    source = binding(kind, subjects=list(subjects))
    return {target for _, target in ties("grants_to", source, ACCOUNT, ABROAD, manifest("ServiceAccount", "other"))}


HERE, THERE, NEIGHBOUR = "prod/ServiceAccount/claims", "test/ServiceAccount/claims", "prod/ServiceAccount/other"


@pytest.mark.parametrize(
    ("kind", "subject", "accounts"),
    [
        ("RoleBinding", {"kind": "ServiceAccount", "name": "claims"}, {HERE}),
        ("RoleBinding", {"kind": "ServiceAccount", "name": "claims", "namespace": "test"}, {THERE}),
        ("ClusterRoleBinding", {"kind": "ServiceAccount", "name": "claims", "namespace": "test"}, {THERE}),
        ("ClusterRoleBinding", {"kind": "ServiceAccount", "name": "claims"}, set()),
        ("RoleBinding", {"kind": "User", "name": "claims"}, set()),
        ("RoleBinding", {"kind": "User", "name": "system:serviceaccount:prod:claims"}, {HERE}),
        ("RoleBinding", {"kind": "Group", "name": "claims"}, set()),
        ("RoleBinding", {"kind": "Group", "name": "system:serviceaccounts:prod"}, {HERE, NEIGHBOUR}),
        ("RoleBinding", {"kind": "Group", "name": "system:serviceaccounts"}, {HERE, THERE, NEIGHBOUR}),
        ("RoleBinding", {"kind": "Group", "name": "system:authenticated"}, {HERE, THERE, NEIGHBOUR}),
        ("RoleBinding", {"kind": "ServiceAccount", "name": "unheard-of"}, set()),
        ("RoleBinding", {"kind": "ServiceAccount"}, set()),
    ],
)
def test_a_binding_grants_to_its_subjects(kind: str, subject: dict[str, Any], accounts: set[str]) -> None:
    assert granted(subject, kind=kind) == accounts


def test_the_subject_is_the_evidence() -> None:
    source = binding(subjects=[{"kind": "User", "name": "jo"}, {"kind": "ServiceAccount", "name": "claims"}])
    (found,) = links("grants_to", source, ACCOUNT)
    assert found.evidence == source.attribute_locations[("subjects", 1, "name")]
    assert found.target_evidence == ACCOUNT.attribute_locations[("metadata", "name")]


@pytest.mark.parametrize(
    "group", ["system:masters", "system:unauthenticated", "system:nodes", "system:serviceaccounts:"]
)
def test_groups_without_accounts(group: str) -> None:
    assert granted({"kind": "Group", "name": group}, kind="ClusterRoleBinding") == set()


# --- Roles that take in others --------------------------------------------------------------------


def cluster_role(name: str, *selectors: Any, labels: dict[str, Any] | None = None, path: str = "") -> Resource:
    rule = {"aggregationRule": {"clusterRoleSelectors": list(selectors)}} if selectors else {}
    return manifest("ClusterRole", name, {"metadata": {"labels": labels or {}}, **rule}, namespace="", path=path)


MONITOR = {"matchLabels": {"take-in": "yes"}}


@pytest.mark.parametrize(
    ("selectors", "labels", "is_taken_in"),
    [
        ([MONITOR], {"take-in": "yes"}, True),
        ([MONITOR], {"take-in": True}, False),  # a label is text, `yes` without quotes is none
        ([MONITOR], {}, False),
        ([{"matchLabels": {"a": "b"}}, MONITOR], {"take-in": "yes"}, True),  # one of them is enough
        ([{"matchLabels": {"a": "b", "take-in": "yes"}}], {"take-in": "yes"}, False),
        ([{"matchExpressions": [{"key": "take-in", "operator": "Exists"}]}], {"take-in": "no"}, True),
        ([{}], {}, True),  # an empty selector selects everything
        (["text"], {}, False),
    ],
)
def test_a_cluster_role_takes_in_those_that_it_selects(
    selectors: Any, labels: dict[str, Any], is_taken_in: bool
) -> None:
    role, other = cluster_role("all", *selectors), cluster_role("part", labels=labels)
    namespaced = manifest("Role", "part", {"metadata": {"labels": labels}})
    found = ties("aggregates", role, other, namespaced)
    assert found == ({("ClusterRole/all", "ClusterRole/part")} if is_taken_in else set())


def test_the_selector_is_the_evidence_of_what_is_taken_in() -> None:
    role, other = (
        cluster_role("all", {"matchLabels": {"a": "b"}}, MONITOR),
        cluster_role("part", labels={"take-in": "yes"}),
    )
    (found,) = links("aggregates", role, other)
    assert found.evidence == role.attribute_locations[("aggregationRule", "clusterRoleSelectors", 1)]
    assert found.target_evidence == other.attribute_locations[("metadata", "labels")]


def test_a_label_that_is_not_known_may_be_selected() -> None:
    role, other = cluster_role("all", MONITOR), cluster_role("part", labels={"take-in": "${LABEL}"})
    assert ties("aggregates", role, other) == set()
    assert len(warnings(role, other)) == 1


# --- What a workload is given ---------------------------------------------------------------------

POD = workload("claims", {"service_account": "claims"})
NAMELESS = workload("plain")
OTHER = workload("abroad", {"service_account": "claims", "namespace": "test"})
ROLE = manifest("Role", "reader")
PODS = {"prod/Deployment/claims/pod", "prod/Deployment/plain/pod", "test/Deployment/abroad/pod"}


@pytest.mark.parametrize(
    ("kind", "subject", "pods"),
    [
        ("RoleBinding", {"kind": "ServiceAccount", "name": "claims"}, "claims"),
        ("RoleBinding", {"kind": "ServiceAccount", "name": "default"}, "plain"),  # where the pod names none
        ("RoleBinding", {"kind": "ServiceAccount", "name": "claims", "namespace": "test"}, "abroad"),
        ("ClusterRoleBinding", {"kind": "ServiceAccount", "name": "claims"}, ""),
        ("ClusterRoleBinding", {"kind": "ServiceAccount", "name": "claims", "namespace": "prod"}, "claims"),
        ("RoleBinding", {"kind": "User", "name": "system:serviceaccount:prod:default"}, "plain"),
        ("RoleBinding", {"kind": "User", "name": "default"}, ""),
        ("RoleBinding", {"kind": "Group", "name": "system:serviceaccounts:prod"}, "claims plain"),
        ("RoleBinding", {"kind": "Group", "name": "system:serviceaccounts"}, "claims plain abroad"),
        ("RoleBinding", {"kind": "Group", "name": "system:authenticated"}, "claims plain abroad"),
        ("ClusterRoleBinding", {"kind": "Group", "name": "system:unauthenticated"}, ""),
        ("ClusterRoleBinding", {"kind": "Group", "name": "system:masters"}, ""),
    ],
)
def test_whom_a_binding_gives_its_role(kind: str, subject: dict[str, Any], pods: str) -> None:
    source, role = binding(kind, ("ClusterRole", "reader"), [subject]), cluster_role("reader")
    names = {name for name in PODS if name.split("/")[2] in pods.split()}
    assert {pod for pod, _ in ties("granted_by", source, role, POD, NAMELESS, OTHER)} == names
    assert ties("holds", source, role, POD, NAMELESS, OTHER) == {(pod, "ClusterRole/reader") for pod in names}


def test_the_lines_of_what_a_workload_is_given() -> None:
    subjects = [{"kind": "User", "name": "jo"}, {"kind": "ServiceAccount", "name": "claims"}]
    source = binding(subjects=[*subjects, {"kind": "Group", "name": "system:serviceaccounts"}])
    (grant,) = links("granted_by", source, ROLE, POD)
    assert (grant.source, grant.target) == (POD.key, source.key)
    assert grant.evidence == POD.attribute_locations[("service_account",)]
    assert grant.target_evidence == source.attribute_locations[("subjects", 1, "name")]
    (held,) = links("holds", source, ROLE, POD)
    assert (held.source, held.target) == (POD.key, ROLE.key)
    assert held.evidence == POD.attribute_locations[("service_account",)]
    assert held.target_evidence == ROLE.attribute_locations[("metadata", "name")]


def test_an_account_holds_what_its_bindings_give() -> None:
    source = binding(subjects=[{"kind": "ServiceAccount", "name": "claims"}])
    assert ties("holds", source, ROLE, ACCOUNT, ABROAD) == {(HERE, "prod/Role/reader")}


def test_what_a_role_takes_in_is_held_too() -> None:
    source = binding(role=("ClusterRole", "all"), subjects=[{"kind": "ServiceAccount", "name": "claims"}])
    first = cluster_role("all", MONITOR)
    second = cluster_role("more", {"matchLabels": {"a": "b"}}, labels={"take-in": "yes"})
    third = cluster_role("most", {"matchLabels": {"take-in": "yes"}}, labels={"a": "b"})  # and back again
    assert {role for _, role in ties("holds", source, first, second, third, POD)} == {
        "ClusterRole/all",
        "ClusterRole/more",
        "ClusterRole/most",
    }


@pytest.mark.parametrize(
    ("bound", "label", "is_held"),
    [
        ("view", "view", True),
        ("edit", "view", True),
        ("admin", "view", True),
        ("admin", "edit", True),
        ("view", "edit", False),
        ("edit", "admin", False),
        ("cluster-admin", "view", False),
        ("platform", "view", False),
    ],
)
def test_what_is_added_to_a_role_of_the_cluster_is_held(bound: str, label: str, is_held: bool) -> None:
    source = binding(role=("ClusterRole", bound), subjects=[{"kind": "ServiceAccount", "name": "claims"}])
    added = cluster_role("models", labels={f"rbac.authorization.k8s.io/aggregate-to-{label}": "true"})
    off = cluster_role("off", labels={f"rbac.authorization.k8s.io/aggregate-to-{label}": "false"})
    held = {("prod/Deployment/claims/pod", "ClusterRole/models")} if is_held else set()
    assert ties("holds", source, added, off, POD) == held


def test_environments_with_accounts_of_their_own_are_kept_apart() -> None:
    things: list[Resource] = []
    for env in ("dev", "live"):
        things += [
            workload("claims", {"service_account": "claims"}, path=f"{env}/app.yaml"),
            manifest("ServiceAccount", "claims", path=f"{env}/account.yaml"),
        ]
    subjects = {"subjects": [{"kind": "ServiceAccount", "name": "claims"}], "roleRef": {"kind": "Role", "name": "r"}}
    source = manifest("RoleBinding", "b", subjects, path="live/binding.yaml")
    assert [each.source for each in links("granted_by", source, *things)] == [things[2].key]


def test_a_role_that_is_not_certain_is_held_by_nobody() -> None:
    source = binding(subjects=[{"kind": "ServiceAccount", "name": "claims"}])
    twins = [manifest("Role", "reader", path=f"{env}/role.yaml") for env in ("dev", "live")]
    assert ties("holds", source, POD, *twins) == set()


def test_an_account_that_is_not_known_is_given_nothing() -> None:
    source = binding(subjects=[{"kind": "Group", "name": "system:serviceaccounts"}])
    pod = workload("claims", {"service_account": unknown("var.account")})
    assert ties("granted_by", source, ROLE, pod) == set()


@pytest.mark.parametrize("wrong", [None, "text", 12, ["text"], [None], {"a": 1}, [{"kind": 1, "name": {}}]])
def test_what_has_the_wrong_type_is_no_tie(wrong: Any) -> None:
    odd = [
        manifest("RoleBinding", "b1", {"roleRef": wrong, "subjects": wrong}),
        manifest("RoleBinding", "b2", {"roleRef": {"kind": "ClusterRole", "name": "view"}, "subjects": wrong}),
        manifest("ClusterRole", "c1", {"aggregationRule": wrong, "rules": wrong}, namespace=""),
        manifest("ClusterRole", "c2", {"aggregationRule": {"clusterRoleSelectors": wrong}}, namespace=""),
        manifest("ClusterRole", "c3", {"metadata": {"labels": wrong}}, namespace=""),
    ]
    assert {each.kind for each in link(release(*odd, POD))[0]} <= {"aggregates"}
