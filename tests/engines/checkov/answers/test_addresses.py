"""Which of our resources a record is about: each way in which Checkov calls them."""

from dataclasses import replace

import pytest

from scanner.core.resource import Resource
from scanner.engines.checkov.answers.addresses import Addresses, Found, Nearness
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM_PLAN
from tests.builders import resource
from tests.engines.checkov.answers.hand_made import FAILED, object_, record, stage, unit


def block(address: str, line: int = 1, path: str = "main.tf") -> Resource:
    return resource(address, line=line, path=path)


def named(*resources: Resource, by: str, line: int = 1, path: str = "/main.tf") -> tuple[list[str], Nearness]:
    found = Addresses(unit(*resources)).of(record(by, path=path, start=line, end=line + 3))
    return [each.address for each in found.resources], found.nearness


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("aws_cloudtrail.this", "aws_cloudtrail.this"),
        ('aws_ecr_repository.app["triage-gateway"]', 'aws_ecr_repository.app["triage-gateway"]'),
        ('aws_ecr_repository.app["a.b]c"]', 'aws_ecr_repository.app["a.b]c"]'),
        ('module.m["p.q"].module.inner.aws_ebs_volume.w[0]', 'module.m["p.q"].module.inner.aws_ebs_volume.w[0]'),
        ("aws_iam_policy_document.debug", "data.aws_iam_policy_document.debug"),
        ("module.a[0].aws_ami.it", "module.a[0].data.aws_ami.it"),
        ("aws.default", "provider.aws"),
        ("aws.default", "provider.aws.default"),
        ("aws.east", "provider.aws.east"),
        ("remote", "module.remote"),
        ('m["p.q"]', 'module.m["p.q"]'),
        ("module.a.inner", "module.a.module.inner"),
    ],
)
def test_an_address_names_the_one_resource_that_has_it(theirs: str, ours: str) -> None:
    others = [block("aws_cloudtrail.other"), block("module.b.aws_cloudtrail.this"), block(ours, path="other.tf")]
    assert named(*others, block(ours), by=theirs) == ([ours], Nearness.NAMED)


def test_of_a_resource_and_a_data_source_of_one_name_it_is_the_one_that_begins_at_the_line() -> None:
    both = block("aws_kms_key.it", 1), block("data.aws_kms_key.it", 7)
    assert named(*both, by="aws_kms_key.it", line=1)[0] == ["aws_kms_key.it"]
    assert named(*both, by="aws_kms_key.it", line=7)[0] == ["data.aws_kms_key.it"]


def test_where_checkov_knows_no_lines_the_address_is_enough() -> None:
    assert named(block("aws_kms_key.it", 40), by="aws_kms_key.it", line=1)[0] == ["aws_kms_key.it"]


def test_a_block_that_checkov_has_not_expanded_is_each_of_its_instances() -> None:
    several = block('aws_ebs_volume.it["a"]'), block('aws_ebs_volume.it["b"]')
    expected = ['aws_ebs_volume.it["a"]', 'aws_ebs_volume.it["b"]'], Nearness.EXPANDED
    assert named(*several, by="aws_ebs_volume.it") == expected


def test_an_instance_of_checkov_is_the_one_that_stands_for_all_of_them() -> None:
    assert named(block("aws_ebs_volume.it[*]"), by="aws_ebs_volume.it[1]") == (
        ["aws_ebs_volume.it[*]"],
        Nearness.EXPANDED,
    )
    in_module = block('module.m[*].aws_ebs_volume.it["k"]')
    assert named(in_module, by='module.m["x"].aws_ebs_volume.it["k"]')[1] is Nearness.EXPANDED


def test_an_instance_that_we_have_not_is_every_instance_of_its_block_as_the_last_resort() -> None:
    assert named(block("aws_ebs_volume.it"), by="aws_ebs_volume.it[0]") == (["aws_ebs_volume.it"], Nearness.BLOCK)


def test_a_block_without_instances_is_nothing_of_ours() -> None:
    assert named(block("aws_ebs_volume.one", 1), by="aws_ebs_volume.none", line=5)[0] == []
    called = block("module.called.aws_sns_topic.it", 5)
    assert named(called, by="module.not_called.aws_sns_topic.it", line=5)[0] == []


def test_statements_of_a_policy_are_no_blocks() -> None:
    policy = block("aws_iam_policy.it")
    statement = resource("aws_iam_policy.it", parent=policy)
    assert named(statement, policy, by="aws_iam_policy.it")[0] == ["aws_iam_policy.it"]


def test_a_plan_names_resources_wherever_they_are_written() -> None:
    planned = block('module.m["v"].aws_sns_topic.it[0]', 12, "modules/m/main.tf")
    addresses = Addresses(unit(planned, framework=TERRAFORM_PLAN))
    it = record('module.m["v"].aws_sns_topic.it[0]', FAILED, path="/plan.json", start=0)
    assert [each.key for each in addresses.of(it).resources] == [planned.key]
    assert addresses.of(replace(it, resource="aws_sns_topic.other")).resources == ()


TEMPLATE = "chart/templates/app.yaml"
DEPLOYMENT = {"kind": "Deployment", "metadata": {"name": "api", "namespace": "prod"}}


def of_object(*objects: Resource, by: str, start: int = 1, end: int = 9) -> list[tuple[str, int]]:
    addresses = Addresses(unit(*objects, framework=KUBERNETES))
    found = addresses.of(record(by, path="/app.yaml", start=start, end=end)).resources
    return [(each.address, each.location.start_line) for each in found]


def test_an_object_goes_by_kind_namespace_and_name_in_its_file() -> None:
    elsewhere = object_(DEPLOYMENT, path="other.yaml")
    config = object_({**DEPLOYMENT, "kind": "ConfigMap"})
    it = object_(DEPLOYMENT, line=3)
    assert of_object(elsewhere, config, it, by="Deployment.prod.api") == [("prod/Deployment/api", 3)]


def test_without_a_namespace_it_is_default_and_names_may_have_dots() -> None:
    it = object_({"kind": "CustomResourceDefinition", "metadata": {"name": "models.serving.example"}})
    assert of_object(it, by="CustomResourceDefinition.default.models.serving.example") == [(it.address, 1)]


def test_of_two_objects_of_one_name_it_is_the_one_within_the_lines() -> None:
    both = object_(DEPLOYMENT, line=2), object_(DEPLOYMENT, line=20)
    assert of_object(*both, by="Deployment.prod.api", start=19, end=30) == [("prod/Deployment/api", 20)]


def test_an_object_that_gets_its_name_later_goes_by_its_lines() -> None:
    job = object_({"kind": "Job", "metadata": {"generateName": "train-", "labels": {"a": "b"}}}, line=11)
    assert of_object(object_(DEPLOYMENT), job, by="Job.default.a-b", start=10, end=14) == [("default/Job/train-", 11)]


def test_a_pod_that_checkov_takes_out_of_an_object_is_that_object() -> None:
    objects = object_({**DEPLOYMENT, "kind": "Service"}, line=30), object_(DEPLOYMENT, line=2)
    assert of_object(*objects, by="Pod.prod.api.app-api", start=1, end=20) == [("prod/Deployment/api", 2)]


def test_a_pod_that_is_taken_out_of_json_has_the_lines_that_it_has_in_there() -> None:
    whole = object_(DEPLOYMENT, line=2)
    whole = replace(whole, location=replace(whole.location, end_line=34))
    assert of_object(whole, by="Pod.prod.api.app-api", start=12, end=31) == [("prod/Deployment/api", 2)]
    assert of_object(whole, by="Pod.prod.api.app-api", start=40, end=50) == []


def test_a_rendered_object_is_known_by_the_file_that_was_written_for_it() -> None:
    api = object_(DEPLOYMENT, line=40, path=TEMPLATE, origin="chart")
    job = object_({"kind": "Job", "metadata": {"generateName": "train-"}}, line=11, path=TEMPLATE, origin="chart")
    objects = {"chart/rendered-0000.yaml": api, "chart/rendered-0001.yaml": job}
    addresses = Addresses(replace(unit(api, job, framework=KUBERNETES), objects=objects))
    for theirs, number, ours, nearness in (
        ("Deployment.prod.api", 0, api, Nearness.NAMED),
        ("Pod.prod.api.app-x", 0, api, Nearness.PLACE),
        ("Job.default.train-1", 1, job, Nearness.NAMED),
    ):
        found = addresses.of(record(theirs, path=f"/chart/rendered-000{number}.yaml", start=1, end=90))
        assert found == Found((ours,), nearness)


@pytest.mark.parametrize(
    ("theirs", "line", "ours"),
    [
        ("RUN", 2, "Dockerfile#build"),
        ("RUN", 7, "Dockerfile#final"),
        ("FROM", 5, "Dockerfile#final"),
        ("ARG", 1, "Dockerfile#build"),
        ("", 1, "Dockerfile#final"),
    ],
)
def test_an_instruction_is_of_the_stage_that_holds_it_and_a_file_is_its_last_stage(
    theirs: str, line: int, ours: str
) -> None:
    stages = stage("final", 5, {5: "FROM", 7: "RUN"}), stage("build", 2, {2: "FROM", 3: "RUN"})
    addresses = Addresses(unit(*stages, framework=DOCKERFILE, paths={"Dockerfile.7": "Dockerfile"}))
    it = record(f"/Dockerfile.7.{theirs}", path="/Dockerfile.7", start=line)
    assert [each.address for each in addresses.of(it).resources] == [ours]
