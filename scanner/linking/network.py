"""`selects`, `backs` and `lies_in`: the pods that an object means, addresses listed by hand, and namespaces."""

from collections.abc import Iterator, Mapping

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath
from scanner.linking.cluster import Cluster, cluster_of, manifests
from scanner.linking.interface import ambiguous
from scanner.linking.objects import namespace_of, nearest, objects_of
from scanner.linking.reading import mapping, text
from scanner.linking.selectors import Selector, equality, label_selector

_SERVICE_LABEL = "kubernetes.io/service-name"
_LINKERD_SERVER = "Server.policy.linkerd.io"


def selects(release: Release) -> Iterator[Link | Notification]:
    """Links to the workloads whose pods an object selects; `may_select` where a label is filled in later."""
    cluster = cluster_of(release)
    for service in manifests(release, "Service"):
        if text(service, "spec", "type") != "ExternalName":
            selector = equality(_spec(service, "selector"))
            yield from _selected(service, ("spec", "selector"), selector, cluster)
    for policy in manifests(release, "NetworkPolicy"):
        yield from _selected(policy, ("spec", "podSelector"), label_selector(_spec(policy, "podSelector")), cluster)
    for pool in manifests(release, "InferencePool"):
        yield from _selected(pool, ("spec", "selector"), _of_pool(_spec(pool, "selector")), cluster)
    for server in manifests(release, _LINKERD_SERVER):
        yield from _selected(server, ("spec", "podSelector"), label_selector(_spec(server, "podSelector")), cluster)
    for entry in manifests(release, "ServiceEntry"):
        labels = mapping(entry, "spec", "workloadSelector", "labels")
        yield from _selected(entry, ("spec", "workloadSelector", "labels"), equality(labels), cluster)
    for gateway in manifests(release, "IstioGateway"):
        # The pods of a gateway may run in any namespace.
        selector = equality(_spec(gateway, "selector"))
        yield from _selected(gateway, ("spec", "selector"), selector, cluster, *sorted(cluster.pods))


def backs(release: Release) -> Iterator[Link | Notification]:
    """Links from Endpoints and EndpointSlices that somebody wrote to the Service whose traffic they take."""
    services = objects_of(release, "Service")
    for listed in manifests(release, "Endpoints", "EndpointSlice"):
        path: AttributePath = ("metadata", "name")
        if listed.type == "EndpointSlice":
            path = ("metadata", "labels", _SERVICE_LABEL)
        name = text(listed, *path)
        found = nearest(services.get(("Service", namespace_of(listed), name), ()), listed)
        if len(found) == 1:
            end = found[0].locate(("metadata", "name"))
            yield Link(listed.key, "backs", found[0].key, listed.locate(path), end)
        elif found:
            yield ambiguous(f"{listed.address}: Service {name}", found, listed.locate(path))


def lies_in(release: Release) -> Iterator[Link | Notification]:
    """Links from workloads to their Namespace, where the release has it."""
    named = objects_of(release, "Namespace")
    for workload in release.by_type.get("workload", ()) if named else ():
        found = nearest(named.get(("Namespace", "", text(workload, "namespace")), ()), workload)
        if len(found) == 1:
            evidence, end = workload.locate(("namespace",)), found[0].locate(("metadata", "name"))
            yield Link(workload.key, "lies_in", found[0].key, evidence, end)


def _spec(manifest: Resource, name: str) -> object:
    return mapping(manifest, "spec").get(name)


def _of_pool(selector: object) -> Selector:
    """An InferencePool's selector: the labels themselves until v1alpha2, under `matchLabels` since v1."""
    if isinstance(selector, Mapping) and isinstance(selector.get("matchLabels"), Mapping):
        return equality(selector["matchLabels"])
    return equality(selector)


def _selected(
    source: Resource, path: AttributePath, selector: Selector, cluster: Cluster, *namespaces: str
) -> Iterator[Link]:
    evidence = source.locate(path)
    label = ("labels", selector[0].key) if selector else ("labels",)
    for namespace in namespaces or (namespace_of(source),):
        found = cluster.selected(namespace, selector)
        for kind, workloads in (("selects", found.certain), ("may_select", found.possible)):
            for workload in workloads:
                yield Link(source.key, kind, workload.key, evidence, workload.locate(label))
