"""How the controls of each framework stand, for the page."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner.core.control import ControlResult, FrameworkResult, Standing
from scanner.core.finding import Finding, Status
from scanner.core.policy import CHECKOV
from scanner.core.result import ScanResult
from scanner.reports.checkov_words import listed_policies
from scanner.reports.clauses import clause_number, short_name, standings
from scanner.reports.html.text import web_url
from scanner.reports.safe_text import one_line

_MARKS = {
    Standing.MET: "✓",
    Standing.NOT_MET: "✕",
    Standing.WAIVED: "~",
    Standing.NOT_EVALUATED: "·",
    Standing.NEEDS_A_HUMAN: "?",
}
_WEIGHTIEST_FIRST = (
    Standing.NOT_MET,
    Standing.WAIVED,
    Standing.MET,
    Standing.NEEDS_A_HUMAN,
    Standing.NOT_EVALUATED,
)


_AND_MORE = re.compile(r" and \d+ more$")


@dataclass(frozen=True)
class Evidence:
    """Findings of one policy that a control stands on: how many, how they stand, and where they are shown."""

    policy: str
    text: str
    href: str


@dataclass(frozen=True)
class ControlRow:
    """One control. `kind` is the standing as a word without spaces, for the style; `passed` names policies."""

    anchor: str
    number: str
    title: str
    paraphrase: str
    url: str
    standing: str
    kind: str
    mark: str
    reason: str
    evidence_kind: str
    upcoming: str
    evidence: Sequence[Evidence]
    passed: str
    note: str


@dataclass(frozen=True)
class Standings:
    """How many controls stand in one way."""

    name: str
    kind: str
    mark: str
    number: int


@dataclass(frozen=True)
class FrameworkView:
    """One framework; where it does not apply `reason` says why and there are no rows."""

    id: str
    anchor: str
    name: str
    title: str
    version: str
    url: str
    applies: bool
    reason: str
    note: str
    counts: Sequence[Standings]
    rows: Sequence[ControlRow]


def frameworks(result: ScanResult, anchors: Mapping[str, str]) -> list[FrameworkView]:
    """Every framework; `anchors` are those of the policies' open findings."""
    return [_framework(judged, number, anchors) for number, judged in enumerate(result.frameworks, 1)]


def _framework(judged: FrameworkResult, number: int, anchors: Mapping[str, str]) -> FrameworkView:
    framework = judged.framework
    counts = standings(judged)
    return FrameworkView(
        id=one_line(framework.id),
        anchor=f"framework-{number}",
        name=one_line(short_name(framework)),
        title=one_line(framework.title),
        version=one_line(framework.version),
        url=web_url(framework.url),
        applies=judged.applies,
        reason=one_line(judged.reason),
        note=one_line(framework.note),
        counts=[Standings(each.value, _kind(each), _MARKS[each], counts[each]) for each in _WEIGHTIEST_FIRST],
        rows=[_row(judged, each, f"control-{number}-{at}", anchors) for at, each in enumerate(judged.controls, 1)],
    )


def _row(judged: FrameworkResult, stands: ControlResult, anchor: str, anchors: Mapping[str, str]) -> ControlRow:
    control = stands.control
    return ControlRow(
        anchor=anchor,
        number=one_line(clause_number(judged.framework, control)),
        title=one_line(control.title),
        paraphrase=one_line(control.paraphrase),
        url=web_url(control.url),
        standing=stands.standing.value,
        kind=_kind(stands.standing),
        mark=_MARKS[stands.standing],
        reason=_reason(stands),
        evidence_kind=control.evidence.value,
        upcoming=stands.upcoming.isoformat() if stands.upcoming else "",
        evidence=_evidence(stands.findings, anchors),
        passed=_passed(stands.findings),
        note=one_line(control.note),
    )


def _kind(standing: Standing) -> str:
    return standing.value.replace(" ", "-")


def _evidence(findings: Sequence[Finding], anchors: Mapping[str, str]) -> list[Evidence]:
    """What has not passed: failures first, and of these Checkov's checks last."""
    counts = Counter(
        (_ORDER[_heap(finding)], finding.policy.engine == CHECKOV, finding.policy.id, _heap(finding))
        for finding in findings
        if finding.status is not Status.PASS
    )
    return [
        Evidence(
            one_line(policy),
            f"{number} {heap}",
            {"known": "#known", "waived": "#waivers"}.get(heap, f"#{anchors.get(policy, '')}"),
        )
        for (_, _, policy, heap), number in sorted(counts.items())
    ]


def _passed(findings: Sequence[Finding]) -> str:
    by_id = {finding.policy.id: finding.policy for finding in findings if finding.status is Status.PASS}
    return listed_policies(list(by_id.values()))


def _reason(stands: ControlResult) -> str:
    """Why it stands so, without the policies at its end, which are listed beside it with their numbers."""
    failed = [finding for finding in stands.findings if finding.status is Status.FAIL]
    unknown = [finding for finding in stands.findings if finding.status is Status.UNKNOWN]
    said, colon, listed = stands.reason.rpartition(": ")
    names = set(_AND_MORE.sub("", listed).split(", "))
    for findings in ([each for each in failed if each.waiver is None], unknown, failed):
        if colon and names <= {finding.policy.id for finding in findings}:
            return one_line(said)
    return one_line(stands.reason)


_ORDER = {"failing": 0, "unknown": 1, "known": 2, "waived": 3}


def _heap(finding: Finding) -> str:
    if finding.waiver is not None:
        return "waived"
    if not finding.is_open:
        return "known"
    return "failing" if finding.status is Status.FAIL else "unknown"
