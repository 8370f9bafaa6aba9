"""The report for people: what was read, what was found, how the controls stand, and the verdict last.

Every word of the scanned tree goes through `safe_text`, and text and style are kept apart until the end, so that
nothing in a file can style, move or forge a line of the report.
"""

from scanner.core.counting import count
from scanner.core.finding import Finding
from scanner.core.notification import Level, Notification
from scanner.core.result import Decision, RootSummary, ScanResult
from scanner.core.waiver import Waiver
from scanner.reports.checkov_words import judged_by
from scanner.reports.clauses import clauses_by_finding
from scanner.reports.excerpt import Sources
from scanner.reports.interface import RenderOptions
from scanner.reports.safe_text import one_line
from scanner.reports.summary import Sorted, failures_by_severity, sort_findings, unknowns
from scanner.reports.terminal_controls import print_frameworks
from scanner.reports.terminal_findings import print_findings
from scanner.reports.terminal_history import print_history
from scanner.reports.terminal_page import Page, Segment
from scanner.reports.terminal_words import where

_NARROWEST = 40
_VERDICT_STYLES = {
    Decision.PASSED: "bold white on green",
    Decision.BLOCKED: "bold white on red",
    Decision.INCOMPLETE: "bold black on yellow",
}
_LEVEL_STYLES = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.NOTE: "dim"}


def render(result: ScanResult, options: RenderOptions) -> str:
    """The whole report as text, with ANSI colours where the options ask for them."""
    page = Page(max(_NARROWEST, options.width), color=options.color)
    clauses = clauses_by_finding(result)
    heaps = sort_findings(result)
    _print_read(page, result)
    print_findings(page, heaps.open, clauses, Sources(result.release), grouped=not options.verbose)
    if options.verbose:
        _print_passed(page, heaps)
    _print_waived(page, heaps)
    print_history(page, result, heaps, options.verbose)
    _print_notifications(page, result)
    print_frameworks(page, result.frameworks, clauses)
    _print_verdict(page, result, heaps)
    return page.text()


def _print_read(page: Page, result: ScanResult) -> None:
    digest = result.bundle_digest.removeprefix("sha256:")[:12]
    about = f" {result.tool_version} · {judged_by(result)} ({digest}) · as of {result.as_of}"
    page.line(("releasegate", "bold"), (about, "dim"))
    page.heading("Read")
    longest = max((len(one_line(root.path)) for root in result.roots), default=0)
    for root in result.roots:
        page.paragraph(_root(root), [(one_line(root.path).ljust(longest) + "  ", "")], indent=2)
    declared = " · ".join(
        f"{name.replace('_', ' ')}: {', '.join(sorted(values))}"
        for name, values in sorted(result.scope.declared.items())
    )
    page.paragraph([(one_line(declared) or "nothing", "")], [("The release declares  ", "dim")], indent=2)


def _root(root: RootSummary) -> list[Segment]:
    counts = [f"{count} {name}" for name, count in sorted(root.files_by_format.items())]
    text = [(" · ".join(counts) or "no file of a known format", "")]
    if root.files_not_claimed:
        text.append((f" · {count(root.files_not_claimed, 'file')} no parser claims", "dim"))
    if root.files_ignored:
        text.append((f" · {count(root.files_ignored, 'file')} ignored", "dim"))
    return text


def _print_passed(page: Page, heaps: Sorted) -> None:
    if heaps.passed:
        page.heading("Passed")
        for finding in heaps.passed:
            page.paragraph(where(finding), [(f"{finding.policy.id}  ", "green")], indent=2)


def _print_waived(page: Page, heaps: Sorted) -> None:
    """What one reason accepts in several places is told once, and below that the places."""
    accepted: dict[tuple[object, ...], list[tuple[Finding, Waiver]]] = {}
    for finding in heaps.waived:
        if waiver := finding.waiver:
            key = (finding.policy.id, waiver.until, waiver.reason, waiver.owner, waiver.approver)
            accepted.setdefault(key, []).append((finding, waiver))
    if accepted:
        page.heading("Waived")
    for members in accepted.values():
        finding, waiver = members[0]
        policy: list[Segment] = [(one_line(finding.policy.id), "bold")]
        if len(members) == 1:
            page.paragraph([*where(finding), *_waiver(waiver)], [*policy, ("  ", "")], indent=2)
            continue
        page.paragraph(_waiver(waiver), [*policy, (f" x{len(members)}", "bold")], indent=2)
        for each, _ in members:
            page.paragraph(where(each), indent=4)


def _waiver(waiver: Waiver) -> list[Segment]:
    text = [(f"  until {waiver.until.isoformat()}: ", "dim"), (one_line(waiver.reason), "")]
    names = [f"owner {one_line(waiver.owner)}"] if waiver.owner else []
    names += [f"approved by {one_line(waiver.approver)}"] if waiver.approver else []
    return [*text, (f"  ({', '.join(names)})", "dim")] if names else text


def _print_notifications(page: Page, result: ScanResult) -> None:
    notes = sorted(result.notifications, key=_most_weighty)
    if notes:
        page.heading("Notifications")
        longest = max(len(note.component) for note in notes)
        for note in notes:
            label = [(f"{note.level.value:<7}  ", _LEVEL_STYLES[note.level]), (f"{note.component:<{longest}}  ", "dim")]
            where = f"{one_line(str(note.location))}  " if note.location else ""
            page.paragraph([(where, "cyan"), (one_line(note.message), "")], label, indent=2)


def _most_weighty(note: Notification) -> tuple[int, tuple[str, int, str, str]]:
    return list(Level).index(note.level), note.sort_key


def _print_verdict(page: Page, result: ScanResult, heaps: Sorted) -> None:
    decision = result.verdict.decision
    page.rule()
    page.paragraph([(_counts(result, heaps), "")], [(f" {decision.value} ", _VERDICT_STYLES[decision]), ("  ", "")])
    profile = [f"by the gate profile {result.verdict.profile}"] if result.verdict.profile else []
    for reason in (*result.verdict.reasons, *profile):
        page.paragraph([(one_line(reason), "")], [("· ", "dim")], indent=len(decision.value) + 4)


def _counts(result: ScanResult, heaps: Sorted) -> str:
    """Every severity that occurs, what is unknown, what does not count, and what speaks for the release."""
    counts = [f"{number} {severity}" for severity, number in failures_by_severity(heaps.open).items() if number]
    counts += [f"{unknowns(heaps.open)} unknown"] if unknowns(heaps.open) else []
    counts += [f"{len(heaps.waived)} waived"] if heaps.waived else []
    counts += [f"{len(heaps.known)} known"] if heaps.known else []
    fixed = result.comparison.fixed if result.comparison else ()
    counts += [f"{len(fixed)} fixed"] if fixed else []
    return ", ".join([*counts, f"{len(heaps.passed)} passed"])
