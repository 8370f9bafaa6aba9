"""Prints open findings, grouped by file and resource, each with the line that decided it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from scanner.core.finding import Finding, Status
from scanner.core.policy import Severity
from scanner.reports.clauses import Clause, clause_number, short_name
from scanner.reports.excerpt import ExcerptLine, Sources
from scanner.reports.safe_text import first_sentence, one_line, visible
from scanner.reports.summary import weight
from scanner.reports.terminal_page import Page

_INDENT = 4
_LABEL = 9
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
    page: Page, findings: Sequence[Finding], clauses: Mapping[str, Sequence[Clause]], sources: Sources
) -> None:
    """Files, resources and findings, each with the most severe first."""
    for path, in_file in _grouped(findings, lambda finding: finding.location.path):
        page.heading(one_line(path), "bold cyan")
        for _, of_resource in _grouped(in_file, lambda finding: finding.resource.key):
            resource = of_resource[0].resource
            name = Text().append(one_line(resource.address), "bold")
            if resource.type not in resource.address:
                name.append(f"  {one_line(resource.type)}", "dim")
            page.blank()
            page.paragraph(name, indent=2)
            for finding in of_resource:
                page.blank()
                _print_finding(page, finding, clauses.get(finding.fingerprint, ()), sources)


def _grouped(findings: Sequence[Finding], key: Callable[[Finding], str]) -> list[tuple[str, list[Finding]]]:
    """The findings by `key`; groups and their members with the most severe first, else in order."""
    groups: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: (weight(finding), finding.sort_key)):
        groups.setdefault(key(finding), []).append(finding)
    return sorted(groups.items(), key=lambda group: (weight(group[1][0]), group[0]))


def _print_finding(page: Page, finding: Finding, clauses: Sequence[Clause], sources: Sources) -> None:
    page.paragraph(_title(finding), _badge(finding), _INDENT)
    page.paragraph(Text(one_line(finding.message)), indent=_INDENT)
    page.paragraph(Text(one_line(str(finding.location)), "cyan"), indent=_INDENT)
    _print_excerpt(page, sources.excerpt(finding.location, _CONTEXT_LINES))
    if finding.cause:
        _print_labelled(page, "unknown", Text(one_line(finding.cause), "magenta"))
    for related in finding.related_locations:
        where = Text().append(one_line(str(related.location)), "cyan").append(f"  {one_line(related.message)}")
        _print_labelled(page, "see", where)
    if clauses:
        _print_labelled(page, "clauses", _clauses(clauses))
    if finding.policy.remediation:
        _print_labelled(page, "fix", Text(first_sentence(finding.policy.remediation)))


def _badge(finding: Finding) -> Text:
    """`CRITICAL`, or `UNKNOWN` where the check could not be decided."""
    word = finding.policy.severity.name if finding.status is Status.FAIL else _UNKNOWN
    return Text().append(word, _SEVERITY_STYLES[word]).append("  ")


def _title(finding: Finding) -> Text:
    text = Text().append(one_line(finding.policy.id), "bold").append(f"  {one_line(finding.policy.title)}")
    if finding.status is not Status.FAIL:
        text.append(f"  ({finding.policy.severity})", "dim")
    if finding.baseline_state not in (None, "new"):
        text.append("  in the baseline", "dim")
    return text


def _print_labelled(page: Page, label: str, text: Text) -> None:
    page.paragraph(text, Text(label.ljust(_LABEL), "dim"), _INDENT)


def _clauses(clauses: Sequence[Clause]) -> Text:
    """`GDPR 32(1)(a), ~5(1)(f) · EU AI Act 15(5) from 2027-12-02`; the control summary explains the marks."""
    text = Text()
    for _, group in groupby(clauses, key=lambda clause: clause.framework.id):
        members = list(group)
        text.append(" · " if text else "").append(one_line(short_name(members[0].framework)), "bold")
        text.append(" " + ", ".join(_clause(clause) for clause in members))
    return text


def _clause(clause: Clause) -> str:
    number = one_line(clause_number(clause.framework, clause.control))
    later = f" from {clause.upcoming.isoformat()}" if clause.upcoming else ""
    return f"{'~' if clause.supporting else ''}{number}{later}"


def _print_excerpt(page: Page, lines: Sequence[ExcerptLine]) -> None:
    digits = max((len(str(line.number)) for line in lines), default=0)
    room = page.console.width - _INDENT - digits - 5
    for line in lines:
        drawn, before, marked = _drawn(line, room)
        gutter = Text(" " * _INDENT).append("> " if line.deciding else "  ", "bold red")
        gutter.append(f"{line.number:>{digits}} │ ", "dim")
        page.line(gutter, Text(drawn, "default" if line.deciding else "dim"))
        if marked:
            under = Text(" " * (_INDENT + 2 + digits)).append(" │ ", "dim")
            page.line(under, Text(" " * before + "^" * marked, "bold red"))


def _drawn(line: ExcerptLine, room: int) -> tuple[str, int, int]:
    """The line as it fits into `room` cells, how many cells stand before its deciding part, and how many are of it.

    Of a line that is too long only what stands around the deciding part is drawn.
    """
    left = line.start - room // 4 if len(line.text) > room and line.start > room // 2 else 0
    head = ("…" if left else "") + _shown(line.text[left : line.start])
    drawn = head + _shown(line.text[max(left, line.start) : left + room + 1])
    before = cell_len(head)
    marked = cell_len(_shown(line.text[line.start : min(line.end, left + room + 1)])) if line.deciding else 0
    if cell_len(drawn) > room:
        drawn = set_cell_size(drawn, room - 1) + "…"
    return drawn.rstrip(), before, max(0, min(marked, room - before))


def _shown(text: str) -> str:
    return visible(text.replace("\t", _TAB))
