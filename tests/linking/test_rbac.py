from typing import Any

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import links, manifest, ties, warnings

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
