"""Reads a saved result (the JSON report) back, so that any report can be rendered from it without the scanned files."""

from scanner.core.result import ScanResult
from scanner.reports.saved.checking import ResultError, checked
from scanner.reports.saved.result import result

__all__ = ["ResultError", "read_result"]


def read_result(text: str) -> ScanResult:
    """The result of which `text` is the JSON report; every report of it is that of the scan, byte for byte.

    A result may come from anyone: it is data alone, and what is in it is as harmless in a report as what was scanned.
    Policies come without their rules, resources without their attributes. Raises `ResultError`.
    """
    return result(checked(text))
