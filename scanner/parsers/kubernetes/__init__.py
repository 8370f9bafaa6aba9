"""The Kubernetes parser: objects, the workloads that they start and the containers that those run."""

from collections.abc import Sequence
from dataclasses import replace

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.values import format_path
from scanner.parsers.interface import ParseContext, Parser
from scanner.parsers.kubernetes.credentials import secrets_of, secrets_of_arguments
from scanner.parsers.kubernetes.kustomize import patches
from scanner.parsers.kubernetes.manifests import Manifest, claims, manifests_of
from scanner.parsers.kubernetes.pod_specs import pod_specs
from scanner.parsers.kubernetes.templates import template_line, template_notifications
from scanner.parsers.kubernetes.workloads import malformed, workload
from scanner.yaml_source import Document, load_documents_leniently

__all__ = ["KUBERNETES"]

FORMAT = "kubernetes"


def parse(files: Sequence[SourceFile], _: ParseContext) -> Parsed:
    """Every object of the files; what cannot be read is a notification with its line."""
    notifications: list[Notification] = []
    templates: list[Location] = []
    manifests: dict[str, list[Manifest]] = {}
    for file in files:
        documents, errors = load_documents_leniently(file.text, file.path)
        template = template_line(file.text, file.path, documents, errors)
        if template is not None:
            templates.append(template)
            continue
        notifications += [Notification(Level.ERROR, error.message, "parser", error.location) for error in errors]
        manifests[file.path] = []
        for document in documents:
            found = list(manifests_of(document))
            notifications += [each for each in found if isinstance(each, Notification)]
            manifests[file.path] += [each for each in found if isinstance(each, Manifest)]
            if found:
                notifications += _duplicates(document)
    patched, overlays = patches(manifests)
    notifications += [*template_notifications(templates), *overlays]
    resources: list[Resource] = []
    secrets: set[str] = set()
    for path, objects in manifests.items():
        for manifest in objects:
            secrets.update(secrets_of(manifest))
        if path in patched:
            continue
        parsed, told = _resources(path, objects)
        resources += parsed
        notifications += told
        for resource in parsed:
            if resource.type == "container":
                secrets.update(secrets_of_arguments(resource.attributes.get("arguments", ())))
    return Parsed(tuple(resources), (), tuple(notifications), frozenset(secrets))


def _resources(path: str, manifests: Sequence[Manifest]) -> tuple[list[Resource], list[Notification]]:
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
            origin=path,
        )
        resources.append(owner)
        for pod in pod_specs(manifest.type, manifest.group, manifest.body):
            for place in malformed(manifest, pod):
                message = f"{format_path(place)} is no list of containers and was not checked; correct it"
                notifications.append(Notification(Level.ERROR, message, "parser", manifest.location_of(place)))
            address = _unique(f"{owner.address}/{pod.component}", taken)
            for resource in workload(manifest, owner, pod, address):
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


def _duplicates(document: Document) -> list[Notification]:
    return [
        Notification(
            Level.WARNING, f"the key {name} is written twice and the last one counts; keep one", "parser", where
        )
        for name, where in document.duplicate_keys
    ]


KUBERNETES = Parser(FORMAT, claims, parse)
