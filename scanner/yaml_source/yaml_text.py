"""The documents of a YAML text, put together from libyaml's events without recursion and within limits."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from scanner.core.location import Location
from scanner.core.values import format_path
from scanner.yaml_source.positions import MAX_DEPTH, Document, Locations, Node, Source, SourceError

MAX_NODES = 1_000_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_YAML_TAG = "tag:yaml.org,2002:"
_WORDS: dict[str, Any] = {
    **{form: True for word in ("y", "yes", "true", "on") for form in (word, word.capitalize(), word.upper())},
    **{form: False for word in ("n", "no", "false", "off") for form in (word, word.capitalize(), word.upper())},
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_INTEGER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_OCTAL = re.compile(r"[-+]?0[0-7]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 100


def _plain(text: str) -> Any:
    """The value of an unquoted scalar."""
    return _resolved(text) if len(text) <= _LONGEST_NUMBER else text


@lru_cache(maxsize=8192)
def _resolved(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "0123456789+-.":
        digits = text if text[0] == "." else text.replace("_", "")
        if _INTEGER.fullmatch(digits):
            return int(digits, 8 if _OCTAL.fullmatch(digits) else 0)
        if _FLOAT.fullmatch(digits) and math.isfinite(float(digits)):
            return float(digits)
    return text


def _scalar(event: yaml.ScalarEvent) -> Any:
    tag = event.tag
    if tag is None:
        return event.value if event.style else _plain(event.value)
    if tag.removeprefix(_YAML_TAG) in ("int", "float", "bool", "null"):
        return _plain(event.value)
    return event.value


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values are one and the same, or equal scalars of one type."""
    return one is other or (type(one) is type(other) and not isinstance(one, dict | list) and one == other)


class _Frame:
    """A mapping or list that is being read."""

    __slots__ = ("anchor", "before", "height", "is_merge", "key", "key_start", "merged", "node", "value")

    def __init__(self, node: Node, value: dict[str, Any] | list[Any], anchor: str | None, before: int) -> None:
        self.node, self.value, self.anchor, self.before = node, value, anchor, before
        self.key: str | None = None
        self.key_start = 0
        self.is_merge = False
        self.height = 1
        self.merged: set[str] = set()  # the keys whose value came in through a merge


@dataclass(frozen=True)
class _Anchor:
    value: Any
    node: Node
    nodes: int
    height: int
    text: str | None


class _Builder:
    """Puts the events of one document together, without recursion and within the limits."""

    def __init__(self, source: Source, offset: int) -> None:
        self.source, self.offset = source, offset
        self.stack: list[_Frame] = []
        self.anchors: dict[str, _Anchor] = {}
        self.duplicates: list[tuple[str, Location]] = []
        self.root: tuple[Any, Node] | None = None

    def feed(self, event: yaml.NodeEvent | yaml.CollectionEndEvent) -> None:
        start, end = _index(event.start_mark) + self.offset, _index(event.end_mark) + self.offset
        self.source.values_read += 1
        frame = self.stack[-1] if self.stack else None
        if isinstance(event, yaml.ScalarEvent):
            if frame is not None and frame.key is None and isinstance(frame.value, dict):
                frame.key, frame.key_start = event.value, start
                frame.is_merge = event.value == "<<" and not event.style
                if event.anchor:
                    self.anchors[event.anchor] = _Anchor(event.value, Node(start, end), 1, 0, event.value)
                return
            value, node = _scalar(event), Node(start, end)
            if event.anchor:
                self.anchors[event.anchor] = _Anchor(value, node, 1, 0, event.value)
            self._attach(value, node, 0)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close(end)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor or "", start, end)
        else:
            self._open(event, start, end)
        if self.source.values_read > MAX_NODES:
            message = f"more than {MAX_NODES:,} values with its aliases expanded; split the file or use fewer aliases"
            raise self.source.error(message, start)

    def _open(self, event: yaml.NodeEvent, start: int, end: int) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.key is None and isinstance(frame.value, dict):
            raise self.source.error("a list or mapping is used as a key; put the key in quotes", start)
        if len(self.stack) >= MAX_DEPTH:
            raise self._too_deep(start)
        node = Node(start, end)
        value: dict[str, Any] | list[Any]
        if isinstance(event, yaml.MappingStartEvent):
            value, node.keys = {}, {}
        else:
            value, node.elements = [], []
        if event.anchor:
            self.anchors.pop(event.anchor, None)  # an alias to it from inside is an error
        self.stack.append(_Frame(node, value, event.anchor, self.source.values_read))

    def _too_deep(self, start: int) -> SourceError:
        return self.source.error(f"nested deeper than {MAX_DEPTH} levels; flatten the document", start)

    def _alias(self, name: str, start: int, end: int) -> None:
        anchor = self.anchors.get(name)
        if anchor is None:
            raise self.source.error("an alias names no anchor before it; define the anchor first", start)
        self.source.values_read += anchor.nodes
        if len(self.stack) + anchor.height > MAX_DEPTH:
            raise self._too_deep(start)
        frame = self.stack[-1]
        if frame.key is None and isinstance(frame.value, dict):
            if anchor.text is None:
                raise self.source.error("a list or mapping is used as a key; put the key in quotes", start)
            frame.key, frame.key_start, frame.is_merge = anchor.text, start, False
            return
        node = Node(start, end)
        node.keys, node.elements = anchor.node.keys, anchor.node.elements
        self._attach(anchor.value, node, anchor.height)

    def _close(self, end: int) -> None:
        frame = self.stack.pop()
        if self.source.text[end - 1 : end] in ("]", "}"):
            frame.node.end = max(frame.node.end, end)
        if frame.anchor:
            counted = self.source.values_read - frame.before + 1
            self.anchors[frame.anchor] = _Anchor(frame.value, frame.node, counted, frame.height, None)
        self._attach(frame.value, frame.node, frame.height)

    def _merge(self, frame: _Frame, value: Any, node: Node) -> None:
        """Take in the keys of a mapping, or of several, the first of which counts most.

        As for Kubernetes (go-yaml v2) the place of `<<` decides: what is written before it is replaced.
        """
        parts = list(zip(value, node.elements or (), strict=True)) if isinstance(value, list) else [(value, node)]
        for part, part_node in reversed(parts):
            if not isinstance(part, dict):
                raise self.source.error("<< merges something that is no mapping; name a mapping's anchor", node.start)
            assert isinstance(frame.value, dict)  # noqa: S101 - only a mapping has keys
            assert frame.node.keys is not None  # noqa: S101
            for key, inner in part.items():
                if key in frame.value and key not in frame.merged and not _is_same(frame.value[key], inner):
                    self._duplicate(key, frame.key_start, node.end)
                frame.value[key] = inner
                frame.node.keys[key] = (part_node.keys or {})[key]
                frame.merged.add(key)

    def _duplicate(self, key: str, start: int, end: int) -> None:
        steps = [len(each.value) if isinstance(each.value, list) else each.key or "" for each in self.stack[:-1]]
        self.duplicates.append((format_path((*steps, key)), self.source.location(start, max(start, end))))

    def _attach(self, value: Any, node: Node, height: int) -> None:
        if not self.stack:
            self.root = (value, node)
            return
        frame = self.stack[-1]
        frame.node.end = max(frame.node.end, node.end)
        frame.height = max(frame.height, height + 1)
        if isinstance(frame.value, list):
            frame.value.append(value)
            assert frame.node.elements is not None  # noqa: S101 - a list has elements
            frame.node.elements.append(node)
            return
        key, frame.key = frame.key, None
        assert key is not None  # noqa: S101 - a value in a mapping comes after its key
        assert frame.node.keys is not None  # noqa: S101
        if frame.is_merge:
            self._merge(frame, value, node)
            return
        if key in frame.value and key not in frame.merged:
            self._duplicate(key, frame.key_start, node.end)
        frame.merged.discard(key)
        frame.value[key] = value
        frame.node.keys[key] = (frame.key_start, node)


def read_yaml(source: Source, start: int = 0, end: int | None = None) -> Iterator[Document]:
    """Every document of the text between two offsets that has content. Raises `SourceError`."""
    text = source.text[start:end]
    builder = _Builder(source, start)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                builder.feed(event)
            elif isinstance(event, yaml.DocumentEndEvent):
                if builder.root is not None:
                    value, node = builder.root
                    if value is not None or node.end > node.start:
                        yield _document(source, value, node, builder.duplicates)
                builder = _Builder(source, start)
    except yaml.MarkedYAMLError as error:
        raise _yaml_error(source, error, start) from None
    except yaml.reader.ReaderError as error:
        before = text.encode(errors="replace")[: max(0, int(error.position))].decode(errors="ignore")
        message = f"not YAML: {error.reason}; take the character out or write it as an escape"
        raise source.error(message, start + len(before)) from None
    except UnicodeEncodeError as error:
        message = "not YAML: a character that is not valid Unicode; save the file as UTF-8"
        raise source.error(message, start + error.start) from None


def _document(source: Source, value: Any, node: Node, duplicates: list[tuple[str, Location]]) -> Document:
    locations = Locations(source, lambda: node)
    return Document(value, source.location(node.start, node.end), locations, tuple(duplicates))


def _yaml_error(source: Source, error: yaml.MarkedYAMLError, offset: int) -> SourceError:
    what = error.problem or error.context or "not readable"
    if error.problem and error.context and error.context_mark:
        line = source.error("", offset + _index(error.context_mark)).location.start_line
        what += f" {error.context} that starts in line {line}"
    at = offset + _index(error.problem_mark or error.context_mark)
    if source.text[at : at + 1] == "\t":
        return source.error("not YAML: a tab where only spaces may stand; indent with spaces", at)
    return source.error(f"not YAML: {what}; correct the indentation, quotes or brackets there", at)


def _index(mark: Any) -> int:
    """The character's offset; both of PyYAML's classes of marks have it, though their common type does not say so."""
    return int(mark.index) if mark else 0
