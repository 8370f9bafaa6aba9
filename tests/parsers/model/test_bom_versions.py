"""CycloneDX 1.5, 1.6 and 1.7 in JSON and in XML, as cyclonedx-python-lib writes them: one document, one result."""

import pytest

from tests.parsers.model.manifests import FIXTURES, MODEL_DIGEST, WEIGHTS_DIGEST, artifacts, clean, fixture, lines

DATA_DIGEST = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
FILES = sorted(path.name for path in (FIXTURES / "boms").glob("cyclonedx-*"))

EXPECTED = {
    "source": "ml-bom",
    "name": "claims-triage",
    "version": "7.2.0",
    "digest": MODEL_DIGEST,
    "uri": "s3://ml-artifacts/claims-triage/7.2.0/",
    "license": "Apache-2.0 OR MIT",
    "owner": {"name": "Claims ML Platform", "email": "ml-platform@acme.example"},
    "references": [
        {"type": "attestation", "uri": "https://acme.example/attest/train.intoto.json", "digest": WEIGHTS_DIGEST},
        {"type": "distribution", "uri": "s3://ml-artifacts/claims-triage/7.2.0/"},
        {"type": "model-card", "uri": "README.md"},
    ],
    "base_model": {
        "name": "Llama-3.1-8B",
        "revision": "0e9e39f249a16976918f6564b8830bc894c89659",
        "digest": DATA_DIGEST,
    },
    "commits": [{"id": "9f2c1e0b", "uri": "https://git.acme.example/ml/commit/9f2c1e0b"}],
    "data": {"personal_data": True},
    "eu_ai_act": {"role": "provider"},
    "model_card": True,
    "task": "text-classification",
    "architecture": "LlamaForSequenceClassification",
    "metrics": [{"type": "auroc", "value": "0.91", "slice": "age 65+"}],
    "intended_use": "Rank incoming claims.",
    "limitations": "Not for paediatric claims.",
    "users": ["claims adjusters"],
    "performance_tradeoffs": ["Slower on long letters."],
    "ethical_considerations": [{"name": "automation bias", "mitigation": "shown after the adjuster has decided"}],
    "fairness": {"groups": ["older people"]},
    "datasets": [
        {
            "name": "claims-2019-2025",
            "revision": "2025.2",
            "digest": DATA_DIGEST,
            "license": "acme-internal",
            "classification": "phi",
            "sensitive": ["diagnosis codes"],
            "governance": {"owners": ["Claims Data Office"]},
        },
        {
            "name": "claims-holdout",
            "classification": "internal",
            "sensitive": ["free text"],
            "uri": "s3://ml-data/claims-holdout/",
            "governance": {"owners": ["Claims Data Office"], "stewards": ["Dana Weiss"]},
        },
    ],
    "schema_errors": [],
    "artifact_digests": [WEIGHTS_DIGEST],
}


def test_there_is_a_document_of_every_version_in_both_syntaxes() -> None:
    assert len(FILES) == 6


@pytest.mark.parametrize("name", FILES)
def test_every_version_and_syntax_says_the_same(name: str) -> None:
    parsed = fixture(f"boms/{name}")
    model = clean(parsed)[0]
    assert model.attributes == {**EXPECTED, "spec_version": name.split("-")[1].partition(".cdx")[0]}
    assert [(where, rest) for where, _, rest in artifacts(parsed)] == [
        ("s3://ml-artifacts/claims-triage/7.2.0/", {}),
        ("model.safetensors", {"digest": WEIGHTS_DIGEST, "format": "safetensors"}),
    ]


def test_lines_in_xml() -> None:
    parsed = fixture("boms/cyclonedx-1.6.cdx.xml")
    model = clean(parsed)[0]
    text = (FIXTURES / "boms" / "cyclonedx-1.6.cdx.xml").read_text(encoding="utf-8").split("\n")
    written = {
        "name": "<name>claims-triage</name>",
        "digest": f">{MODEL_DIGEST.removeprefix('sha256:')}</hash>",
        "license": "<licenses>",
        "owner.email": "<email>ml-platform@acme.example</email>",
        "base_model.revision": "<version>0e9e39f249a16976918f6564b8830bc894c89659</version>",
        "task": "<task>text-classification</task>",
        "metrics[0]": "<performanceMetric>",
        "datasets[1].classification": "<classification>internal</classification>",
        "datasets[1].sensitive": "<sensitiveData>free text</sensitiveData>",
        "eu_ai_act.role": '<property name="releasegate:eu_ai_act.role">provider</property>',
        "model_card": "<modelCard>",
    }
    for path, line in lines(model, *written).items():
        assert written[path] in text[line - 1], path
    (weights,) = [each for each in parsed.resources if each.attributes.get("path") == "model.safetensors"]
    assert '<component type="file"' in text[weights.location.start_line - 1]
