from typing import Any

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import container, links, made, model, ties, warnings, workload

URI = "s3://ml-artifacts/claims/7.2.0/"
DIGEST = "sha256:" + "ab" * 32
CLAIMS = model("claims", {"version": "7.2.0", "digest": DIGEST.replace("ab", "AB"), "uri": URI})
TRIAGE = model("triage", {"version": "1.0.0", "digest": "sha256:" + "cd" * 32, "uri": "hf://acme/triage:abc"})
MODELS = (CLAIMS, TRIAGE)
SERVES_CLAIMS = {("prod/InferenceService/x/predictor", "model.claims[model-release]")}


def service(attributes: dict[str, Any] | None = None, name: str = "x") -> Resource:
    return workload(name, {"component": "predictor", **(attributes or {})}, kind="InferenceService")


@pytest.mark.parametrize(
    ("attributes", "path", "met"),
    [
        (
            {"annotations": {"acme.example/model": f"oci://r.example/m@{DIGEST}"}},
            ("annotations", "acme.example/model"),
            "digest",
        ),
        (
            {"volumes": [{"image": {"reference": f"r.example/m@{DIGEST}"}}]},
            ("volumes", 0, "image", "reference"),
            "digest",
        ),
        ({"storage_uri": URI}, ("storage_uri",), "uri"),
        ({"storage_uris": ["hf://acme/base", URI]}, ("storage_uris", 1), "uri"),
        ({"storage_uri": "https://ml-artifacts.s3.eu-west-1.amazonaws.com/claims/7.2.0"}, ("storage_uri",), "uri"),
        ({"labels": {"model-id": "claims"}}, ("labels", "model-id"), "name"),
        ({"object_labels": {"model-id": "claims"}}, ("object_labels", "model-id"), "name"),
    ],
)
def test_a_workload_serves_the_model_that_it_names(attributes: dict[str, Any], path: tuple[Any, ...], met: str) -> None:
    source = service(attributes)
    (found,) = links("serves", source, *MODELS)
    assert (found.source, found.target) == (source.key, CLAIMS.key)
    assert found.evidence == source.attribute_locations[path]
    assert found.target_evidence == CLAIMS.attribute_locations[(met,)]


def test_an_inference_service_of_the_models_name_serves_it() -> None:
    assert ties("serves", service(name="claims"), *MODELS) == {
        ("prod/InferenceService/claims/predictor", "model.claims[model-release]")
    }
    assert ties("serves", workload("claims"), *MODELS) == set()


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"arguments": ["--model=s3://ml-artifacts/claims/7.2.0"]}, "claims"),
        ({"env_values": {"MODEL_DIGEST": DIGEST}}, "claims"),
        ({"arguments": [f"--digest={DIGEST.replace('ab', 'AB')}"]}, "claims"),
        ({"image": {"repository": "modelcar", "digest": DIGEST}}, "claims"),
        ({"arguments": ["vllm", "serve", "acme/triage", "--revision", "abc"]}, "triage"),
        ({"arguments": ["--model", "acme/triage", "--revision=abc"]}, "triage"),
        ({"arguments": ["--model=Acme/Triage"]}, "triage"),
        ({"env_values": {"MODEL_ID": "acme/triage", "REVISION": "abc"}}, "triage"),
        ({"arguments": ["--model=acme/triage", "--revision=other"]}, None),
        ({"arguments": ["--model=/mnt/models"]}, None),
        ({"arguments": ["--model"]}, None),
        ({"arguments": ["--model=acme/triage"], "serving": False}, None),
    ],
)
def test_a_container_names_the_model(attributes: dict[str, Any], name: str | None) -> None:
    pod = workload("x")
    found = ties("serves", pod, container(pod, attributes), *MODELS)
    assert found == ({("prod/Deployment/x/pod", f"model.{name}[model-release]")} if name else set())


@pytest.mark.parametrize(
    ("deployed", "released", "same"),
    [
        ("s3://b/k", "s3://b/k/", True),
        ("s3://b/k/7.1.0", "s3://b/k/7.2.0", False),
        ("hf://acme/m:abc", "hf://acme/m:abc", True),
        ("hf://acme/m:abc", "hf://acme/m:def", False),
        ("hf://acme/m", "hf://acme/m:def", True),
        ("hf://acme/m:main", "hf://acme/m:def", True),
        ("oci://r.example/m:latest", "oci://r.example/m:7", True),
        ("oci://r.example/m:7", f"oci://r.example/m:7@{DIGEST}", True),
        ("s3://b/k?versionId=1", "s3://b/k?versionId=2", False),
    ],
)
def test_uris_are_compared_with_their_revision(deployed: str, released: str, same: bool) -> None:
    assert bool(ties("serves", service({"storage_uri": deployed}), model("m", {"uri": released}))) is same


def test_the_manifest_of_the_very_revision_is_preferred() -> None:
    old = model("old", {"uri": "hf://acme/m:abc"})
    unpinned = model("unpinned", {"uri": "hf://acme/m"})
    assert ties("serves", service({"storage_uri": "hf://acme/m:abc"}), old, unpinned) == {
        ("prod/InferenceService/x/predictor", "model.old[model-release]")
    }


def test_the_uri_of_an_artifact_is_the_models() -> None:
    weights = made("model_artifact", "w", {"uri": "s3://b/w.onnx"}, path="a", format_="model", parent=CLAIMS)
    assert ties("serves", service({"storage_uri": "s3://b/w.onnx"}), CLAIMS, weights) == SERVES_CLAIMS


def test_every_manifest_with_the_same_key_is_linked() -> None:
    card = model("claims", {"uri": URI}, source="model-card")
    assert ties("serves", service({"storage_uri": URI}), CLAIMS, card) == {
        *SERVES_CLAIMS,
        ("prod/InferenceService/x/predictor", "model.claims[model-card]"),
    }


def test_a_weaker_claim_that_says_another_model_is_a_warning() -> None:
    source = service({"storage_uri": URI, "labels": {"model-id": "triage"}})
    assert ties("serves", source, *MODELS) == SERVES_CLAIMS
    (message,) = warnings(source, *MODELS)
    assert "its label triage means model.triage[model-release], but by its uri it serves model.claims" in message


def test_a_weaker_claim_of_another_manifest_of_the_same_model_is_none() -> None:
    card = model("Claims", {"digest": DIGEST}, source="model-card")
    source = service({"storage_uri": URI, "labels": {"model-id": "Claims"}})
    assert ties("serves", source, CLAIMS, card) == SERVES_CLAIMS
    assert warnings(source, CLAIMS, card) == []


def test_a_server_of_two_models_serves_both() -> None:
    pod = workload("x")
    server = container(pod, {"arguments": ["--model=acme/triage", "--lora-modules", f"claims={URI}"]})
    assert len(ties("serves", pod, server, *MODELS)) == 2
    assert warnings(pod, server, *MODELS) == []


def test_releases_of_one_name_are_told_apart_by_version_or_uri_and_else_ambiguous() -> None:
    old = model("claims", {"version": "7.1.0"}, path="models/old/release.yaml")
    labels = {"model-id": "claims"}
    assert ties("serves", service({"labels": labels}), CLAIMS, old) == set()
    assert len(warnings(service({"labels": labels}), CLAIMS, old)) == 1
    (found,) = links("serves", service({"labels": {**labels, "model-version": "7.1.0"}}), CLAIMS, old)
    assert found.target == old.key
    (found,) = links("serves", service({"labels": labels, "storage_uri": URI}), CLAIMS, old)
    assert found.target == CLAIMS.key


@pytest.mark.parametrize("source", ["model-card", "mlmodel", "ml-bom"])
@pytest.mark.parametrize(
    ("attributes", "attribute"),
    [
        ({"digest": DIGEST.upper().replace("SHA", "sha")}, "digest"),
        ({"artifact_digests": [DIGEST]}, "artifact_digests"),
    ],
)
def test_a_manifest_describes_the_release_of_its_digest(
    source: str, attributes: dict[str, Any], attribute: str
) -> None:
    card = model("Something else", attributes, source=source)
    (found,) = links("describes", card, *MODELS)
    assert (found.source, found.target) == (card.key, CLAIMS.key)
    assert found.evidence == card.attribute_locations[(attribute,)]
    assert found.target_evidence == CLAIMS.attribute_locations[("digest",)]


def test_a_manifest_describes_the_release_of_its_name() -> None:
    card = model("claims", source="model-card")
    assert ties("describes", card, *MODELS) == {("model.claims[model-card]", "model.claims[model-release]")}


def test_a_shared_artifact_does_not_make_two_models_one() -> None:
    tokenizer = {"artifact_digests": ["sha256:" + "ef" * 32]}
    card, other = model("a", tokenizer, source="model-card"), model("b", tokenizer)
    assert ties("describes", card, other) == set()


def test_a_manifest_describes_the_only_release_beside_it() -> None:
    card = model("Claims Triage", source="model-card", path="models/claims/README.md")
    (found,) = links("describes", card, *MODELS)
    assert (found.target, found.evidence) == (CLAIMS.key, card.location)
    second = model("other", path="models/claims/other.yaml")
    assert ties("describes", card, *MODELS, second) == set()
    far = model("Claims Triage", source="model-card", path="models/README.md")
    assert ties("describes", far, *MODELS) == set()


def test_a_bill_of_several_models_does_not_describe_its_neighbour() -> None:
    parts = [model(name, source="ml-bom", path="models/claims/bom.json") for name in ("base", "claims")]
    assert ties("describes", *parts, *MODELS) == {("model.claims[ml-bom]", "model.claims[model-release]")}


def test_a_digest_is_stronger_than_a_name() -> None:
    card = model("triage", {"digest": DIGEST}, source="model-card")
    assert ties("describes", card, *MODELS) == {("model.triage[model-card]", "model.claims[model-release]")}
    assert len(warnings(card, *MODELS)) == 1


def test_a_manifest_describes_the_release_of_its_version_or_its_directory() -> None:
    old = model("claims", {"version": "7.1.0"}, path="archive/release.yaml")
    versioned = model("claims", {"version": "7.1.0"}, source="mlmodel", path="elsewhere/MLmodel")
    (found,) = links("describes", versioned, CLAIMS, old)
    assert found.target == old.key
    near = model("claims", source="model-card", path="archive/README.md")
    (found,) = links("describes", near, CLAIMS, old)
    assert found.target == old.key
    nowhere = model("claims", source="model-card", path="README.md")
    assert ties("describes", nowhere, CLAIMS, old) == set()
    assert len(warnings(nowhere, CLAIMS, old)) == 1
