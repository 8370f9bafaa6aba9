"""The SARIF 2.1.0 report, for code scanning and SARIF viewers: the full record, or what one reader can use of it.

The full record has every finding that did not pass. Waived and known ones are suppressed, so that a viewer shows only
what is new; those that are gone since are told of in the run's properties, because they have no line any more.
"""

from typing import Any

from scanner.core.baseline import KnownFinding
from scanner.core.finding import Status
from scanner.core.result import ScanResult
from scanner.reports.interface import RenderOptions
from scanner.reports.sarif_github import render as render_for_github
from scanner.reports.sarif_log import Log, written

READERS = ("", "github")


def render(result: ScanResult, options: RenderOptions) -> str:
    """The log as JSON, for the reader that `options.sarif_for` names. Raises `ValueError` for an unknown one."""
    if options.sarif_for not in READERS:
        raise ValueError(f"no SARIF is made for {options.sarif_for!r}")
    return render_for_github(result) if options.sarif_for == "github" else _full_record(result)


def _full_record(result: ScanResult) -> str:
    findings = [finding for finding in result.findings if finding.status is not Status.PASS]
    in_order = sorted(findings, key=lambda finding: finding.sort_key)
    return written(result, Log(in_order, result.notifications, _compared(result)))


def _compared(result: ScanResult) -> dict[str, Any]:
    comparison = result.comparison
    if comparison is None:
        return {}
    return {"comparedWith": comparison.source, "fixed": [_fixed(entry) for entry in sorted(comparison.fixed)]}


def _fixed(entry: KnownFinding) -> dict[str, str]:
    return {
        "policy": entry.policy,
        "path": entry.path,
        "address": entry.address,
        **({"attribute": entry.attribute} if entry.attribute else {}),
        "status": entry.status,
        "fingerprint": entry.fingerprint,
    }
