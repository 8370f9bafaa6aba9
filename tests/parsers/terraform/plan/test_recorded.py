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
    if name in ("destroy", "targeted"):
        pytest.skip("what such a plan leaves out is known from the configuration alone")
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


def test_what_a_plan_leaves_out_is_read_from_the_configuration_and_told(tmp_path: Path) -> None:
    told = judged(copied(FIXTURES / "plan" / "targeted", tmp_path / "r", lambda _: True)).notifications
    assert {f"{note.level} {note.location}: {note.message}" for note in told} >= {
        "warning main.tf:33: aws_db_instance.registry is not in plan.json; it was read from the configuration alone",
        "warning plan.json:1: Terraform says that this plan is not complete: parts of it were left out or put off",
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("main.tf", 'bucket = "acme-', 'bucket = "renamed-', "bucket is not what main.tf"),
        ("more.tf", "", 'resource "aws_sqs_queue" "new" {}\n', "it lacks the resource aws_sqs_queue.new"),
    ],
)
def test_a_plan_of_another_version_of_the_configuration_is_left_out(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    folder = copied(FIXTURES / "plan" / "basic", tmp_path / "r", lambda _: True)
    path = folder / file
    path.write_text(path.read_text().replace(old, new) if old else new)
    after = judged(folder)
    (error,) = [note for note in after.notifications if note.level == "error"]
    assert str(error.location) == "plan.json:1"
    assert "was made from another version of the configuration beside it" in error.message
    assert said in error.message
    alone = judged(copied(folder, tmp_path / "alone", lambda each: not is_plan(each)))
    assert after.statuses() == alone.statuses()


@pytest.mark.parametrize("content", ["utf-16", "command"])
def test_a_plan_that_a_shell_has_spoilt_is_not_passed_over(tmp_path: Path, content: str) -> None:
    text = (FIXTURES / "plan" / "basic" / "plan.json").read_text()
    spoilt = text.encode("utf-16") if content == "utf-16" else f"[command]terraform show -json p\n{text}".encode()
    (tmp_path / "plan.json").write_bytes(spoilt)
    assert [str(note.location) for note in judged(tmp_path).notifications if note.level == "error"] == ["plan.json:1"]


def test_a_plan_is_recognised_by_what_it_says_and_not_by_its_name(tmp_path: Path) -> None:
    plan = copied(FIXTURES / "plan" / "basic", tmp_path / "r", is_plan) / "plan.json"
    plan.rename(plan.with_name("whatever.txt"))
    assert ("ENC-011", "aws_kms_key.models") in judged(tmp_path / "r").findings
