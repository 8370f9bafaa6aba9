"""Prints how the controls of each framework stand: never that a release complies, only what was seen."""

from collections.abc import Mapping, Sequence

from scanner.core.control import FrameworkResult, Standing
from scanner.reports.clauses import Clause, clause_number, short_name, standings
from scanner.reports.safe_text import one_line
from scanner.reports.terminal_page import Page, Segment, width_of

_STYLES: Mapping[Standing, str] = {
    Standing.MET: "green",
    Standing.NOT_MET: "bold red",
    Standing.WAIVED: "yellow",
    Standing.NOT_EVALUATED: "default",
    Standing.NEEDS_A_HUMAN: "default",
}
_GAP = 2


def print_frameworks(
    page: Page, frameworks: Sequence[FrameworkResult], clauses: Mapping[str, tuple[Clause, ...]]
) -> None:
    """One row of counts for each framework that applies, with the clauses not met below it.

    `clauses` are those that the findings touch: the marks on them are explained.
    """
    if not frameworks:
        return
    page.heading("Controls")
    names = {judged.framework.id: one_line(short_name(judged.framework)) for judged in frameworks}
    width = max(width_of(name) for name in names.values())
    applying = [judged for judged in frameworks if judged.applies]
    if applying:
        page.line((" " * (width + 2), ""), *(_cell(each.value, each, "dim") for each in Standing))
    for judged in applying:
        name = names[judged.framework.id]
        page.line((f"  {name}" + " " * (width - width_of(name)), ""), *_row(judged))
        _print_not_met(page, judged)
    for judged in frameworks:
        if not judged.applies:
            label = f"{names[judged.framework.id].ljust(width)}  "
            page.paragraph([(f"does not apply: {one_line(judged.reason)}", "dim")], [(label, "")], indent=2)
    _print_legend(page, clauses)


def _row(judged: FrameworkResult) -> list[Segment]:
    counts = standings(judged)
    return [_cell(str(number), each, _STYLES[each] if number else "dim") for each, number in counts.items()]


def _cell(text: str, standing: Standing, style: str) -> Segment:
    return " " * _GAP + text.rjust(len(standing.value)), style


def _print_not_met(page: Page, judged: FrameworkResult) -> None:
    not_met = [
        one_line(clause_number(judged.framework, standing.control))
        + (f" from {standing.upcoming.isoformat()}" if standing.upcoming else "")
        for standing in judged.controls
        if standing.standing is Standing.NOT_MET
    ]
    if not_met:
        page.paragraph([(", ".join(not_met), "red")], [("not met  ", "dim")], indent=4)


def _print_legend(page: Page, clauses: Mapping[str, tuple[Clause, ...]]) -> None:
    """What the marks on clauses mean, where there are any."""
    shown = {clause for touched in set(clauses.values()) for clause in touched}
    if any(clause.supporting for clause in shown):
        _print_mark(page, "~ ", "the clause is broader than the check, which only supports it")
    if any(clause.upcoming for clause in shown):
        _print_mark(page, "from … ", "the clause does not bind before that day")


def _print_mark(page: Page, mark: str, meaning: str) -> None:
    page.paragraph([(meaning, "dim")], [(mark, "dim")], indent=2)
