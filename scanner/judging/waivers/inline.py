"""Inline waivers: a comment in the scanned file that accepts a FAIL, with a reason and an end."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from scanner.core.location import Location
from scanner.core.resource import SourceFile
from scanner.core.waiver import Waiver
from scanner.judging.waivers.written import Written

_MARK = "releasegate:ignore"
_COMMENT = re.compile(rf"(?:#|//|<!--|/\*)\s*{_MARK}=(?P<ids>[\w.,-]+)(?P<rest>.*)$")
_FIELD = re.compile(r"""\b(?P<name>[a-z]+)=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>\S+))""")
# In the template of a chart also its comments, and the conditions that a block stands in.
_ONLY_COMMENT = re.compile(r"^\s*(#|//|<!--|(\{\{-?\s*)?/\*|\*|\{\{-?\s*(if|with|range|end|else)\b)|^\s*$")
_EXAMPLE = f'write {_MARK}=ENC-002 until=2027-01-31 reason="why it is acceptable"'


def inline_waivers(files: Iterable[SourceFile]) -> list[Written]:
    """Every inline waiver of the files, one for each policy that a comment names."""
    found: list[Written] = []
    for file in files:
        if _MARK not in file.text:
            continue
        lines = file.text.split("\n")
        for number, line in enumerate(lines, start=1):
            if _MARK in line:
                found += _parsed(line, Location(file.path, number), spoken_of(lines, number))
    return found


def _parsed(line: str, at: Location, below: int) -> Iterator[Written]:
    match = _COMMENT.search(line)
    if match is None:
        yield Written(Waiver("", "", date.min, at), f"this waiver cannot be read and waives nothing: {_EXAMPLE}")
        return
    fields: dict[str, str] = {}
    for field in _FIELD.finditer(match["rest"]):
        value = next(value for value in field.group("double", "single", "bare") if value is not None)
        fields.setdefault(field["name"], value.strip())
    until, why = date.min, ""
    if "until" not in fields or not fields.get("reason"):
        lacks = "a reason" if "until" in fields else "its end"
        why = f"this waiver lacks {lacks} and waives nothing: {_EXAMPLE}"
    try:
        until = date.fromisoformat(fields.get("until", date.min.isoformat()))
    except ValueError:
        why = why or f"until={fields['until']} is no date (YYYY-MM-DD); this waiver waives nothing"
    for id_ in match["ids"].split(","):
        waiver = Waiver(
            policy=id_,
            reason=fields.get("reason", ""),
            until=until,
            location=at,
            owner=fields.get("owner", ""),
            approver=fields.get("approver", ""),
            ticket=fields.get("ticket", ""),
        )
        yield Written(waiver, why, below)


def spoken_of(lines: Sequence[str], number: int) -> int:
    """The first line below `number` that is more than a comment: what a comment on its own line speaks of."""
    if not _ONLY_COMMENT.match(lines[number - 1]):
        return number  # the comment stands behind code
    for below in range(number + 1, len(lines) + 1):
        if not _ONLY_COMMENT.match(lines[below - 1]):
            return below
    return number
