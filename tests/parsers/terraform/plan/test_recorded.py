"""Plans that Terraform has made, beside the configurations that it made them from."""

from pathlib import Path
from typing import TypeAlias

import pytest

from tests.parsers.terraform.plan.comparing import Judged, copied, is_plan, judged
from tests.parsers.terraform.reading import FIXTURES

CASES = sorted(path.parent.name for path in (FIXTURES / "plan").glob("*/plan.json"))

# Its name, and what is judged of the configuration alone, with the plan, and of the plan alone.
Case: TypeAlias = tuple[str, Judged, Judged, Judged]

# What a plan decides otherwise than the configuration alone, and why it is right to.
DECIDED_OTHERWISE = {
    # Of this version of the provider, an account does not let its containers be public unless it says so.
    "azure": {("NET-015", "azurerm_storage_container.public"): ("fail", "pass")},
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp(request.param)
    source = FIXTURES / "plan" / request.param
    alone = judged(copied(source, folder / "alone", lambda path: not is_plan(path)))
    both = judged(copied(source, folder / "both", lambda _: True))
    plan = judged(copied(source, folder / "plan", is_plan))
    return request.param, alone, both, plan


def test_a_plan_decides_what_the_configuration_leaves_open_and_nothing_else(
    case: Case,
) -> None:
    name, alone, both, _ = case
    before, after = alone.statuses(), both.statuses()
    changed = {
        key: (*before[key], *after.get(key, ("gone",)))
        for key in before
        if "unknown" not in before[key] and before[key] != after.get(key) and "[*]" not in key[1]
    }
    assert changed == DECIDED_OTHERWISE.get(name, {})
    assert [key for key in after if key not in before and not any("[*]" in known for _, known in before)] == []


def test_the_lines_stay_those_of_the_configuration(case: Case) -> None:
    name, alone, both, _ = case
    before, after = alone.places("pass", "fail"), both.places("pass", "fail")
    moved = {key: (before[key], after[key]) for key in before.keys() & after.keys() if before[key] != after[key]}
    assert {key for key in moved if key not in DECIDED_OTHERWISE.get(name, {})} == set()
    assert not any(place.startswith("plan.json") for places in after.values() for place in places)


def test_a_plan_alone_says_what_it_says_with_the_configuration_except_where_it_kept_too_little(
    case: Case,
) -> None:
    name, _, both, plan = case
    if name == "targeted":
        pytest.skip("what a targeted plan leaves out is known from the configuration alone")
    together, alone = both.statuses(), plan.statuses()
    differ = {key for key in together.keys() & alone.keys() if together[key] != alone[key]}
    assert {key: alone[key] for key in differ if "unknown" not in alone[key]} == {}
    open_statements = {address.partition("/")[0] for _, address in alone if address.endswith("/statement[?]")}
    missing = {key for key in together if key not in alone and key[1].partition("/")[0] not in open_statements}
    assert missing == set()


def test_both_are_complete(case: Case) -> None:
    _, alone, both, plan = case
    for one in (alone, both, plan):
        assert [note.message for note in one.notifications if note.level == "error"] == []


def test_a_plan_is_recognised_by_what_it_says_and_not_by_its_name(tmp_path: Path) -> None:
    plan = copied(FIXTURES / "plan" / "basic", tmp_path / "r", is_plan) / "plan.json"
    plan.rename(plan.with_name("whatever.txt"))
    assert ("ENC-011", "aws_kms_key.models") in judged(tmp_path / "r").findings
