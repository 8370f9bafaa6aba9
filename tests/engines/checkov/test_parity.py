"""What fails by the engine is what fails by the `checkov` command, and is found again among the findings."""

from dataclasses import replace
from pathlib import Path

import pytest

from scanner import scan
from scanner.pipeline import read
from tests.checkov_parity.__main__ import FOLDERS, compared
from tests.checkov_parity.differences import UNEXPLAINED, Compared, Difference, listed, table
from tests.checkov_parity.judged import Judged, checks_of, config_of, judged
from tests.checkov_parity.raw import compare_raw
from tests.checkov_parity.told import compare_findings

pytestmark = pytest.mark.xdist_group("checkov")
RELEASE = Path(__file__).resolve().parents[3] / "fixtures" / "checkov" / "release"
_CONFIG = config_of(RELEASE)


@pytest.fixture(scope="module")
def every() -> list[Judged]:
    return list(judged(read(_CONFIG), _CONFIG, checks_of(_CONFIG)))


def test_the_same_fails(every: list[Judged]) -> None:
    found = compare_raw(every)
    assert found.differences == ()
    assert {each.unit.framework for each in every} == {"terraform", "kubernetes", "dockerfile"}
    assert found.agreeing > 25


def test_the_findings_are_those_that_fail(every: list[Judged]) -> None:
    found = compare_findings(every, scan(_CONFIG))
    assert found.unexplained == ()
    kinds = {each.check: each.kind for each in found.differences}
    assert kinds["CKV_AWS_16"] == "folded into a policy of the project, which fails too"
    assert kinds["CKV_K8S_9"] == "of a part of it, a container or its pod"
    assert found.agreeing + len(found.differences) == sum(len(each.failed) for each in every)


def test_a_difference_is_found(every: list[Judged]) -> None:
    """As if a failure had been lost on the way from the worker, and another one in the findings."""
    first = every[0]
    lost = next(each for each in first.answer.records if (each.check, each.result) == ("CKV_AWS_226", "FAILED"))
    others = tuple(each for each in first.answer.records if each != lost)
    without = replace(first, answer=replace(first.answer, records=others))
    (difference,) = compare_raw([without]).unexplained
    assert (difference.side, difference.check, difference.path) == ("only the command", lost.check, lost.path[1:])
    result = scan(replace(_CONFIG, skip_checks=("CKV_AWS_226",)))
    assert [each.check for each in compare_findings(every, result).unexplained] == ["CKV_AWS_226"]
    (more,) = compare_findings([without, *every[1:]], scan(_CONFIG)).unexplained
    assert (more.side, more.check) == ("only the findings", "CKV_AWS_226")


def test_what_is_told() -> None:
    known = Difference("folded", "only the raw answer", "CKV_AWS_16", "main.tf", "aws_db_instance.x", "ENC-012")
    unknown = replace(known, kind=UNEXPLAINED, why="")
    found = Compared("one against the other", 7, (known, unknown))
    assert [line.split(maxsplit=1) for line in table([found])][1:] == [
        ["7", "the same"],
        ["1", "folded"],
        ["1", UNEXPLAINED],
    ]
    assert "      only the raw answer: CKV_AWS_16 main.tf aws_db_instance.x (ENC-012)" in listed([found])
    assert [line.strip() for line in listed([found], is_short=True)] == [
        "one against the other",
        "unexplained:",
        "only the raw answer: CKV_AWS_16 main.tf aws_db_instance.x",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_difference_has_a_reason(folder: Path) -> None:
    assert [str(each) for found in compared(folder) for each in found.unexplained] == []


@pytest.mark.slow
def test_with_every_check_of_checkov() -> None:
    assert [str(each) for found in compared(RELEASE, is_all=True) for each in found.unexplained] == []
