"""`targets`, `applies_to` and mutual TLS: what the policies of a gateway or mesh are for, and which of them decides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath
from scanner.linking.called import called_in
from scanner.linking.cluster import Cluster, cluster_of, group_of, manifests, named
from scanner.linking.objects import namespace_of, nearest, share_a_world
from scanner.linking.reading import mapping, text
from scanner.linking.selectors import Selection, Selector, equality, labels_of, meets

# Where Istio is installed; what lies there is for the whole mesh.
ROOT_NAMESPACE = "istio-system"

_LABELS: Mapping[str, AttributePath] = {
    **dict.fromkeys(
        ("AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin", "ProxyConfig"),
        ("selector", "matchLabels"),
    ),
    **dict.fromkeys(("EnvoyFilter", "Sidecar"), ("workloadSelector", "labels")),
}
_TYPES_OF_GROUP = {
    ("Gateway", "networking.istio.io"): "IstioGateway",
    ("Service", "serving.knative.dev"): "KnativeService",
}
_STRICT, _PLAIN, _INHERITED = "STRICT", ("PERMISSIVE", "DISABLE"), (None, "", "UNSET")


def targets(release: Release) -> Iterator[Link | Notification]:
    """Links from policies to the objects that their `targetRef` or `targetRefs` name."""
    objects: dict[tuple[str, str, str], list[Resource]] = {}
    policies: list[tuple[Resource, AttributePath, Mapping[str, Any]]] = []
    for each in release.resources:
        if each.format != "kubernetes" or "metadata" not in each.attributes:
            continue
        objects.setdefault((each.type, namespace_of(each), text(each, "metadata", "name")), []).append(each)
        policies += ((each, path, target) for path, target in _references(each))
    for policy, path, target in policies:
        kind, group, name = (named(target, part) for part in ("kind", "group", "name"))
        namespace = named(target, "namespace", namespace_of(policy))
        for type_ in (_TYPES_OF_GROUP.get((kind, group), kind), f"{kind}.{group}"):
            for at in (namespace, ""):
                found = nearest(objects.get((type_, at, name), ()), policy)
                if len(found) == 1:
                    end = found[0].locate(("metadata", "name"))
                    yield Link(policy.key, "targets", found[0].key, policy.locate(path), end)


def applies(release: Release) -> Iterator[Link | Notification]:
    """`applies_to` from Istio's policies to the workloads and gateways that they are for.

    One of the root namespace is for all namespaces; a DestinationRule is for what its host names. `may_apply_to` where
    a label is filled in later.
    """
    cluster = cluster_of(release)
    gateways = tuple(manifests(release, "IstioGateway"))
    for policy in manifests(release, *_LABELS):
        if not group_of(policy).endswith("istio.io") or next(_references(policy), None):
            continue
        path: AttributePath = ("spec", *_LABELS[policy.type])
        labels = mapping(policy, *path)
        selector: Selector = equality(labels) if labels else ()
        yield from _applied(policy, path, _meant(cluster, policy, selector))
        is_mesh_wide = not labels and namespace_of(policy) == ROOT_NAMESPACE
        for gateway in gateways:
            # The pods of a gateway are seldom in the release, but it says which ones they are.
            of_pods = labels_of(mapping(gateway, "spec", "selector"))
            if is_mesh_wide or (labels and meets(of_pods, selector)):
                yield Link(
                    policy.key, "applies_to", gateway.key, policy.locate(path), gateway.locate(("spec", "selector"))
                )
    called = called_in(release)
    for rule in manifests(release, "DestinationRule"):
        for target in called.host(text(rule, "spec", "host"), namespace_of(rule), rule):
            end = target.locate(("metadata", "name"))
            yield Link(rule.key, "applies_to", target.key, rule.locate(("spec", "host")), end)


def mtls(release: Release) -> Iterator[Link | Notification]:
    """Links from the PeerAuthentication that decides to each workload: `requires_mtls` or `permits_plaintext`.

    That of a workload goes before that of its namespace, and that before the mesh's. `may_permit_plaintext` where it
    is not known which one decides, or how.
    """
    cluster = cluster_of(release)
    policies = tuple(manifests(release, "PeerAuthentication"))
    for namespace, pods in cluster.pods.items() if policies else ():
        here = [_Peer(each) for each in policies if namespace_of(each) == namespace != ROOT_NAMESPACE]
        own = [(each, pods.selected(each.selector)) for each in here if each.selector]
        wide = [each for each in here if not each.selector]
        # Of the root namespace those for some pods alone are ignored.
        mesh = [_Peer(each) for each in policies if namespace_of(each) == ROOT_NAMESPACE]
        mesh = [each for each in mesh if not each.selector]
        for workload in pods.workloads:
            levels = [[(each, workload in found.certain) for each, found in own if _has(found, workload)]]
            levels += [[(each, True) for each in level] for level in (wide, mesh)]
            levels = [[each for each in level if share_a_world(each[0].policy, workload)] for level in levels]
            yield from _decided(release, workload, levels)


@dataclass(frozen=True)
class _Peer:
    policy: Resource

    @property
    def selector(self) -> Selector:
        labels = mapping(self.policy, "spec", "selector", "matchLabels")
        return equality(labels) if labels else ()

    @property
    def mode(self) -> Any:
        return mapping(self.policy, "spec", "mtls").get("mode")


def _references(policy: Resource) -> Iterator[tuple[AttributePath, Mapping[str, Any]]]:
    spec = mapping(policy, "spec")
    if isinstance(spec.get("targetRef"), Mapping):
        yield ("spec", "targetRef"), spec["targetRef"]
    several = spec.get("targetRefs")
    for index, each in enumerate(several if isinstance(several, list) else ()):
        if isinstance(each, Mapping):
            yield ("spec", "targetRefs", index), each


def _meant(cluster: Cluster, policy: Resource, selector: Selector) -> Iterator[Selection]:
    namespace = namespace_of(policy)
    everywhere = namespace == ROOT_NAMESPACE and policy.type not in ("Sidecar", "ProxyConfig")
    for each in sorted(cluster.pods) if everywhere else (namespace,):
        yield cluster.selected(each, selector)
    if namespace == ROOT_NAMESPACE and policy.type in ("Sidecar", "ProxyConfig") and not selector:
        # A default for every namespace that has none of its own.
        yield from (cluster.selected(each, ()) for each in sorted(cluster.pods) if each != namespace)


def _applied(policy: Resource, path: AttributePath, selections: Iterator[Selection]) -> Iterator[Link]:
    evidence = policy.locate(path)
    for found in selections:
        for kind, workloads in (("applies_to", found.certain), ("may_apply_to", found.possible)):
            yield from (Link(policy.key, kind, each.key, evidence, each.locate(("labels",))) for each in workloads)


def _has(found: Selection, workload: Resource) -> bool:
    return workload in found.certain or workload in found.possible


def _decided(release: Release, workload: Resource, levels: Sequence[Sequence[tuple[_Peer, bool]]]) -> Iterator[Link]:
    in_doubt = False
    for peer, is_certain in levels[0]:
        for path in _plain_ports(release, peer.policy, workload):
            kind = "permits_plaintext" if is_certain else "may_permit_plaintext"
            yield Link(peer.policy.key, kind, workload.key, peer.policy.locate(path), workload.location)
    for level in levels:
        saying = [(peer, is_certain) for peer, is_certain in level if peer.mode not in _INHERITED]
        if not saying:
            continue
        # Of several the oldest counts, which no file says.
        modes = [peer.mode for peer, _ in saying]
        agree = all(mode == modes[0] for mode in modes) and modes[0] in (_STRICT, *_PLAIN)
        certain = any(is_certain for _, is_certain in saying)
        kind = "requires_mtls" if modes[0] == _STRICT else "permits_plaintext"
        kind = kind if agree and certain and not in_doubt else "may_permit_plaintext"
        for peer, _ in saying:
            evidence = peer.policy.locate(("spec", "mtls", "mode"))
            yield Link(peer.policy.key, kind, workload.key, evidence, workload.location)
        if certain:
            return
        in_doubt = True


def _plain_ports(release: Release, policy: Resource, workload: Resource) -> Iterator[AttributePath]:
    """The settings of single ports that let plaintext in, where a container that serves listens on that port."""
    containers = [each for each in release.children.get(workload.key, ()) if each.attributes.get("serving") is True]
    listening = {
        str(port.get("containerPort"))
        for container in containers
        for port in container.attributes.get("ports") or ()
        if isinstance(port, Mapping)
    }
    for port, setting in mapping(policy, "spec", "portLevelMtls").items():
        mode = setting.get("mode") if isinstance(setting, Mapping) else None
        if mode in _PLAIN and (not listening or str(port) in listening):
            yield ("spec", "portLevelMtls", port, "mode")
