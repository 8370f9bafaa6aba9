"""Where values stand in a text: offsets while reading, lines and columns when somebody asks."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath

MAX_DEPTH = 200

_LINE_END = re.compile(r"\r\n|\n|\r")


class SourceError(Exception):
    """Text that cannot be read: `message` says in one line what is wrong and what to do, `location` where."""

    def __init__(self, message: str, location: Location) -> None:
        super().__init__(message, location)
        self.message = message
        self.location = location

    def __str__(self) -> str:
        return f"{self.location.path}:{self.location.start_line}:{self.location.start_column}: {self.message}"


@dataclass(frozen=True)
class Document:
    """One document of a file: plain values, and the position of each of them.

    `locations` has every mapping key (from the key to the end of its value) and every list element, computed when
    asked for. `duplicate_keys` are the keys written twice in one mapping, as attribute paths in text, with the place
    of the later one, whose value counts.
    """

    value: Any
    location: Location
    locations: Mapping[AttributePath, Location] = field(repr=False, compare=False)
    duplicate_keys: tuple[tuple[str, Location], ...] = ()


class Source:
    """One text and where its offsets lie; the table of lines is made on first use.

    `values_read` counts what has been read of it so far, with aliases expanded, for the limit on that.
    """

    def __init__(self, text: str, path: str, first_line: int) -> None:
        self.text, self.path, self.first_line = text, path, first_line
        self.values_read = 0
        self._line_starts: list[int] = []

    def location(self, start: int, end: int) -> Location:
        """The region from offset `start` to before `end`, without white space at its end."""
        end = min(end, len(self.text))
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return Location(self.path, *self._position(start), *self._position(max(start, end - 1)))

    def error(self, message: str, offset: int) -> SourceError:
        return SourceError(message, Location(self.path, *self._position(offset)))

    def _position(self, offset: int) -> tuple[int, int]:
        if not self._line_starts:
            self._line_starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        line = bisect_right(self._line_starts, min(offset, len(self.text)))
        return line + self.first_line - 1, offset - self._line_starts[line - 1] + 1


class Node:
    """Where a value stands: offsets, and what it holds (`keys` maps a key to its own offset and its value)."""

    __slots__ = ("elements", "end", "keys", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.keys: dict[str, tuple[int, Node]] | None = None
        self.elements: list[Node] | None = None


class Locations(Mapping[AttributePath, Location]):
    """The positions of everything below one node, computed when asked for."""

    def __init__(self, source: Source, find_root: Callable[[], Node]) -> None:
        self._source, self._find_root = source, find_root

    @cached_property
    def _root(self) -> Node:
        return self._find_root()

    def __getitem__(self, path: AttributePath) -> Location:
        node, start = self._root, -1
        for step in path:
            if node.keys is not None and isinstance(step, str) and step in node.keys:
                start, node = node.keys[step]
            elif node.elements is not None and isinstance(step, int) and 0 <= step < len(node.elements):
                node = node.elements[step]
                start = node.start
            else:
                raise KeyError(path)
        if start < 0:
            raise KeyError(path)
        return self._source.location(start, max(start, node.end))

    def __iter__(self) -> Iterator[AttributePath]:
        yield from _paths(self._root, ())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _paths(node: Node, prefix: AttributePath) -> Iterator[AttributePath]:
    children: list[tuple[str | int, Node]] = [(key, child) for key, (_, child) in (node.keys or {}).items()]
    children.extend(enumerate(node.elements or ()))
    for step, child in children:
        yield (*prefix, step)
        yield from _paths(child, (*prefix, step))
