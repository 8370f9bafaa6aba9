"""Prints open findings by file and resource, each with the line that decided it; what repeats is told once."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from rich.cells import set_cell_size

from scanner.core.counting import count
from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.policy import Policy, Severity
from scanner.core.resource import Resource
from scanner.reports.checkov_words import UNMAPPED, also_judged_by, below_title
from scanner.reports.clauses import Clause, clause_number, short_name
from scanner.reports.excerpt import ExcerptLine, Sources
from scanner.reports.safe_text import first_sentence, one_line, visible
from scanner.reports.summary import short_id, weight
from scanner.reports.terminal_groups import Group, differing, grouped_alike
from scanner.reports.terminal_page import Page, Segment, width_of

_INDENT = 4
_LABEL = 9
_FURTHER = 4
_CONTEXT_LINES = 1
_TAB = "    "
_UNKNOWN = "UNKNOWN"
_SEVERITY_STYLES: Mapping[str, str] = {
    Severity.CRITICAL.name: "bold white on red",
    Severity.HIGH.name: "bold red",
    Severity.MEDIUM.name: "bold yellow",
    Severity.LOW.name: "bold blue",
    _UNKNOWN: "bold magenta",
}


def print_findings(
    page: Page,
    findings: Sequence[Finding],
    clauses: Mapping[str, tuple[Clause, ...]],
    sources: Sources,
    grouped: bool = True,
) -> None:
    """Files, resources and findings, each with the most severe first; the findings are in the order of `summary`.

    With `grouped` those that say the same of several places are told in full once, and below that their places. Each
    has the beginning of its fingerprint behind it.
    """
    groups = grouped_alike(findings) if grouped else [Group(finding) for finding in findings]
    for path, in_file in _by(groups, lambda group: group.first.location.path):
        page.heading(one_line(path), "bold cyan")
        for _, of_resource in _by(in_file, lambda group: group.first.resource.key):
            page.blank()
            page.paragraph(_resource(of_resource[0].first.resource), indent=2)
            for group in of_resource:
                page.blank()
                _print_finding(page, group, clauses.get(group.first.fingerprint, ()), sources)
                _print_others(page, group)
    if groups:
        page.blank()
        if any(group.others for group in groups):
            page.paragraph([("What is the same in several places is told once; -v tells it in full for each.", "dim")])
        why = f"releasegate explain {short_id(groups[0].first)} tells where a value comes from."
        page.paragraph([(why, "dim")])


def _by(groups: Sequence[Group], key: Callable[[Group], str]) -> list[tuple[str, list[Group]]]:
    """The groups by `key`; those with the most severe first, else in order, their members as they come."""
    heaps: dict[str, list[Group]] = {}
    for group in groups:
        heaps.setdefault(key(group), []).append(group)
    return sorted(heaps.items(), key=lambda heap: (weight(heap[1][0].first), heap[0]))


def _resource(resource: Resource) -> list[Segment]:
    name = [(one_line(resource.address), "bold")]
    if resource.type not in resource.address:
        name.append((f"  {one_line(resource.type)}", "dim"))
    return name


def _print_finding(page: Page, group: Group, clauses: tuple[Clause, ...], sources: Sources) -> None:
    """What is the same for all findings of a policy, or of a place, is laid out once."""
    finding = group.first
    policy, failed = finding.policy, finding.status is Status.FAIL
    page.once(("title", policy.id, failed, group.size), lambda: _print_title(page, policy, failed, group.size))
    page.paragraph([(below_title(finding), ""), (f"  {short_id(finding)}", "dim")], indent=_INDENT)
    page.once(finding.location, lambda: _print_place(page, finding.location, sources))
    if finding.cause:
        _print_labelled(page, "unknown", [(one_line(finding.cause), "magenta")])
    for related in finding.related_locations:
        where = [(one_line(str(related.location)), "cyan"), (f"  {one_line(related.message)}", "")]
        _print_labelled(page, "see", where)
    others = sorted({id_ for each in (finding, *group.others) for id_ in each.also})
    if others:
        _print_labelled(page, "also", [(also_judged_by(others).removeprefix("also "), "dim")])
    page.once(("advice", policy.id, clauses), lambda: _print_advice(page, policy, clauses))


def _print_title(page: Page, policy: Policy, failed: bool, places: int) -> None:
    word = policy.severity.name if failed else _UNKNOWN
    title = [(one_line(policy.id), "bold"), (f" x{places}", "bold") if places > 1 else ("", "")]
    title.append((f"  {one_line(policy.title)}", ""))
    if not failed:
        title.append((f"  ({policy.severity})", "dim"))
    page.paragraph(title, [(word, _SEVERITY_STYLES[word]), ("  ", "")], _INDENT)


def _print_others(page: Page, group: Group) -> None:
    """A line for each: its place, its resource, and what it says that the first one does not."""
    if group.others:
        also = f"the same in {count(len(group.others), 'more place')}"
        page.paragraph([(also, "dim")], indent=_INDENT)
    worlds = {finding.resource.world for finding in (group.first, *group.others)}
    for finding in group.others:
        text = [(f"  {one_line(finding.resource.address)}", "")]
        if len(worlds) > 1 and finding.resource.world:
            text.append((f"  in {one_line(finding.resource.world)}", "dim"))
        difference = one_line(differing(group.first, finding))
        if difference:
            text.append((f"  {difference}", "dim"))
        text.append((f"  {short_id(finding)}", "dim"))
        page.paragraph([(one_line(str(finding.location)), "cyan"), *text], indent=_INDENT + 2, further=_FURTHER)


def _print_place(page: Page, location: Location, sources: Sources) -> None:
    page.paragraph([(one_line(str(location)), "cyan")], indent=_INDENT)
    _print_excerpt(page, sources.excerpt(location, _CONTEXT_LINES))


def _print_advice(page: Page, policy: Policy, clauses: Sequence[Clause]) -> None:
    if clauses:
        _print_labelled(page, "clauses", _clauses(clauses))
    elif not policy.is_mapped:
        _print_labelled(page, "clauses", [(UNMAPPED, "dim")])
    if policy.remediation:
        _print_labelled(page, "fix", [(first_sentence(policy.remediation), "")])


def _print_labelled(page: Page, label: str, text: Sequence[Segment]) -> None:
    page.paragraph(text, [(label.ljust(_LABEL), "dim")], _INDENT)


def _clauses(clauses: Sequence[Clause]) -> list[Segment]:
    """`GDPR 32(1)(a), ~5(1)(f) · EU AI Act 15(5) from 2027-12-02`; the control summary explains the marks."""
    text: list[Segment] = []
    for _, group in groupby(clauses, key=lambda clause: clause.framework.id):
        members = list(group)
        text += [(" · ", "")] if text else []
        text.append((one_line(short_name(members[0].framework)), "bold"))
        text.append((" " + ", ".join(_clause(clause) for clause in members), ""))
    return text


def _clause(clause: Clause) -> str:
    number = one_line(clause_number(clause.framework, clause.control))
    later = f" from {clause.upcoming.isoformat()}" if clause.upcoming else ""
    return f"{'~' if clause.supporting else ''}{number}{later}"


def _print_excerpt(page: Page, lines: Sequence[ExcerptLine]) -> None:
    digits = max((len(str(line.number)) for line in lines), default=0)
    room = page.width - _INDENT - digits - 5
    for line in lines:
        drawn, before, marked = _drawn(line, room)
        mark, style = ("> ", "default") if line.deciding else ("  ", "dim")
        page.line((" " * _INDENT, ""), (mark, "bold red"), (f"{line.number:>{digits}} │ ", "dim"), (drawn, style))
        if marked:
            gutter = " " * (_INDENT + 2 + digits)
            page.line((gutter, ""), (" │ ", "dim"), (" " * before + "^" * marked, "bold red"))


def _drawn(line: ExcerptLine, room: int) -> tuple[str, int, int]:
    """The line as it fits into `room` cells, how many cells stand before its deciding part, and how many are of it.

    Of a line that is too long only what stands around the deciding part is drawn.
    """
    left = line.start - room // 4 if len(line.text) > room and line.start > room // 2 else 0
    head = ("…" if left else "") + _shown(line.text[left : line.start])
    drawn = head + _shown(line.text[max(left, line.start) : left + room + 1])
    before = width_of(head)
    marked = width_of(_shown(line.text[line.start : min(line.end, left + room + 1)])) if line.deciding else 0
    if width_of(drawn) > room:
        drawn = set_cell_size(drawn, room - 1) + "…"
    return drawn.rstrip(), before, max(0, min(marked, room - before))


def _shown(text: str) -> str:
    return visible(text.replace("\t", _TAB))
