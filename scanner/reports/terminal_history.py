"""Prints what the scan was compared with: how many findings were known before, and which are fixed."""

from scanner.core.baseline import KnownFinding
from scanner.core.counting import count
from scanner.core.result import ScanResult
from scanner.reports.safe_text import one_line
from scanner.reports.summary import Sorted
from scanner.reports.terminal_page import Page, Segment
from scanner.reports.terminal_words import where

_MOST_FIXED = 10


def print_history(page: Page, result: ScanResult, heaps: Sorted, verbose: bool) -> None:
    """Known findings are listed, and all that is fixed named, only on demand."""
    if result.comparison is None and not heaps.known:
        return
    source = one_line(result.comparison.source) if result.comparison else ""
    page.heading(f"Compared with {source}" if source else "Known before")
    if heaps.known:
        known = count(len(heaps.known), "known finding")
        listed = ":" if verbose else f" {'is' if len(heaps.known) == 1 else 'are'} not listed; -v lists them"
        page.paragraph([(f"{known}{listed}", "")], indent=2)
    if verbose:
        for finding in heaps.known:
            severity = (
                finding.policy.severity if finding.status == "fail" else f"{finding.status}, {finding.policy.severity}"
            )
            text = [*where(finding), (f"  {severity}", "dim")]
            page.paragraph(text, [(f"{one_line(finding.policy.id)}  ", "bold")], indent=4)
    _print_fixed(page, result.comparison.fixed if result.comparison else (), verbose)


def _print_fixed(page: Page, fixed: tuple[KnownFinding, ...], verbose: bool) -> None:
    page.paragraph(
        [(f"{count(len(fixed), 'finding')} fixed{':' if fixed else ''}", "green" if fixed else "")], indent=2
    )
    shown = fixed if verbose else fixed[:_MOST_FIXED]
    for each in shown:
        page.paragraph(_fixed(each), [(f"{one_line(each.policy)}  ", "green")], indent=4)
    if len(shown) < len(fixed):
        page.paragraph([(f"and {len(fixed) - len(shown)} more; -v lists them", "dim")], indent=4)


def _fixed(each: KnownFinding) -> list[Segment]:
    return [(one_line(each.address), ""), (f"  {one_line(each.path)}", "cyan")]
