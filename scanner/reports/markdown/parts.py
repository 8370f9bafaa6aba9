"""The parts of a page of Markdown about one scan, in the order in which a reader needs them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from scanner.core.control import FrameworkResult, Standing
from scanner.core.finding import Finding, Status
from scanner.core.notification import Level
from scanner.core.result import ScanResult
from scanner.core.waiver import Waiver, WaiverState
from scanner.reports.checkov_words import UNMAPPED, also
from scanner.reports.clauses import Clause, clause_number, short_name, standings
from scanner.reports.markdown.escaping import code, plain, prose
from scanner.reports.markdown.fitting import Part
from scanner.reports.plain_lines import LEGEND, clause_words
from scanner.reports.safe_text import first_sentence
from scanner.reports.summary import MOST_SEVERE_FIRST, Sorted, failures_by_severity, short_id, unknowns

SOON = 30
"""Days before its end from which on a waiver is named."""

_MESSAGE, _PLACE, _NAME, _CLAUSES, _REASON = 400, 200, 120, 400, 250
_MOST_REASONS = 10


def verdict(result: ScanResult) -> Part:
    """The decision, and every reason for it."""
    decided = result.verdict
    profile = f" (profile {plain(decided.profile, _NAME)})" if decided.profile else ""
    incomplete = "" if decided.is_complete else "Not everything could be evaluated; what was not has not passed.\n\n"
    title = f"## releasegate: {decided.decision.value}{profile}\n\n{incomplete}"
    reasons = [f"- {plain(reason, _REASON)}\n" for reason in decided.reasons[:_MOST_REASONS]]
    return Part(title, "", reasons, "", "reasons", len(decided.reasons))


def counts(result: ScanResult, heaps: Sorted) -> Part:
    """How many findings there are, by severity; what was known before is apart from what is new."""
    compared = result.comparison
    names = " | ".join(severity.value for severity in MOST_SEVERE_FIRST)
    lines = [f"| | {names} | unknown |", f"|---|{'--:|' * (len(MOST_SEVERE_FIRST) + 1)}"]
    lines.append(_counted("**new**" if compared else "**open**", heaps.open))
    lines += [_counted("known before", heaps.known)] if compared or heaps.known else []
    fixed = [f"{len(compared.fixed)} fixed"] if compared else []
    others = ", ".join([*fixed, f"{len(heaps.waived)} waived", f"{len(heaps.passed)} passed"])
    against = f" Compared with {plain(compared.source, _NAME)}." if compared else ""
    return Part("\n".join([*lines, "", f"{others}.{against}"]) + "\n")


def _counted(name: str, findings: Sequence[Finding]) -> str:
    numbers = [*failures_by_severity(findings).values(), unknowns(findings)]
    return f"| {name} | {' | '.join(str(number) for number in numbers)} |"


def findings(
    result: ScanResult, heaps: Sorted, clauses: Mapping[str, tuple[Clause, ...]], with_fix: bool, most: int
) -> Part:
    """A table of what needs someone's attention, the most severe first, with the first sentence of the remedy if asked
    for."""
    heading = "New findings" if result.comparison else "Findings"
    if not heaps.open:
        return Part(f"### No {heading.lower()}\n")
    title, head = f"### {heading}: {len(heaps.open)}\n\n", "| severity | finding |\n|---|---|\n"
    rows = [_row(finding, clauses.get(finding.fingerprint, ()), with_fix) for finding in heaps.open[:most]]
    legend = f"\n{plain(LEGEND, _MESSAGE)}\n"
    return Part(title, head, rows, legend, "findings, the least severe,", len(heaps.open), 1)


def _row(finding: Finding, clauses: Sequence[Clause], with_fix: bool) -> str:
    """Two columns, because code hosts give a page little width and a table of more has to be pushed about."""
    policy, failed = finding.policy, finding.status is Status.FAIL
    severity = f"**{policy.severity}**" if failed else f"unknown ({policy.severity})"
    what = [f"{code(policy.id, _NAME)} {prose(finding.message or policy.title, _MESSAGE)}"]
    if finding.cause and finding.cause not in finding.message:
        what.append(f"Not known: {prose(finding.cause, _MESSAGE)}")
    touched = f" · {plain(clause_words(clauses), _CLAUSES)}" if clauses else ""
    touched += "" if policy.is_mapped else f" · {UNMAPPED}"
    what.append(f"{code(str(finding.location), _PLACE)}{touched} · {code(short_id(finding), _NAME)}{_also(finding)}")
    if with_fix and policy.remediation:
        what.append(f"Fix: {prose(first_sentence(policy.remediation), _MESSAGE)}")
    return f"| {severity} | {'<br>'.join(what)} |\n"


def _also(finding: Finding) -> str:
    return f" · also judged by {code(also(finding), _PLACE)}" if finding.also else ""


def controls(result: ScanResult) -> Part:
    """How the controls of each framework stand: never that a release complies."""
    names = " | ".join(each.value for each in Standing)
    head = f"| framework | {names} |\n|---|{'--:|' * len(Standing)}\n"
    rows = [_standing_row(judged) for judged in result.frameworks if judged.applies]
    lines = ["", "A clause is met only as far as the checks reach; nothing here says that the release complies."]
    lines += ["", *(_not_applying(judged) for judged in result.frameworks if not judged.applies)]
    if not result.frameworks:
        return Part("")
    return Part("### Controls\n\n", head if rows else "", rows, "\n".join(lines).rstrip() + "\n", "frameworks")


def _standing_row(judged: FrameworkResult) -> str:
    numbers = " | ".join(str(number) for number in standings(judged).values())
    return f"| {plain(short_name(judged.framework), _NAME)} | {numbers} |\n"


def _not_applying(judged: FrameworkResult) -> str:
    return f"- {plain(short_name(judged.framework), _NAME)} does not apply: {plain(judged.reason, _MESSAGE)}"


def controls_not_met(result: ScanResult) -> Part:
    """The clauses that are not met, framework by framework, with the day from which they bind."""
    rows = []
    for judged in result.frameworks:
        for each in judged.controls:
            if judged.applies and each.standing is Standing.NOT_MET:
                number = f"{short_name(judged.framework)} {clause_number(judged.framework, each.control)}"
                later = f" (from {each.upcoming.isoformat()})" if each.upcoming else ""
                about = f"{plain(each.control.title, _NAME)}{later} | {plain(each.reason, _MESSAGE)}"
                rows.append(f"| {plain(number, _NAME)} | {about} |\n")
    head = "<details><summary>Clauses not met: {}</summary>\n\n| clause | about | why |\n|---|---|---|\n"
    return Part("", head.format(len(rows)), rows, "\n</details>\n", "clauses not met", rank=4) if rows else Part("")


def not_evaluated(result: ScanResult, most: int) -> Part:
    """What the tool could not read or judge, errors first."""
    levels = Counter(note.level for note in result.notifications)
    notes = [note for note in result.notifications if note.level is not Level.NOTE]
    notes.sort(key=lambda note: (note.level is not Level.ERROR, note.sort_key))
    rows = [
        f"- **{note.level.value}** {code(str(note.location), _PLACE) + ' ' if note.location else ''}"
        f"{prose(note.message, _MESSAGE)}\n"
        for note in notes[:most]
    ]
    heading = f"### Not evaluated: errors {levels[Level.ERROR]}, warnings {levels[Level.WARNING]}\n\n"
    return Part(heading, "", rows, "", "notifications", len(notes), 2) if rows else Part("")


def waivers(result: ScanResult, most: int) -> Part:
    """Waivers that end within `SOON` days or are over already: the next scan may block for them."""
    today = date.fromisoformat(result.as_of)
    found = {use.waiver: use.state for use in result.waivers}
    found |= {each.waiver: WaiverState.IN_FORCE for each in result.findings if each.waiver}
    due = [
        (waiver, state)
        for waiver, state in found.items()
        if state is WaiverState.EXPIRED or (state is WaiverState.IN_FORCE and (waiver.until - today).days <= SOON)
    ]
    due.sort(key=lambda entry: (entry[0].until, entry[0].policy, entry[0].location, entry[0].reason))
    rows = [_waiver_row(waiver, state) for waiver, state in due[:most]]
    title = f"### Waivers over or ending within {SOON} days\n\n"
    head = "| policy | until | reason | owner | place |\n|---|---|---|---|---|\n"
    return Part(title, head, rows, "", "waivers", len(due), 3) if rows else Part("")


def _waiver_row(waiver: Waiver, state: WaiverState) -> str:
    until = f"{waiver.until.isoformat()}{' **over**' if state is WaiverState.EXPIRED else ''}"
    about = f"{prose(waiver.reason, _MESSAGE)} | {plain(waiver.owner, _NAME)} | {code(str(waiver.location), _PLACE)}"
    return f"| {code(waiver.policy, _NAME)} | {until} | {about} |\n"


def known_and_fixed(result: ScanResult, heaps: Sorted, most: int) -> Part:
    """What was there before, in a section of its own that is closed: what is gone, and what has stayed."""
    fixed = result.comparison.fixed if result.comparison else ()
    rows = [_old_row("fixed", entry.policy, entry.address, entry.path) for entry in fixed[:most]]
    rows += [
        _old_row("known", each.policy.id, each.resource.address, str(each.location), _also(each))
        for each in heaps.known[: most - len(rows)]
    ]
    head = f"<details><summary>Fixed: {len(fixed)}, known before: {len(heaps.known)}</summary>\n\n"
    table = "| | policy | resource | place |\n|---|---|---|---|\n"
    total = len(fixed) + len(heaps.known)
    return Part("", head + table, rows, "\n</details>\n", "fixed and known findings", total, 6) if total else Part("")


def _old_row(state: str, policy: str, address: str, place: str, more: str = "") -> str:
    return f"| {state} | {code(policy, _NAME)}{more} | {code(address, _PLACE)} | {code(place, _PLACE)} |\n"
