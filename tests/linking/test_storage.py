from typing import Any

import pytest

from tests.linking.builder import (
    container,
    links,
    made,
    model,
    notes,
    refers,
    tf,
    ties,
    unknown,
    warnings,
    workload,
)

BUCKET = tf("aws_s3_bucket.models", {"bucket": "ml-artifacts"})


@pytest.mark.parametrize(
    ("uri", "bucket"),
    [
        ("s3://ml-artifacts/claims/7/", BUCKET),
        ("https://ml-artifacts.s3.eu-central-1.amazonaws.com/claims", BUCKET),
        ("gs://ml-artifacts/claims", tf("google_storage_bucket.models", {"name": "ml-artifacts"})),
        ("abfss://models@acct.dfs.core.windows.net/x", tf("azurerm_storage_account.models", {"name": "acct"})),
    ],
)
def test_a_storage_uri_leads_to_its_bucket(uri: str, bucket: Any) -> None:
    serving = workload("claims", {"storage_uri": uri}, kind="InferenceService")
    (found,) = links("stores_in", serving, bucket)
    assert (found.source, found.target) == (serving.key, bucket.key)
    assert found.evidence == serving.attribute_locations[("storage_uri",)]
    assert found.target_evidence == bucket.attribute_locations[tuple(bucket.attributes)[:1]]


def test_every_one_of_several_storage_uris_counts() -> None:
    serving = workload("claims", {"storage_uris": ["hf://acme/base", "s3://ml-artifacts/adapter"]})
    (found,) = links("stores_in", serving, BUCKET)
    assert found.evidence == serving.attribute_locations[("storage_uris", 1)]


def test_a_bucket_of_the_same_name_at_another_provider_is_not_meant() -> None:
    serving = workload("claims", {"storage_uri": "gs://ml-artifacts/claims"})
    assert ties("stores_in", serving, BUCKET) == set()
    assert notes(serving, BUCKET) == ["gs://ml-artifacts is not in the release, so that its safeguards are not judged"]


def test_models_artifacts_and_managed_endpoints_store_too() -> None:
    claims = model("claims", {"uri": "s3://ml-artifacts/claims"})
    weights = made("model_artifact", "w", {"uri": "s3://ml-artifacts/w"}, path="a", format_="model", parent=claims)
    endpoint = tf("aws_sagemaker_model.claims", {"primary_container": [{"model_data_url": "s3://ml-artifacts/m.tgz"}]})
    assert ties("stores_in", claims, weights, endpoint, BUCKET) == {
        ("model.claims[model-release]", "aws_s3_bucket.models"),
        ("w", "aws_s3_bucket.models"),
        ("aws_sagemaker_model.claims", "aws_s3_bucket.models"),
    }


@pytest.mark.parametrize(
    "attributes",
    [
        {"arguments": ["--model", "s3://ml-artifacts/x"]},
        {"arguments": ["--model-repository=s3://ml-artifacts/x"]},
        {"env_values": {"MODEL_URI": "s3://ml-artifacts/x"}},
    ],
)
def test_a_serving_container_names_its_store(attributes: dict[str, Any]) -> None:
    pod = workload("triton")
    server = container(pod, attributes)
    (found,) = links("stores_in", pod, server, BUCKET)
    assert (found.source, found.target) == (pod.key, BUCKET.key)
    assert found.evidence == list(server.attribute_locations.values())[-1]


def test_only_containers_that_serve_or_fetch_models_count() -> None:
    pod = workload("triton")
    where = {"arguments": ["s3://ml-artifacts/x"], "serving": False}
    shipper = container(pod, where, name="log-shipper")
    fetcher = container(pod, {**where, "role": "init"}, name="fetch")
    assert ties("stores_in", pod, shipper, BUCKET) == set()
    assert ties("stores_in", pod, fetcher, BUCKET) == {("prod/Deployment/triton/pod", "aws_s3_bucket.models")}


def test_a_bucket_of_unknown_name_may_be_the_one() -> None:
    serving = workload("claims", {"storage_uri": "s3://ml-artifacts/claims"})
    named_by_variable = tf("aws_s3_bucket.other", {"bucket": unknown("var.name")})
    assert ties("stores_in", serving, named_by_variable) == set()
    (message,) = warnings(serving, named_by_variable)
    assert message.startswith("s3://ml-artifacts: aws_s3_bucket.other has no statically known name")
    # Once another bucket has the name, the unknown one cannot have it.
    assert warnings(serving, named_by_variable, BUCKET) == []


@pytest.mark.parametrize(
    ("attributes", "may"),
    [
        ({"bucket_prefix": "ml-"}, True),
        ({"bucket_prefix": "logs-"}, False),
        ({"bucket_prefix": unknown("var.prefix")}, True),
        ({}, False),  # Terraform would call it terraform-2026…
        ({"bucket": unknown('"${var.team}-artifacts"')}, True),
        ({"bucket": unknown('"${var.team}-logs"')}, False),
        ({"bucket": unknown('lower("${var.team}-logs")')}, True),
    ],
)
def test_what_is_known_of_a_name_is_used(attributes: dict[str, Any], may: bool) -> None:
    serving = workload("claims", {"storage_uri": "s3://ml-artifacts/claims"})
    bucket = tf("aws_s3_bucket.other", attributes)
    assert (len(warnings(serving, bucket)), len(notes(serving, bucket))) == ((1, 0) if may else (0, 1))


def test_a_variable_and_the_argument_made_of_it_are_told_once() -> None:
    pod = workload("vllm")
    uri = "s3://elsewhere/m"
    server = container(pod, {"env_values": {"URI": uri}, "arguments": ["--model", uri]})
    assert len(notes(pod, server, BUCKET)) == 1
    other = workload("other", {"storage_uri": uri})
    assert len(notes(pod, server, other, BUCKET)) == 2


def test_a_release_without_buckets_is_told_nothing() -> None:
    serving = workload("claims", {"storage_uri": "s3://ml-artifacts/claims"})
    assert (warnings(serving), notes(serving)) == ([], [])


def test_a_placeholder_in_place_of_the_bucket_is_a_warning() -> None:
    serving = workload("claims", {"storage_uri": "s3://${BUCKET}/claims"})
    (message,) = warnings(serving, BUCKET)
    assert "placeholder" in message


def test_two_buckets_of_one_name_are_ambiguous() -> None:
    twin = tf("aws_s3_bucket.models", {"bucket": "ml-artifacts"}, origin="staging")
    serving = workload("claims", {"storage_uri": "s3://ml-artifacts/claims"})
    assert ties("stores_in", serving, BUCKET, twin) == set()
    (message,) = warnings(serving, BUCKET, twin)
    assert "./aws_s3_bucket.models.tf" in message
    assert "staging/aws_s3_bucket.models.tf" in message


def test_a_terraform_source_means_the_bucket_of_its_own_root() -> None:
    twin = tf("aws_s3_bucket.staging", {"bucket": "ml-artifacts"}, origin="staging")
    endpoint = tf("aws_sagemaker_model.m", {"container": [{"model_data_url": "s3://ml-artifacts/m"}]}, origin="staging")
    assert ties("stores_in", endpoint, BUCKET, twin) == {("aws_sagemaker_model.m", "aws_s3_bucket.staging")}


def test_a_reference_finds_a_bucket_without_a_name() -> None:
    bucket = tf("aws_s3_bucket.other", {"bucket": unknown("var.name")})
    url = unknown('"s3://${aws_s3_bucket.other.bucket}/m.tgz"')
    endpoint = tf("aws_sagemaker_model.m", {"primary_container": [{"image": "x", "model_data_url": url}]})
    reference = refers(endpoint, "primary_container[0].model_data_url", bucket)
    (found,) = links("stores_in", endpoint, bucket, reference)
    assert (found.target, found.evidence) == (bucket.key, reference.evidence)
    # A reference of another attribute says nothing about the model's store.
    assert ties("stores_in", endpoint, bucket, refers(endpoint, "primary_container[0].image", bucket)) == set()


def test_an_azure_uri_leads_to_account_and_container() -> None:
    account = tf("azurerm_storage_account.models", {"name": "acct"})
    by_name = tf("azurerm_storage_container.models", {"name": "models", "storage_account_name": "acct"})
    by_id = tf("azurerm_storage_container.by_id", {"name": "models", "storage_account_id": unknown("x")})
    other = tf("azurerm_storage_container.other", {"name": "other", "storage_account_name": "acct"})
    card = model("claims", {"uri": "https://acct.blob.core.windows.net/models/claims"})
    things = (account, by_name, by_id, other, card, refers(by_id, "storage_account_id", account))
    assert ties("stores_in", *things) == {
        ("model.claims[model-release]", "azurerm_storage_account.models"),
        ("model.claims[model-release]", "azurerm_storage_container.models"),
        ("model.claims[model-release]", "azurerm_storage_container.by_id"),
    }


def test_the_first_line_that_names_a_bucket_is_the_evidence() -> None:
    pod = workload("vllm", {"storage_uri": "s3://ml-artifacts/a"})
    server = container(pod, {"arguments": ["--model=s3://ml-artifacts/a"]})
    (found,) = links("stores_in", server, pod, BUCKET)
    assert found.evidence == min(pod.locate(("storage_uri",)), server.locate(("arguments", 0)))
