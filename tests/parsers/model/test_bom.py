"""CycloneDX bills of materials: every attribute of their models and its line."""

import json
from typing import Any

from scanner.core.resource import Parsed
from tests.parsers.model.manifests import MODEL_DIGEST, WEIGHTS_DIGEST, artifacts, clean, fixture, lines, parse, told


def test_ml_bom() -> None:
    parsed = fixture("claims-triage/mlbom.json")
    model = clean(parsed)[0]
    assert (model.address, model.location.start_line, model.location.end_line) == ("model.claims-triage[ml-bom]", 6, 59)
    assert model.attributes == {
        "source": "ml-bom",
        "name": "claims-triage",
        "version": "7.2.0",
        "digest": MODEL_DIGEST,
        "uri": "s3://ml-artifacts/claims-triage/7.2.0/weights.pt",
        "license": "Apache-2.0",
        "owner": {"name": "Claims ML Platform", "email": "ml-platform@acme.example"},
        "base_model": {"name": "Llama-3.1-8B", "revision": "0e9e39f2"},
        "eu_ai_act": {"role": "provider"},
        "data": {"personal_data": True},
        "task": "text-classification",
        "metrics": [{"type": "auroc", "value": "0.91", "slice": "age 65+"}],
        "intended_use": "Rank incoming claims.\nRoute them to adjusters.",
        "limitations": "Not for paediatric claims.",
        "fairness": {"groups": ["older people"]},
        "spec_version": "1.6",
        "schema_errors": [],
        "model_card": True,
        "references": [
            {"type": "documentation", "uri": "https://acme.example/claims-triage"},
            {"type": "distribution", "uri": "s3://ml-artifacts/claims-triage/7.2.0/weights.pt"},
        ],
        "datasets": [
            {"name": "claims-2019-2025", "classification": "phi"},
            {"name": "synthetic-claims", "revision": "2", "classification": "internal"},
            {"name": "holdout"},
        ],
        "artifact_digests": [WEIGHTS_DIGEST],
    }
    expected = {
        "name": 9,
        "version": 10,
        "digest": 19,
        "uri": 30,
        "license": 15,
        "owner.email": 13,
        "base_model.revision": 33,
        "eu_ai_act.role": 36,
        "data.personal_data": 37,
        "task": 42,
        "datasets[0].classification": 44,
        "datasets[1].name": 63,
        "datasets[1].revision": 64,
        "datasets[1].classification": 65,
        "datasets[2]": 67,
        "metrics[0].slice": 50,
        "intended_use": 54,
        "limitations": 55,
        "fairness.groups": 56,
        "model_card": 40,
        "references[1]": 30,
        "spec_version": 3,
        "approval": 6,
    }
    assert lines(model, *expected) == expected
    assert artifacts(parsed) == [
        ("s3://ml-artifacts/claims-triage/7.2.0/weights.pt", 30, {"format": "pickle"}),
        ("model.safetensors", 22, {"digest": WEIGHTS_DIGEST, "format": "safetensors"}),
    ]


def bom(*components: dict[str, Any], **rest: Any) -> Parsed:
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, **rest, "components": list(components)}
    return parse(json.dumps(document), "bom.json")


def test_a_bom_of_software_only_holds_no_model() -> None:
    assert bom({"type": "library", "name": "torch"}) == Parsed()


def test_models_of_a_bom_wherever_they_stand() -> None:
    inner = {"type": "machine-learning-model", "name": "inner", "components": "not a list"}
    first = {"type": "machine-learning-model", "name": "first", "bom-ref": "1"}
    data = {"type": "data", "name": "ours"}
    parsed = bom(
        first, {"type": "container", "name": "image", "components": [inner]}, data, metadata={"component": first}
    )
    assert [(each.attributes["source"], each.attributes["name"]) for each in parsed.resources] == [
        ("ml-bom", "first"),
        ("ml-bom", "inner"),
    ]
    assert told(parsed) == [(1, "components must be a list of objects")]


def test_the_hub_is_the_place_of_a_model_without_another_one() -> None:
    purl = "pkg:huggingface/acme/triage@4f0c2d1e?repository_url=x"
    hashes = [{"alg": "SHA-512", "content": "AB"}]
    parsed = bom({"type": "machine-learning-model", "name": "t", "purl": purl, "hashes": hashes})
    assert parsed.resources[0].attributes["uri"] == "hf://acme/triage:4f0c2d1e"
    assert artifacts(parsed) == [("hf://acme/triage:4f0c2d1e", 1, {"digest": "sha512:ab"})]


def test_other_spellings_in_a_bom() -> None:
    parsed = bom(
        {
            "type": "machine-learning-model",
            "name": "t",
            "supplier": {"name": "Acme"},
            "licenses": [{"expression": "MIT OR Apache-2.0"}, {"license": {"name": "Acme"}}],
            "pedigree": {"ancestors": [{"name": "a"}, {"name": "b", "version": "2"}]},
            "properties": [{"name": "releasegate:ownr.email", "value": "x"}],
        }
    )
    said = {key: value for key, value in parsed.resources[0].attributes.items() if key != "schema_errors"}
    assert said == {
        "source": "ml-bom",
        "spec_version": "1.6",
        "name": "t",
        "owner": {"name": "Acme"},
        "license": ["MIT OR Apache-2.0", "Acme"],
        "base_model": [{"name": "a"}, {"name": "b", "revision": "2"}],
    }
    assert told(parsed) == [
        (1, "releasegate:ownr.email is no statement of a model release such as releasegate:owner.email")
    ]
