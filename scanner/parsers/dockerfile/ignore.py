"""The patterns of `.dockerignore` and of `--exclude`, by the rules of moby/patternmatcher."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import normpath

_ANY_END = re.compile(r"\*\*[^/*?\\\[\].$][^*?\\\[\].$]*")


@dataclass(frozen=True)
class Patterns:
    """Patterns in their order, each with whether it takes files in again (`!`); the last that matches decides."""

    rules: tuple[tuple[re.Pattern[str], bool], ...]

    def match(self, path: str) -> bool:
        """Whether the file at `path`, relative to the root of the patterns, or a folder above it, is left out."""
        parts = path.split("/")
        ways = ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]
        ignored = False
        for expression, takes_in in self.rules:
            if takes_in == ignored and any(expression.fullmatch(way) for way in ways):
                ignored = not takes_in
        return ignored


def patterns(lines: Iterable[str]) -> Patterns:
    """The patterns of a file's lines; a line that is no pattern is passed over."""
    rules = []
    for number, line in enumerate(lines):
        written = line.removeprefix("\ufeff") if not number else line
        if written.startswith("#"):
            continue
        text = written.strip()
        takes_in = text.startswith("!")
        text = text[1:].strip() if takes_in else text
        if not text:
            continue
        text = normpath(text)
        text = text.lstrip("/") if len(text) > 1 else text
        try:
            rules.append((re.compile(_expression(text)), takes_in))
        except re.error:
            continue
    return Patterns(tuple(rules))


def expression(pattern: str) -> re.Pattern[str] | None:
    """A source of COPY with wildcards as a regular expression over paths; None for one that is no pattern."""
    try:
        return re.compile(_expression(pattern))
    except re.error:
        return None


def _expression(pattern: str) -> str:
    if _ANY_END.fullmatch(pattern):  # `**a` is every path that ends in an a, while `**a*` is not
        return ".*" + re.escape(pattern[2:])
    result: list[str] = []
    position = 0
    while position < len(pattern):
        char = pattern[position]
        position += 1
        if char == "*" and pattern.startswith("*", position):
            position += 1
            position += pattern.startswith("/", position)
            result.append("(?:.*/)?" if position < len(pattern) else ".*")
        elif char == "*":
            result.append("[^/]*")
        elif char == "?":
            result.append("[^/]")
        elif char == "\\" and position < len(pattern):
            result.append(re.escape(pattern[position]))
            position += 1
        elif char == "[" and (found := re.compile(r"\^?[^\]]+\]").match(pattern, position)):
            result.append("[" + found[0].replace("[", "\\["))
            position = found.end()
        else:
            result.append(re.escape(char))
    return "".join(result)
