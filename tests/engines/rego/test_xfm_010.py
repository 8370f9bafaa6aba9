"""XFM-010: every endpoint is registered, and every model said to be in production is served."""

from typing import Any

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource
from scanner.core.values import Unresolved
from tests.builders import link, release, resource
from tests.engines.rego import judging

POLICY = judging.bundled("release/XFM-010.rego")
LATER = Unresolved("var.model", "var.model has no default")
P, F, U = Status.PASS, Status.FAIL, Status.UNKNOWN
URI = "s3://models/claims/7"


def findings(policy: Policy, release: Release) -> tuple[Finding, ...]:
    """With all libraries, as they ship."""
    ids = frozenset({policy.id})
    return judging.findings(policy, release, libraries=judging.LIBRARIES, vetted=ids, shipped=ids)


def workload(address: str = "default/Deployment/llm/pod", **attributes: Any) -> Resource:
    return resource(address, {"kind": "Deployment", "serving": True, **attributes}, type_="workload", path="k8s.yaml")


def model(environment: Any = "prod", name: str = "claims", source: str = "model-release") -> Resource:
    attributes = {"name": name, "source": source, "uri": URI, "deployment": {"environment": environment}}
    return resource(f"model.{name}[{source}]", attributes, type_="model", path="model-release.yaml")


def by_address(found: tuple[Finding, ...]) -> dict[str, Status]:
    return {each.resource.address: each.status for each in found}


def test_an_endpoint_and_its_manifest_belong_together() -> None:
    serving, registered = workload(), model()
    found = findings(POLICY, release(serving, registered, links=[link(serving, "serves", registered)]))
    assert [each.status for each in found] == [P, P]


def test_neither_without_the_other() -> None:
    found = findings(POLICY, release(workload(), model()))
    assert by_address(found) == {"default/Deployment/llm/pod": F, "model.claims[model-release]": F}
    assert {each.resource.type: each.attribute for each in found} == {"workload": "", "model": "deployment.environment"}


def test_a_model_card_registers_by_way_of_the_release_manifest_that_it_describes() -> None:
    serving, card, registered = workload(), model(source="model-card"), model()
    serves = link(serving, "serves", card)
    assert by_address(findings(POLICY, release(serving, card, links=[serves]))) == {serving.address: F}
    whole = release(serving, card, registered, links=[serves, link(card, "describes", registered)])
    assert by_address(findings(POLICY, whole)) == {serving.address: P, registered.address: P}


@pytest.mark.parametrize(
    "other",
    [
        workload(serving=False),
        workload(kind="Job"),
        workload("default/InferenceService/llm/transformer", kind="InferenceService"),
    ],
)
def test_what_is_no_endpoint_is_not_judged(other: Resource) -> None:
    assert findings(POLICY, release(other)) == ()


def test_the_predictor_of_an_inference_service_is_an_endpoint() -> None:
    predictor = workload(
        "default/InferenceService/llm/predictor", kind="InferenceService", storage_uri="s3://models/other"
    )
    (found,) = findings(POLICY, release(predictor))
    assert (found.status, found.attribute) == (F, "storage_uri")


@pytest.mark.parametrize("environment", ["staging", "dev"])
def test_models_outside_production_need_not_be_served(environment: str) -> None:
    assert findings(POLICY, release(model(environment))) == ()


def test_what_is_not_known_about_an_endpoint_leaves_it_and_the_models_open() -> None:
    predictor = workload("default/InferenceService/llm/predictor", kind="InferenceService", storage_uri=LATER)
    registered = model()
    found = findings(POLICY, release(predictor, registered))
    assert by_address(found) == {predictor.address: U, registered.address: U}
    of = {each.resource.type: each for each in found}
    assert of["workload"].cause == "var.model has no default"
    assert predictor.address in of["model"].cause
    assert [each.location for each in of["model"].related_locations] == [predictor.location]


def test_an_unknown_argument_of_a_container_is_named() -> None:
    serving = workload()
    attributes = {"serving": True, "arguments": ["--model", LATER]}
    container = resource(
        f"{serving.address}/vllm", attributes, type_="container", parent=serving, line=9, path="k8s.yaml"
    )
    (found,) = findings(POLICY, release(serving, container))
    assert (found.status, found.related_locations[0].location.start_line) == (U, 9)


def test_an_unknown_environment_is_unknown() -> None:
    (found,) = findings(POLICY, release(model(LATER)))
    assert (found.status, found.cause) == (U, "var.model has no default")


@pytest.mark.parametrize(
    ("data_url", "expected"),
    [
        (f"{URI}/model.tar.gz", {"aws_sagemaker_endpoint.e": P, "model.claims[model-release]": P}),
        ("s3://models/other.tar.gz", {"aws_sagemaker_endpoint.e": F, "model.claims[model-release]": F}),
        (f"{URI}0/model.tar.gz", {"aws_sagemaker_endpoint.e": F, "model.claims[model-release]": F}),
        (LATER, {"aws_sagemaker_endpoint.e": U, "model.claims[model-release]": U}),
    ],
)
def test_sagemaker_endpoints_by_the_place_of_the_model(data_url: Any, expected: dict[str, Status]) -> None:
    name = Unresolved("aws_sagemaker_endpoint_configuration.c.name", "known only after apply")
    endpoint = resource("aws_sagemaker_endpoint.e", {"endpoint_config_name": name})
    configuration = resource("aws_sagemaker_endpoint_configuration.c")
    container = resource("aws_sagemaker_model.m", {"primary_container": [{"model_data_url": data_url}]})
    links = [link(endpoint, "references", configuration), link(configuration, "references", container)]
    found = findings(POLICY, release(endpoint, configuration, container, model(), links=links))
    assert by_address(found) == expected


def test_a_sagemaker_endpoint_whose_configuration_is_not_known() -> None:
    (found,) = findings(POLICY, release(resource("aws_sagemaker_endpoint.e", {"endpoint_config_name": LATER})))
    assert (found.status, found.attribute) == (U, "endpoint_config_name")
