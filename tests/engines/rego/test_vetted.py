"""What ships with the package is not checked at each scan, so it is checked here."""

from pathlib import Path

import pytest

from scanner.bundle import load_bundle
from scanner.core.bundle import Bundle
from scanner.engines.rego.evaluator import Evaluator
from tests.builders import release, resource
from tests.engines.rego.judging import POLICIES, judged, rego

NOPE = 'deny contains {"resource": r.key, "message": nope(r)} if some r in input.resources.bucket'


@pytest.fixture(scope="module")
def shipped() -> Bundle:
    return load_bundle([POLICIES], {})


def rego_of(bundle: Bundle) -> list[tuple[str, str, str, dict[str, object]]]:
    """Every Rego policy as name, path, text and parameters."""
    return [
        (each.id, str(each.location and each.location.path), each.rule, dict(each.parameters))
        for each in bundle.policies
        if each.engine == "rego"
    ]


def test_every_shipped_module_passes_the_checks(shipped: Bundle) -> None:
    evaluator, problems = Evaluator.load(shipped.libraries)
    assert problems == []
    for policy in rego_of(shipped):
        assert evaluator.add(*policy) == [], policy[0]


def test_the_outline_of_a_module_says_what_reading_it_whole_does(shipped: Bundle) -> None:
    read, _ = Evaluator.load(shipped.libraries)
    outlined = Evaluator.take(shipped.libraries)
    for policy in rego_of(shipped):
        read.add(*policy)
        outlined.add(*policy, vetted=True)
    assert read.policies
    assert outlined.policies == read.policies


def test_what_ships_is_vetted_until_a_library_of_the_users_may_change_its_meaning(
    shipped: Bundle, tmp_path: Path
) -> None:
    assert shipped.vetted == {policy.id for policy in shipped.policies}
    (tmp_path / "lib").mkdir()
    assert load_bundle([POLICIES, tmp_path], {}).vetted == shipped.vetted
    (tmp_path / "lib" / "mine.rego").write_text("package lib.mine\n", encoding="utf-8")
    assert load_bundle([POLICIES, tmp_path], {}).vetted == frozenset()


def test_one_policy_that_is_not_vetted_has_the_libraries_read_for_it() -> None:
    body = 'deny contains {"resource": r.key, "message": "m"} if { some r in input.resources.bucket; lib.known(1) }'
    good = rego(f"import data.lib.releasegate as lib\n{body}", id_="TST-002")
    evaluation = judged([rego(NOPE), good], release(resource("bucket.a")), vetted=frozenset({"TST-002"}))
    assert [each.message for each in evaluation.notifications] == [
        "TST-001 was not evaluated: the Rego engine has no function nope"
    ]
