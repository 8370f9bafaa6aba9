"""Reading attributes whose shape nobody has checked: what is absent, unknown or of another type is not there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.core.resource import Resource
from scanner.core.values import AttributePath, Unresolved, reach


def known(resource: Resource, *path: str | int) -> Iterator[tuple[AttributePath, Any]]:
    """Every statically known value that `path` reaches, lists fanned out, each with its full path."""
    for at, value in reach(resource.attributes, path):
        if not isinstance(value, Unresolved) and value:
            yield at, value


def texts(resource: Resource, *path: str | int) -> Iterator[tuple[AttributePath, str]]:
    """Every non-empty literal string that `path` reaches, also those in a list at its end."""
    for at, value in known(resource, *path):
        if isinstance(value, str):
            yield at, value
        elif isinstance(value, Sequence):
            yield from (((*at, index), each) for index, each in enumerate(value) if isinstance(each, str) and each)


def text(resource: Resource, *path: str | int) -> str:
    """The first literal string that `path` reaches, or `""`."""
    return next((value for _, value in texts(resource, *path)), "")


def mapping(resource: Resource, *path: str | int) -> Mapping[str, Any]:
    """The mapping at `path`, or an empty one."""
    found = next((value for _, value in known(resource, *path)), None)
    return found if isinstance(found, Mapping) else {}


def label_text(value: Any) -> str:
    """A label's value as Kubernetes compares it: always a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
