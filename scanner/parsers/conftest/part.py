"""What one file is to policies that were written for Conftest: its contents, and where they are written."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.interface import ParseContext


@dataclass(frozen=True)
class Part:
    """One thing that rules judge: a file, or one of the documents in it.

    `contents` are plain values in the shape that Conftest gives them, `locations` the lines of what is inside.
    """

    contents: Any
    location: Location
    locations: Mapping[AttributePath, Location] = field(default_factory=dict, repr=False)


# Reads the text of the file at a path, relative to the root. Raises `SourceError`.
Read = Callable[[str, str, ParseContext], list[Part]]


def whole(text: str, path: str) -> Location:
    """The place of a whole file."""
    lines = text.split("\n")
    last = max(1, len(lines) - (not lines[-1]))
    return Location(path, 1, 1, last, max(1, len(lines[last - 1])))


def elements(part: Part) -> list[Part]:
    """What Conftest judges one by one: the elements of a list, and anything else as it is."""
    if not isinstance(part.contents, list):
        return [part]
    return [
        Part(value, part.locations.get((index,), part.location), _Below(part.locations, index))
        for index, value in enumerate(part.contents)
    ]


class _Below(Mapping[AttributePath, Location]):
    """The lines of what is inside one element."""

    def __init__(self, locations: Mapping[AttributePath, Location], index: int) -> None:
        self._locations, self._index = locations, index

    def __getitem__(self, path: AttributePath) -> Location:
        if not path:
            raise KeyError(path)
        return self._locations[self._index, *path]

    def __iter__(self) -> Iterator[AttributePath]:
        return (path[1:] for path in self._locations if path[0] == self._index and len(path) > 1)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def as_go(value: Any) -> Any:
    """The value with whole numbers as integers, as Go writes them into JSON; keys are text."""
    if isinstance(value, dict):
        return {str(key): as_go(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_go(inner) for inner in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return int(value)
    return value
