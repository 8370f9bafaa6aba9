"""Phrases that several sections of the terminal report share."""

from scanner.core.finding import Finding
from scanner.reports.safe_text import one_line
from scanner.reports.terminal_page import Segment


def where(finding: Finding) -> list[Segment]:
    """The resource of a finding and its line."""
    return [(one_line(finding.resource.address), ""), (f"  {one_line(str(finding.location))}", "cyan")]
