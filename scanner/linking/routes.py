"""`routes_to`: where an Ingress, a route, a VirtualService or an InferenceGraph leads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath
from scanner.linking.called import Called, called_in, split_host
from scanner.linking.cluster import group_of, manifests, named
from scanner.linking.gateways import GATEWAY_GROUP, GATEWAY_ROUTES
from scanner.linking.interface import ambiguous, warning
from scanner.linking.objects import Objects, namespace_of, nearest, objects_of
from scanner.linking.reading import known, mapping, texts

_INGRESS_SERVICES: tuple[AttributePath, ...] = (
    ("spec", "rules", "http", "paths", "backend", "service", "name"),
    ("spec", "rules", "http", "paths", "backend", "serviceName"),
    ("spec", "defaultBackend", "service", "name"),
    ("spec", "backend", "serviceName"),
)
_VIRTUAL_HOSTS: tuple[AttributePath, ...] = (
    *(("spec", protocol, "route", "destination", "host") for protocol in ("http", "tls", "tcp")),
    ("spec", "http", "mirror", "host"),
    ("spec", "http", "mirrors", "destination", "host"),
)
_TRAEFIK_ROUTES = ("IngressRoute", "IngressRouteTCP", "IngressRouteUDP")
_POOL_OF_KSERVE = "-inference-pool"


@dataclass(frozen=True)
class _Backend:
    """Where a route leads: the object of this kind and name, and where that is written."""

    route: Resource
    path: AttributePath
    namespace: str
    name: str
    kind: str = "Service"


def routes(release: Release) -> Iterator[Link | Notification]:
    """`routes_to` from routes to what they lead to.

    With `may_route_to` the route is of another namespace than its target, where no ReferenceGrant of the release
    lets it in; InferenceModels and InferenceObjectives are for their pool.
    """
    called = called_in(release)
    others = objects_of(release, "InferencePool", "VirtualService", "LLMInferenceService")
    grants = tuple(manifests(release, "ReferenceGrant"))
    for backend in _backends(release):
        found = _behind(backend, called, others)
        evidence = backend.route.locate(backend.path)
        what = f"{backend.route.address}: {backend.kind} {backend.namespace}/{backend.name}"
        if len(found) == 1:
            target = found[0]
            is_let = _is_granted(backend, grants)
            if not is_let:
                yield warning(f"{what} is of another namespace, and no ReferenceGrant lets this route in", evidence)
            kind = "routes_to" if is_let else "may_route_to"
            yield Link(backend.route.key, kind, target.key, evidence, target.locate(("metadata", "name")))
        elif found:
            yield ambiguous(what, found, evidence)


def _behind(backend: _Backend, called: Called, others: Objects) -> tuple[Resource, ...]:
    if backend.kind == "Service":
        return called.named(backend.namespace, backend.name, backend.route)
    found = others.get((backend.kind, backend.namespace, backend.name), ())
    if not found and backend.kind == "InferencePool" and backend.name.endswith(_POOL_OF_KSERVE):
        made_by = backend.name.removesuffix(_POOL_OF_KSERVE)
        found = others.get(("LLMInferenceService", backend.namespace, made_by), ())
    return tuple(nearest(found, backend.route))


def _backends(release: Release) -> Iterator[_Backend]:
    yield from _of_ingresses(release)
    yield from _of_gateway_routes(release)
    yield from _of_virtual_services(release)
    for route in manifests(release, *_TRAEFIK_ROUTES):
        for at, service in _entries(route, "spec", "routes", "services"):
            if named(service, "kind", "Service") == "Service":
                yield from _backend(route, at, service)
    for route in manifests(release, "Route"):
        if group_of(route) == "route.openshift.io":
            for field in ("to", "alternateBackends"):
                for at, service in _entries(route, "spec", field):
                    yield from _backend(route, at, service)
    yield from _of_graphs(release)
    for model in manifests(release, "InferenceModel", "InferenceObjective"):
        for at, pool in _entries(model, "spec", "poolRef"):
            yield from _backend(model, at, {**pool, "kind": "InferencePool"})


def _of_ingresses(release: Release) -> Iterator[_Backend]:
    for ingress in manifests(release, "Ingress"):
        for path in _INGRESS_SERVICES:
            for at, name in texts(ingress, *path):
                yield _Backend(ingress, at, namespace_of(ingress), name)


def _of_gateway_routes(release: Release) -> Iterator[_Backend]:
    for route in manifests(release, *GATEWAY_ROUTES):
        for path in (("rules", "backendRefs"), ("rules", "filters", "requestMirror", "backendRef")):
            for at, reference in _entries(route, "spec", *path):
                yield from _backend(route, at, reference)


def _of_virtual_services(release: Release) -> Iterator[_Backend]:
    for service in manifests(release, "VirtualService"):
        for path in _VIRTUAL_HOSTS:
            for at, host in texts(service, *path):
                parts = split_host(host, namespace_of(service))
                if parts:
                    yield _Backend(service, at, *parts)
        for at, delegate in _entries(service, "spec", "http", "delegate"):
            yield from _backend(service, at, {**delegate, "kind": "VirtualService"})


def _of_graphs(release: Release) -> Iterator[_Backend]:
    for graph in manifests(release, "InferenceGraph"):
        for node, steps in mapping(graph, "spec", "nodes").items():
            listed = steps.get("steps") if isinstance(steps, Mapping) else None
            for index, step in enumerate(listed if isinstance(listed, list) else ()):
                name = step.get("serviceName") if isinstance(step, Mapping) else None
                if isinstance(name, str) and name:
                    path = ("spec", "nodes", node, "steps", index, "serviceName")
                    yield _Backend(graph, path, namespace_of(graph), name)


def _entries(manifest: Resource, *path: str) -> Iterator[tuple[AttributePath, Mapping[str, Any]]]:
    """The mappings that the path leads to, also those in a list at its end."""
    for at, value in known(manifest, *path):
        if isinstance(value, Mapping):
            yield at, value
        elif isinstance(value, list):
            yield from (((*at, index), each) for index, each in enumerate(value) if isinstance(each, Mapping))


def _backend(route: Resource, at: AttributePath, reference: Mapping[str, Any]) -> Iterator[_Backend]:
    name, namespace = named(reference, "name"), named(reference, "namespace", namespace_of(route))
    kind = named(reference, "kind", "Service")
    if name and namespace and kind:
        yield _Backend(route, (*at, "name"), namespace, name, kind)


def _is_granted(backend: _Backend, grants: tuple[Resource, ...]) -> bool:
    """Whether a route of the Gateway API may lead into the other namespace; other routes need no leave."""
    route = backend.route
    if route.type not in GATEWAY_ROUTES or backend.namespace == namespace_of(route):
        return True
    return any(
        _names(grant, "from", {"group": GATEWAY_GROUP, "kind": route.type, "namespace": namespace_of(route)})
        and _names(grant, "to", {"kind": backend.kind, "name": backend.name})
        for grant in grants
        if namespace_of(grant) == backend.namespace
    )


def _names(grant: Resource, side: str, wanted: Mapping[str, str]) -> bool:
    """Whether an entry of the grant has these values; one without a name is for every name."""
    return any(
        all(named(entry, field, value if field == "name" else "") == value for field, value in wanted.items())
        for _, entry in _entries(grant, "spec", side)
    )
