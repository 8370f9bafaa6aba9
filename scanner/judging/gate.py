"""The gate: whether this release may go live, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.core.finding import Finding, Status
from scanner.core.notification import Level, Notification
from scanner.core.policy import Severity
from scanner.core.result import Decision, Verdict


@dataclass(frozen=True)
class GateRules:
    """`fail_on` is the lowest severity that blocks; `allow_unknown` lets what cannot be known pass the gate."""

    fail_on: Severity = Severity.HIGH
    allow_unknown: bool = False


def decide(findings: Sequence[Finding], notifications: Sequence[Notification], files: int, rules: GateRules) -> Verdict:
    """BLOCKED by an open FAIL at or above the threshold, else INCOMPLETE by anything not evaluated, else PASSED."""
    relevant = [finding for finding in findings if finding.policy.severity.rank >= rules.fail_on.rank]
    failed = [finding for finding in relevant if finding.status is Status.FAIL and finding.is_open]
    unknown = [finding for finding in relevant if finding.status is Status.UNKNOWN and finding.is_open]
    errors = [notification for notification in notifications if notification.level is Level.ERROR]
    reasons = []
    if failed:
        reasons.append(f"{_by_severity(failed)} at or above {rules.fail_on}")
    incomplete = []
    if not files:
        incomplete.append("nothing was read: no file under the given paths is of a known format")
    elif not findings:
        incomplete.append("no policy applied to anything that was read")
    if errors:
        incomplete.append(
            f"{_count(len(errors), 'part')} of the release could not be evaluated (see the notifications)"
        )
    if unknown and not rules.allow_unknown:
        incomplete.append(
            f"{_count(len(unknown), 'check')} at or above {rules.fail_on} cannot be decided: a value is unknown"
        )
    if failed:
        return Verdict(Decision.BLOCKED, (*reasons, *incomplete), is_complete=not incomplete)
    if incomplete:
        return Verdict(Decision.INCOMPLETE, tuple(incomplete), is_complete=False)
    waived = sum(1 for finding in relevant if finding.waiver is not None)
    accepted = f", {_count(waived, 'failure')} waived" if waived else ""
    return Verdict(Decision.PASSED, (f"no open failure at or above {rules.fail_on}{accepted}",))


def _by_severity(findings: Sequence[Finding]) -> str:
    counts = [
        f"{number} {severity}"
        for severity in reversed(Severity)
        if (number := sum(1 for finding in findings if finding.policy.severity is severity))
    ]
    return f"{', '.join(counts)} {'failure' if len(findings) == 1 else 'failures'}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
