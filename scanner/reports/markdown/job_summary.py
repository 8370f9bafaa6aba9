"""The summary of a job in Markdown, as GitHub shows it below a workflow run: at most 1 MiB a step."""

from scanner.core.result import ScanResult
from scanner.reports.clauses import clauses_by_finding
from scanner.reports.interface import RenderOptions
from scanner.reports.markdown.excerpts import excerpts
from scanner.reports.markdown.fitting import fit
from scanner.reports.markdown.parts import (
    controls,
    controls_not_met,
    counts,
    findings,
    known_and_fixed,
    not_evaluated,
    verdict,
    waivers,
)
from scanner.reports.summary import sort_findings

LIMIT = 1024 * 1024 - 16 * 1024
"""Bytes: GitHub takes 1 MiB of all that one step writes, and the step may write something of its own."""

_MOST_ROWS = 2000


def render(result: ScanResult, _: RenderOptions) -> str:
    """The whole page; what does not fit is left out in whole rows and blocks, the least severe first."""
    heaps = sort_findings(result)
    parts = [
        verdict(result),
        counts(result, heaps),
        findings(result, heaps, clauses_by_finding(result), with_fix=False, most=_MOST_ROWS),
        excerpts(result, heaps, most=_MOST_ROWS, most_findings=10),
        not_evaluated(result, most=_MOST_ROWS),
        controls(result),
        controls_not_met(result),
        waivers(result, most=_MOST_ROWS),
        known_and_fixed(result, heaps, most=_MOST_ROWS),
    ]
    return fit(parts, LIMIT, "the other reports of this scan have them all")
