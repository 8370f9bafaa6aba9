"""Services of the inventory: the workloads that serve models, and the endpoints that lead to them."""

from collections.abc import Iterator, Sequence
from typing import Any

from scanner.core.resource import Release, Resource
from scanner.core.values import reach
from scanner.reports.inventory.assets import known
from scanner.reports.inventory.components import References, said, without_empty, written_at

_HOSTS = (
    ("spec", "rules", "host"),
    ("spec", "hostnames"),
    ("spec", "hosts"),
    ("spec", "host"),
)


def workload_service(release: Release, workload: Resource, references: References) -> dict[str, Any]:
    """A serving workload with its images, accelerators and what it runs as."""
    containers = [part for part in release.children.get(workload.key, ()) if part.type == "container"]
    images = [image for part in containers if (image := known(part.attributes, "image", "reference"))]
    facts = [("kind", known(workload.attributes, "kind")), ("runtime", known(workload.attributes, "runtime"))]
    return _service(workload, references, "workload", [*facts, *(("image", image) for image in images)])


def endpoint_service(endpoint: Resource, references: References) -> dict[str, Any]:
    """A Service, a route or a managed endpoint, with the host names under which it is reached."""
    service = _service(endpoint, references, "endpoint", [("kind", endpoint.type)])
    hosts = sorted(set(_hosts(endpoint)))
    return service | ({"endpoints": [f"//{host}" for host in hosts]} if hosts else {})


def _service(resource: Resource, references: References, noun: str, facts: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    name = known(resource.attributes, "name") or known(resource.attributes, "metadata", "name") or resource.address
    group = known(resource.attributes, "namespace") or known(resource.attributes, "metadata", "namespace")
    told = [said(key, value) for key, value in facts if value is not None]
    return without_empty(
        {
            "bom-ref": references.of(resource.key, f"{noun}:{resource.address}"),
            "group": group if isinstance(group, str) else None,
            "name": str(name),
            "properties": [said("asset", noun), said("address", resource.address), *told, *written_at([resource])],
        }
    )


def _hosts(endpoint: Resource) -> Iterator[str]:
    for path in _HOSTS:
        for _, found in reach(endpoint.attributes, path):
            for host in found if isinstance(found, list) else [found]:
                if isinstance(host, str) and host and not set(host) & set(' \t\n<>"{}|\\^`*'):
                    yield host
