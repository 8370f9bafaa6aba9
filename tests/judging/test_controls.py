"""Standings of controls: never better than what was evaluated, and only where the release declares it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanner.core.control import Control, ControlResult, Evidence, Framework, Standing, Strength
from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.scope import Scope
from scanner.core.waiver import Waiver
from scanner.judging.controls import Evaluated, judge_frameworks
from tests.builders import finding, policy

TODAY = date(2026, 11, 21)
DIRECT, SUPPORTING = policy(id_="TST-001"), policy(id_="TST-002")
WAIVER = Waiver("TST-001", "because", date(2027, 1, 1), Location("main.tf", 1))


def control(**fields: Any) -> Control:
    known = {"TST-001": Strength.DIRECT, "TST-002": Strength.SUPPORTING}
    base = Control("x", "X-1", "Title", "Words.", "https://x.example", Evidence.PARTIAL, policies=known)
    return replace(base, **fields)


def standing(findings: list[Finding], of: Control | None = None, **fields: Any) -> ControlResult:
    facts: dict[str, Any] = {"scope": Scope(), "not_run": frozenset(), "complete": True, "today": TODAY, **fields}
    framework = Framework("x", "X", "X", "1", "https://x.example", (of or control(),))
    (result,) = judge_frameworks([framework], Evaluated(findings, **facts))
    return result.controls[0]


def of(status: Status, by: Any = DIRECT) -> Finding:
    return finding(status, of=by)


PASS, FAIL, UNKNOWN = of(Status.PASS), of(Status.FAIL), of(Status.UNKNOWN)
WAIVED = replace(FAIL, waiver=WAIVER)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([PASS], Standing.MET),
        ([PASS, FAIL], Standing.NOT_MET),
        ([FAIL, WAIVED], Standing.NOT_MET),
        ([PASS, WAIVED], Standing.WAIVED),
        ([PASS, UNKNOWN], Standing.NOT_EVALUATED),
        ([UNKNOWN, FAIL], Standing.NOT_MET),
        ([WAIVED, UNKNOWN], Standing.NOT_EVALUATED),
        ([], Standing.NOT_EVALUATED),
        ([of(Status.PASS, SUPPORTING)], Standing.NEEDS_A_HUMAN),
        ([of(Status.FAIL, SUPPORTING)], Standing.NEEDS_A_HUMAN),
        ([PASS, of(Status.FAIL, SUPPORTING)], Standing.NEEDS_A_HUMAN),
        ([PASS, of(Status.PASS, SUPPORTING)], Standing.MET),
    ],
)
def test_standing(findings: list[Finding], expected: Standing) -> None:
    assert standing(findings).standing is expected


def test_nothing_is_met_without_the_whole() -> None:
    assert standing([PASS], complete=False).standing is Standing.NOT_EVALUATED
    assert standing([PASS], not_run=frozenset({"TST-002"})).standing is Standing.NOT_EVALUATED
    assert standing([FAIL], complete=False).standing is Standing.NOT_MET


def test_what_no_check_can_show_needs_a_human() -> None:
    assert standing([PASS], control(evidence=Evidence.MANUAL)).standing is Standing.NEEDS_A_HUMAN
    assert standing([PASS], control(policies={})).standing is Standing.NOT_EVALUATED


def test_a_control_for_another_class_is_not_evaluated() -> None:
    high_only = control(when={"risk_class": ("high",)})
    minimal = Scope({"risk_class": frozenset({"minimal"})})
    assert standing([FAIL], high_only, scope=minimal).standing is Standing.NOT_EVALUATED
    assert standing([FAIL], high_only, scope=minimal).findings == ()
    assert standing([FAIL], high_only, scope=Scope({"risk_class": frozenset({"high"})})).standing is Standing.NOT_MET


def test_a_framework_that_nothing_declared_says_so() -> None:
    framework = Framework("hipaa", "HIPAA", "HIPAA", "1", "", (control(),), when={"data": ("phi",)})
    facts = Evaluated([FAIL], Scope(), frozenset(), complete=True, today=TODAY)
    (result,) = judge_frameworks([framework], facts)
    assert (result.applies, result.controls) == (False, ())
    assert "declares no data" in result.reason


@pytest.mark.parametrize(
    ("days", "annex", "expected"),
    [
        ({"any": date(2026, 12, 2)}, "", date(2026, 12, 2)),
        ({"any": date(2026, 8, 2)}, "", None),
        ({"annex_iii": date(2027, 12, 2), "annex_i": date(2028, 8, 2)}, "annex_iii", date(2027, 12, 2)),
        ({"annex_iii": date(2027, 12, 2), "annex_i": date(2028, 8, 2)}, "annex_i", date(2028, 8, 2)),
        ({"annex_iii": date(2027, 12, 2), "annex_i": date(2028, 8, 2)}, "", date(2027, 12, 2)),
        ({}, "", None),
    ],
)
def test_a_clause_that_does_not_bind_yet_says_from_when(
    days: dict[str, date], annex: str, expected: date | None
) -> None:
    scope = Scope({"annex": frozenset({annex})} if annex else {})
    assert standing([PASS], control(applies_from=days), scope=scope).upcoming == expected
