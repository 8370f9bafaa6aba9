"""`attaches_to`: the gateways (or, in a mesh, Services) that carry a route, if they let it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath, Unresolved
from scanner.linking.cluster import Cluster, cluster_of, manifests, named
from scanner.linking.interface import ambiguous
from scanner.linking.objects import Objects, namespace_of, nearest, objects_of
from scanner.linking.reading import mapping, texts
from scanner.linking.selectors import label_selector

GATEWAY_GROUP = "gateway.networking.k8s.io"
GATEWAY_ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
# The kinds of routes that a listener of each protocol carries.
_CARRIED: Mapping[str, tuple[str, ...]] = {
    "HTTP": ("HTTPRoute", "GRPCRoute"),
    "HTTPS": ("HTTPRoute", "GRPCRoute"),
    "TLS": ("TLSRoute", "TCPRoute"),
    "TCP": ("TCPRoute",),
    "UDP": ("UDPRoute",),
}


@dataclass(frozen=True)
class _Attachment:
    """One reference of a route to what may carry it."""

    route: Resource
    path: AttributePath
    parent: Mapping[str, Any]
    hosts: tuple[str, ...]


def attaches(release: Release) -> Iterator[Link | Notification]:
    """`attaches_to` from every route to the gateways that carry it; `may_attach_to` where that is not known."""
    carriers = objects_of(release, "Gateway", "IstioGateway", "Service")
    cluster = cluster_of(release)
    for route in manifests(release, *GATEWAY_ROUTES):
        parents = mapping(route, "spec").get("parentRefs")
        hosts = tuple(host for _, host in texts(route, "spec", "hostnames"))
        for index, parent in enumerate(parents if isinstance(parents, list) else ()):
            if isinstance(parent, Mapping):
                attachment = _Attachment(route, ("spec", "parentRefs", index), parent, hosts)
                yield from _attached(attachment, carriers, cluster)
    for service in manifests(release, "VirtualService"):
        yield from _virtual(service, carriers)


def same_hosts(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether some host may be meant by both; none at all stands for every host."""
    return not one or not other or any(_overlap(here, there) for here in one for there in other)


def _overlap(one: str, other: str) -> bool:
    one, other = one.lower(), other.lower()
    if one == other or "*" in (one, other):
        return True
    if one.startswith("*."):
        return other.endswith(one[1:])
    return other.startswith("*.") and one.endswith(other[1:])


def _attached(attachment: _Attachment, carriers: Objects, cluster: Cluster) -> Iterator[Link | Notification]:
    route, parent = attachment.route, attachment.parent
    kind, group = named(parent, "kind", "Gateway"), parent.get("group")
    # The group of a Service is the empty one and has to be written, but implementations are lenient.
    known = (kind == "Gateway" and group in (None, GATEWAY_GROUP)) or (kind == "Service" and group in (None, ""))
    name, namespace = named(parent, "name"), named(parent, "namespace", namespace_of(route))
    if not known:
        return
    found = nearest(carriers.get((kind, namespace, name), ()), route)
    evidence = route.locate(attachment.path)
    if len(found) > 1:
        yield ambiguous(f"{route.address}: {kind} {namespace}/{name}", found, evidence)
    elif found:
        carries = kind == "Service" or _carries(found[0], attachment, cluster)
        if carries is not False:
            link = "attaches_to" if carries else "may_attach_to"
            yield Link(route.key, link, found[0].key, evidence, found[0].locate(("metadata", "name")))


def _carries(gateway: Resource, attachment: _Attachment, cluster: Cluster) -> bool | None:
    """Whether one of the listeners takes the route."""
    listeners = mapping(gateway, "spec").get("listeners")
    if isinstance(listeners, Unresolved):
        return None
    listed = [each for each in listeners if isinstance(each, Mapping)] if isinstance(listeners, list) else []
    answers = [_takes(gateway, listener, attachment, cluster) for listener in listed]
    return True if True in answers else None if None in answers else False


def _takes(gateway: Resource, listener: Mapping[str, Any], attachment: _Attachment, cluster: Cluster) -> bool | None:
    parent, route = attachment.parent, attachment.route
    for wanted, own in (("sectionName", "name"), ("port", "port")):
        if parent.get(wanted) is not None and parent[wanted] != listener.get(own):
            return False
    allowed = listener.get("allowedRoutes")
    if isinstance(allowed, Unresolved):
        return None
    allowed = allowed if isinstance(allowed, Mapping) else {}
    kinds = allowed.get("kinds")
    by_protocol = _CARRIED.get(str(listener.get("protocol")), GATEWAY_ROUTES)
    listed = [each.get("kind") for each in kinds if isinstance(each, Mapping)] if isinstance(kinds, list) else []
    if route.type not in (listed or by_protocol):
        return False
    host = listener.get("hostname")
    if isinstance(host, str) and host and not same_hosts(attachment.hosts, (host,)):
        return False
    return _lets_in(gateway, allowed.get("namespaces"), route, cluster)


def _lets_in(gateway: Resource, namespaces: Any, route: Resource, cluster: Cluster) -> bool | None:
    """Whether routes of that namespace may attach; those of the gateway's own unless the listener says more."""
    if isinstance(namespaces, Unresolved):
        return None
    allowed = namespaces if isinstance(namespaces, Mapping) else {}
    if isinstance(allowed.get("from"), Unresolved):
        return None
    origin = named(allowed, "from", "Same")
    if origin == "All":
        return True
    if origin == "Selector":
        selector = label_selector(allowed.get("selector")) if allowed.get("selector") is not None else None
        return cluster.is_selected(namespace_of(route), selector, gateway)
    return origin == "Same" and namespace_of(route) == namespace_of(gateway)


def _virtual(service: Resource, carriers: Objects) -> Iterator[Link | Notification]:
    hosts = [host for _, host in texts(service, "spec", "hosts")]
    for path, written in texts(service, "spec", "gateways"):
        namespace, _, name = written.rpartition("/")
        namespace = namespace_of(service) if namespace in ("", ".") else namespace
        found = nearest(carriers.get(("IstioGateway", namespace, name), ()), service)
        if len(found) > 1:
            yield ambiguous(f"{service.address}: Gateway {namespace}/{name}", found, service.locate(path))
        elif found and _serves(found[0], service, hosts):
            yield Link(
                service.key, "attaches_to", found[0].key, service.locate(path), found[0].locate(("metadata", "name"))
            )


def _serves(gateway: Resource, service: Resource, hosts: Sequence[str]) -> bool:
    """Whether a server of the gateway has one of the hosts, for VirtualServices of that namespace."""
    for _, written in texts(gateway, "spec", "servers", "hosts"):
        namespace, slash, host = written.rpartition("/")
        wanted = namespace_of(gateway) if namespace == "." else namespace
        if (not slash or wanted in ("*", namespace_of(service))) and same_hosts(hosts, (host,)):
            return True
    return False
