"""The gate fails closed: green only when everything was evaluated and nothing blocks."""

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.notification import Level, Notification
from scanner.core.policy import Severity
from scanner.core.result import Decision
from scanner.judging.gate import GateRules, decide
from tests.builders import finding, policy

ERROR = Notification(Level.ERROR, "a.tf cannot be read", "parser")
WARNING = Notification(Level.WARNING, "hm", "parser")
LOW = policy(severity=Severity.LOW)
CRITICAL = policy(severity=Severity.CRITICAL)
PASS, FAIL, UNKNOWN = finding(Status.PASS), finding(Status.FAIL), finding(Status.UNKNOWN)


@pytest.mark.parametrize(
    ("findings", "notes", "files", "expected"),
    [
        ([PASS], [], 1, Decision.PASSED),
        ([PASS], [WARNING], 1, Decision.PASSED),
        ([PASS, finding(Status.FAIL, of=LOW)], [], 1, Decision.PASSED),
        ([PASS, finding(Status.UNKNOWN, of=LOW)], [], 1, Decision.PASSED),
        ([PASS, FAIL], [], 1, Decision.BLOCKED),
        ([PASS, finding(Status.FAIL, of=CRITICAL)], [], 1, Decision.BLOCKED),
        ([PASS, UNKNOWN], [], 1, Decision.INCOMPLETE),
        ([PASS], [ERROR], 1, Decision.INCOMPLETE),
        ([], [], 1, Decision.INCOMPLETE),
        ([], [], 0, Decision.INCOMPLETE),
        ([FAIL, UNKNOWN], [ERROR], 1, Decision.BLOCKED),
    ],
)
def test_decision(findings: list[Finding], notes: list[Notification], files: int, expected: Decision) -> None:
    verdict = decide(findings, notes, files, GateRules())
    assert verdict.decision is expected
    assert verdict.reasons


def test_a_blocked_release_tells_what_was_not_evaluated_too() -> None:
    verdict = decide([FAIL, finding(Status.FAIL, of=CRITICAL), UNKNOWN], [ERROR], 1, GateRules())
    assert verdict.reasons[0] == "1 critical, 1 high failures at or above high"
    assert len(verdict.reasons) == 3


def test_the_threshold_moves_the_gate() -> None:
    low = finding(Status.FAIL, of=LOW)
    assert decide([low], [], 1, GateRules(fail_on=Severity.LOW)).decision is Decision.BLOCKED
    assert decide([FAIL], [], 1, GateRules(fail_on=Severity.CRITICAL)).decision is Decision.PASSED


def test_unknown_passes_only_when_allowed() -> None:
    assert decide([PASS, UNKNOWN], [], 1, GateRules(allow_unknown=True)).decision is Decision.PASSED
    assert decide([PASS, UNKNOWN], [ERROR], 1, GateRules(allow_unknown=True)).decision is Decision.INCOMPLETE
