"""Findings of two policies that judge the same become one, and no failure vanishes by it."""

from dataclasses import replace

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.policy import Policy
from scanner.core.resource import Resource
from scanner.judging.sameness import once
from tests.builders import finding, policy, resource

PASS, FAIL, UNKNOWN = Status.PASS, Status.FAIL, Status.UNKNOWN
OURS = policy(id_="ENC-001")
THEIRS = policy(id_="CKV_AWS_19", same_as=("ENC-001",))

DEPLOYMENT = resource("Deployment/api", type_="Deployment")
POD = resource("Deployment/api/pod", parent=DEPLOYMENT, type_="workload")
FIRST = resource("Deployment/api/pod/a", parent=POD, type_="container")
SECOND = resource("Deployment/api/pod/b", parent=POD, type_="container")
BUCKET = resource("bucket.it")
ACCESS = resource("access_block.it", line=9)
EVERY = {each.key: each for each in (DEPLOYMENT, POD, FIRST, SECOND, BUCKET, ACCESS)}


def ours(status: Status, on: Resource = BUCKET, of: Policy = OURS, attribute: str = "") -> Finding:
    return replace(finding(status, of=of, on=on), attribute=attribute, fingerprint="")


def theirs(status: Status, on: Resource = BUCKET, of: Policy = THEIRS) -> Finding:
    return finding(status, of=of, on=on)


def kept(*findings: Finding) -> list[tuple[str, str, str, tuple[str, ...]]]:
    told = once(findings, EVERY)
    assert once(findings[::-1], EVERY) == told[::-1]
    return [(each.policy.id, each.status.value, each.resource.address, each.also) for each in told]


@pytest.mark.parametrize("status", [PASS, FAIL, UNKNOWN])
@pytest.mark.parametrize("other", [PASS, FAIL, UNKNOWN])
def test_on_one_resource_ours_counts_and_names_the_other(status: Status, other: Status) -> None:
    assert kept(ours(status), theirs(other)) == [("ENC-001", status.value, "bucket.it", ("CKV_AWS_19",))]


def test_where_ours_has_not_judged_theirs_stands() -> None:
    elsewhere = resource("bucket.other")
    assert kept(ours(FAIL, elsewhere), theirs(FAIL)) == [
        ("ENC-001", "fail", "bucket.other", ()),
        ("CKV_AWS_19", "fail", "bucket.it", ()),
    ]


def test_a_policy_that_gives_way_to_none_stands() -> None:
    assert [each[0] for each in kept(ours(FAIL), theirs(FAIL, of=policy(id_="CKV_AWS_1")))] == ["ENC-001", "CKV_AWS_1"]


def test_of_several_policies_all_that_have_judged_name_it() -> None:
    second = policy(id_="ENC-002")
    either = policy(id_="CKV_AWS_19", same_as=("ENC-001", "ENC-002", "ENC-003"))
    further = policy(id_="CKV_AWS_145", same_as=("ENC-002",))
    findings = ours(PASS), ours(FAIL, of=second), theirs(FAIL, of=either), theirs(FAIL, of=further)
    assert kept(*findings) == [
        ("ENC-001", "pass", "bucket.it", ("CKV_AWS_19",)),
        ("ENC-002", "fail", "bucket.it", ("CKV_AWS_145", "CKV_AWS_19")),
    ]


@pytest.mark.parametrize("around", [POD, DEPLOYMENT])
def test_what_ours_says_of_the_whole_it_says_of_its_parts(around: Resource) -> None:
    assert kept(ours(PASS, around), theirs(FAIL, SECOND)) == [
        ("ENC-001", "pass", around.address, ("CKV_AWS_19",)),
    ]


def test_what_ours_says_of_parts_it_says_of_the_whole() -> None:
    for first, second, other in ((PASS, FAIL, FAIL), (UNKNOWN, PASS, FAIL), (PASS, PASS, FAIL), (PASS, PASS, UNKNOWN)):
        findings = ours(first, FIRST), ours(second, SECOND), theirs(other, DEPLOYMENT)
        assert [each[3] for each in kept(*findings)] == [("CKV_AWS_19",), ("CKV_AWS_19",)]
    assert [each[3] for each in kept(ours(PASS, FIRST), theirs(PASS, DEPLOYMENT))] == [("CKV_AWS_19",)]


def test_a_failure_of_the_whole_stands_where_ours_has_passed_some_of_its_parts() -> None:
    assert kept(ours(PASS, FIRST), theirs(FAIL, DEPLOYMENT)) == [
        ("ENC-001", "pass", FIRST.address, ()),
        ("CKV_AWS_19", "fail", "Deployment/api", ()),
    ]


def test_parts_of_another_type_need_not_have_been_judged() -> None:
    assert kept(ours(PASS, POD), theirs(FAIL, DEPLOYMENT)) == [("ENC-001", "pass", POD.address, ("CKV_AWS_19",))]


def test_two_parts_of_one_resource_are_two() -> None:
    assert len(kept(ours(FAIL, FIRST), theirs(FAIL, SECOND))) == 2


@pytest.mark.parametrize("attribute", ["access_block.it.block_public_acls", "access_block.it"])
def test_what_ours_found_its_answer_in_counts_as_what_it_judged(attribute: str) -> None:
    for status, other in ((FAIL, FAIL), (FAIL, PASS), (UNKNOWN, FAIL), (PASS, PASS), (PASS, UNKNOWN)):
        findings = ours(status, attribute=attribute), theirs(other, ACCESS)
        assert kept(*findings) == [("ENC-001", status.value, "bucket.it", ("CKV_AWS_19",))]
    assert len(kept(ours(PASS, attribute=attribute), theirs(FAIL, ACCESS))) == 2


def test_another_instance_of_the_same_lines_is_another_resource() -> None:
    other = resource("module.b.access_block.it", line=9)
    by_key = {**EVERY, other.key: other}
    findings = ours(FAIL, attribute="module.b.access_block.it.block_public_acls"), theirs(FAIL, ACCESS)
    assert len(once(findings, by_key)) == 2
    assert len(once((findings[0], theirs(FAIL, other)), by_key)) == 1


def test_an_attribute_of_its_own_is_no_other_resource() -> None:
    assert len(kept(ours(FAIL, attribute="block_public_acls"), theirs(FAIL, ACCESS))) == 2
    in_another_root = replace(ACCESS, origin="other")
    findings = ours(FAIL, attribute="access_block.it.block_public_acls"), theirs(FAIL, in_another_root)
    assert len(once(findings, {**EVERY, in_another_root.key: in_another_root})) == 2


def test_policies_that_give_way_to_each_other_both_stand() -> None:
    one, two = policy(id_="A-001", same_as=("B-001",)), policy(id_="B-001", same_as=("A-001",))
    assert [each[0] for each in kept(ours(FAIL, of=one), ours(FAIL, of=two))] == ["A-001", "B-001"]


def test_every_finding_of_ours_on_the_resource_stays() -> None:
    findings = ours(FAIL, attribute="a"), ours(FAIL, attribute="b"), theirs(FAIL), theirs(FAIL)
    assert [each[3] for each in kept(*findings)] == [("CKV_AWS_19",), ("CKV_AWS_19",)]
