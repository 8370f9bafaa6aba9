"""Holds the findings of a scan against those that were there before: what is new, what was known, what is fixed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scanner.core.baseline import BaselineState, Comparison, Known, KnownFinding
from scanner.core.finding import Finding, Status

# What was known to fail may have become unknown; what was unknown and now fails is news.
_EXCUSES = {Status.FAIL: ("fail",), Status.UNKNOWN: ("fail", "unknown")}


def known_findings(findings: Iterable[Finding]) -> tuple[KnownFinding, ...]:
    """The open findings as a later scan will know them, sorted. What is waived is not among them: should its waiver
    go, it is news."""
    return tuple(sorted(_known(finding) for finding in findings if finding.is_open))


def compare(findings: Sequence[Finding], known: Known) -> tuple[list[Finding], Comparison]:
    """The findings with their state, and those that are gone. A pass has no state; a known finding is gone where
    nothing of its fingerprint fails or is unknown any more."""
    before = {(entry.fingerprint, entry.status) for entry in known.findings}
    stated = [replace(finding, baseline_state=_state(finding, before)) for finding in findings]
    still_there = {finding.fingerprint for finding in findings if finding.status is not Status.PASS}
    fixed = (entry for entry in known.findings if entry.fingerprint not in still_there)
    return stated, Comparison(known.source, tuple(sorted(fixed)))


def _state(finding: Finding, before: set[tuple[str, str]]) -> BaselineState | None:
    if finding.status is Status.PASS:
        return None
    excused = any((finding.fingerprint, status) in before for status in _EXCUSES[finding.status])
    return BaselineState.UNCHANGED if excused else BaselineState.NEW


def _known(finding: Finding) -> KnownFinding:
    return KnownFinding(
        path=finding.location.path,
        policy=finding.policy.id,
        address=finding.resource.address,
        attribute=finding.attribute,
        status=finding.status.value,
        fingerprint=finding.fingerprint,
    )
