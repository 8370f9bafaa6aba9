"""The Kubernetes parser: objects, the workloads that they start and the containers that those run."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from scanner.core.notification import Notification
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.parsers.interface import ParseContext, Parser
from scanner.parsers.kubernetes.catalog import Catalog, templates_of
from scanner.parsers.kubernetes.credentials import secrets_of, secrets_of_arguments, without_names
from scanner.parsers.kubernetes.manifests import Manifest, claims
from scanner.parsers.kubernetes.objects import FORMAT, resources_of
from scanner.parsers.kubernetes.plain_files import objects_in, read_files
from scanner.parsers.kubernetes.rendering.chart_rendering import render_charts
from scanner.parsers.kubernetes.rendering.interface import Rendering
from scanner.parsers.kubernetes.rendering.overlays import render_overlays
from scanner.parsers.kubernetes.rendering.programs import trusted

__all__ = ["KUBERNETES"]


def parse(files: Sequence[SourceFile], context: ParseContext) -> Parsed:
    """Every object of the files; what cannot be read is a notification with its line."""
    renderings, notifications = _rendered(files, context)
    covered = frozenset().union(*(each.covered for each in renderings))
    manifests, told = read_files([file for file in files if file.path not in covered])
    notifications += told
    for rendering in renderings:
        manifests.setdefault(rendering.origin, []).extend(rendering.manifests)
    resources, told = _resources(manifests, renderings)
    found = set().union(*(each.secrets for each in renderings))
    # A report quotes the files, and a rendering may have left out what stands in them.
    found.update(_secrets(manifest for file in files if file.path in covered for manifest in objects_in(file) or ()))
    found.update(_secrets(manifest for objects in manifests.values() for manifest in objects))
    for resource in resources:
        if resource.type == "container":
            found.update(secrets_of_arguments(resource.attributes.get("arguments", ())))
    secrets = without_names(found, (manifest for objects in manifests.values() for manifest in objects))
    read_too = {file.path: file for each in renderings for file in each.source_files}
    return Parsed(tuple(resources), (), (*notifications, *told), secrets, tuple(read_too.values()))


def _rendered(files: Sequence[SourceFile], context: ParseContext) -> tuple[list[Rendering], list[Notification]]:
    """The charts and overlays among the files; what a chart covers is no part of an overlay."""
    options, refused = trusted(context.kubernetes, context.root)
    context = replace(context, kubernetes=options)
    renderings = render_charts(files, context)
    covered = frozenset().union(*(each.covered for each in renderings))
    renderings += render_overlays([file for file in files if file.path not in covered], context)
    notifications = [note for each in renderings for note in each.notifications]
    return renderings, notifications + (refused if renderings else [])


def _resources(
    manifests: dict[str, list[Manifest]], renderings: Sequence[Rendering]
) -> tuple[list[Resource], list[Notification]]:
    """The resources of all objects, by the file or rendering that they come from."""
    resources: list[Resource] = []
    notifications: list[Notification] = []
    rendered = {each.origin: each for each in renderings}
    templates = templates_of(manifests)
    everything = Catalog(chain.from_iterable(templates.values()))
    for origin, objects in manifests.items():
        rendering = rendered.get(origin)
        # Objects of other renderings are in other clusters or namespaces.
        catalog = everything if rendering is None else Catalog(_beside(origin, templates, rendered))
        parsed, told = resources_of(origin, objects, catalog)
        if rendering is not None:
            world = origin if rendering.is_alternative else ""
            parsed = [replace(each, calls=rendering.calls, world=world) for each in parsed]
        resources += parsed
        notifications += told
    return resources, notifications


def _beside(
    origin: str, templates: Mapping[str, Sequence[Manifest]], rendered: Mapping[str, Rendering]
) -> Iterator[Manifest]:
    """The templates that are not rendered, and those of the rendering `origin` itself."""
    for path, found in templates.items():
        if path == origin or path not in rendered:
            yield from found


def _secrets(manifests: Iterable[Manifest]) -> Iterator[str]:
    for manifest in manifests:
        yield from secrets_of(manifest)


KUBERNETES = Parser(FORMAT, claims, parse)
