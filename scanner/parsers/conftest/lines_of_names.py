"""Files of one entry a line: `.env`, `.properties`, and those that git and docker ignore by."""

import re
from collections.abc import Iterator

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.conftest.part import Part, whole
from scanner.parsers.interface import ParseContext
from scanner.yaml_source import SourceError

_ENTRY = re.compile(
    r"\s*(?:export\s+)?([\w.]+)(?:\s*=\s*|:\s+?)('(?:\\'|[^'])*'|\"(?:\\\"|[^\"])*\"|[^#\n]+)?\s*(?:\s*#.*)?"
)
_VARIABLE = re.compile(r"\\?\$\{?([A-Z0-9_]+)?\}?")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


def read_ignore(text: str, path: str, _context: ParseContext) -> list[Part]:
    """The lines of a .gitignore or .dockerignore."""
    entries = []
    for line in text.split("\n"):
        stripped = line.rstrip(" ")
        stripped += " " if stripped.endswith("\\") and stripped != line else ""
        kind, value = "Path", _unescaped(stripped)
        if not stripped:
            kind, value = "Empty", line
        elif line.startswith("#"):
            kind, value = "Comment", stripped[1:].strip()
        elif line.startswith("!"):
            kind, value = "NegatedPath", _unescaped(stripped[1:])
        entries.append({"Kind": kind, "Value": value, "Original": line})
    locations: dict[AttributePath, Location] = {
        (index,): Location(path, index + 1) for index, entry in enumerate(entries) if entry["Kind"] != "Empty"
    }
    return [Part(entries, whole(text, path), locations)]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(\\?)", r"\1", text)


def read_dotenv(text: str, path: str, _context: ParseContext) -> list[Part]:
    """The variables of a .env file. What it takes from the environment is empty: a scan has none."""
    values: dict[str, str] = {}
    locations: dict[AttributePath, Location] = {}
    for number, line in _entries(text.removeprefix("\ufeff"), path):
        found = _ENTRY.fullmatch(line)
        if found is None:
            if line.startswith("export") and line.partition(" ")[2] in values:
                continue
            raise SourceError("not a .env file: this line has no name=value", Location(path, number))
        values[found[1]] = _env_value((found[2] or "").strip(), values)
        locations[(found[1],)] = Location(path, number)
    return [Part(values, whole(text, path), locations)]


def _entries(text: str, path: str) -> Iterator[tuple[int, str]]:
    """What stands on a line, or on several in quotes, with the number of its first line."""
    lines = re.split(r"\r\n|\r|\n", text)
    number = 0
    while number < len(lines):
        line, first = lines[number].strip(), number + 1
        number += 1
        if not line or line.startswith("#"):
            continue
        value = re.split("=" if "=" in line else ":", line, maxsplit=1)[-1].strip()
        quote = value[:1] if value[:1] in ("'", '"') and len(value) < len(line) else ""
        if quote:
            end = value[1:].strip().rfind(quote)
            quote = "" if end >= 0 and value[end] != "\\" else quote
        while quote and number < len(lines):
            following = lines[number]
            line += "\n" + following
            number += 1
            end = following.rfind(quote)
            if end >= 0 and following[max(0, end - 1)] != "\\":
                quote = ""
        if quote:
            raise SourceError("not a .env file: a quote has no end", Location(path, first))
        yield first, line


def _env_value(written: str, known: dict[str, str]) -> str:
    quote = written[0] if len(written) >= 2 and written[0] in "'\"" and written[0] == written[-1] else ""
    value = written[1:-1] if quote else written
    if quote == '"':
        value = re.sub(r"\\([^$])", r"\1", value.replace("\\n", "\n").replace("\\r", "\r"))
    if quote == "'":
        return value

    def replaced(match: re.Match[str]) -> str:
        if match[0].startswith("\\"):
            return match[0][1:]
        return known.get(match[1], "") if match[1] else match[0]

    return _VARIABLE.sub(replaced, value)


def read_properties(text: str, path: str, _context: ParseContext) -> list[Part]:
    """The properties of a Java file; `${key}` stays as it is written."""
    values: dict[str, str] = {}
    locations: dict[AttributePath, Location] = {}
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    number = 0
    while number < len(lines):
        line, first = lines[number].lstrip(" \t\f"), number + 1
        number += 1
        if not line or line[0] in "#!":
            continue
        while (len(line) - len(line.rstrip("\\"))) % 2 and number < len(lines):
            line = line[:-1] + lines[number].lstrip(" \t\f")
            number += 1
        found = re.match(r"(?P<key>(?:\\.|[^\\:= \t\f])*)[ \t\f]*[:=]?[ \t\f]*", line, re.DOTALL)
        assert found is not None  # noqa: S101 - it matches nothing too
        key = _plain(found["key"])
        values[key] = _plain(line[found.end() :])
        locations[(key,)] = Location(path, first)
    return [Part(values, whole(text, path), locations)]


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _ESCAPED.get(match[2], match[2]), text)
