"""Where the tables and keys of a TOML text are written: the standard library reads the values, but not the places."""

import re
from bisect import bisect_right

from scanner.core.location import Location
from scanner.core.values import AttributePath

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_STATEMENT = re.compile(
    rf"\s*+(?:\#[^\n]*+\s*+)*(?:(?P<list>\[)?\[[ \t]*(?P<table>{_DOTTED})[ \t]*\]|(?P<key>{_DOTTED})[ \t]*=[ \t]*)"
)
_PART = re.compile(_KEY)
_TOKEN = re.compile(
    r'''(?P<string>"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')'''
    r"""|(?P<comment>\#[^\n]*)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)|(?P<end>\n)|(?P<blank>[ \t\r]+)"""
    r"""|(?P<plain>[^\s"'\#\[\]{},]+)""",
    re.DOTALL,
)


def toml_lines(text: str, path: str) -> dict[AttributePath, Location]:
    """The place of every table, of every key with its value, and of each element of a list at the top of a value.

    `text` is valid TOML.
    """
    found: dict[AttributePath, Location] = {}
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    table: AttributePath = ()
    counts: dict[AttributePath, int] = {}
    at = 0
    while (statement := _STATEMENT.match(text, at)) is not None:
        if statement["table"] is not None:
            table = _parts(statement["table"])
            if statement["list"]:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            place = _location(starts, path, statement.start("table"), statement.end("table"))
            for length in range(1, len(table) + 1):
                found.setdefault(table[:length], place)
            at = text.find("\n", statement.end())
            if at < 0:
                break
            continue
        key = (*table, *_parts(statement["key"]))
        end, elements = _value(text, statement.end())
        found[key] = _location(starts, path, statement.start("key"), end)
        for index, (first, last) in enumerate(elements):
            found[(*key, index)] = _location(starts, path, first, last)
        at = end
    return found


def _parts(name: str) -> AttributePath:
    return tuple(each[1:-1] if each[0] in "\"'" else each for each in _PART.findall(name))


def _value(text: str, start: int) -> tuple[int, list[tuple[int, int]]]:
    """Where the value that begins at `start` ends, and where the elements of the list stand that it may be."""
    depth, at = 0, start
    last = start
    elements: list[tuple[int, int]] = []
    is_list = text[start : start + 1] == "["
    first = -1
    while (token := _TOKEN.match(text, at)) is not None:
        kind = token.lastgroup
        if kind == "end" and depth == 0:
            break
        closes_list = kind == "close" and depth == 1
        if is_list and first >= 0 and depth == 1 and (kind == "comma" or closes_list):
            elements.append((first, last))
            first = -1
        elif is_list and first < 0 and depth == 1 and kind in ("string", "open", "plain"):
            first = token.start()
        depth += (kind == "open") - (kind == "close")
        at = token.end()
        if kind not in ("end", "blank", "comment", "comma"):
            last = at
    return max(last, start), elements


def _location(starts: list[int], path: str, start: int, end: int) -> Location:
    first, last = bisect_right(starts, start), bisect_right(starts, max(start, end - 1))
    return Location(path, first, start - starts[first - 1] + 1, last, max(start, end - 1) - starts[last - 1] + 1)
