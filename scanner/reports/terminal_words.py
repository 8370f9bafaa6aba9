"""Phrases that several sections of the terminal report share."""

from scanner.core.finding import Finding
from scanner.reports.checkov_words import also_judged_by
from scanner.reports.safe_text import one_line
from scanner.reports.terminal_page import Segment


def where(finding: Finding) -> list[Segment]:
    """The resource of a finding, its line, and who else has judged it."""
    return [
        (one_line(finding.resource.address), ""),
        (f"  {one_line(str(finding.location))}", "cyan"),
        *also_judged(finding),
    ]


def also_judged(finding: Finding) -> list[Segment]:
    """`also judged by CKV_AWS_19`, or nothing."""
    return [(f"  {also_judged_by(finding.also)}", "dim")] if finding.also else []
