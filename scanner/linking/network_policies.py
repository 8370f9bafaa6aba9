"""`isolates_…` and `admits`: the pods that a network policy shuts off, and the peers that it lets in all the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath, Unresolved
from scanner.linking.cilium import CILIUM, endpoint_selector, pods_of_cilium, specs_of
from scanner.linking.cluster import Cluster, cluster_of, manifests
from scanner.linking.objects import namespace_of, nearest
from scanner.linking.reading import mapping
from scanner.linking.selectors import Pods, Selection, Selector, label_selector

_TYPE = {"ingress": "Ingress", "egress": "Egress"}


@dataclass(frozen=True)
class _Subjects:
    """One rule book: `spec` stands at `path` of `policy`, `where` is its selector of pods, `pods` whom it means."""

    policy: Resource
    spec: Mapping[str, Any]
    where: AttributePath
    selector: Selector
    pods: Selection


def isolates(release: Release) -> Iterator[Link | Notification]:
    """Links from policies to the workloads that take in, or reach, only what some policy allows.

    Their kinds are `isolates_ingress` and `isolates_egress`; with `may_isolate_…` something that is not known decides.
    """
    for found in _subjects(release):
        for direction in _TYPE:
            shuts = _shuts(found, direction)
            certain, possible = found.pods.certain, found.pods.possible
            if shuts is None:
                certain, possible = (), (*certain, *possible)
            if shuts is not False:
                yield from _links(f"isolates_{direction}", found, certain)
                yield from _links(f"may_isolate_{direction}", found, possible)


def admits(release: Release) -> Iterator[Link | Notification]:
    """Links from NetworkPolicies of model servers to the workloads, or whole Namespaces, that they let in.

    With `may_admit` labels that are not known decide, such as those of a namespace outside of the release.
    """
    cluster = cluster_of(release)
    for found in _native(release, cluster):
        is_for_models = any(each.attributes.get("serving") is True for each in found.pods.certain)
        if not is_for_models or not _shuts(found, "ingress"):
            continue
        for at, rule in enumerate(_rules(found.spec, "ingress")):
            peers = rule.get("from") if isinstance(rule, Mapping) else None
            for index, peer in enumerate(peers if isinstance(peers, list) else ()):
                evidence = found.policy.locate(("spec", "ingress", at, "from", index))
                for target, is_certain in _peers(cluster, found.policy, peer) if isinstance(peer, Mapping) else ():
                    kind = "admits" if is_certain else "may_admit"
                    yield Link(found.policy.key, kind, target.key, evidence, target.location)


def _subjects(release: Release) -> Iterator[_Subjects]:
    cluster = cluster_of(release)
    yield from _native(release, cluster)
    if not any(release.by_type.get(kind) for kind in CILIUM):
        return
    everywhere = pods_of_cilium(cluster)
    for policy in manifests(release, *CILIUM):
        inside = everywhere.get(namespace_of(policy), Pods()) if namespace_of(policy) else everywhere[""]
        for path, spec in specs_of(policy):
            selector = endpoint_selector(spec)
            yield _Subjects(policy, spec, (*path, "endpointSelector"), selector, inside.selected(selector))


def _native(release: Release, cluster: Cluster) -> Iterator[_Subjects]:
    for policy in manifests(release, "NetworkPolicy"):
        spec = mapping(policy, "spec")
        selector = label_selector(spec.get("podSelector"))
        pods = cluster.selected(namespace_of(policy), selector)
        yield _Subjects(policy, spec, ("spec", "podSelector"), selector, pods)


def _shuts(found: _Subjects, direction: str) -> bool | None:
    """Whether what no rule allows is denied in this direction."""
    if found.policy.type in CILIUM:
        return _cilium_shuts(found.spec, direction)
    types = found.spec.get("policyTypes")
    if isinstance(types, Unresolved):
        return None
    if not types:
        # Unless it says otherwise a policy is for ingress, and for egress when it has rules for that.
        return direction == "ingress" or bool(_rules(found.spec, "egress"))
    listed = types if isinstance(types, list) else [types]
    if _TYPE[direction] in listed:
        return True
    return None if any(isinstance(each, Unresolved) for each in listed) else False


def _cilium_shuts(spec: Mapping[str, Any], direction: str) -> bool | None:
    switch = spec.get("enableDefaultDeny")
    said = switch.get(direction) if isinstance(switch, Mapping) else switch
    if isinstance(said, Unresolved):
        return None
    if isinstance(said, bool):
        return said
    return bool(_rules(spec, direction) or _rules(spec, f"{direction}Deny"))


def _rules(spec: Mapping[str, Any], name: str) -> list[Any]:
    rules = spec.get(name)
    return rules if isinstance(rules, list) else [rules] if isinstance(rules, Unresolved) else []


def _links(kind: str, found: _Subjects, pods: tuple[Resource, ...]) -> Iterator[Link]:
    evidence = found.policy.locate(found.where)
    label = ("labels", found.selector[0].key) if found.selector else ("labels",)
    for workload in pods:
        yield Link(found.policy.key, kind, workload.key, evidence, workload.locate(label))


def _peers(cluster: Cluster, policy: Resource, peer: Mapping[str, Any]) -> Iterator[tuple[Resource, bool]]:
    """The workloads of one peer, and whether they are certain.

    A peer that means all pods of a namespace stands for its Namespace, where the release has it.
    """
    selector = label_selector(peer.get("podSelector"))
    for namespace, is_meant in _namespaces(cluster, policy, peer):
        if selector == ():
            yield from ((each, is_meant) for each in nearest(cluster.namespaces.get(namespace, ()), policy))
            continue
        found = cluster.selected(namespace, selector)
        yield from ((each, is_meant) for each in found.certain)
        yield from ((each, False) for each in found.possible)


def _namespaces(cluster: Cluster, policy: Resource, peer: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The namespaces of a peer, its policy's own unless it selects some; an address is in none."""
    if peer.get("namespaceSelector") is not None:
        selector = label_selector(peer["namespaceSelector"])
        for namespace in sorted({*cluster.pods, *cluster.namespaces}):
            answer = cluster.is_selected(namespace, selector, policy)
            if answer is not False:
                yield namespace, answer is True
    elif peer.get("podSelector") is not None:
        yield namespace_of(policy), True
