"""The way of a value of a Kubernetes object: the line of its manifest, and the layers of an overlay that change it."""

from scanner.core.location import Location
from scanner.core.resource import Resource
from scanner.core.values import AttributePath
from scanner.explaining.steps import End, EndKind, Way
from scanner.parsers.kubernetes.reading import Written
from scanner.parsers.kubernetes.rendering.overlay_lines import TracedLines


def overlay_way(resource: Resource, path: AttributePath, location: Location) -> Way:
    """From the base through every patch and setting to the overlay; the last that writes the value counts."""
    way = Way()
    layers = _layers(resource, path)
    for place, by in layers:
        if by:
            verb = "writes it" if place.path == by else "is a patch that writes it"
            way.step("patch", f"{place.path} {verb}, applied by {by}", place)
        else:
            way.step("base", "the base writes it", place)
    if not any(place == location for place, _ in layers):
        way.step("manifest", "it is decided here" if layers else _said(resource, path), location)
    for call in resource.calls:
        way.step("overlay", f"{call.address} {call.what}", call.location, 1)
    if _is_written(resource, path):
        way.end(End(EndKind.WRITTEN, location))
    return way


def manifest_way(resource: Resource, path: AttributePath, location: Location) -> Way:
    """The line of a file that is read as it stands."""
    way = Way()
    way.step("manifest", _said(resource, path), location)
    if _is_written(resource, path):
        way.end(End(EndKind.WRITTEN, location))
    return way


def _layers(resource: Resource, path: AttributePath) -> list[tuple[Location, str]]:
    lines = resource.attribute_locations
    found = lines.behind(path) if isinstance(lines, Written) else None
    if found is None or not isinstance(found[0], TracedLines):
        return []
    return list(dict.fromkeys(found[0].layers(found[1])))


def _is_written(resource: Resource, path: AttributePath) -> bool:
    """Whether the attribute itself has a line, and not only something around it."""
    return bool(path) and path in resource.attribute_locations


def _said(resource: Resource, path: AttributePath) -> str:
    name = ".".join(str(step) for step in path if not isinstance(step, int))
    if not path:
        return f"{resource.address} is declared here"
    return f"{name} is written here" if _is_written(resource, path) else f"{resource.address} does not write {name}"
