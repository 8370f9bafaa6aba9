"""`selects` and `routes_to`: which pods a Service or NetworkPolicy means, and where a route leads."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath
from scanner.linking.interface import ambiguous
from scanner.linking.objects import Objects, namespace_of, nearest, objects_of
from scanner.linking.pod_labels import pod_labels
from scanner.linking.reading import known, mapping, text, texts
from scanner.linking.selectors import Pods, Requirement, equality, label_selector, pods_of

_HOST = re.compile(r"(?P<name>[a-z0-9-]+)(?:\.(?P<namespace>[a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?\.?)?)?")
# KServe puts Services of these names before an InferenceService; nobody writes them.
_KSERVE_SERVICE = re.compile(r"(?P<name>.+?)(?:-(?:predictor|transformer|explainer)(?:-default|-canary)?)?")

_INGRESS_SERVICES: tuple[AttributePath, ...] = (
    ("spec", "rules", "http", "paths", "backend", "service", "name"),
    ("spec", "rules", "http", "paths", "backend", "serviceName"),
    ("spec", "defaultBackend", "service", "name"),
    ("spec", "backend", "serviceName"),
)
_GATEWAY_ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
_VIRTUAL_HOSTS: tuple[AttributePath, ...] = (
    *(("spec", protocol, "route", "destination", "host") for protocol in ("http", "tls", "tcp")),
    ("spec", "http", "mirror", "host"),
    ("spec", "http", "mirrors", "destination", "host"),
)


@dataclass(frozen=True)
class _Backend:
    """Where a route leads: the Service of this name, and where that is written."""

    route: Resource
    path: AttributePath
    namespace: str
    name: str


def selects(release: Release) -> Iterator[Link | Notification]:
    """Links from Services and NetworkPolicies to the workloads whose pods they select, in their own namespace."""
    members: dict[str, list[tuple[Resource, Mapping[str, str]]]] = {}
    for workload in release.by_type.get("workload", ()):
        members.setdefault(text(workload, "namespace"), []).append((workload, pod_labels(workload)))
    pods = {namespace: pods_of(found) for namespace, found in members.items()}
    for service in _manifests(release, "Service"):
        if text(service, "spec", "type") != "ExternalName":
            selector = equality(mapping(service, "spec", "selector"))
            yield from _selected(service, ("spec", "selector"), selector, pods)
    for policy in _manifests(release, "NetworkPolicy"):
        spec = mapping(policy, "spec")
        yield from _selected(policy, ("spec", "podSelector"), label_selector(spec.get("podSelector")), pods)


def routes_to(release: Release) -> Iterator[Link | Notification]:
    """Links from Ingresses, Gateway API routes and VirtualServices to the Services they lead to."""
    services = objects_of(release, "Service", "InferenceService")
    for backend in (*_ingress_backends(release), *_gateway_backends(release), *_virtual_backends(release)):
        found = nearest(_behind(services, backend), backend.route)
        evidence = backend.route.locate(backend.path)
        if len(found) == 1:
            target = found[0]
            yield Link(backend.route.key, "routes_to", target.key, evidence, target.locate(("metadata", "name")))
        elif found:
            yield ambiguous(f"{backend.route.address}: Service {backend.namespace}/{backend.name}", found, evidence)


def _manifests(release: Release, kind: str) -> Iterator[Resource]:
    return (each for each in release.by_type.get(kind, ()) if each.format == "kubernetes")


def _selected(
    source: Resource, path: AttributePath, selector: tuple[Requirement, ...] | None, pods: Mapping[str, Pods]
) -> Iterator[Link]:
    here = pods.get(namespace_of(source))
    if selector is None or here is None:
        return
    evidence = source.locate(path)
    for workload in here.selected(selector):
        label = ("labels", selector[0].key) if selector else ("labels",)
        yield Link(source.key, "selects", workload.key, evidence, workload.locate(label))


def _behind(services: Objects, backend: _Backend) -> tuple[Resource, ...]:
    found = services.get(("Service", backend.namespace, backend.name), ())
    if found:
        return found
    match = _KSERVE_SERVICE.fullmatch(backend.name)
    names = (backend.name, match["name"]) if match else (backend.name,)
    served = (services.get(("InferenceService", backend.namespace, name), ()) for name in names)
    return next((each for each in served if each), ())


def _ingress_backends(release: Release) -> Iterator[_Backend]:
    for ingress in _manifests(release, "Ingress"):
        for path in _INGRESS_SERVICES:
            for at, name in texts(ingress, *path):
                yield _Backend(ingress, at, namespace_of(ingress), name)


def _gateway_backends(release: Release) -> Iterator[_Backend]:
    for kind in _GATEWAY_ROUTES:
        for route in _manifests(release, kind):
            for at, reference in known(route, "spec", "rules", "backendRefs"):
                listed = list(enumerate(reference)) if isinstance(reference, list) else []
                for index, each in listed:
                    if not isinstance(each, Mapping) or (each.get("kind") or "Service") != "Service":
                        continue
                    name, namespace = each.get("name"), each.get("namespace") or namespace_of(route)
                    if isinstance(name, str) and isinstance(namespace, str):
                        yield _Backend(route, (*at, index, "name"), namespace, name)


def _virtual_backends(release: Release) -> Iterator[_Backend]:
    for service in _manifests(release, "VirtualService"):
        for path in _VIRTUAL_HOSTS:
            for at, host in texts(service, *path):
                match = _HOST.fullmatch(host)
                if match:
                    yield _Backend(service, at, match["namespace"] or namespace_of(service), match["name"])
