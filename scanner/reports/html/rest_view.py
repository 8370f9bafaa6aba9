"""What the page tells beside findings and controls: waivers, what was there before, what was not evaluated."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scanner.core.counting import count
from scanner.core.finding import Finding, Status
from scanner.core.notification import Level
from scanner.core.result import ScanResult
from scanner.core.waiver import WaiverState, WaiverUse
from scanner.reports.checkov_words import also_judged_by, and_checks
from scanner.reports.safe_text import one_line
from scanner.reports.summary import Sorted

_MOST_LISTED = 5000
_SOON = 30
# How a state looks, in the words of controls; those that are not here are wrong.
_STATES: Mapping[WaiverState, tuple[str, str]] = {
    WaiverState.IN_FORCE: ("waived", "~"),
    WaiverState.UNUSED: ("not-evaluated", "·"),
    WaiverState.NOT_EVALUATED: ("not-evaluated", "·"),
}


@dataclass(frozen=True)
class WaiverRow:
    """One waiver and what became of it; `left` says in words how long it holds, `findings` what it covers.

    `until` and `left` are empty where no end could be read.
    """

    policy: str
    reason: str
    owner: str
    approver: str
    until: str
    left: str
    is_soon: bool
    state: str
    kind: str
    mark: str
    in_force: bool
    why: str
    source: str
    where: str
    covers: str
    findings: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class KnownRow:
    """A finding of before, still there or gone."""

    id: str
    policy: str
    severity: str
    status: str
    message: str
    where: str


@dataclass(frozen=True)
class NoteRow:
    """One notification of the tool."""

    level: str
    component: str
    message: str
    where: str


@dataclass(frozen=True)
class NotEvaluated:
    """What was not judged: the tool's own trouble, what could not be decided and why, policies without a result.

    Policies that found nothing to judge are counted in `idle` and listed in `nothing_to_judge`, but for Checkov's.
    """

    notes: Sequence[NoteRow]
    notes_left_out: int
    errors: int
    causes: Sequence[tuple[str, int]]
    causes_left_out: int
    unknown: int
    not_run: str
    nothing_to_judge: Sequence[tuple[str, str]]
    idle: str


def waivers(result: ScanResult, heaps: Sorted) -> list[WaiverRow]:
    """Every waiver, those in force first, each group by when it ends."""
    named = {finding.fingerprint: finding for finding in heaps.waived}
    uses = list(result.waivers)
    listed = {fingerprint for use in uses for fingerprint in use.findings}
    uses += [
        WaiverUse(finding.waiver, WaiverState.IN_FORCE, (finding.fingerprint,))
        for finding in heaps.waived
        if finding.waiver and finding.fingerprint not in listed
    ]
    today = date.fromisoformat(result.as_of)
    order = list(WaiverState)
    uses.sort(key=lambda use: (order.index(use.state), use.waiver.until, use.waiver.location, use.waiver.policy))
    # A finding has its place on the page once, so that what leads to it leads somewhere certain.
    return [_waiver(use, today, [named.pop(each) for each in use.findings if each in named]) for use in uses]


def _waiver(use: WaiverUse, today: date, covered: Sequence[Finding]) -> WaiverRow:
    waiver = use.waiver
    days = (waiver.until - today).days
    kind, mark = _STATES.get(use.state, ("not-met", "✕"))
    pattern = " in ".join(one_line(part) for part in (waiver.address, waiver.path) if part)
    return WaiverRow(
        policy=one_line(waiver.policy),
        reason=one_line(waiver.reason),
        owner=one_line(waiver.owner),
        approver=one_line(waiver.approver),
        until=waiver.ends,
        left=_left(days) if waiver.ends else "",
        is_soon=use.state is WaiverState.IN_FORCE and 0 <= days <= _SOON,
        state=use.state.value,
        kind=kind,
        mark=mark,
        in_force=use.state is WaiverState.IN_FORCE,
        why=one_line(use.why),
        source=waiver.source.value,
        where=one_line(str(waiver.location)),
        covers=pattern,
        findings=[(each.fingerprint, _message(each)) for each in covered],
    )


def _left(days: int) -> str:
    if days < 0:
        return f"over for {-days} day{'s' if days < -1 else ''}"
    return "last day" if not days else f"{days} day{'s' if days > 1 else ''} left"


def _message(finding: Finding) -> str:
    return one_line(finding.message) + (f" ({also_judged_by(finding.also)})" if finding.also else "")


def known(heaps: Sorted) -> list[KnownRow]:
    """The findings that were there before and that nobody has accepted."""
    return [
        KnownRow(
            finding.fingerprint,
            one_line(finding.policy.id),
            finding.policy.severity.value,
            finding.status.value,
            _message(finding),
            one_line(str(finding.location)),
        )
        for finding in heaps.known[:_MOST_LISTED]
    ]


def fixed(result: ScanResult) -> list[KnownRow]:
    """The known findings that are gone."""
    if result.comparison is None:
        return []
    return [
        KnownRow("", one_line(each.policy), "", each.status, one_line(each.address), one_line(each.path))
        for each in result.comparison.fixed[:_MOST_LISTED]
    ]


def not_evaluated(result: ScanResult, heaps: Sorted) -> NotEvaluated:
    """The tool's notifications with errors first, the causes of what is unknown, and the policies without a result."""
    order = list(Level)
    notes = sorted(result.notifications, key=lambda note: (order.index(note.level), note.sort_key))
    unknown = [finding for finding in (*heaps.open, *heaps.known) if finding.status is Status.UNKNOWN]
    causes = Counter(one_line(finding.cause) or "no cause was given" for finding in unknown)
    ranked = sorted(causes.items(), key=lambda item: (-item[1], item[0]))
    run = {policy.id for policy in result.policies}
    named = {policy for judged in result.frameworks for each in judged.controls for policy in each.control.policies}
    judged_by = {id_ for finding in result.findings for id_ in (finding.policy.id, *finding.also)}
    idle = [policy for policy in result.policies if policy.id not in judged_by]
    return NotEvaluated(
        notes=[
            NoteRow(
                note.level.value,
                one_line(note.component),
                one_line(note.message),
                one_line(str(note.location)) if note.location else "",
            )
            for note in notes[:_MOST_LISTED]
        ],
        notes_left_out=max(0, len(notes) - _MOST_LISTED),
        errors=sum(note.level is Level.ERROR for note in notes),
        causes=ranked[:50],
        causes_left_out=max(0, len(ranked) - 50),
        unknown=len(unknown),
        not_run=and_checks(", ".join(one_line(id_) for id_ in sorted(named - run)), result.checks_left_out),
        nothing_to_judge=[
            (one_line(policy.id), one_line(policy.title)) for policy in sorted(idle, key=lambda policy: policy.id)
        ],
        idle=and_checks(count(len(idle), "policy", "policies") if idle else "", len(result.quiet_checks)),
    )
