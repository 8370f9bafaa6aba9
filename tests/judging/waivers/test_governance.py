"""What a bundle says about waivers holds, each rule of each source."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanner.core.governance import Governance, GovernanceRule, Place
from scanner.core.location import Location
from scanner.core.policy import Severity
from scanner.core.waiver import Waiver, WaiverSource, WaiverState
from scanner.judging.waivers import sort_out
from scanner.judging.waivers.governance import forbidden
from scanner.judging.waivers.written import Written
from tests.builders import policy

TODAY = date(2026, 11, 21)
WHERE = Location("house/governance.yaml", 3)
POLICY = policy(id_="SEC-002", aliases=("OLD-002",), severity=Severity.CRITICAL)
WAIVER = Waiver("SEC-002", "x", date(2027, 1, 31), Location("main.tf", 1), "ml-platform", "jane@hospital.example")


def rule(**fields: Any) -> Governance:
    return Governance((GovernanceRule(WHERE, **fields),))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"allow": Place.NOWHERE}, "SEC-002 must not be waived"),
        ({"allow": Place.FILE}, "SEC-002 may be waived in a file of waivers only"),
        ({"owners": ("security-*",)}, "ml-platform is no owner for SEC-002 (that is security-*)"),
        ({"approvers": ("*@other.example",)}, "jane@hospital.example is no approver for SEC-002"),
        ({"requires": ("ticket",)}, "a waiver of SEC-002 has to name a ticket"),
        ({"max_days": 70}, "a waiver of SEC-002 has to end within 70 days, this one ends on 2027-01-31"),
        (
            {"max_days": 1, "requires": ("ticket",)},
            "has to name a ticket and a waiver of SEC-002 has to end within 1 day,",
        ),
    ],
)
def test_broken(fields: dict[str, Any], said: str) -> None:
    broken = forbidden(WAIVER, POLICY, rule(**fields), TODAY)
    assert said in broken
    assert broken.endswith(", by house/governance.yaml:3")


@pytest.mark.parametrize(
    "fields",
    [
        {"allow": Place.ANYWHERE},
        {"allow": Place.NOWHERE, "rules": ("ENC-*",)},
        {"allow": Place.NOWHERE, "severities": (Severity.LOW, Severity.HIGH)},
        {"owners": ("security-*", "ML-*")},
        {"approvers": ("*@Hospital.example",)},
        {"requires": ("owner", "approver")},
        {"max_days": 71},
    ],
)
def test_kept(fields: dict[str, Any]) -> None:
    assert forbidden(WAIVER, POLICY, rule(**fields), TODAY) == ""


def test_an_entry_of_a_file_may_stand_where_a_comment_may_not() -> None:
    entry = replace(WAIVER, source=WaiverSource.FILE)
    assert forbidden(entry, POLICY, rule(allow=Place.FILE), TODAY) == ""
    assert forbidden(entry, POLICY, rule(allow=Place.NOWHERE), TODAY)


def test_nobody_is_no_owner() -> None:
    assert "has to name an owner" in forbidden(replace(WAIVER, owner=""), POLICY, rule(owners=("*",)), TODAY)


@pytest.mark.parametrize("pattern", ["SEC-*", "SEC-00?", "OLD-002", "*"])
def test_a_rule_speaks_of_ids_and_aliases(pattern: str) -> None:
    assert forbidden(WAIVER, POLICY, rule(rules=("ENC-001", pattern), allow=Place.NOWHERE), TODAY)


def test_every_broken_rule_is_named_with_its_note() -> None:
    both = Governance((*rule(max_days=10).rules, *rule(allow=Place.FILE, note="ask security@").rules))
    first, second = forbidden(WAIVER, POLICY, both, TODAY).split("; ")
    assert "within 10 days" in first
    assert second.endswith("by house/governance.yaml:3 (ask security@)")


def test_a_forbidden_waiver_waives_nothing_even_when_it_is_over() -> None:
    over = replace(WAIVER, until=date(2020, 1, 1), policy="OLD-002")
    waivers = sort_out([Written(over, line=1)], [POLICY], rule(allow=Place.NOWHERE), TODAY)
    (use,) = waivers.refused
    assert waivers.active == ()
    assert (use.state, use.waiver.policy) == (WaiverState.FORBIDDEN, "SEC-002")
    assert use.why.startswith("this waiver is forbidden and waives nothing: SEC-002 must not be waived")
