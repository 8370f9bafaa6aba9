"""The rules of roles, as Kubernetes' documentation of RBAC says that they work."""

from collections.abc import Callable
from typing import Any

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.built_in_roles import built_in_rules
from scanner.parsers.kubernetes.rbac import Request, allows

ROLE = """apiVersion: rbac.authorization.k8s.io/v1
kind: {kind}
metadata: {{name: r, namespace: ml}}
rules:
{rules}"""


def rule(
    verbs: str = "", groups: tuple[str, ...] = ("",), resources: str = "", names: str = "", urls: str = ""
) -> dict[str, Any]:
    return {
        "verbs": verbs.split(),
        "api_groups": list(groups),
        "resources": resources.split(),
        "resource_names": names.split(),
        "non_resource_urls": urls.split(),
    }


@pytest.mark.parametrize(
    ("written", "request_", "is_allowed"),
    [
        # A rule allows what verb, group and resource say together.
        (rule("get list", resources="pods"), Request("get", "", "pods"), True),
        (rule("get list", resources="pods"), Request("watch", "", "pods"), False),
        (rule("get", resources="pods"), Request("get", "", "secrets"), False),
        (rule("get", ("apps",), "deployments"), Request("get", "apps", "deployments"), True),
        (rule("get", ("apps",), "deployments"), Request("get", "extensions", "deployments"), False),
        (rule("get", ("",), "deployments"), Request("get", "apps", "deployments"), False),
        # `*` stands for all of them.
        (rule("*", ("*",), "*"), Request("escalate", "rbac.authorization.k8s.io", "roles"), True),
        (rule("*", ("",), "*"), Request("get", "apps", "deployments"), False),
        (rule("get", ("",), "*"), Request("get", "", "pods", "log"), True),
        # A subresource is not part of its resource.
        (rule("get", resources="pods"), Request("get", "", "pods", "log"), False),
        (rule("get", resources="pods/log"), Request("get", "", "pods", "log"), True),
        (rule("get", resources="pods/log"), Request("get", "", "pods"), False),
        # `*/scale` is a subresource of everything, and no other pattern exists.
        (rule("update", ("*",), "*/scale"), Request("update", "apps", "deployments", "scale"), True),
        (rule("update", ("*",), "*/scale"), Request("update", "apps", "deployments"), False),
        (rule("update", ("*",), "*/scale"), Request("update", "apps", "deployments", "status"), False),
        (rule("get", resources="pods/*"), Request("get", "", "pods", "log"), False),
        (rule("get", resources="*/*"), Request("get", "", "pods", "log"), False),
        (rule("get*", resources="pods"), Request("get", "", "pods"), False),
        (rule("get", ("*.k8s.io",), "ingresses"), Request("get", "networking.k8s.io", "ingresses"), False),
        # Names limit a rule to requests for one object.
        (rule("get", resources="configmaps", names="a b"), Request("get", "", "configmaps", name="b"), True),
        (rule("get", resources="configmaps", names="a"), Request("get", "", "configmaps", name="c"), False),
        # list and watch have a name when the client asks for metadata.name=a.
        (rule("list", resources="configmaps", names="a"), Request("list", "", "configmaps"), False),
        (rule("list", resources="configmaps", names="a"), Request("list", "", "configmaps", name="a"), True),
        (rule("watch", resources="configmaps", names="a"), Request("watch", "", "configmaps"), False),
        # create and deletecollection never have one.
        (rule("create", resources="configmaps", names="a"), Request("create", "", "configmaps", name="a"), False),
        (
            rule("deletecollection", resources="configmaps", names="a"),
            Request("deletecollection", "", "configmaps", name="a"),
            False,
        ),
        (rule("create", resources="configmaps"), Request("create", "", "configmaps", name="a"), True),
        # URLs that belong to no resource: as written, or everything behind a star at the end.
        (rule("get", (), urls="/healthz"), Request("get", url="/healthz"), True),
        (rule("get", (), urls="/healthz"), Request("get", url="/healthz/ping"), False),
        (rule("get", (), urls="/healthz/*"), Request("get", url="/healthz/ping"), True),
        (rule("get", (), urls="/a*z"), Request("get", url="/abz"), False),
        (rule("get", (), urls="*"), Request("get", url="/metrics"), True),
        (rule("*", ("*",), "*"), Request("get", url="/metrics"), False),
        (rule("*", (), urls="*"), Request("get", "", "pods"), False),
    ],
)
def test_what_a_rule_allows(written: dict[str, Any], request_: Request, is_allowed: bool) -> None:
    assert bool(allows(written, request_)) is is_allowed


def test_every_rule_is_a_part_of_its_role_with_the_lines_of_the_wildcards(read: Callable[..., Any]) -> None:
    rules = """  - apiGroups:
      - apps
      - "*"
    resources: [pods, "*"]
    verbs:
      - get
      - "*"
    resourceNames: [a]
  - nonResourceURLs: [/metrics, "*"]
    verbs: [get]
"""
    reading = read(ROLE.format(kind="ClusterRole", rules=rules))
    assert reading.addresses() == ["ClusterRole/r", "ClusterRole/r/rule[0]", "ClusterRole/r/rule[1]"]
    first = reading.resource("ClusterRole/r/rule[0]")
    assert (first.type, first.format, first.origin) == ("rbac_rule", "kubernetes", "app.yaml")
    assert first.parent == reading.resource("ClusterRole/r").key
    assert dict(first.attributes) == {
        "role_kind": "ClusterRole",
        "role_name": "r",
        "index": 0,
        "verbs": ["get", "*"],
        "api_groups": ["apps", "*"],
        "resources": ["pods", "*"],
        "resource_names": ["a"],
        "non_resource_urls": [],
        "wildcard_verbs": True,
        "wildcard_resources": True,
        "wildcard_groups": True,
        "wildcard_urls": False,
        "built_in": False,
        "overwritten": False,
        "without_effect": [],
        "powers": [],
    }
    assert (first.location.start_line, first.location.end_line) == (5, 12)
    lines = {name: reading.line("ClusterRole/r/rule[0]", name) for name in first.attributes}
    assert lines["wildcard_verbs"] == lines["verbs"] + 2 == 11
    assert (lines["wildcard_groups"], lines["wildcard_resources"], lines["resource_names"]) == (7, 8, 12)
    assert (lines["role_kind"], lines["role_name"], lines["non_resource_urls"]) == (2, 3, 5)
    assert reading.line("ClusterRole/r/rule[0]", "verbs[1]") == 11
    second = reading.resource("ClusterRole/r/rule[1]")
    assert second.attributes["wildcard_urls"] is True
    place = second.locate(("wildcard_urls",))
    assert (place.start_line, place.start_column) == (13, 33)
    assert reading.line("ClusterRole/r/rule[1]", "wildcard_verbs") == 14
    assert reading.told() == []


@pytest.mark.parametrize(
    ("line", "powers"),
    [
        ("{apiGroups: [''], resources: [secrets], verbs: [list]}", ["read-secrets"]),
        ("{apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [mine]}", []),
        ("{apiGroups: [''], resources: [secrets], verbs: [create]}", []),
        ("{apiGroups: [''], resources: [pods], verbs: [create]}", ["create-workloads"]),
        ("{apiGroups: [batch], resources: [jobs], verbs: [create]}", ["create-workloads"]),
        ("{apiGroups: [apps], resources: [jobs], verbs: [create]}", []),
        ("{apiGroups: [''], resources: [pods/exec], verbs: [create]}", ["run-in-pods"]),
        ("{apiGroups: [''], resources: [pods/ephemeralcontainers], verbs: [patch]}", ["run-in-pods"]),
        ("{apiGroups: [''], resources: [pods], verbs: ['*']}", ["create-workloads"]),
        ("{apiGroups: [''], resources: [serviceaccounts/token], verbs: [create]}", ["create-tokens"]),
        ("{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate]}", ["escalate"]),
        ("{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind]}", ["bind"]),
        ("{apiGroups: [''], resources: [users, groups], verbs: [impersonate]}", ["impersonate"]),
        ("{apiGroups: [''], resources: [nodes/proxy], verbs: [get]}", ["proxy-to-nodes"]),
        (
            "{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}",
            ["approve-certificates"],
        ),
        ("{apiGroups: [''], resources: [persistentvolumes], verbs: [create]}", ["create-volumes"]),
        ("{apiGroups: [''], resources: [namespaces], verbs: [patch]}", ["change-namespaces"]),
        (
            "{apiGroups: ['*'], resources: [mutatingwebhookconfigurations], verbs: [update]}",
            ["change-webhooks"],
        ),
    ],
)
def test_powers(read: Callable[..., Any], line: str, powers: list[str]) -> None:
    reading = read(ROLE.format(kind="ClusterRole", rules=f"  - {line}\n"))
    assert reading.resource("ClusterRole/r/rule[0]").attributes["powers"] == powers


def test_the_line_of_a_power_is_that_of_its_verb(read: Callable[..., Any]) -> None:
    rules = "  - apiGroups: ['']\n    resources: [secrets, pods]\n    verbs:\n    - create\n    - get\n"
    reading = read(ROLE.format(kind="Role", rules=rules))
    assert reading.resource("ml/Role/r/rule[0]").attributes["powers"] == ["read-secrets", "create-workloads"]
    assert reading.line("ml/Role/r/rule[0]", "powers[0]") == 9
    assert reading.line("ml/Role/r/rule[0]", "powers[1]") == 8


@pytest.mark.parametrize(
    ("kind", "line", "refused"),
    [
        ("Role", "{nonResourceURLs: [/metrics], verbs: [get]}", "only a ClusterRole can allow URLs"),
        ("ClusterRole", "{nonResourceURLs: [/metrics], verbs: [get]}", None),
        ("ClusterRole", "{nonResourceURLs: [/metrics], resources: [pods], verbs: [get]}", "not about both"),
        ("ClusterRole", "{apiGroups: [''], resources: [pods]}", "a rule needs verbs"),
        ("ClusterRole", "{resources: [pods], verbs: [get]}", "needs apiGroups"),
        ("ClusterRole", "{apiGroups: [''], verbs: [get]}", "needs resources"),
        ("Role", "{apiGroups: [''], resources: [pods], verbs: [get]}", None),
    ],
)
def test_what_the_api_server_refuses(read: Callable[..., Any], kind: str, line: str, refused: str | None) -> None:
    reading = read(ROLE.format(kind=kind, rules=f"  - {line}\n"))
    (found,) = [each for each in reading.parsed.resources if each.type == "rbac_rule"]
    assert (refused in found.attributes["refused"]) if refused else ("refused" not in found.attributes)
    assert found.locate(("refused",)).start_line == 5


def test_what_matches_no_request(read: Callable[..., Any]) -> None:
    rules = "  - apiGroups: ['*.io', '*']\n    resources: ['pods/*', '*/*', '*/scale', '*']\n    verbs: ['get*', get]\n"
    rules += (
        "  - apiGroups: ['']\n    resources: [pods]\n    resourceNames: [a]\n    verbs:\n      - create\n      - get\n"
    )
    reading = read(ROLE.format(kind="Role", rules=rules))
    assert reading.resource("ml/Role/r/rule[0]").attributes["without_effect"] == ["get*", "*.io", "pods/*", "*/*"]
    assert [reading.line("ml/Role/r/rule[0]", f"without_effect[{n}]") for n in range(4)] == [7, 5, 6, 6]
    assert reading.resource("ml/Role/r/rule[1]").attributes["without_effect"] == ["create"]
    assert reading.line("ml/Role/r/rule[1]", "without_effect[0]") == 12


def test_rules_of_an_aggregated_role_are_overwritten(read: Callable[..., Any]) -> None:
    rules = "  - {apiGroups: [''], resources: [pods], verbs: ['*']}\naggregationRule: {clusterRoleSelectors: []}\n"
    reading = read(ROLE.format(kind="ClusterRole", rules=rules))
    assert reading.resource("ClusterRole/r/rule[0]").attributes["overwritten"] is True
    assert reading.line("ClusterRole/r/rule[0]", "overwritten") == 6
    reading = read(ROLE.format(kind="Role", rules=rules))
    assert reading.resource("ml/Role/r/rule[0]").attributes["overwritten"] is False


def test_a_placeholder_may_be_a_wildcard(read: Callable[..., Any]) -> None:
    reading = read(
        ROLE.format(kind="Role", rules="  - {apiGroups: [''], resources: [pods], verbs: ['${VERB}', get]}\n")
    )
    found = reading.resource("ml/Role/r/rule[0]").attributes
    assert isinstance(found["wildcard_verbs"], Unresolved)
    assert found["verbs"][1] == "get"
    assert found["wildcard_resources"] is False
    reading = read(ROLE.format(kind="Role", rules="  - {apiGroups: [''], resources: [x], verbs: ['${VERB}', '*']}\n"))
    assert reading.resource("ml/Role/r/rule[0]").attributes["wildcard_verbs"] is True


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("  a: 1\n", [("error", 4, "rules")]),
        ("  - text\n  - {apiGroups: [''], resources: [pods], verbs: [get]}\n", [("error", 5, "rules[0]")]),
        ("  - apiGroups: ['']\n    resources: [pods]\n    verbs: '*'\n", [("error", 7, "rules[0].verbs")]),
        (
            "  - apiGroups: ['']\n    resources: [pods]\n    verbs:\n      - get\n      - {a: b}\n      - true\n",
            [("error", 9, "rules[0].verbs[1]"), ("error", 10, "rules[0].verbs[2]")],
        ),
    ],
)
def test_what_is_no_rule_is_told(read: Callable[..., Any], rules: str, told: list[tuple[str, int, str]]) -> None:
    reading = read(ROLE.format(kind="Role", rules=rules))
    assert [(level, line, message.split(" ")[0]) for level, line, message in reading.told()] == told


@pytest.mark.parametrize(("subjects", "line"), [("{kind: User, name: a}", 5), ("[text]", 5)])
def test_what_is_no_subject_is_told(read: Callable[..., Any], subjects: str, line: int) -> None:
    text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\n"
    told = read(f"{text}roleRef: {{kind: Role, name: r}}\nsubjects: {subjects}\n").told()
    assert [each[:2] for each in told] == [("error", line)]


def test_roles_of_another_system_have_no_rules(read: Callable[..., Any]) -> None:
    text = ROLE.format(kind="Role", rules="  - text\n").replace("rbac.authorization.k8s.io", "iam.acme.example")
    reading = read(text)
    assert reading.addresses() == ["ml/Role/r"]
    assert reading.told() == []


# --- Roles that every cluster has -----------------------------------------------------------------

BINDING = """apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: ml}
roleRef:
  kind: ClusterRole
  name: %s
subjects: []
"""


def granted(read: Callable[..., Any], role: str) -> list[dict[str, Any]]:
    found = [each for each in read(BINDING % role).parsed.resources if each.type == "rbac_rule"]
    assert {each.location.start_line for each in found} <= {6}
    return [dict(each.attributes) for each in found]


def can(rules: list[dict[str, Any]], request_: Request) -> bool:
    return any(allows(each, request_) for each in rules)


def test_cluster_admin_may_do_everything(read: Callable[..., Any]) -> None:
    rules = granted(read, "cluster-admin")
    assert [each["wildcard_resources"] for each in rules] == [True, False]
    assert [each["wildcard_urls"] for each in rules] == [False, True]
    assert all(each["wildcard_verbs"] and each["built_in"] for each in rules)
    assert rules[0]["powers"][:2] == ["read-secrets", "create-workloads"]
    assert can(rules, Request("get", url="/metrics"))


@pytest.mark.parametrize(
    ("request_", "roles"),
    [
        (Request("get", "", "pods"), "view edit admin"),
        (Request("get", "", "secrets"), "edit admin"),
        (Request("create", "", "pods"), "edit admin"),
        (Request("create", "", "pods", "exec"), "edit admin"),
        (Request("impersonate", "", "serviceaccounts"), "edit admin"),
        (Request("create", "rbac.authorization.k8s.io", "rolebindings"), "admin"),
        (Request("get", "rbac.authorization.k8s.io", "roles"), "admin"),
        (Request("update", "", "resourcequotas"), ""),
        (Request("get", "", "nodes"), ""),
        (Request("escalate", "rbac.authorization.k8s.io", "roles"), ""),
    ],
)
def test_the_roles_for_people(read: Callable[..., Any], request_: Request, roles: str) -> None:
    assert [role for role in ("view", "edit", "admin") if can(granted(read, role), request_)] == roles.split()


def test_other_roles_of_the_cluster(read: Callable[..., Any]) -> None:
    assert can(granted(read, "system:auth-delegator"), Request("create", "authentication.k8s.io", "tokenreviews"))
    assert not can(granted(read, "system:auth-delegator"), Request("get", "", "pods"))
    assert can(granted(read, "system:discovery"), Request("get", url="/apis/apps"))
    assert can(granted(read, "system:monitoring"), Request("get", url="/metrics"))
    assert granted(read, "platform-reader") == []
    reader = "extension-apiserver-authentication-reader"
    (rule_,) = built_in_rules("Role", reader)
    assert (rule_.verbs, rule_.resource_names) == (("get", "list", "watch"), ("extension-apiserver-authentication",))
    assert built_in_rules("ClusterRole", reader) == ()


def test_the_address_of_a_built_in_rule(read: Callable[..., Any]) -> None:
    reading = read(BINDING % "system:kube-dns")
    assert reading.addresses() == ["ml/RoleBinding/b", "ml/RoleBinding/b/built-in[0]"]
    assert reading.resource("ml/RoleBinding/b/built-in[0]").parent == reading.resource("ml/RoleBinding/b").key
    assert reading.line("ml/RoleBinding/b/built-in[0]", "wildcard_verbs") == 6
