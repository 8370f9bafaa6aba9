"""The documents that Helm wrote: values of one rendering, lines of the marked one, unknowns where renderings differ."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath, Unresolved, parse_path
from scanner.parsers.kubernetes.rendering.key_lines import KeyLines
from scanner.parsers.kubernetes.rendering.markers import Trail, without_marks
from scanner.yaml_source import Document, SourceError, load_documents_leniently

_DOCUMENT = re.compile(r"^---\n# Source: (.*)\n", re.MULTILINE)
_NAME = "rendered.yaml"
CHANGING = Unresolved("{{ … }}", "the template makes it anew at each rendering (random, or the time of day)")


@dataclass(frozen=True)
class Chunk:
    """One document as Helm wrote it, with the template that it came from (`chart/templates/x.yaml`)."""

    source: str
    text: str


@dataclass(frozen=True)
class Sources:
    """The written files: `paths` by their numbers in marks, `texts` by path, `token` the one in the marks."""

    token: str
    paths: Sequence[str]
    texts: Mapping[str, str]


def chunks(output: str, token: str = "") -> dict[str, list[Chunk]]:
    """The documents of Helm's output by the template that they came from, in order.

    With the `token` of marks, documents that hold nothing but marks are left out, as Helm does with empty ones.
    """
    parts = _DOCUMENT.split(output)
    found: dict[str, list[Chunk]] = {}
    for source, text in zip(parts[1::2], parts[2::2], strict=True):
        if token and not without_marks(text, token).strip():
            continue
        found.setdefault(source, []).append(Chunk(source, text))
    return found


def values_of(chunk: Chunk) -> list[Any]:
    """The values of the chunk's documents."""
    return [each.value for each in load_documents_leniently(chunk.text, _NAME)[0]]


def document_at(chunk: Chunk, place: Location) -> Iterator[Document | SourceError]:
    """The chunk's documents, all of whose lines are `place`."""
    documents, errors = load_documents_leniently(chunk.text, _NAME)
    yield from (SourceError(error.message, place) for error in errors)
    for each in documents:
        yield Document(each.value, place, _Moved(each.locations, place), _moved(each, place))


def document_in(chunk: Chunk, twin: Chunk | None, path: str, sources: Sources) -> Iterator[Document | SourceError]:
    """The chunk's documents with their lines in the template `path`: by the marks of its `twin`, else by its keys."""
    documents, errors = load_documents_leniently(chunk.text, _NAME)
    yield from (SourceError(error.message, Location(path, 1)) for error in errors)
    tracing = _Tracing(twin.text, sources) if twin and len(documents) == 1 else None
    for each in documents:
        by_keys = partial(KeyLines, each, sources.texts.get(path, ""), path)
        if tracing is None or not tracing.trail:
            lines = by_keys()
            yield Document(each.value, lines.block, lines, _moved(each, lines.block))
            continue
        traced = _Traced(each, tracing, by_keys)
        duplicates = tuple((name, traced.place_of(name)) for name, _ in each.duplicate_keys)
        yield Document(each.value, tracing.whole, traced, duplicates)


def settled(value: Any, other: Any) -> Any:
    """The value with an unknown for everything that is different in another rendering of it."""
    if isinstance(value, dict) and isinstance(other, dict):
        if value.keys() != other.keys():
            return CHANGING
        return {key: settled(inner, other[key]) for key, inner in value.items()}
    if isinstance(value, list) and isinstance(other, list) and len(value) == len(other):
        return [settled(inner, outer) for inner, outer in zip(value, other, strict=True)]
    return value if type(value) is type(other) and value == other else CHANGING


def settled_object(value: Any, other: Any) -> Any:
    """As `settled`, for an object; of a name that changes, the beginning that stays is its `generateName`."""
    if not isinstance(value, dict) or not isinstance(other, dict):
        return settled(value, other)
    result = {key: settled(inner, other.get(key)) for key, inner in value.items() if key in other}
    metadata = result.get("metadata")
    if isinstance(metadata, dict) and metadata.get("name") is CHANGING:
        names = [str(each["metadata"]["name"]) for each in (value, other)]
        length = next((i for i, pair in enumerate(zip(*names, strict=False)) if pair[0] != pair[1]), 0)
        result["metadata"] = {key: inner for key, inner in metadata.items() if key != "name"}
        result["metadata"]["generateName"] = names[0][:length]
    return result


def _alike(value: Any, other: Any) -> bool:
    """Whether two values have the same attribute paths."""
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(_alike(inner, other[key]) for key, inner in value.items())
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(_alike, value, other))
    return not isinstance(value, dict | list) and not isinstance(other, dict | list)


class _Tracing:
    """Leads a region of the marked text to the template's lines."""

    def __init__(self, marked: str, sources: Sources) -> None:
        self.trail = Trail(marked, sources.token)
        self.marked = marked
        self._sources, self._rendered = sources, without_marks(marked, sources.token).split("\n")
        self._lines: dict[str, list[str]] = {}

    @property
    def whole(self) -> Location:
        """The place of the document, which begins where its first line does."""
        content = [
            number
            for number, line in enumerate(self._rendered, start=1)
            if line.strip() and not line.lstrip().startswith("#")
        ]
        first, last = (content[0], content[-1]) if content else (1, 1)
        text = self._rendered[first - 1]
        column = len(text) - len(text.lstrip()) + 1
        return self.place(Location("", first, column, last, max(1, len(self._rendered[last - 1].rstrip()))))

    def place(self, region: Location) -> Location:
        """The region of the marked text as one of a template."""
        path, line, column = self._position(region.start_line, region.start_column, is_end=False)
        end_path, end_line, end_column = self._position(region.end_line, region.end_column, is_end=True)
        if end_path != path or end_line < line:
            end_line, end_column = line, self._width(path, line)
        return Location(path, line, column, end_line, max(end_column, column if end_line == line else 1))

    def _position(self, line: int, column: int, *, is_end: bool) -> tuple[str, int, int]:
        number, at = self.trail.origin(line) or (0, 1)
        path = self._sources.paths[number] if number < len(self._sources.paths) else self._sources.paths[0]
        written, rendered = self._line(path, at), self._rendered[line - 1] if line <= len(self._rendered) else ""
        begin, end = (0, column) if is_end else (column - 1, column + 2)
        if written[begin:end] == rendered[begin:end] != "":
            return path, at, column
        return path, at, self._width(path, at) if is_end else len(written) - len(written.lstrip()) + 1

    def _width(self, path: str, line: int) -> int:
        return max(1, len(self._line(path, line).rstrip()))

    def _line(self, path: str, line: int) -> str:
        if path not in self._lines:
            self._lines[path] = self._sources.texts.get(path, "").split("\n")
        lines = self._lines[path]
        return lines[line - 1] if 0 < line <= len(lines) else ""


class _Traced(Mapping[AttributePath, Location]):
    """Positions in the templates, by the marks where the marked text has the same attributes, else by keys.

    The marked text is read when the first position is asked for, which for most objects never happens.
    """

    def __init__(self, document: Document, tracing: _Tracing, by_keys: Callable[[], KeyLines]) -> None:
        self._document, self._tracing, self._by_keys = document, tracing, by_keys

    @cached_property
    def _positions(self) -> Mapping[AttributePath, Location] | None:
        twins = load_documents_leniently(self._tracing.marked, _NAME)[0]
        if len(twins) != 1 or not _alike(self._document.value, twins[0].value):
            return None
        return twins[0].locations

    @cached_property
    def _keys(self) -> KeyLines:
        return self._by_keys()

    def place_of(self, name: str) -> Location:
        """The place of a key by its path in text, or that of the document."""
        try:
            return self[parse_path(name)]
        except (KeyError, ValueError):  # a key with brackets and quotes in it
            return self._tracing.whole

    def __getitem__(self, path: AttributePath) -> Location:
        if self._positions is None:
            return self._keys[path]
        return self._tracing.place(self._positions[path])

    def __iter__(self) -> Iterator[AttributePath]:
        return iter(self._document.locations)

    def __len__(self) -> int:
        return len(self._document.locations)


class _Moved(Mapping[AttributePath, Location]):
    """Everything at one place."""

    def __init__(self, positions: Mapping[AttributePath, Location], place: Location) -> None:
        self._positions, self._place = positions, place

    def __getitem__(self, path: AttributePath) -> Location:
        return self._place if path in self._positions else self._positions[path]

    def __iter__(self) -> Iterator[AttributePath]:
        return iter(self._positions)

    def __len__(self) -> int:
        return len(self._positions)


def _moved(document: Document, place: Location) -> tuple[tuple[str, Location], ...]:
    return tuple((name, place) for name, _ in document.duplicate_keys)
