"""YAML, JSON and TOML in Conftest's shape."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.conftest.part import Part, as_go, elements, whole
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.packaging.toml_lines import toml_lines
from scanner.yaml_source import Document, SourceError, load_documents
from scanner.yaml_source.json_text import read_json as read_values
from scanner.yaml_source.positions import Source

_SEPARATOR = re.compile(r"\r?\n---\r?\n")
_WORDS = {
    **{form: "true" for word in ("y", "yes", "true", "on") for form in (word, word.capitalize(), word.upper())},
    **{form: "false" for word in ("n", "no", "false", "off") for form in (word, word.capitalize(), word.upper())},
}
_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def read_yaml(text: str, path: str, _context: ParseContext) -> list[Part]:
    """The documents of a file; one without content is null, as Conftest judges it too.

    Conftest reads only the first of the documents that a `---` with a comment behind it divides; here all are read.
    """
    pieces = _pieces(text.removeprefix("\ufeff"))
    parts: list[Part] = []
    for piece, line in pieces:
        documents = load_documents(piece, path, line)
        found = [_part(document, piece, line) for document in documents]
        parts += found or [Part(None, Location(path, line))]
    return elements(parts[0]) if len(parts) == 1 else parts


def _pieces(text: str) -> list[tuple[str, int]]:
    """The text cut where Conftest cuts it, each piece with its first line."""
    pieces: list[tuple[str, int]] = []
    start, line = 0, 1
    cuts = [*_SEPARATOR.finditer(text)]
    for number, cut in enumerate(cuts):
        if number == 0 and text.startswith("%"):
            continue  # a directive belongs to the document after it
        piece = text[start : cut.start()]
        pieces.append((piece, line))
        line += text.count("\n", start, cut.end())
        start = cut.end()
    return [*pieces, (text[start:], line)]


def _part(document: Document, text: str, first_line: int) -> Part:
    contents = as_go(document.value)
    if _has_words(contents):
        contents, locations = _renamed(contents, document, text.split("\n"), first_line)
        return Part(contents, document.location, locations)
    return Part(contents, document.location, document.locations)


def _has_words(value: Any) -> bool:
    if isinstance(value, dict):
        return any(key in _WORDS or _has_words(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_has_words, value))


def _renamed(
    contents: Any, document: Document, lines: list[str], first_line: int
) -> tuple[Any, Mapping[AttributePath, Location]]:
    """With the keys that YAML takes for truth values, such as `on`, as Go writes those."""
    locations: dict[AttributePath, Location] = {}

    def walk(value: Any, old: AttributePath, new: AttributePath) -> Any:
        if old and old in document.locations:
            locations[new] = document.locations[old]
        if isinstance(value, list):
            return [walk(each, (*old, index), (*new, index)) for index, each in enumerate(value)]
        if not isinstance(value, dict):
            return value
        result = {}
        for key, each in value.items():
            name = key
            at = document.locations.get((*old, key)) if key in _WORDS else None
            if at is not None and lines[at.start_line - first_line][at.start_column - 1] not in "\"'":
                name = _WORDS[key]
            result[name] = walk(each, (*old, key), (*new, name))
        return result

    return walk(contents, (), ()), locations


def read_json(text: str, path: str, _context: ParseContext) -> list[Part]:
    """The value of a file, or each element of a list."""
    documents = list(read_values(Source(text.removeprefix("\ufeff"), path, 1)))
    if len(documents) != 1:
        raise SourceError("not JSON: a file holds one value", documents[1].location if documents else Location(path, 1))
    document = documents[0]
    return elements(Part(as_go(document.value), document.location, document.locations))


def read_toml(text: str, path: str, _context: ParseContext) -> list[Part]:
    """The tables of a file; times are text, those without a zone with that of UTC."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        where = Location(path, int(place[1]), int(place[2])) if place else Location(path, 1)
        raise SourceError(f"not TOML: {_TOML_PLACE.sub('', str(error)).strip()}", where) from None
    except RecursionError:
        raise SourceError("not TOML: nested too deeply", Location(path, 1)) from None
    return [Part(as_go(_timed(value)), whole(text, path), toml_lines(text, path))]


def _timed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_timed(inner) for inner in value]
    if isinstance(value, datetime):
        text = value.replace(tzinfo=None).isoformat()
        offset = value.strftime("%z")
        zone = f"{offset[:3]}:{offset[3:5]}" if offset and offset[:5] not in ("+0000", "-0000") else "Z"
        return _fraction(text) + zone
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00Z"
    return f"0000-01-01T{_fraction(value.isoformat())}Z" if isinstance(value, time) else value


def _fraction(text: str) -> str:
    return text.rstrip("0") if "." in text else text
