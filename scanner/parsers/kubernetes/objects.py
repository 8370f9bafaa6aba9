"""The resources that a Kubernetes object stands for: itself, its RBAC rules, its workloads and their containers."""

from collections.abc import Sequence
from dataclasses import replace

from scanner.core.notification import Level, Notification
from scanner.core.resource import Resource
from scanner.core.values import format_path
from scanner.parsers.kubernetes.assembly import assembled
from scanner.parsers.kubernetes.catalog import Catalog
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.pod_specs import pod_specs
from scanner.parsers.kubernetes.rbac import malformed_rules, rbac_rules
from scanner.parsers.kubernetes.traffic import refusals
from scanner.parsers.kubernetes.workloads import malformed, workload

FORMAT = "kubernetes"


def resources_of(
    origin: str, manifests: Sequence[Manifest], catalog: Catalog
) -> tuple[list[Resource], list[Notification]]:
    """The objects of one file or rendering, each with its parts behind it, and what of them could not be read."""
    resources: list[Resource] = []
    notifications: list[Notification] = []
    taken: dict[str, int] = {}
    for manifest in manifests:
        owner = Resource(
            address=_unique(manifest.address, taken),
            type=manifest.type,
            format=FORMAT,
            attributes=manifest.body,
            location=manifest.location,
            attribute_locations=manifest.written(manifest.body, {(): ()}),
            origin=origin,
        )
        resources.append(owner)
        for place in malformed_rules(manifest):
            message = (
                f"{format_path(place)} is not of the type that Kubernetes wants there and was not checked; correct it"
            )
            notifications.append(Notification(Level.ERROR, message, "parser", manifest.location_of(place)))
        resources += [replace(each, address=_unique(each.address, taken)) for each in rbac_rules(manifest, owner)]
        for reason, place in refusals(manifest.type, manifest.body):
            message = f"{manifest.address}: {reason}"
            notifications.append(Notification(Level.WARNING, message, "parser", manifest.location_of(place)))
        whole = assembled(manifest, catalog)
        for pod in pod_specs(manifest.type, manifest.group, whole.manifest.body):
            for place in malformed(whole.manifest, pod):
                message = f"{format_path(place)} is no list of containers and was not checked; correct it"
                notifications.append(Notification(Level.ERROR, message, "parser", whole.manifest.location_of(place)))
            address = _unique(f"{owner.address}/{pod.component}", taken)
            for resource in workload(whole, owner, pod, address, catalog):
                if resource.type == "container":
                    resources.append(replace(resource, address=_unique(resource.address, taken)))
                else:
                    resources.append(resource)
    return resources, notifications


def _unique(address: str, taken: dict[str, int]) -> str:
    """The address, with a number behind it from its second use in a file on."""
    while address in taken:
        taken[address] += 1
        address = f"{address}[{taken[address]}]"
    taken[address] = 1
    return address
