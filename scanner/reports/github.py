"""Annotations on GitHub: workflow commands, one a line, which the runner reads from the output of a step.

GitHub shows the first 10 errors, 10 warnings and 10 notices of a step. So the most severe come first, the last notice
says what GitHub would drop, and that is not written at all. Text of the scanned tree stands behind the second `::` of a
line or, escaped, in a property, and never at the start of a line, where it could be a command of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Severity
from scanner.core.result import ScanResult
from scanner.reports.checkov_words import UNMAPPED, also
from scanner.reports.clauses import Clause, clause_number, clauses_by_finding, short_name
from scanner.reports.interface import RenderOptions
from scanner.reports.safe_text import first_sentence, one_line, visible
from scanner.reports.summary import short_id, sort_findings

MOST_OF_A_LEVEL = 10
_LEVELS: Mapping[Severity, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}
# So many of the files that could not be read are told before any finding: they put all others in doubt.
_TROUBLE_FIRST = 3
_MOST_RELATED = 3


@dataclass(frozen=True)
class Annotation:
    """One command; `kind` is what it is counted as where it does not fit, `lines` are its message."""

    level: str
    title: str
    lines: tuple[str, ...]
    kind: str
    location: Location | None = None

    def __str__(self) -> str:
        where = _place(self.location) if self.location else {}
        properties = {**where, "title": _property(one_line(self.title))}
        written = ",".join(f"{name}={value}" for name, value in properties.items())
        return f"::{self.level} {written}::{'%0A'.join(_data(line) for line in self.lines)}"


def render(result: ScanResult, _: RenderOptions) -> str:
    """The commands, of which the last tells the verdict; the options are for reports that people read."""
    clauses = clauses_by_finding(result)
    found = [_of_finding(finding, clauses.get(finding.fingerprint, ())) for finding in sort_findings(result).open]
    trouble = [_of_notification(note) for note in result.notifications if note.level is Level.ERROR]
    shown, dropped = _fitting([*trouble[:_TROUBLE_FIRST], *found, *trouble[_TROUBLE_FIRST:]])
    return "".join(f"{annotation}\n" for annotation in [*shown, _verdict(result, dropped)])


def _fitting(annotations: Iterable[Annotation]) -> tuple[list[Annotation], Mapping[str, int]]:
    """Those that GitHub shows, with a place left for the verdict, and how many others there are of each kind."""
    room = {"error": MOST_OF_A_LEVEL, "warning": MOST_OF_A_LEVEL, "notice": MOST_OF_A_LEVEL - 1}
    shown, dropped = [], Counter[str]()
    for annotation in annotations:
        if room[annotation.level]:
            room[annotation.level] -= 1
            shown.append(annotation)
        else:
            dropped[annotation.kind] += 1
    return shown, dropped


def _of_finding(finding: Finding, clauses: Sequence[Clause]) -> Annotation:
    policy, failed = finding.policy, finding.status is Status.FAIL
    return Annotation(
        level=_LEVELS[policy.severity] if failed else "warning",
        title=f"{policy.id} {policy.severity}" if failed else f"{policy.id} unknown ({policy.severity})",
        lines=tuple(_lines(finding, clauses)),
        kind=policy.severity.value if failed else "unknown",
        location=finding.location,
    )


def _lines(finding: Finding, clauses: Sequence[Clause]) -> Iterator[str]:
    yield one_line(finding.message or finding.policy.title)
    if finding.cause:
        yield f"Not known: {one_line(finding.cause)}"
    for related in finding.related_locations[:_MOST_RELATED]:
        yield f"See {one_line(str(related.location))} {one_line(related.message)}".rstrip()
    if len(finding.related_locations) > _MOST_RELATED:
        yield f"and {len(finding.related_locations) - _MOST_RELATED} more places"
    if finding.policy.remediation:
        yield f"Fix: {first_sentence(finding.policy.remediation)}"
    if clauses:
        named = (f"{short_name(each.framework)} {clause_number(each.framework, each.control)}" for each in clauses)
        yield f"Touches {one_line(', '.join(named))}"
    elif not finding.policy.is_mapped:
        yield UNMAPPED.capitalize()
    if finding.also:
        yield f"Also judged by {also(finding)}"
    yield f"More: releasegate explain {short_id(finding)}"


def _of_notification(note: Notification) -> Annotation:
    where = note.location
    if note.component == "bundle" and where:  # its files are none of the scanned repository
        return _trouble(note, f"{one_line(str(where))}: {one_line(note.message)}", None)
    return _trouble(note, one_line(note.message), where)


def _trouble(note: Notification, message: str, where: Location | None) -> Annotation:
    return Annotation("error", f"not evaluated ({note.component})", (message,), "of the scan itself", where)


def _verdict(result: ScanResult, dropped: Mapping[str, int]) -> Annotation:
    found, comparison = sort_findings(result), result.comparison
    lines = [one_line(reason) for reason in result.verdict.reasons]
    if dropped:
        kinds = ", ".join(f"{number} {kind}" for kind, number in dropped.items())
        few = f"GitHub shows {MOST_OF_A_LEVEL} of each level"
        lines.append(f"{sum(dropped.values())} more are not annotated, because {few}: {kinds}")
    if found.known:
        lines.append(f"{len(found.known)} known{f' from {one_line(comparison.source)}' if comparison else ''}")
    if comparison and comparison.fixed:
        lines.append(f"{len(comparison.fixed)} fixed since {one_line(comparison.source)}")
    if found.waived:
        lines.append(f"{len(found.waived)} waived")
    return Annotation("notice", f"releasegate {result.verdict.decision}", tuple(lines), "")


def _place(where: Location) -> dict[str, str]:
    """GitHub takes a column only of what stands on one line."""
    place = {"file": _property(where.path), "line": str(where.start_line), "endLine": str(where.end_line)}
    return {**place, "col": str(where.start_column)} if where.start_line == where.end_line else place


def _data(text: str) -> str:
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
