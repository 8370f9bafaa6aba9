"""What becomes of Checkov's results on manifests and Dockerfiles: the container, pod or stage, and its line."""

from dataclasses import replace
from typing import Any

import pytest

from scanner.core.resource import Resource
from scanner.core.values import Unresolved
from scanner.engines.checkov.answers.addresses import Addresses
from scanner.engines.checkov.answers.findings import unplaced_of
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, Answer
from tests.builders import resource
from tests.engines.checkov.answers.hand_made import FAILED, PASSED, found, object_, part, record, stage, told, unit

NO_DEFAULT = Unresolved("var.x", "var.x has no default")

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
    named = (("model", 9), ("proxy", 11), ("model[2]", 14))
    containers = (part(pod, name, "container", line, {"name": name.removesuffix("[2]")}) for name, line in named)
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
        ("containers/[1]/securityContext/privileged", "pod/model[2]", "security_context.privileged", 16),
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
    assert addresses == ["default/Deployment/api/pod/model[2]", "default/Deployment/api/pod/proxy"]


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
        stage("final", 6, {6: "FROM", 7: "USER", 8: "RUN"}, attributes, {"user": 7, "exposed_ports": 8}),
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


def test_a_user_port_or_tag_that_is_not_known_decides_nothing() -> None:
    for root, verdict in ((False, "pass"), (NO_DEFAULT, "unknown")):
        user = of_dockerfile(("USER", PASSED, 7), check="CKV_DOCKER_8", user={"name": "app", "root": root})
        assert user == [(verdict, "Dockerfile#final", "user.root", 7)]
    ports = of_dockerfile(("", PASSED, 1), check="CKV_DOCKER_1", exposed_ports=[NO_DEFAULT])
    assert ports == [("unknown", "Dockerfile#final", "exposed_ports[0]", 8)]
    for tag, verdict in (("latest", "fail"), (NO_DEFAULT, "unknown")):
        base = {"reference": NO_DEFAULT, "tag": tag}
        image = of_dockerfile(("FROM", FAILED, 6), check="CKV_DOCKER_7", base=base)
        assert image == [(verdict, "Dockerfile#final", "base.tag", 6)]


def test_a_failure_of_what_we_do_not_know_is_told_where_we_should_know_it() -> None:
    strange = record("Deployment.default.other", FAILED, path="/other.yaml")
    answer = Answer("3", (strange, replace(strange, result=PASSED), record(API, path="/app.yaml", end=20)))
    assert unplaced_of(Addresses(unit(deployment()[0], framework=KUBERNETES)), answer) == [strange]
    assert (
        unplaced_of(
            Addresses(unit(resource("aws_s3_bucket.it"))), Answer("3", (record("aws_s3_bucket.none", start=9),))
        )
        == []
    )
