"""Tolerant access to what a manifest holds, and the lines of attributes that are derived from it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.image_reference import MARK, image_parts

PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\([^()]*\)|\$[A-Za-z_][A-Za-z0-9_]*")


def mapping(value: Any) -> Mapping[str, Any]:
    """The value when it is a mapping, an empty one when it is anything else."""
    return value if isinstance(value, Mapping) else {}


def elements(value: Any) -> Sequence[Any]:
    """The value when it is a list, an empty one when it is anything else."""
    return value if isinstance(value, list) else ()


def at(value: Any, *path: str | int) -> Any:
    """What the path leads to, None when it ends early."""
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def word(value: Any) -> str | None:
    """A scalar as the text that Kubernetes would see, None for everything else (and for no text at all)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) and value != "" else None


def filled(text: str) -> str | Unresolved:
    """The text, or an unknown when something in it is filled in before deployment (`${BUCKET}`, `{{ .bucket }}`)."""
    if PLACEHOLDER.search(text):
        return Unresolved(text, f"{text} has a placeholder that is filled in before deployment")
    return text


def image(written: str) -> dict[str, Any]:
    """The parts of an image reference; a placeholder makes those unknown that it may reach into."""
    written = written.strip()
    return image_parts(PLACEHOLDER.sub(MARK, written), filled(written))


class Written(Mapping[AttributePath, Location]):
    """The lines of a resource's attributes, by the place in the document where each of them is written.

    `routes` leads from the beginning of an attribute path to a path in the document; the longest beginning counts.
    """

    def __init__(
        self,
        document: Mapping[AttributePath, Location],
        routes: Mapping[AttributePath, AttributePath],
        attributes: Mapping[str, Any],
    ) -> None:
        self._document, self._routes, self._attributes = document, routes, attributes

    def __getitem__(self, path: AttributePath) -> Location:
        found = self.behind(path)
        if found is None:
            raise KeyError(path)
        document, place = found
        return document[place]

    def behind(self, path: AttributePath) -> tuple[Mapping[AttributePath, Location], AttributePath] | None:
        """The lines of the document, and the path in it that an attribute is read from; None for what is worked out."""
        for length in range(len(path), -1, -1):
            if path[:length] in self._routes:
                return self._document, self._routes[path[:length]] + path[length:]
        return None

    def __iter__(self) -> Iterator[AttributePath]:
        yield from (path for path in _paths(self._attributes, ()) if path in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _paths(value: Any, prefix: AttributePath) -> Iterator[AttributePath]:
    steps = value.items() if isinstance(value, Mapping) else enumerate(elements(value))
    for step, inner in steps:
        yield (*prefix, step)
        yield from _paths(inner, (*prefix, step))
