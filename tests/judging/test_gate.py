"""The gate fails closed: green only when everything was evaluated and nothing blocks."""

from dataclasses import replace
from datetime import date

import pytest

from scanner.config import Folder
from scanner.core.baseline import BaselineState
from scanner.core.control import Control, ControlResult, Evidence, Framework, FrameworkResult, Standing, Strength
from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Severity
from scanner.core.result import Decision
from scanner.core.waiver import Waiver
from scanner.judging.gate import GateRules, decide
from tests.builders import finding, policy, resource

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


def test_an_incomplete_scan_is_accepted_in_words_and_stays_incomplete() -> None:
    rules = GateRules(allow_incomplete=True, profile="dev")
    verdict = decide([PASS], [ERROR], 1, rules)
    assert (verdict.decision, verdict.is_complete, verdict.profile) == (Decision.PASSED, False, "dev")
    assert verdict.reasons == (
        "no open failure at or above high",
        "accepted although incomplete: 1 part of the release could not be evaluated (see the notifications)",
    )
    assert decide([PASS], [], 1, rules).is_complete
    assert decide([PASS, FAIL], [ERROR], 1, rules).decision is Decision.BLOCKED


@pytest.mark.parametrize(("findings", "notes", "files"), [([], [], 0), ([], [ERROR], 1), ([PASS, UNKNOWN], [], 1)])
def test_what_nobody_has_judged_is_not_accepted(findings: list[Finding], notes: list[Notification], files: int) -> None:
    verdict = decide(findings, notes, files, GateRules(allow_incomplete=True))
    assert (verdict.decision, verdict.is_complete) == (Decision.INCOMPLETE, False)


def test_more_waivers_than_allowed_block_with_their_number() -> None:
    def waived(name: str, until: date) -> Finding:
        waiver = Waiver("TST-001", "because", until, Location("main.tf", 1))
        return replace(finding(Status.FAIL, on=resource(f"bucket.{name}")), waiver=waiver)

    first, second = date(2027, 1, 1), date(2027, 1, 2)
    findings = [waived("a", first), waived("b", first), waived("c", second)]
    assert decide(findings, [], 1, GateRules(max_waivers=2)).decision is Decision.PASSED
    verdict = decide(findings, [], 1, GateRules(max_waivers=1))
    assert (verdict.decision, verdict.reasons) == (Decision.BLOCKED, ("2 waivers in force, at most 1 allowed",))


def framework(*results: ControlResult, id_: str = "gdpr") -> FrameworkResult:
    return FrameworkResult(Framework(id_, id_, id_, "1", "https://x.example", ()), True, "", results)


def standing(id_: str, of: Finding, standing: Standing = Standing.NOT_MET) -> ControlResult:
    known = {of.policy.id: Strength.DIRECT}
    control = Control("gdpr", id_, "Title", "Words.", "https://x.example", Evidence.AUTOMATED, policies=known)
    return ControlResult(control, standing, "", (of,))


def test_a_framework_that_must_be_met_blocks_whatever_the_severity() -> None:
    low = finding(Status.FAIL, of=LOW)
    results = [framework(standing("G-1", low)), framework(standing("S-1", low), id_="soc2")]
    verdict = decide([low], [], 1, GateRules(must_meet=("gdpr",)), results)
    assert (verdict.decision, verdict.reasons) == (
        Decision.BLOCKED,
        ("1 control of gdpr not met, which has to be: G-1",),
    )
    assert decide([low], [], 1, GateRules(), results).decision is Decision.PASSED
    both = decide([low], [], 1, GateRules(must_meet=("gdpr", "soc2")), results)
    assert len(both.reasons) == 2
    met = [framework(standing("G-1", low, each)) for each in Standing if each is not Standing.NOT_MET]
    assert decide([low], [], 1, GateRules(must_meet=("gdpr",)), met).decision is Decision.PASSED


def test_what_is_known_or_does_not_bind_yet_leaves_a_framework_alone() -> None:
    low = finding(Status.FAIL, of=LOW)
    known = replace(low, baseline_state=BaselineState.UNCHANGED)
    rules = GateRules(must_meet=("gdpr",))
    assert decide([known], [], 1, rules, [framework(standing("G-1", known))]).decision is Decision.PASSED
    later = replace(standing("G-1", low), upcoming=date(2027, 12, 2))
    assert decide([low], [], 1, rules, [framework(later)]).decision is Decision.PASSED


def test_a_folder_is_judged_by_its_own_threshold_and_the_reasons_say_so() -> None:
    low, high = (finding(Status.FAIL, of=each, on=resource("bucket.a", path="a/main.tf")) for each in (LOW, policy()))
    elsewhere = finding(Status.FAIL, of=LOW, on=resource("bucket.b", path="ab/main.tf"))
    strict, loose = Folder("a", "a/releasegate.yaml", Severity.LOW), Folder("a", "a/r.yaml", Severity.CRITICAL)
    verdict = decide([low, elsewhere, FAIL], [], 2, GateRules(folders=(strict,)))
    assert verdict.reasons == ("1 high failure at or above high", "1 low failure at or above low in a")
    verdict = decide([high], [], 1, GateRules(folders=(loose,)))
    assert (verdict.decision, verdict.reasons) == (
        Decision.PASSED,
        ("no open failure at or above high (critical in a)",),
    )
    unknown = finding(Status.UNKNOWN, on=resource("bucket.a", path="a/b/main.tf"))
    lenient = Folder("a/b", "a/b/releasegate.yaml", Severity.HIGH, allow_unknown=True)
    assert decide([PASS, unknown], [], 1, GateRules(folders=(strict, lenient))).decision is Decision.PASSED
    assert decide([PASS, unknown], [], 1, GateRules(folders=(strict,))).decision is Decision.INCOMPLETE


def test_the_reasons_come_most_weighty_first_and_what_was_overridden_last() -> None:
    low = finding(Status.FAIL, of=LOW)
    rules = GateRules(must_meet=("gdpr",), max_waivers=0, remarks=("fail_on is high by option",))
    waived = replace(
        low, waiver=Waiver("TST-001", "x", date(2027, 1, 1), Location("a", 1)), evidence="w", fingerprint=""
    )
    verdict = decide([low, waived, FAIL, UNKNOWN], [ERROR], 1, rules, [framework(standing("G-1", low))])
    first_words = ["1 high", "1 control", "1 waiver", "1 part", "1 check", "fail_on is"]
    assert [reason.startswith(word) for reason, word in zip(verdict.reasons, first_words, strict=True)] == [True] * 6
