"""The rules of RBAC roles: what each of them allows, as Kubernetes' authorizer reads it, with lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.core.resource import Resource
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes.built_in_roles import Rule, built_in_rules
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.reading import at, elements, filled, mapping, word

_ROLES = ("Role", "ClusterRole")
_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_LISTS = {
    "verbs": "verbs",
    "api_groups": "apiGroups",
    "resources": "resources",
    "resource_names": "resourceNames",
    "non_resource_urls": "nonResourceURLs",
}
_WILDCARDS = {
    "wildcard_verbs": "verbs",
    "wildcard_resources": "resources",
    "wildcard_groups": "api_groups",
    "wildcard_urls": "non_resource_urls",
}
# Whether a name stands in the request is settled by the verb; these two never have one.
_NAMELESS = ("create", "deletecollection")


@dataclass(frozen=True)
class Request:
    """What somebody asks the API server for: a resource, or a URL that belongs to none."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    url: str = ""


# What leads further than it looks, after "Privilege escalation risks" of Kubernetes' RBAC good practices.
_WORKLOADS = (
    ("", "pods replicationcontrollers"),
    ("apps", "daemonsets deployments replicasets statefulsets"),
    ("batch", "cronjobs jobs"),
)
_RBAC = "rbac.authorization.k8s.io"
_WEBHOOKS = "mutatingwebhookconfigurations validatingwebhookconfigurations"
_POWERS: dict[str, tuple[Request, ...]] = {
    "read-secrets": tuple(Request(verb, "", "secrets") for verb in ("get", "list", "watch")),
    "create-workloads": tuple(Request("create", group, kind) for group, kinds in _WORKLOADS for kind in kinds.split()),
    "run-in-pods": tuple(
        Request(verb, "", "pods", sub)
        for sub, verbs in (("exec", "create get"), ("attach", "create get"), ("ephemeralcontainers", "patch update"))
        for verb in verbs.split()
    ),
    "create-tokens": (Request("create", "", "serviceaccounts", "token"),),
    "escalate": tuple(Request("escalate", _RBAC, kind) for kind in ("roles", "clusterroles")),
    "bind": tuple(Request("bind", _RBAC, kind) for kind in ("roles", "clusterroles")),
    "impersonate": tuple(Request("impersonate", "", kind) for kind in ("users", "groups", "serviceaccounts")),
    "approve-certificates": (
        Request("update", "certificates.k8s.io", "certificatesigningrequests", "approval"),
        Request("approve", "certificates.k8s.io", "signers"),
    ),
    "proxy-to-nodes": tuple(Request(verb, "", "nodes", "proxy") for verb in ("get", "create")),
    "create-volumes": (Request("create", "", "persistentvolumes"),),
    "change-webhooks": tuple(
        Request(verb, "admissionregistration.k8s.io", kind)
        for kind in _WEBHOOKS.split()
        for verb in ("create", "update", "patch")
    ),
    "change-namespaces": tuple(Request(verb, "", "namespaces") for verb in ("update", "patch")),
}


def rbac_rules(manifest: Manifest, owner: Resource) -> Iterator[Resource]:
    """The rules of a role as its parts; of a binding, those of the built-in role that it names."""
    if manifest.type in _ROLES:
        for index, body in enumerate(elements(manifest.body.get("rules"))):
            if isinstance(body, Mapping):
                yield _written(manifest, owner, index, body)
    elif manifest.type in _BINDINGS:
        kind, name = (word(at(manifest.body, "roleRef", key)) or "" for key in ("kind", "name"))
        for index, rule in enumerate(built_in_rules(kind, name)):
            yield _built_in(manifest, owner, index, rule)


def malformed_rules(manifest: Manifest) -> Iterator[AttributePath]:
    """The places in a role or binding where a list is due and something else stands."""
    if manifest.type in _BINDINGS:
        subjects = manifest.body.get("subjects")
        yield from [("subjects",)] if subjects is not None and not isinstance(subjects, list) else []
        yield from (("subjects", i) for i, each in enumerate(elements(subjects)) if not isinstance(each, Mapping))
    if manifest.type not in _ROLES:
        return
    rules = manifest.body.get("rules")
    if rules is not None and not isinstance(rules, list):
        yield ("rules",)
    for index, body in enumerate(elements(rules)):
        if not isinstance(body, Mapping):
            yield ("rules", index)
        for key in _LISTS.values():
            value = mapping(body).get(key)
            if value is not None and not isinstance(value, list):
                yield ("rules", index, key)
            for position, each in enumerate(elements(value)):
                if not isinstance(each, str):
                    yield ("rules", index, key, position)


def allows(rule: Mapping[str, Any], request: Request) -> str:
    """The verb of the rule that allows the request, `""` when none does.

    `rule` has the attributes of a rule's resource. A wildcard stands for everything or, as `*/scale`, for one
    subresource of everything: `pods/*` and `get*` match nothing. A rule with names allows no request without a name.
    """
    verb = next((each for each in rule["verbs"] if each in ("*", request.verb)), "")
    if not verb:
        return ""
    if request.url:
        return verb if any(_is_url(each, request.url) for each in rule["non_resource_urls"]) else ""
    if not any(each in ("*", request.group) for each in rule["api_groups"]):
        return ""
    wanted = {"*", request.resource}
    if request.subresource:
        wanted = {"*", f"{request.resource}/{request.subresource}", f"*/{request.subresource}"}
    if not wanted.intersection(each for each in rule["resources"] if isinstance(each, str)):
        return ""
    name = "" if request.verb in _NAMELESS else request.name
    return verb if not rule["resource_names"] or (name and name in rule["resource_names"]) else ""


def _is_url(pattern: Any, url: str) -> bool:
    if not isinstance(pattern, str):
        return False
    return pattern == url or (pattern.endswith("*") and url.startswith(pattern.rstrip("*")))


def _written(manifest: Manifest, owner: Resource, index: int, body: Mapping[str, Any]) -> Resource:
    place: AttributePath = ("rules", index)
    attributes: dict[str, Any] = {"role_kind": manifest.kind, "role_name": manifest.name, "index": index}
    routes: dict[AttributePath, AttributePath] = {("role_kind",): ("kind",), ("role_name",): ("metadata", "name")}
    for name, key in _LISTS.items():
        words = [word(each) or "" for each in elements(body.get(key))]
        attributes[name] = [filled(each) for each in words]
        routes[(name,)] = (*place, key)
    for name, of in _WILDCARDS.items():
        attributes[name], at_element = _wildcard(attributes[of])
        routes[(name,)] = (*place, _LISTS[of], *at_element)
    attributes["built_in"] = False
    # The controller manager writes over them with the rules of the roles that are taken in.
    attributes["overwritten"] = manifest.kind == "ClusterRole" and isinstance(
        manifest.body.get("aggregationRule"), Mapping
    )
    routes[("overwritten",)] = ("aggregationRule",)
    refused, at_fault = _refused(attributes, manifest.kind)
    if refused:
        attributes["refused"] = refused
        routes[("refused",)] = (*place, at_fault)
    attributes["without_effect"] = []
    for name, position, text in _without_effect(attributes):
        routes["without_effect", len(attributes["without_effect"])] = (*place, _LISTS[name], position)
        attributes["without_effect"].append(text)
    attributes["powers"] = []
    routes[("powers",)] = (*place, "verbs")
    for power, verb in _powers(attributes):
        routes["powers", len(attributes["powers"])] = (*place, "verbs", attributes["verbs"].index(verb))
        attributes["powers"].append(power)
    return Resource(
        address=f"{owner.address}/rule[{index}]",
        type="rbac_rule",
        format=owner.format,
        attributes=attributes,
        location=manifest.location_of(place),
        attribute_locations=manifest.written(attributes, routes),
        parent=owner.key,
        origin=owner.origin,
    )


def _built_in(manifest: Manifest, owner: Resource, index: int, rule: Rule) -> Resource:
    lists = {name: list(getattr(rule, name)) for name in _LISTS}
    attributes: dict[str, Any] = {
        "role_kind": word(at(manifest.body, "roleRef", "kind")),
        "role_name": word(at(manifest.body, "roleRef", "name")),
        "index": index,
        **lists,
        **{name: "*" in lists[of] for name, of in _WILDCARDS.items()},
        "built_in": True,
        "overwritten": False,
        "without_effect": [],
    }
    attributes["powers"] = [power for power, _ in _powers(attributes)]
    place: AttributePath = ("roleRef", "name")
    return Resource(
        address=f"{owner.address}/built-in[{index}]",
        type="rbac_rule",
        format=owner.format,
        attributes=attributes,
        location=manifest.location_of(place),
        parent=owner.key,
        origin=owner.origin,
    )


def _wildcard(values: Sequence[Any]) -> tuple[bool | Unresolved, tuple[int, ...]]:
    """Whether `*` is among the values, and at which place; unknown when it may be."""
    if "*" in values:
        return True, (values.index("*"),)
    for position, each in enumerate(values):
        if isinstance(each, Unresolved):
            return each, (position,)
    return False, ()


def _refused(rule: Mapping[str, Any], kind: str) -> tuple[str, str]:
    """Why the API server refuses a role with this rule, and the key at fault; `""` for a valid rule."""
    if not rule["verbs"]:
        return "a rule needs verbs", "verbs"
    if rule["non_resource_urls"]:
        if kind == "Role":
            return "only a ClusterRole can allow URLs that belong to no resource", "nonResourceURLs"
        if rule["api_groups"] or rule["resources"] or rule["resource_names"]:
            return "a rule is about resources or about URLs, not about both", "nonResourceURLs"
        return "", ""
    missing = next((name for name in ("api_groups", "resources") if not rule[name]), "")
    return (f"a rule about resources needs {_LISTS[missing]}", _LISTS[missing]) if missing else ("", "")


def _without_effect(rule: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """What is written in the rule and matches no request: attribute, place in it, and the text."""
    for name in ("verbs", "api_groups", "resources"):
        for position, each in enumerate(rule[name]):
            if not isinstance(each, str) or each == "*":
                continue
            is_subresource = name == "resources" and each.startswith("*/")
            dead_pattern = "*" in each.removeprefix("*/" if is_subresource else "")
            if dead_pattern or (name == "verbs" and rule["resource_names"] and each in _NAMELESS):
                yield name, position, each


def _powers(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the rule makes possible beyond its words, not limited to names, each with the verb that does it."""
    for power, requests in _POWERS.items():
        verb = next((found for found in (allows(rule, request) for request in requests) if found), "")
        if verb:
            yield power, verb
