"""Finds the part of a Kubernetes object that an attribute belongs to: a container, or the pod."""

import re
from collections.abc import Iterator

from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, reach

_LISTS = frozenset({"containers", "initContainers", "ephemeralContainers"})
_UPPER = re.compile(r"(?<=[a-z0-9])[A-Z]")


def container_at(owner: Resource, path: AttributePath, release: Release) -> tuple[Resource, AttributePath] | None:
    """The container that the path leads into, and the path in it; None where there is no such container of ours.

    The first name of an attribute of a container is written with underscores, and below it all is as in the manifest.
    """
    for position in range(len(path) - 2, -1, -1):
        if path[position] in _LISTS and isinstance(path[position + 1], int):
            place = path[: position + 2]
            found = _container(owner, place, release)
            return (found, _own_path(path[position + 2 :])) if found is not None else None
    return None


def pod_of(owner: Resource, release: Release) -> Resource:
    """The only pod of an object, or the object where it has none or several."""
    pods = [each for each in release.children.get(owner.key, ()) if each.type == "workload"]
    return pods[0] if len(pods) == 1 else owner


def _container(owner: Resource, place: AttributePath, release: Release) -> Resource | None:
    name = reach(owner.attributes, (*place, "name"))[0][1]
    where = owner.locate(place)
    alike = [each for each in _containers(owner, release) if each.attributes.get("name") == name]
    there = [each for each in alike or _containers(owner, release) if each.location == where]
    return next(iter(there or alike), None)


def _containers(owner: Resource, release: Release) -> Iterator[Resource]:
    for child in release.children.get(owner.key, ()):
        if child.type == "container":
            yield child
        else:
            yield from _containers(child, release)


def _own_path(path: AttributePath) -> AttributePath:
    first = path[:1]
    return tuple(_UPPER.sub(lambda letter: f"_{letter[0].lower()}", str(step)) for step in first) + path[1:]
