"""The comment on a pull request in Markdown: short, at most 65,536 characters, and recognisable by its first line."""

from scanner.core.result import ScanResult
from scanner.reports.clauses import clauses_by_finding
from scanner.reports.interface import RenderOptions
from scanner.reports.markdown.excerpts import excerpts
from scanner.reports.markdown.fitting import fit
from scanner.reports.markdown.parts import controls, counts, findings, not_evaluated, verdict, waivers
from scanner.reports.summary import sort_findings

MARKER = "<!-- releasegate -->"
"""Nobody sees it; who posts the comment finds the one to replace by it."""

LIMIT = 65_536
_MOST_FINDINGS = 25
_MOST_POLICIES = 10
_MOST_OTHERS = 10


def render(result: ScanResult, _: RenderOptions) -> str:
    """The whole comment. Nobody reads a long one: it has the most severe findings and says how many more there are."""
    heaps = sort_findings(result)
    parts = [
        verdict(result),
        counts(result, heaps),
        findings(result, heaps, clauses_by_finding(result), with_fix=True, most=_MOST_FINDINGS),
        excerpts(result, heaps, most=_MOST_POLICIES, most_findings=1),
        not_evaluated(result, most=_MOST_OTHERS),
        controls(result),
        waivers(result, most=_MOST_OTHERS),
    ]
    return f"{MARKER}\n" + fit(parts, LIMIT - len(MARKER) - 1, "the other reports of this scan have them all")
