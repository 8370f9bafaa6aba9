"""The policies are compiled together, and none of them may notice the others."""

from dataclasses import replace

import pytest

from scanner.core.policy import Policy
from tests.builders import release, resource
from tests.engines.rego.judging import findings, judged, rego

BUCKET = release(resource("bucket.a"))
SAYS_ITS_NAME = """
deny contains {"resource": r.key, "message": sprintf("%s %s", [name, input.parameters.word])} if {
    some r in input.resources.bucket
}
"""
BREAKS_OFF = """
deny contains {"resource": "", "message": to_number(r.address)} if {
    some r in input.resources.bucket
    input.parameters.word == "x"
}
"""


def naming(id_: str, word: str, package: str = "") -> Policy:
    """A policy that gives its own id, from a rule of its own, and its own parameter."""
    made = rego(f'{SAYS_ITS_NAME}name := "{id_}"', id_=id_, parameters={"word": word})
    return replace(made, rule=made.rule.replace(made.rule.splitlines()[0], f"package {package}")) if package else made


def messages(*policies: Policy) -> list[str]:
    return [each.message for each in findings(policies, BUCKET)]


def test_each_has_its_own_rules_and_parameters_and_the_findings_are_in_its_place() -> None:
    assert messages(naming("TST-002", "b"), naming("TST-001", "a"), naming("TST-003", "c")) == [
        "TST-002 b",
        "TST-001 a",
        "TST-003 c",
    ]


@pytest.mark.parametrize("package", ["releasegate.one", "releasegate.one.below", "releasegate", "lib.mine", "lib"])
def test_a_package_that_runs_into_another_is_judged_for_itself(package: str) -> None:
    one = naming("TST-001", "a", "releasegate.one")
    other = naming("TST-002", "b", package)
    bystander = naming("TST-003", "c")

    assert messages(one, other, bystander) == ["TST-001 a", "TST-002 b", "TST-003 c"]
    assert messages(other, one, bystander) == ["TST-002 b", "TST-001 a", "TST-003 c"]


def test_one_that_breaks_off_leaves_nothing_behind() -> None:
    broken = rego(BREAKS_OFF, id_="TST-002", parameters={"word": "x"})
    evaluation = judged([naming("TST-001", "a"), broken, naming("TST-003", "c")], BUCKET)

    assert [each.message for each in evaluation.findings] == ["TST-001 a", "TST-003 c"]
    assert evaluation.failed == {"TST-002"}
    assert [note.message for note in evaluation.notifications] == [
        "TST-002 was not evaluated: to_number: could not parse string as number"
    ]
