"""Prints how the controls of each framework stand: never that a release complies, only what was seen."""

from collections.abc import Mapping

from rich.cells import cell_len
from rich.text import Text

from scanner.core.control import FrameworkResult, Standing
from scanner.core.result import ScanResult
from scanner.reports.clauses import clause_number, clauses_by_finding, short_name, standings
from scanner.reports.safe_text import one_line
from scanner.reports.terminal_page import Page

_STYLES: Mapping[Standing, str] = {
    Standing.MET: "green",
    Standing.NOT_MET: "bold red",
    Standing.WAIVED: "yellow",
    Standing.NOT_EVALUATED: "default",
    Standing.NEEDS_A_HUMAN: "default",
}
_GAP = 2


def print_frameworks(page: Page, result: ScanResult) -> None:
    """One row of counts for each framework that applies, with the clauses not met below it."""
    if not result.frameworks:
        return
    page.heading("Controls")
    names = {judged.framework.id: one_line(short_name(judged.framework)) for judged in result.frameworks}
    width = max(cell_len(name) for name in names.values())
    applying = [judged for judged in result.frameworks if judged.applies]
    if applying:
        page.line(Text(" " * (width + 2)), *(_cell(each.value, each, "dim") for each in Standing))
    for judged in applying:
        name = names[judged.framework.id]
        page.line(Text(f"  {name}" + " " * (width - cell_len(name))), *_row(judged))
        _print_not_met(page, judged)
    for judged in result.frameworks:
        if not judged.applies:
            label = Text(f"{names[judged.framework.id].ljust(width)}  ")
            page.paragraph(Text(f"does not apply: {one_line(judged.reason)}", "dim"), label, indent=2)
    _print_legend(page, result)


def _row(judged: FrameworkResult) -> list[Text]:
    counts = standings(judged)
    return [_cell(str(number), each, _STYLES[each] if number else "dim") for each, number in counts.items()]


def _cell(text: str, standing: Standing, style: str) -> Text:
    return Text(" " * _GAP + text.rjust(len(standing.value)), style)


def _print_not_met(page: Page, judged: FrameworkResult) -> None:
    not_met = [
        one_line(clause_number(judged.framework, standing.control))
        + (f" from {standing.upcoming.isoformat()}" if standing.upcoming else "")
        for standing in judged.controls
        if standing.standing is Standing.NOT_MET
    ]
    if not_met:
        page.paragraph(Text(", ".join(not_met), "red"), Text("not met  ", "dim"), indent=4)


def _print_legend(page: Page, result: ScanResult) -> None:
    """What the marks on clauses mean, where there are any."""
    shown = [clause for clauses in clauses_by_finding(result).values() for clause in clauses]
    if any(clause.supporting for clause in shown):
        page.paragraph(
            Text("the clause is broader than the check, which only supports it", "dim"), Text("~ ", "dim"), 2
        )
    if any(clause.upcoming for clause in shown):
        page.paragraph(Text("the clause does not bind before that day", "dim"), Text("from … ", "dim"), 2)
