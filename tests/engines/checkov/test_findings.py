"""What becomes of Checkov's results: three values by what we know, the part that is judged, the line that decides."""

from dataclasses import replace
from typing import Any

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.resource import Release, Resource
from scanner.core.values import Unresolved
from scanner.engines.checkov.findings import findings_of, unplaced_of, unread_of
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, Answer
from tests.builders import link, policy, resource
from tests.engines.checkov.hand_made import (
    CHECK,
    FAILED,
    PASSED,
    UNKNOWN,
    found,
    object_,
    part,
    record,
    stage,
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


def test_the_texts_of_a_finding_say_no_value() -> None:
    def only(result: str, value: Any) -> Finding:
        (one,) = found(unit(bucket({"acl": value})), record(BUCKET, result, "acl"))
        return one

    title = policy().title
    assert only(FAILED, "hunter2").message == f'"{title}" does not hold for {BUCKET}'
    assert only(PASSED, "hunter2").message == f'"{title}" holds for {BUCKET}'
    unknown = only(FAILED, NO_DEFAULT)
    assert unknown.message == f'whether "{title}" holds for {BUCKET} is not known'
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
        (replace(KEY, expression="lookup(var.keys, aws_kms_key.it.arn, null)"), False),
        (replace(KEY, expression='"${aws_kms_key.it.arn}${var.x}"'), False),
        (Unresolved("aws_db_instance.it.address", LATER.format("aws_db_instance.it.address")), False),
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
    (one,) = found(unit(it, block), record(BUCKET, PASSED, "a"), links=(link(block, "configures", it),))
    assert [(each.location.start_line, each.message) for each in one.related_locations] == [(1, BUCKET)]
    (own,) = found(unit(it), record(BUCKET, FAILED, "a"))
    assert own.related_locations == ()


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


def test_the_order_of_the_records_changes_nothing() -> None:
    it = unit(bucket({"a": 1, "c": 3}))
    records = [record(BUCKET, FAILED, "a"), record(BUCKET, FAILED, "c"), record(BUCKET, PASSED)]
    assert found(it, *records) == found(it, *reversed(records))
    keys = ("to_port", "cidr_blocks", "from_port")
    ports = unit(bucket({"from_port": 0, "to_port": 1, "cidr_blocks": ["::/0"]}))
    assert [each.attribute for each in found(ports, record(BUCKET, FAILED, *keys))] == ["cidr_blocks"]


def test_a_check_that_nobody_asked_for_makes_no_finding() -> None:
    it = unit(bucket())
    assert findings_of(it, Answer("3", (record(BUCKET),)), {}, Release(it.resources)) == []


CONTAINERS = [{"name": "proxy", "image": "nginx"}, {"name": "model", "securityContext": {"privileged": True}}]
BODY = {
    "kind": "Deployment",
    "metadata": {"name": "api"},
    "spec": {"template": {"spec": {"initContainers": [{"name": "model"}], "containers": CONTAINERS}}},
}
API = "Deployment.default.api"


def deployment(body: dict[str, Any] | None = None) -> tuple[Resource, tuple[Resource, ...]]:
    places = {"initContainers[0]": 9, "containers[0]": 11, "containers[1]": 14, "containers[1].securityContext": 16}
    lines = {f"spec.template.spec.{name}": line for name, line in places.items()}
    owner = object_(body or BODY, lines, line=1)
    pod = part(owner, "pod", "workload", 8)
    named = (("model", 9, "init"), ("proxy", 11, "main"), ("model", 14, "main"))
    containers = (part(pod, name, "container", line, {"name": name, "role": role}) for name, line, role in named)
    return owner, (pod, *containers)


def of_api(
    result: str, *keys: str, theirs: str = API, body: dict[str, Any] | None = None
) -> list[tuple[str, str, str, int]]:
    owner, parts = deployment(body)
    judged = record(theirs, result, *keys, path="/app.yaml", end=20, check="CKV_K8S_1000")
    return told(found(unit(owner, framework=KUBERNETES), judged, parts=parts))


@pytest.mark.parametrize(
    ("key", "address", "attribute", "line"),
    [
        ("containers/[1]/securityContext/privileged", "pod/model", "security_context.privileged", 16),
        ("containers/[0]/imagePullPolicy", "pod/proxy", "image_pull_policy", 11),
        ("containers/[0]", "pod/proxy", "", 11),
        ("initContainers/[0]/image", "pod/model", "image", 9),
    ],
)
def test_a_key_in_a_container_is_a_finding_on_that_container(key: str, address: str, attribute: str, line: int) -> None:
    told_ = of_api(FAILED, f"spec/template/spec/{key}")
    assert told_ == [("fail", f"default/Deployment/api/{address}", attribute, line)]


def test_every_other_key_is_of_the_object_and_a_pod_taken_out_of_it_is_its_pod() -> None:
    assert of_api(PASSED) == [("pass", "default/Deployment/api", "", 1)]
    assert of_api(FAILED, "spec/replicas") == [("fail", "default/Deployment/api", "spec.replicas", 1)]
    assert of_api(FAILED, "resource_type", theirs="Pod.default.api.app-api") == [
        ("fail", "default/Deployment/api/pod", "", 1)
    ]
    missing = "spec/template/spec/containers/[5]/image"
    assert of_api(FAILED, missing)[0][:2] == ("fail", "default/Deployment/api")


def test_two_failing_containers_that_are_named_are_two_findings() -> None:
    owner, parts = deployment()
    keys = [f"spec/template/spec/containers/[{number}]/image" for number in (1, 0)]
    records = [record(API, FAILED, key, path="/app.yaml", end=20) for key in keys]
    addresses = [each[1] for each in told(found(unit(owner, framework=KUBERNETES), *records, parts=parts))]
    assert addresses == ["default/Deployment/api/pod/model", "default/Deployment/api/pod/proxy"]


def test_a_rendered_object_with_a_value_that_is_not_known_passes_nothing_that_does_not_say_what_it_read() -> None:
    body = {"kind": "Deployment", "metadata": {"name": "api"}, "spec": {"replicas": NO_DEFAULT}}
    rendered = object_(body, {"spec.replicas": 7}, line=3, path="chart/app.yaml", origin="chart")
    for result, key, expected in (
        (PASSED, (), ("unknown", rendered.address, "spec.replicas", 7)),
        (PASSED, ("metadata/name",), ("pass", rendered.address, "metadata.name", 3)),
        (FAILED, (), ("fail", rendered.address, "", 3)),
    ):
        judged = record(API, result, *key, path="/chart/app.yaml")
        assert told(found(unit(rendered, framework=KUBERNETES), judged)) == [expected]


@pytest.mark.parametrize("result", [FAILED, PASSED])
def test_the_image_of_a_container_may_be_a_placeholder_that_is_text_to_checkov(result: str) -> None:
    owner, (pod, *_) = deployment()
    placeholder = Unresolved("${HOLE}", "${HOLE} has a placeholder")
    judged = record(API, result, "spec/template/spec/containers/[0]/image", path="/app.yaml", end=20)
    for image, expected in (
        ({"repository": "nginx", "tag": placeholder}, ("unknown", "${HOLE} has a placeholder", 11)),
        ({"repository": placeholder, "tag": "latest"}, (result.lower()[:4], "", 11)),
    ):
        proxy = part(pod, "proxy", "container", 11, {"name": "proxy", "image": image})
        (one,) = found(unit(owner, framework=KUBERNETES), judged, parts=(pod, proxy))
        assert (one.status.value, one.cause, one.location.start_line) == expected


def of_dockerfile(
    *said: tuple[str, str, int], check: str = "CKV2_DOCKER_1000", **attributes: Any
) -> list[tuple[str, str, str, int]]:
    stages = (
        stage("build", 2, {2: "FROM", 3: "RUN", 4: "RUN"}),
        stage("final", 6, {6: "FROM", 7: "USER", 8: "RUN"}, attributes, {"user": 7}),
    )
    records = [
        record(f"/Dockerfile.{word}", result, "value", check=check, path="/Dockerfile", start=line, end=line)
        for word, result, line in said
    ]
    return told(found(unit(*stages, framework=DOCKERFILE), *records))


def test_each_failing_instruction_of_a_stage_is_a_finding_and_those_that_pass_are_one() -> None:
    said = (("RUN", FAILED, 3), ("RUN", FAILED, 4), ("RUN", PASSED, 8), ("RUN", PASSED, 3))
    assert of_dockerfile(*said) == [
        ("fail", "Dockerfile#build", "", 3),
        ("fail", "Dockerfile#build", "", 4),
        ("pass", "Dockerfile#final", "", 8),
    ]


def test_what_is_said_of_a_whole_file_stands_at_its_last_stage() -> None:
    assert of_dockerfile(("", FAILED, 1)) == [("fail", "Dockerfile#final", "", 6)]


def test_an_argument_before_the_first_stage_keeps_its_line() -> None:
    assert of_dockerfile(("ARG", FAILED, 1)) == [("fail", "Dockerfile#build", "", 1)]


def test_a_user_or_tag_that_is_not_known_decides_nothing() -> None:
    for root, verdict in ((False, "pass"), (NO_DEFAULT, "unknown")):
        user = of_dockerfile(("USER", PASSED, 7), check="CKV_DOCKER_8", user={"name": "app", "root": root})
        assert user == [(verdict, "Dockerfile#final", "user.root", 7)]
    for tag, verdict in (("latest", "fail"), (NO_DEFAULT, "unknown")):
        base = {"reference": NO_DEFAULT, "tag": tag}
        image = of_dockerfile(("FROM", FAILED, 6), check="CKV_DOCKER_7", base=base)
        assert image == [(verdict, "Dockerfile#final", "base.tag", 6)]


def test_files_that_checkov_cannot_read_count_where_there_is_something_of_ours_in_them() -> None:
    of = unit(bucket(), framework=DOCKERFILE, paths={"x/Dockerfile.1": "main.tf"})
    assert unread_of(of, Answer("3", unread=("/x/Dockerfile.1", "/other.tf")), Release()) == ["main.tf"]
    assert unread_of(unit(bucket()), Answer("3", unread=("/main.tf", "/main.tf")), Release()) == ["main.tf"]


def test_a_failure_of_what_we_do_not_know_is_told_where_we_should_know_it() -> None:
    strange = record("Deployment.default.other", FAILED, path="/other.yaml")
    answer = Answer("3", (strange, replace(strange, result=PASSED), record(API, path="/app.yaml", end=20)))
    assert unplaced_of(unit(deployment()[0], framework=KUBERNETES), answer) == [strange]
    assert unplaced_of(unit(bucket()), Answer("3", (record("aws_s3_bucket.none", start=9),))) == []
