"""Dockerfiles in the shape that BuildKit's parser gives, as Conftest hands it to policies.

Only the cutting into words is done here; what a Dockerfile means is read by `scanner.parsers.dockerfile`.
"""

import re
from collections.abc import Iterator
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.conftest.part import Part, whole
from scanner.parsers.dockerfile.lines import (
    directives,
    escape_character,
    instructions,
    json_list,
    physical_lines,
)
from scanner.parsers.interface import ParseContext
from scanner.yaml_source import SourceError

_SPACE = re.compile(r"[\t\v\f\r ]+")
_MAYBE_JSON = frozenset(("cmd", "entrypoint", "run", "shell"))
_JSON_OR_WORDS = frozenset(("add", "copy", "volume"))
_WORDS = frozenset(("expose", "from"))
_PAIRS = frozenset(("env", "label"))
_TEXT = frozenset(("maintainer", "stopsignal", "user", "workdir"))
_KNOWN = _MAYBE_JSON | _JSON_OR_WORDS | _WORDS | _PAIRS | _TEXT | {"arg", "healthcheck", "onbuild"}


def read_dockerfile(text: str, path: str, _context: ParseContext) -> list[Part]:
    """The instructions of a file, and the comments before each of them."""
    lines = physical_lines(text)
    escape = escape_character(lines)
    first = max((number for _, _, number in directives(lines)), default=0)
    commands: list[dict[str, Any]] = []
    locations: dict[AttributePath, Location] = {}
    stage, read_to = 0, first
    stages = 0
    for instruction in instructions(path, lines, escape):
        at = instruction.location
        command = _command(instruction.keyword.lower(), instruction.text, escape, at)
        if command["Cmd"] == "from":
            stages += 1
        stage = max(0, stages - 1)
        for number in _comments(lines, read_to, at.start_line - 1):
            locations[(len(commands),)] = Location(path, number + 1)
            commands.append(_entry("comment", stage, [lines[number].strip()[1:].strip()]))
        read_to = at.end_line
        locations[(len(commands),)] = at
        commands.append({**command, "Stage": stage})
        if instruction.unterminated is not None:
            raise SourceError("not a Dockerfile: a here-document has no end", at)
    if not commands:
        raise SourceError("not a Dockerfile: it has no instructions", Location(path, 1))
    return [Part(commands, whole(text, path), locations)]


def _comments(lines: list[str], start: int, end: int) -> Iterator[int]:
    """The comments that count for the instruction after them: an empty one takes away those above it."""
    found: list[int] = []
    for number in range(start, end):
        line = lines[number].strip()
        if line.startswith("#"):
            found = [*found, number] if line[1:].strip() else []
    yield from found


def _entry(command: str, stage: int, value: list[str] | None) -> dict[str, Any]:
    return {"Cmd": command, "SubCmd": "", "JSON": False, "Flags": None, "Value": value, "Stage": stage}


def _command(keyword: str, rest: str, escape: str, at: Location) -> dict[str, Any]:
    if keyword not in _KNOWN:
        raise SourceError("not a Dockerfile: an unknown instruction", at)
    flags, arguments = _flags(rest, escape)
    entry = _entry(keyword, 0, None)
    entry["Flags"] = flags if rest else None
    if keyword == "onbuild":
        inner, _, inner_rest = (_SPACE.sub(" ", arguments, count=1) + " ").partition(" ")
        nested = _command(inner.lower(), inner_rest.strip(), escape, at)
        return {**entry, "SubCmd": inner, "JSON": nested["JSON"], "Value": nested["Value"]}
    entry["Value"], entry["JSON"] = _value(keyword, arguments, escape, at)
    return entry


def _value(keyword: str, rest: str, escape: str, at: Location) -> tuple[list[str] | None, bool]:
    """The words that stand behind an instruction, and whether they are in its exec form."""
    if not rest:
        return None, False
    if keyword == "healthcheck":
        kind, _, command = _SPACE.sub(" ", rest, count=1).partition(" ")
        value, is_json = _value("cmd", command, escape, at)
        return [kind, *(value or [])], is_json
    if keyword in _MAYBE_JSON or keyword in _JSON_OR_WORDS:
        elements = json_list(rest)
        if elements is not None:
            if not all(isinstance(each, str) for each in elements):
                raise SourceError("not a Dockerfile: a JSON list of other things than strings", at)
            return [str(each) for each in elements] or None, True
    if keyword in _WORDS or keyword in _JSON_OR_WORDS:
        return _SPACE.split(rest), False
    if keyword == "arg":
        return _words(rest, escape), False
    if keyword in _PAIRS:
        return _pairs(rest, escape, at), False
    return [rest], False


def _pairs(rest: str, escape: str, at: Location) -> list[str]:
    words = _words(rest, escape)
    if "=" not in words[0]:
        parts = _SPACE.split(rest, maxsplit=1)
        if len(parts) < 2:
            raise SourceError("not a Dockerfile: a name without a value", at)
        return [*parts, ""]
    found: list[str] = []
    for word in words:
        name, separator, value = word.partition("=")
        if not separator:
            raise SourceError("not a Dockerfile: a word that is no name=value", at)
        found += [name, value, "="]
    return found


def _words(text: str, escape: str) -> list[str]:
    """The words with their quotes."""
    words: list[str] = []
    word, quote, position = "", "", 0
    while position < len(text):
        char = text[position]
        if not quote and char.isspace():
            if word:
                words.append(word)
            word = ""
        elif char == escape and quote != "'":
            word += text[position : position + 2] if position + 1 < len(text) else ""
            position += 1
        else:
            if quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
            word += char
        position += 1
    return [*words, word] if word else words


def _flags(text: str, escape: str) -> tuple[list[str], str]:
    """The flags before the arguments, without their quotes, and the arguments."""
    flags: list[str] = []
    word, quote, position = "", "", 0
    started = False
    while position < len(text):
        char = text[position]
        if not started:
            if not char.isspace():
                if not text.startswith("--", position):
                    return flags, text[position:].strip()
                started = True
                continue
        elif not quote and char.isspace():
            started = False
            if word == "--":
                return flags, text[position:].strip()
            flags.append(word)
            word = ""
        elif char == escape:
            word += text[position + 1 : position + 2]
            position += 1
        elif quote:
            word, quote = (word, "") if char == quote else (word + char, quote)
        elif char in "'\"":
            quote = char
        else:
            word += char
        position += 1
    if word and word != "--":
        flags.append(word)
    return flags, ""
