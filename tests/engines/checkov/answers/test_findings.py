"""What becomes of Checkov's results: three values by what we know, the part that is judged, the line that decides."""

from dataclasses import replace
from typing import Any

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.resource import Release, Resource
from scanner.core.values import Unresolved
from scanner.engines.checkov.answers.addresses import Addresses
from scanner.engines.checkov.answers.findings import findings_of, unread_of, unseen_of
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM, TERRAFORM_PLAN, Answer
from tests.builders import FILE, link, policy, resource
from tests.engines.checkov.answers.hand_made import (
    CHECK,
    FAILED,
    PASSED,
    UNKNOWN,
    found,
    object_,
    record,
    told,
    unit,
)

NO_DEFAULT = Unresolved("var.x", "var.x has no default")
LATER = "{} is known only after apply"
BUCKET = "aws_s3_bucket.it"


def bucket(attributes: dict[str, Any] | None = None, **more: Any) -> Resource:
    return resource(BUCKET, attributes, **more)


def status(attributes: dict[str, Any], result: str, *keys: str, check: str = CHECK) -> list[tuple[str, str]]:
    judged = found(unit(bucket(attributes)), record(BUCKET, result, *keys, check=check))
    return [(each.status.value, each.attribute) for each in judged]


def test_a_known_value_is_judged_as_checkov_says_on_its_own_line() -> None:
    it = bucket({"versioning": [{"enabled": False}]}, lines={"versioning[0]": 3, "versioning[0].enabled": 4}, end=6)
    key = "versioning/[0]/enabled"
    assert told(found(unit(it), record(BUCKET, FAILED, key))) == [("fail", BUCKET, "versioning[0].enabled", 4)]
    assert told(found(unit(it), record(BUCKET, PASSED, key))) == [("pass", BUCKET, "versioning[0].enabled", 4)]
    assert found(unit(it), record(BUCKET, UNKNOWN, key)) == []


def test_what_nobody_has_written_is_named_and_stands_where_it_would_be() -> None:
    it = bucket({"versioning": [{}]}, lines={"versioning[0]": 3}, end=6)
    key = "versioning/[0]/enabled"
    assert told(found(unit(it), record(BUCKET, FAILED, key))) == [("fail", BUCKET, "versioning[0].enabled", 3)]
    assert told(found(unit(bucket()), record(BUCKET, FAILED, key))) == [("fail", BUCKET, "versioning.enabled", 1)]
    assert told(found(unit(bucket()), record(BUCKET, FAILED, "either", "or"))) == [("fail", BUCKET, "", 1)]
    assert told(found(unit(bucket()), record(BUCKET, FAILED, "of_another", "resource_type"))) == [
        ("fail", BUCKET, "", 1)
    ]
    assert told(found(unit(bucket()), record(BUCKET, FAILED))) == [("fail", BUCKET, "", 1)]


@pytest.mark.parametrize(
    ("value", "said"),
    [(False, ": acl is false"), (0, ": acl is 0"), ("hunter2", ""), (["hunter2"], ""), ({"a": 1}, "")],
)
def test_a_failure_says_which_switch_or_number_decided(value: Any, said: str) -> None:
    (one,) = found(unit(bucket({"acl": value})), record(BUCKET, FAILED, "acl"))
    assert one.message == f'{BUCKET} fails "{policy().title}"{said}'


def test_the_texts_of_a_finding_say_no_text_of_the_files() -> None:
    def only(result: str, value: Any) -> Finding:
        (one,) = found(unit(bucket({"acl": value})), record(BUCKET, result, "acl"))
        return one

    title = policy().title
    assert only(FAILED, "hunter2").message == f'{BUCKET} fails "{title}"'
    assert only(PASSED, "hunter2").message == f'{BUCKET} passes "{title}"'
    unknown = only(FAILED, NO_DEFAULT)
    assert unknown.message == f'whether {BUCKET} passes "{title}" is not known'
    assert unknown.cause == "var.x has no default"
    assert only(PASSED, "hunter2").cause == ""


@pytest.mark.parametrize("result", [FAILED, PASSED, UNKNOWN])
@pytest.mark.parametrize(
    ("attributes", "attribute"),
    [
        ({"rule": [{"key": NO_DEFAULT}]}, "rule[0].key"),
        ({"rule": [NO_DEFAULT]}, "rule[0]"),
        ({"rule": NO_DEFAULT}, "rule"),
        ({"rule": [{"key": ["x", NO_DEFAULT]}]}, "rule[0].key[1]"),
    ],
)
def test_what_is_not_known_is_not_known_whatever_checkov_says(
    attributes: dict[str, Any], attribute: str, result: str
) -> None:
    assert status(attributes, result, "rule/[0]/key") == [("unknown", attribute)]


def test_deeper_down_it_keeps_a_check_from_passing_and_not_from_failing() -> None:
    attributes = {"environment": [{"a": 1, "b": NO_DEFAULT}]}
    assert status(attributes, PASSED, "environment") == [("unknown", "environment[0].b")]
    assert status(attributes, FAILED, "environment") == [("fail", "environment")]
    assert status(attributes, UNKNOWN, "environment") == []


def test_a_known_value_that_is_open_to_everyone_fails_beside_one_that_is_not_known() -> None:
    keys = ("from_port", "to_port", "cidr_blocks", "ipv6_cidr_blocks")
    for blocks, verdict in ((["0.0.0.0/0", NO_DEFAULT], "fail"), (["10.0.0.0/8"], "unknown")):
        attributes = {"from_port": 22, "to_port": 22, "cidr_blocks": blocks, "ipv6_cidr_blocks": NO_DEFAULT}
        attribute = "cidr_blocks" if verdict == "fail" else "ipv6_cidr_blocks"
        assert status(attributes, FAILED, *keys) == [(verdict, attribute)]


def test_of_several_attributes_that_are_written_the_one_that_is_open_is_named() -> None:
    rule = {"access": "Allow", "source_address_prefix": "*", "port": [{"deeper": 22}]}
    keys = ("security_rule/[0]/access", "security_rule/[0]/source_address_prefix", "security_rule/[0]/port/[0]/deeper")
    assert status({"security_rule": [rule]}, FAILED, *keys) == [("fail", "security_rule[0].source_address_prefix")]


def test_a_check_over_the_graph_fails_by_a_known_value_beside_one_that_is_not() -> None:
    attributes = {"managed_policy_arns": ["arn:aws:iam::aws:policy/IAMFullAccess"], "name": NO_DEFAULT}
    keys = ("managed_policy_arns/*", "name")
    assert status(attributes, FAILED, *keys, check="CKV2_AWS_1000") == [("fail", "managed_policy_arns[0]")]
    assert status(attributes, FAILED, *keys) == [("unknown", "name")]
    assert status({"name": NO_DEFAULT}, FAILED, *keys, check="CKV2_AWS_1000") == [("unknown", "name")]


KEY = Unresolved("aws_kms_key.it.arn", LATER.format("aws_kms_key.it.arn"))


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        (KEY, True),
        (replace(KEY, expression="var.key_arn"), True),
        (replace(KEY, expression="module.keys.arns[0]"), True),
        (replace(KEY, expression="var.on ? aws_kms_key.it.arn : null"), True),
        (replace(KEY, expression='"${aws_kms_key.it.arn}:*"'), True),
        (Unresolved('aws_kms_key.it["a"].id', LATER.format('aws_kms_key.it["a"].id')), True),
        (Unresolved("aws_s3_bucket.it.id", "var.name has no default"), True),
        (replace(KEY, expression="aws_kms_key.it.arn == var.x ? var.y : null"), False),
        (replace(KEY, expression='aws_kms_key.it.arn != "" ? aws_kms_key.it.arn : null'), False),
        (replace(KEY, expression="lookup(var.keys, aws_kms_key.it.arn, null)"), False),
        (replace(KEY, expression='"${aws_kms_key.it.arn}${var.x}"'), False),
        (Unresolved("aws_db_instance.it.address", LATER.format("aws_db_instance.it.address")), True),
        (Unresolved("aws_db_instance.it.engine_version", LATER.format("aws_db_instance.it.engine_version")), False),
        (Unresolved("data.aws_iam_policy.it.arn", LATER.format("data.aws_iam_policy.it.arn")), False),
        (Unresolved("var.kms.arn", "var.kms has no default"), False),
        (Unresolved("module.kms.id", "module.kms was not read"), False),
    ],
)
def test_the_identifier_of_a_resource_lets_a_check_pass(value: Unresolved, *, passes: bool) -> None:
    for attributes, attribute in (({"key": value}, "key"), ({"key": [value]}, "key[0]")):
        expected = ("pass", "key") if passes else ("unknown", attribute)
        assert status(attributes, PASSED, "key") == [expected]
    assert status({"key": value}, FAILED, "key") == [("unknown", "key")]


def test_a_check_that_names_nothing_when_it_passes_is_asked_for_what_its_source_reads() -> None:
    arn = Unresolved('"${var.bucket}/*"', "var.bucket has no default")
    statement = {"effect": "Allow", "actions": ["s3:GetObject"], "resources": [arn]}
    assert status({"statement": [statement]}, PASSED, check="CKV_AWS_1") == [("pass", "statement[0].actions")]
    for name in ("effect", "actions", "resources"):
        unknown = {"statement": [{**statement, name: [NO_DEFAULT]}]}
        assert status(unknown, PASSED, check="CKV_AWS_1") == [("unknown", f"statement[0].{name}[0]")]
    assert status({"statement": [NO_DEFAULT]}, PASSED, check="CKV_AWS_1") == [("unknown", "statement[0]")]
    assert status({"statement": [NO_DEFAULT]}, PASSED) == [("pass", "")]


def test_what_completes_a_resource_may_not_be_known_either() -> None:
    it = bucket()
    keys = ("block_public_acls", "resource_type")

    def judged(block: Resource, result: str, kind: str = "configures") -> list[tuple[str, str, str, int]]:
        return told(found(unit(it, block), record(BUCKET, result, *keys), links=(link(block, kind, it),)))

    name = "aws_s3_bucket_public_access_block.it"
    unknown = resource(name, {"block_public_acls": NO_DEFAULT}, line=5, end=8, lines={"block_public_acls": 7})
    for result in (PASSED, UNKNOWN):
        assert judged(unknown, result) == [("unknown", BUCKET, f"{name}.block_public_acls", 7)]
    assert judged(unknown, FAILED) == [("fail", BUCKET, "", 1)]
    assert judged(unknown, PASSED, "references") == [("pass", BUCKET, "", 1)]
    known = resource(name, {"block_public_acls": True}, line=5)
    assert judged(known, PASSED) == [("pass", BUCKET, "", 1)]
    assert judged(replace(known, presence=NO_DEFAULT), PASSED) == [("unknown", BUCKET, name, 5)]
    assert judged(replace(known, attributes={}, presence=NO_DEFAULT), PASSED) == [("pass", BUCKET, "", 1)]


def test_the_block_that_was_judged_stands_beside_what_decided_in_another_one() -> None:
    it = bucket(line=1)
    block = resource("aws_s3_bucket_public_access_block.it", {"a": NO_DEFAULT}, line=5)
    tie = (link(block, "configures", it),)
    (one,) = found(unit(it, block), record(BUCKET, PASSED, "a", "resource_type"), links=tie)
    assert [(each.location.start_line, each.message) for each in one.related_locations] == [(1, BUCKET)]
    for alone in (record(BUCKET, FAILED, "a", "resource_type"), record(BUCKET, PASSED, "a")):
        (own,) = found(unit(it, block), alone, links=tie)
        assert own.related_locations == ()
    assert found(unit(it, block), record(BUCKET, UNKNOWN, "a"), links=tie) == []


def test_a_resource_that_may_not_exist_fails_and_passes_like_any_other() -> None:
    it = bucket({"a": 1}, presence=NO_DEFAULT)
    assert [each.status for each in found(unit(it), record(BUCKET, FAILED, "a"))] == [Status.FAIL]
    assert [each.status for each in found(unit(it), record(BUCKET, PASSED, "a"))] == [Status.PASS]


def test_what_is_said_twice_is_one_finding_and_a_failure_counts_most() -> None:
    it = unit(bucket({"a": 1, "b": NO_DEFAULT, "c": 3}))
    said = [record(BUCKET, PASSED, "a"), record(BUCKET, PASSED, "b"), record(BUCKET, FAILED, "c")]
    for records, expected in (
        ((said[0], said[0]), ("pass", "a")),
        ((said[0], said[1]), ("unknown", "b")),
        (said, ("fail", "c")),
        ((*said[::-1], record(BUCKET, FAILED, "a")), ("fail", "a")),
        ((said[0], record(BUCKET, UNKNOWN)), ("pass", "a")),
    ):
        assert [(each.status.value, each.attribute) for each in found(it, *records)] == [expected]


def test_the_record_that_names_an_instance_counts_more_than_that_of_its_block() -> None:
    first, second = resource("aws_ebs_volume.it[0]"), resource("aws_ebs_volume.it[1]")
    block = record("aws_ebs_volume.it", FAILED)
    named = record("aws_ebs_volume.it[0]", PASSED)
    assert told(found(unit(first, second), block, named)) == [
        ("pass", "aws_ebs_volume.it[0]", "", 1),
        ("fail", "aws_ebs_volume.it[1]", "", 1),
    ]
    assert found(unit(first), block, record("aws_ebs_volume.it[0]", UNKNOWN)) == []


def test_of_a_block_that_checkov_has_not_expanded_nothing_is_known_where_its_instances_differ() -> None:
    def judged(result: str, *keys: str, **values: tuple[Any, Any]) -> list[tuple[str, str]]:
        several = [
            resource(f"aws_ebs_volume.it[{number}]", {name: pair[number] for name, pair in values.items()})
            for number in (0, 1)
        ]
        return [
            (each.status.value, each.attribute)
            for each in found(unit(*several), record("aws_ebs_volume.it", result, *keys))
        ]

    for result, verdict in ((FAILED, "fail"), (PASSED, "pass")):
        assert judged(result, "encrypted", encrypted=(False, True)) == [("unknown", "encrypted")] * 2
        assert judged(result, "encrypted", encrypted=(False, False), name=("a", "b")) == [(verdict, "encrypted")] * 2
        assert judged(result, name=("a", "b")) == [(verdict, "")] * 2
    both = {"cidr_blocks": (["0.0.0.0/0"],) * 2, "name": ("a", "b")}
    assert judged(FAILED, "cidr_blocks", "name", **both) == [("fail", "cidr_blocks")] * 2
    assert judged(PASSED, "cidr_blocks", "name", **both) == [("unknown", "cidr_blocks")] * 2
    assert judged(UNKNOWN, "encrypted", encrypted=(False, True)) == []


def test_the_order_of_the_records_changes_nothing() -> None:
    it = unit(bucket({"a": 1, "c": 3}))
    records = [record(BUCKET, FAILED, "a"), record(BUCKET, FAILED, "c"), record(BUCKET, PASSED)]
    assert found(it, *records) == found(it, *reversed(records))
    keys = ("to_port", "cidr_blocks", "from_port")
    ports = unit(bucket({"from_port": 0, "to_port": 1, "cidr_blocks": ["::/0"]}))
    assert [each.attribute for each in found(ports, record(BUCKET, FAILED, *keys))] == ["cidr_blocks"]


def test_the_innermost_attribute_that_is_written_is_named_and_what_a_text_holds_comes_last() -> None:
    attributes = {"database_version": "POSTGRES_14", "settings": [{"tier": "x", "flags": [{"name": "a"}]}]}
    keys = ("database_version/[0]/POSTGRES", "settings")
    assert status(attributes, FAILED, *keys) == [("fail", "settings")]
    assert status(attributes, FAILED, *keys, "settings/[0]/tier", "other") == [("fail", "settings[0].tier")]


def test_a_check_that_nobody_asked_for_makes_no_finding() -> None:
    it = unit(bucket())
    assert findings_of(Addresses(it), Answer("3", (record(BUCKET),)), {}, Release(it.resources)) == []


def test_files_that_checkov_cannot_read_count_where_there_is_something_of_ours_in_them() -> None:
    of = unit(bucket(), framework=DOCKERFILE, paths={"x/Dockerfile.1": "main.tf"})
    assert unread_of(of, Answer("3", unread=("/x/Dockerfile.1", "/other.tf"))) == [Location("main.tf", 1)]
    again = Answer("3", unread=("/main.tf", "/main.tf"))
    assert unread_of(unit(bucket()), again) == [Location("main.tf", 1)]


@pytest.mark.parametrize("framework", [TERRAFORM, TERRAFORM_PLAN])
def test_every_file_of_terraform_counts(framework: str) -> None:
    of = unit(bucket(), framework=framework, paths={"plan.json": "prod.tfplan"})
    answer = Answer("3", unread=("/variables.tf.json", "/plan.json"))
    assert unread_of(of, answer) == [Location("prod.tfplan", 1), Location("variables.tf.json", 1)]


def test_a_rendered_object_that_checkov_cannot_read_is_told_where_it_comes_from() -> None:
    api = object_({"kind": "Service", "metadata": {"name": "api"}}, line=7, path="chart/t.yaml", origin="chart")
    of = replace(unit(api, framework=KUBERNETES), objects={"chart/rendered-0000.yaml": api})
    assert unread_of(of, Answer("3", unread=("/chart/rendered-0000.yaml",))) == [Location("chart/t.yaml", 7)]


def test_what_checkov_does_not_know_although_it_has_read_the_file_is_named() -> None:
    seen = ((f"/{FILE}", BUCKET), ("/m.tf", "module.m.aws_s3_bucket.it"))
    lost = resource("module.other.aws_s3_bucket.it")
    both = unit(bucket(), lost, resource("data.aws_region.it"), resource("module.m", type_="terraform_module"))
    assert unseen_of(both, Answer("3.3.30", resources=seen)) == [lost]
    assert unseen_of(both, Answer("3.3.30", unread=(f"/{FILE}",))) == []
    assert unseen_of(replace(both, framework=DOCKERFILE), Answer("3.3.30")) == []


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ((PASSED, FAILED), [("unknown", BUCKET, "", 1)]),
        ((FAILED, PASSED), [("unknown", BUCKET, "", 1)]),
        ((FAILED, FAILED), [("fail", BUCKET, "", 1)]),
        ((PASSED, PASSED), [("pass", BUCKET, "", 1)]),
        ((UNKNOWN, UNKNOWN), []),
    ],
)
def test_a_block_that_another_file_overrides_is_judged_where_both_agree(
    results: tuple[str, str], said: list[tuple[str, str, str, int]]
) -> None:
    records = [
        record(BUCKET, each, path=path) for each, path in zip(results, (f"/{FILE}", "/override.tf"), strict=True)
    ]
    assert told(found(unit(bucket()), *records)) == said
