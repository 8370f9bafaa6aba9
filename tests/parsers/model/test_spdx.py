"""SPDX 3 documents: every attribute of their models and its line, and documents of other shapes."""

import json
from typing import Any

import pytest

from scanner.core.resource import Parsed
from scanner.parsers.model import MODEL
from tests.parsers.model.manifests import FIXTURES, MODEL_DIGEST, WEIGHTS_DIGEST, artifacts, clean, fixture, parse, told

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"


def test_a_document_by_the_official_bindings() -> None:
    parsed = fixture("boms/model.spdx3.json")
    model = clean(parsed)[0]
    assert model.attributes == {
        "source": "spdx",
        "name": "claims-triage",
        "version": "7.2.0",
        "uri": "s3://ml-artifacts/claims-triage/7.2.0/",
        "digest": MODEL_DIGEST,
        "intended_use": "Rank incoming claims.",
        "limitations": "Not for paediatric claims.",
        "safety_risk": "high",
        "release_time": "2026-11-01T00:00:00Z",
        "domains": ["healthcare claims"],
        "architecture": ["transformer"],
        "explainability": {"method": "shap"},
        "data": {"personal_data": True},
        "metrics": [{"type": "auroc", "value": "0.91"}],
        "owner": {"name": "Acme Health AI", "email": "ml-platform@acme.example"},
        "license": "Apache-2.0",
        "datasets": [
            {
                "name": "claims-2019-2025",
                "revision": "2025.2",
                "digest": "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                "uri": "s3://ml-data/claims/",
                "confidentiality": "red",
                "sensitive_personal_data": "yes",
                "known_bias": ["few claims in rural areas"],
                "use": ["training", "test"],
            }
        ],
        "base_model": {
            "name": "Llama-3.1-8B",
            "revision": "0e9e39f249a16976918f6564b8830bc894c89659",
            "uri": "https://huggingface.co/meta-llama/Llama-3.1-8B",
        },
        "schema_errors": [],
        "artifact_digests": [WEIGHTS_DIGEST],
    }
    assert [(where, rest) for where, _, rest in artifacts(parsed)] == [
        ("model.safetensors", {"digest": WEIGHTS_DIGEST, "format": "safetensors"})
    ]
    text = (FIXTURES / "boms" / "model.spdx3.json").read_text(encoding="utf-8").split("\n")
    written = {
        ("digest",): f'"hashValue": "{MODEL_DIGEST.removeprefix("sha256:")}"',
        ("data", "personal_data"): '"ai_useSensitivePersonalInformation": "yes"',
        ("limitations",): '"ai_limitation"',
        ("owner", "name"): '"name": "Acme Health AI"',
        ("datasets", 0, "revision"): '"software_packageVersion": "2025.2"',
    }
    for path, expected in written.items():
        assert expected in text[model.locate(path).start_line - 1], path


def spdx(*elements: Any, **rest: Any) -> Parsed:
    return parse(json.dumps({"@context": CONTEXT, "@graph": list(elements), **rest}), "model.spdx.json")


MODEL_ELEMENT = {"type": "ai_AIPackage", "spdxId": "urn:model", "name": "triage"}


def test_what_the_profile_asks_for_and_is_not_there() -> None:
    parsed = spdx({**MODEL_ELEMENT, "software_packageVersion": "1"})
    assert parsed.resources[0].attributes["schema_errors"] == [
        {"path": path, "message": "is missing"}
        for path in ("suppliedBy", "releaseTime", "software_downloadLocation", "software_primaryPurpose")
    ]


@pytest.mark.parametrize(
    "type_", ["ai_AIPackage", "AI_AIPackage", "ai:AIPackage", "https://spdx.org/rdf/3.0.1/terms/AI/AIPackage"]
)
def test_the_type_is_written_in_many_ways(type_: str) -> None:
    assert spdx({"@type": type_, "@id": "_:m", "name": "triage"}).resources[0].attributes["name"] == "triage"


def test_a_document_about_software_holds_no_model() -> None:
    assert spdx({"type": "software_Package", "spdxId": "urn:x", "name": "torch"}) == Parsed()


def test_nothing_asserted_is_nothing_said() -> None:
    element = {
        **MODEL_ELEMENT,
        "software_downloadLocation": "NOASSERTION",
        "ai_limitation": "https://spdx.org/rdf/3.0.1/terms/Core/NoAssertion",
        "ai_useSensitivePersonalInformation": "noAssertion",
    }
    assert set(spdx(element).resources[0].attributes) == {"source", "name", "schema_errors"}


def test_ancestors_are_no_models_of_their_own() -> None:
    base = {"type": "ai_AIPackage", "spdxId": "urn:base", "name": "base", "software_packageVersion": "2"}
    tie = {"type": "Relationship", "relationshipType": "ancestorOf", "from": "urn:base", "to": ["urn:model"]}
    (model,) = spdx(base, MODEL_ELEMENT, tie).resources
    assert model.attributes["base_model"] == {"name": "base", "revision": "2"}


def test_what_a_relationship_leads_out_to_keeps_its_name() -> None:
    tie = {"type": "Relationship", "relationshipType": "trainedOn", "from": "urn:model", "to": "urn:elsewhere"}
    (model,) = spdx(MODEL_ELEMENT, tie).resources
    assert model.attributes["datasets"] == [{"name": "urn:elsewhere", "use": ["training"]}]


@pytest.mark.parametrize("wrong", [None, 1, "text", [], {}, [None], [[]], [{}], True, {"spdxId": 1}, [1, "a"]])
def test_no_type_of_value_breaks_the_reader(wrong: Any) -> None:
    keys = ("verifiedUsing", "suppliedBy", "ai_metric", "ai_domain", "software_packageVersion", "releaseTime", "spdxId")
    elements = [{**MODEL_ELEMENT, "spdxId": f"urn:{key}", key: wrong} for key in keys]
    tie = {"type": "Relationship", "relationshipType": wrong, "from": wrong, "to": wrong}
    odd = {"type": "Relationship", "relationshipType": "trainedOn", "from": "urn:model", "to": wrong}
    models = [each for each in spdx(*elements, MODEL_ELEMENT, tie, odd, wrong).resources if each.type == "model"]
    assert len(models) == len(keys) + 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (f'{{"@context": "{CONTEXT}",\n"@graph": [}}', 2, "not JSON"),
        (f'[{{"@context": "{CONTEXT}"}}]', 1, "not one JSON object"),
        (f'{{"@context": "{CONTEXT}",\n"@graph": [{{"type": "ai_AIPackage"}}]}}', 2, "an AI package without a name"),
        (
            f'{{"@context": "{CONTEXT}",\n"type": "ai_AIPackage", "name": "a",\n"name": "b"}}',
            3,
            "name is written twice",
        ),
    ],
)
def test_one_clear_error_for_bad_input(text: str, line: int, message: str) -> None:
    ((number, said),) = told(parse(text, "model.spdx.json"))
    assert said.startswith(message)
    assert number == line


def test_claims_by_content() -> None:
    head = f'{{"@context": "{CONTEXT}"}}'.encode()
    assert MODEL.claims("any.json", head)
    assert MODEL.claims("any.jsonld", head)
    assert not MODEL.claims("any.json", b'{"spdxVersion": "SPDX-2.3"}')
    assert not MODEL.claims("any.json", b'{"@context": "https://schema.org"}')
