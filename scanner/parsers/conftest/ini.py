"""INI files as go-ini reads them: sections of keys, with numbers and truth values as such."""

import math
import re
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.conftest.part import Part, as_go, whole
from scanner.parsers.interface import ParseContext
from scanner.yaml_source import SourceError

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_TRUE = frozenset(("t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("f", "F", "FALSE", "false", "False"))
_DEFAULT = "DEFAULT"


def read_ini(text: str, path: str, _context: ParseContext) -> list[Part]:
    """The sections of a file; keys before the first of them, and those of `[DEFAULT]`, are left out as by Conftest."""
    reading = _Reading(text.removeprefix("\ufeff"), path)
    sections = reading.sections()
    sections.pop(_DEFAULT, None)
    locations = {at: where for at, where in reading.locations.items() if at[0] != _DEFAULT}
    return [Part(as_go(sections), whole(text, path), locations)]


class _Reading:
    """One file, line by line."""

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.next = 0
        self.locations: dict[AttributePath, Location] = {}

    def sections(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {_DEFAULT: {}}
        name, count = _DEFAULT, 1
        while self.next < len(self.lines):
            line = self.lines[self.next].lstrip()
            self.next += 1
            number = self.next
            if not line or line[0] in "#;":
                continue
            if line[0] == "[":
                end = line.rfind("]")
                if end < 0:
                    raise self._error("a section without its ]", number)
                name, count = line[1:end] or _DEFAULT, 1
                if not line[1:end]:
                    raise self._error("a section without a name", number)
                found.setdefault(name, {})
                self.locations[(name,)] = Location(self.path, number)
                continue
            key, rest = self._key(line, number)
            if key == "-":
                key, count = f"#{count}", count + 1
            found[name][key] = _typed(self._value(rest, number))
            self.locations[name, key] = Location(self.path, number, 1, self.next)
        return found

    def _key(self, line: str, number: int) -> tuple[str, str]:
        """The name of a key, and what stands behind the delimiter."""
        quote = next((each for each in ('"""', '"', "`") if line.startswith(each)), "")
        if quote == '"""' and len(line) <= 6:
            quote = '"'
        start = len(quote)
        end = line.find(quote, start) if quote else 0
        if end < 0:
            raise self._error("a quote around a key has no end", number)
        at = next((index for index in range(end + start, len(line)) if line[index] in "=:"), -1)
        if at < 0:
            raise self._error("a key without = or :", number)
        name = (line[start:end] if quote else line[:at]).strip()
        if not name:
            raise self._error("a value without a key", number)
        return name, line[at + 1 :]

    def _value(self, rest: str, number: int) -> str:
        value = rest.lstrip()
        if not value:
            return ""
        quote = '"""' if value.startswith('"""') and len(value) > 3 else "`" if value[0] == "`" else ""
        if quote:
            end = value.rfind(quote, len(quote))
            return value[len(quote) : end] if end >= 0 else self._until(quote, value[len(quote) :], number)
        value = value.strip()
        if value.endswith("\\"):
            return self._continued(value[:-1])
        comment = re.search("[#;]", value)
        if comment is not None:
            value = value[: comment.start()].strip()
        for each in "'\"":
            if len(value) >= 2 and value[0] == each and value.find(each, 1) == len(value) - 1:
                return value[1:-1]
        return value

    def _until(self, quote: str, begun: str, number: int) -> str:
        """A value over several lines, up to the quote at its end."""
        found = begun + "\n"
        while self.next < len(self.lines):
            line = self.lines[self.next]
            self.next += 1
            end = line.rfind(quote)
            if end >= 0:
                return found + line[:end]
            found += line + "\n"
        raise self._error("a quote around a value has no end", number)

    def _continued(self, value: str) -> str:
        while self.next < len(self.lines):
            line = self.lines[self.next].strip()
            self.next += 1
            if not line:
                break
            value += line
            if not value.endswith("\\"):
                break
            value = value[:-1]
        return value

    def _error(self, message: str, number: int) -> SourceError:
        return SourceError(f"not INI: {message}", Location(self.path, number))


def _typed(value: str) -> Any:
    """As Conftest types values: `1` is a number, `true` a truth value, `yes` text."""
    if _NUMBER.fullmatch(value) and math.isfinite(float(value)):
        return float(value) if not re.fullmatch(r"[+-]?\d{1,300}", value) else int(value)
    if value in _TRUE:
        return True
    return False if value in _FALSE else value
