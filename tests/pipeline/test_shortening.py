"""A result describes the checks of Checkov that a finding names, and of the others says which and how many they are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scanner.config import Config
from scanner.core.bundle import Bundle
from scanner.core.control import Strength
from scanner.core.finding import Finding, Status
from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.result import ScanResult
from scanner.core.scope import Scope
from scanner.engines.interface import Evaluation
from scanner.pipeline import judge, open_bundle
from scanner.pipeline.shortening import shortened
from tests.reports.with_checkov import FOLDED, MAPPED, SECOND, UNMAPPED, with_checkov

DAY = date(2026, 11, 21)
NAMED = {FOLDED.id, MAPPED.id, SECOND.id, UNMAPPED.id}


def _idle(id_: str) -> Policy:
    return replace(MAPPED, id=id_)


def _whole() -> ScanResult:
    """As it comes from judging: with all policies, in controls too."""
    result = with_checkov()
    more = {f"CKV_AWS_{number}": Strength.DIRECT for number in (1, 2, 3)}
    judged = result.frameworks[0]
    controls = tuple(
        replace(each, control=replace(each.control, policies={**each.control.policies, **more}, further=0))
        for each in judged.controls
    )
    return replace(
        result,
        frameworks=(replace(judged, controls=controls),),
        policies=(*result.policies, _idle("CKV_AWS_2"), _idle("CKV_AWS_1"), _idle("CKV_AWS_9")),
        quiet_checks=(),
        checks_left_out=0,
    )


def test_policies_are_all_of_our_own_and_the_checks_that_a_finding_names() -> None:
    result = shortened(_whole(), (_idle("CKV_AWS_3"), _idle("CKV_AWS_4")), {"CKV_AWS_1"})

    assert {policy.id for policy in result.policies if policy.engine == "checkov"} == NAMED
    assert [policy for policy in result.policies if policy.engine != "checkov"] == [
        policy for policy in _whole().policies if policy.engine != "checkov"
    ]
    # the first one failed, the third was not asked for, and the fourth evidences nothing
    assert (result.quiet_checks, result.checks_left_out) == (("CKV_AWS_2", "CKV_AWS_9"), 2)


def test_controls_name_our_own_and_those_and_count_the_others() -> None:
    result = shortened(_whole(), (_idle("CKV_AWS_3"),), frozenset())
    before, (judged,) = _whole().frameworks[0].controls, result.frameworks

    assert [each.control.further for each in judged.controls] == [3, 3, 3]
    idle = {"CKV_AWS_1", "CKV_AWS_2", "CKV_AWS_3"}
    for each, whole in zip(judged.controls, before, strict=True):
        assert each.control.policies == {
            id_: strength for id_, strength in whole.control.policies.items() if id_ not in idle
        }
    assert judged.framework.controls == tuple(each.control for each in judged.controls)
    assert [each.findings for each in judged.controls] == [each.findings for each in before]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_bundle(Config(paths=(Path(),), as_of=DAY))


def test_a_scan_is_judged_by_all_of_them_and_tells_of_those_that_have_a_finding(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "a" {}\n')

    def evaluate(policies: Sequence[Policy], release: Release, scope: Scope) -> Evaluation:
        del scope
        check = next(policy for policy in policies if policy.engine == "checkov")
        (bucket,) = (each for each in release.resources if each.type == "aws_s3_bucket")
        return Evaluation((Finding(check, bucket, Status.FAIL, "it is open", bucket.location),))

    config = Config(paths=(tmp_path,), as_of=DAY, engines=("own", "checkov"))
    result = judge(config, bundle, evaluate=evaluate)
    mapped = [policy for policy in bundle.policies if policy.engine == "checkov" and policy.is_mapped]
    (described,) = (policy for policy in result.policies if policy.engine == "checkov")

    assert described.id == result.findings[0].policy.id
    assert {described.id, *result.quiet_checks} == {policy.id for policy in mapped}
    assert result.checks_left_out == 0
    named = {id_ for judged in result.frameworks for each in judged.controls for id_ in each.control.policies}
    assert not named & set(result.quiet_checks)
