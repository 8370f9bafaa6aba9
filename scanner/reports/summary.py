"""What the reports count and in which order they tell it: open, waived and passed findings, by severity."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scanner.core.finding import Finding, Status
from scanner.core.policy import Severity
from scanner.core.result import ScanResult

MOST_SEVERE_FIRST = tuple(reversed(Severity))
_SHORT = 8
_WEIGHT = {severity: number for number, severity in enumerate(MOST_SEVERE_FIRST)}


@dataclass(frozen=True)
class Sorted:
    """The findings of a scan in four heaps, each in a fixed order: open ones need someone's attention.

    `known` ones were there before, and nobody has accepted them.
    """

    open: Sequence[Finding]
    known: Sequence[Finding]
    waived: Sequence[Finding]
    passed: Sequence[Finding]


def sort_findings(result: ScanResult) -> Sorted:
    """The heaps; open findings with the most severe first, and failures before what is unknown."""
    in_order = sorted(result.findings, key=lambda finding: finding.sort_key)
    passed = [finding for finding in in_order if finding.status is Status.PASS]
    rest = [finding for finding in in_order if finding.status is not Status.PASS]
    return Sorted(
        open=sorted((finding for finding in rest if finding.is_open), key=weight),
        known=sorted((finding for finding in rest if finding.waiver is None and not finding.is_open), key=weight),
        waived=[finding for finding in rest if finding.waiver is not None],
        passed=passed,
    )


def short_id(finding: Finding) -> str:
    """The beginning of the fingerprint, as much as people type after `releasegate explain`."""
    return finding.fingerprint[:_SHORT]


def weight(finding: Finding) -> tuple[int, bool]:
    """Sorts the most severe first, and a failure before an unknown of the same severity."""
    return _WEIGHT[finding.policy.severity], finding.status is not Status.FAIL


def failures_by_severity(findings: Iterable[Finding]) -> Mapping[Severity, int]:
    """How many of the findings are a FAIL, for every severity, the highest first."""
    counts = Counter(finding.policy.severity for finding in findings if finding.status is Status.FAIL)
    return {severity: counts[severity] for severity in MOST_SEVERE_FIRST}


def unknowns(findings: Iterable[Finding]) -> int:
    """How many of the findings could not be decided."""
    return sum(1 for finding in findings if finding.status is Status.UNKNOWN)
