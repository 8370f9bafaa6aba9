"""Inline waivers: a comment in the scanned file that accepts a FAIL, with a reason and an end."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import SourceFile
from scanner.core.waiver import Waiver

_MARK = "releasegate:ignore"
_COMMENT = re.compile(rf"(?:#|//|<!--|/\*)\s*{_MARK}=(?P<ids>[\w.,-]+)(?P<rest>.*)$")
_UNTIL = re.compile(r"\buntil=(\S+)")
_REASON = re.compile(r"""\breason=(?:"([^"]*)"|'([^']*)')""")
# In the template of a chart also its comments, and the conditions that a block stands in.
_ONLY_COMMENT = re.compile(r"^\s*(#|//|<!--|(\{\{-?\s*)?/\*|\*|\{\{-?\s*(if|with|range|end|else)\b)|^\s*$")
_EXAMPLE = f'write {_MARK}=ENC-002 until=2027-01-31 reason="why it is acceptable"'


@dataclass(frozen=True)
class Waivers:
    """The waivers in force, by policy id and file, and what is wrong with the others."""

    active: tuple[tuple[Waiver, int], ...]
    notifications: tuple[Notification, ...]


def read_waivers(files: Iterable[SourceFile], policies: Collection[str], today: date) -> Waivers:
    """Every inline waiver of `files`. One without reason or date, expired, or for an unknown policy is
    a warning and waives nothing."""
    active: list[tuple[Waiver, int]] = []
    notifications: list[Notification] = []
    for file in files:
        if _MARK not in file.text:
            continue
        lines = file.text.split("\n")
        for number, line in enumerate(lines, start=1):
            if _MARK not in line:
                continue
            at = Location(file.path, number)
            try:
                waivers = _parse(line, at, policies, today)
            except ValueError as error:
                notifications.append(Notification(Level.WARNING, str(error), "waivers", at))
                continue
            active += [(waiver, _next_line(lines, number)) for waiver in waivers]
    return Waivers(tuple(active), tuple(notifications))


def _parse(line: str, at: Location, policies: Collection[str], today: date) -> list[Waiver]:
    match = _COMMENT.search(line)
    if match is None:
        raise ValueError(f"this waiver cannot be read and waives nothing: {_EXAMPLE}")
    until, reason = _UNTIL.search(match["rest"]), _REASON.search(match["rest"])
    text = (reason[1] or reason[2] or "").strip() if reason else ""
    if until is None or not text:
        raise ValueError(f"this waiver lacks {'a reason' if until else 'its end'} and waives nothing: {_EXAMPLE}")
    try:
        end = date.fromisoformat(until[1])
    except ValueError:
        raise ValueError(f"until={until[1]} is no date (YYYY-MM-DD); this waiver waives nothing") from None
    if end < today:
        raise ValueError(f"this waiver ended on {end} and waives nothing: mend the finding or renew the waiver")
    ids = match["ids"].split(",")
    for id_ in ids:
        if id_ not in policies:
            raise ValueError(f"this waiver names {id_}, which is no policy of the bundle; it waives nothing")
    return [Waiver(id_, text, end, at) for id_ in ids]


def _next_line(lines: Sequence[str], number: int) -> int:
    """The first line below `number` that is more than a comment: what a comment on its own line speaks of."""
    if not _ONLY_COMMENT.match(lines[number - 1]):
        return number  # the comment stands behind code
    for below in range(number + 1, len(lines) + 1):
        if not _ONLY_COMMENT.match(lines[below - 1]):
            return below
    return number


def apply_waivers(findings: Sequence[Finding], waivers: Waivers) -> tuple[list[Finding], list[Notification]]:
    """The findings with their waivers, and a note for each waiver that nothing needed.

    A waiver covers a FAIL of its policy whose deciding line it stands on or directly above, or whose
    resource's block holds it or begins directly below it; so does the block of the call that makes the resource.
    """
    by_place: dict[tuple[str, str], list[tuple[Waiver, int]]] = {}
    for waiver, line in waivers.active:
        by_place.setdefault((waiver.policy, waiver.location.path), []).append((waiver, line))
    used: set[Waiver] = set()
    result = []
    for finding in findings:
        accepted = _waiver_for(finding, by_place) if finding.status is Status.FAIL else None
        if accepted is not None:
            used.add(accepted)
        result.append(replace(finding, waiver=accepted) if accepted else finding)
    unused = [waiver for waiver, _ in waivers.active if waiver not in used]
    notes = [
        Notification(
            Level.NOTE, f"this waiver of {waiver.policy} covers no finding; remove it", "waivers", waiver.location
        )
        for waiver in unused
    ]
    return result, notes


def _waiver_for(finding: Finding, by_place: dict[tuple[str, str], list[tuple[Waiver, int]]]) -> Waiver | None:
    at = finding.location
    blocks = (finding.resource.location, *(call.location for call in finding.resource.calls))
    for path in dict.fromkeys((at.path, *(block.path for block in blocks))):
        for waiver, line in by_place.get((finding.policy.id, path), ()):
            on_line = path == at.path and line == at.start_line
            if on_line or any(path == block.path and block.start_line <= line <= block.end_line for block in blocks):
                return waiver
    return None
