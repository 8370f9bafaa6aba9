"""Phrases that several sections of the terminal report share."""

from scanner.core.finding import Finding
from scanner.reports.safe_text import one_line
from scanner.reports.terminal_page import Segment


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def where(finding: Finding) -> list[Segment]:
    """The resource of a finding and its line."""
    return [(one_line(finding.resource.address), ""), (f"  {one_line(str(finding.location))}", "cyan")]
