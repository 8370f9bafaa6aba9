"""The documents of a JSON text: values from the json module, positions from a scan of the tokens on demand."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from scanner.core.values import AttributePath, format_path
from scanner.yaml_source.positions import MAX_DEPTH, Document, Locations, Node, Source, SourceError

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|[^\s\[\]{},:"]+', re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_SURROGATE = re.compile("[\ud800-\udfff]")


class _RefusedError(Exception):
    """A number that JSON does not have; `str()` is the token."""


def read_json(source: Source) -> list[Document]:
    """Every JSON value of the text. Raises `SourceError`."""
    documents: list[Document] = []
    may_have_halves = "\\u" in source.text or _SURROGATE.search(source.text) is not None
    position = _skip_space(source.text, 0)
    while position < len(source.text):
        document, end = _read_one(source, position, may_have_halves)
        documents.append(document)
        position = _skip_space(source.text, end)
    return documents


def _read_one(source: Source, start: int, may_have_halves: bool) -> tuple[Document, int]:
    repeated: list[int] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) < len(pairs):
            repeated.append(len(pairs))
        return mapping

    decoder = json.JSONDecoder(object_pairs_hook=collect, parse_float=_finite, parse_constant=_refuse)
    try:
        value, end = decoder.raw_decode(source.text, start)
    except json.JSONDecodeError as error:
        raise source.error(f"not JSON: {error.msg}; correct the text there", error.pos) from None
    except _RefusedError as error:
        at = next(match.start() for match in _tokens(source.text, start) if match.group() == str(error))
        raise source.error("not JSON: a number that JSON does not have; write it as a string", at) from None
    except RecursionError:
        raise _too_deep(source, start) from None
    except ValueError:
        raise source.error("a number with more digits than can be read; write it as a string", start) from None
    if _is_deeper(value):
        raise _too_deep(source, start)
    if may_have_halves:
        value = _repaired(value)
    locations = Locations(source, lambda: _scan(source.text, start, end)[0])
    duplicates = _scan(source.text, start, end)[1] if repeated else []
    named = tuple((format_path(path), source.location(at, node.end)) for path, at, node in duplicates)
    return Document(value, source.location(start, end), locations, named), end


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _tokens(text: str, start: int, end: int | None = None) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(text, start, len(text) if end is None else end)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _RefusedError(digits)
    return number


def _refuse(constant: str) -> NoReturn:
    raise _RefusedError(constant)


def _is_deeper(value: Any) -> bool:
    """Whether containers nest deeper than the limit, looked at level by level."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        containers = [each for each in level if isinstance(each, dict | list)]
        if not containers:
            return False
        level = [child for each in containers for child in (each.values() if isinstance(each, dict) else each)]
    return True


def _too_deep(source: Source, start: int) -> SourceError:
    depth, at = 0, start
    for match in _tokens(source.text, start):
        at = match.start()
        depth += (match.group() in ("[", "{")) - (match.group() in ("]", "}"))
        if depth > MAX_DEPTH:
            break
    return source.error(f"nested deeper than {MAX_DEPTH} levels; flatten the document", at)


def _repaired(value: Any) -> Any:
    """Half of a surrogate pair is no character and cannot be written again; Kubernetes reads it as U+FFFD too."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_repaired(key): _repaired(inner) for key, inner in value.items()}
    return [_repaired(inner) for inner in value] if isinstance(value, list) else value


def _scan(text: str, start: int, end: int) -> tuple[Node, list[tuple[AttributePath, int, Node]]]:
    """The positions in a text that is known to be JSON, and the keys written twice: path, offset, later value."""
    root = Node(start, end)
    stack: list[Node] = []
    steps: list[str | int] = []  # how each open container is reached from the one around it
    key: tuple[str, int] | None = None
    duplicates: list[tuple[AttributePath, int, Node]] = []
    for match in _tokens(text, start, end):
        token = match.group()
        if token in ("]", "}"):
            stack.pop().end = match.end()
            steps.pop()
            continue
        if stack and stack[-1].keys is not None and key is None:
            key = (_repaired(json.loads(token)), match.start())
            continue
        node = Node(match.start(), match.end()) if stack else root
        step: str | int = 0
        if stack and stack[-1].elements is not None:
            step = len(stack[-1].elements)
            stack[-1].elements.append(node)
        elif stack and stack[-1].keys is not None and key is not None:
            step = key[0]
            if step in stack[-1].keys:
                duplicates.append(((*steps[1:], step), key[1], node))
            stack[-1].keys[step] = (key[1], node)
            key = None
        if token in ("[", "{"):
            node.keys, node.elements = ({}, None) if token == "{" else (None, [])
            stack.append(node)
            steps.append(step)
    return root, duplicates
