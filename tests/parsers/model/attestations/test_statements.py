"""Attestations as in-toto's and securesystemslib's own libraries write them: every attribute and its line."""

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.core.resource import Parsed
from scanner.parsers.model import MODEL
from tests.parsers.model.manifests import FIXTURES, MODEL_DIGEST, WEIGHTS_DIGEST, clean, fixture, lines, parse, told

DATA = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
MODEL_SUBJECT = {"name": "claims-triage", "digests": [MODEL_DIGEST]}
PROVENANCE = {
    "statement_type": "https://in-toto.io/Statement/v1",
    "predicate_type": "https://slsa.dev/provenance/v1",
    "subjects": [MODEL_SUBJECT, {"name": "model.safetensors", "digests": [WEIGHTS_DIGEST]}],
    "kind": "provenance",
    "builder": "https://github.com/acme/ml/.github/workflows/train.yml@refs/tags/v7",
    "build_type": "https://acme.example/train/v1",
    "dependencies": [
        {"uri": "hf://meta-llama/Llama-3.1-8B", "digest": "gitCommit:0e9e39f249a16976918f6564b8830bc894c89659"},
        {"uri": "s3://ml-data/claims-2019-2025/", "name": "claims-2019-2025", "digest": DATA},
    ],
    "time": "2026-11-01T09:30:00Z",
    "invocation": "https://github.com/acme/ml/actions/runs/1021",
}
UNSIGNED = {"signed": False, "verification": "not_verified", "reason": "the statement is not signed"}


def test_plain_provenance() -> None:
    name = "attestations/provenance.intoto.json"
    (found,) = clean(fixture(name))
    assert (found.address, found.type) == (f"attestation.{name}", "attestation")
    assert found.attributes == {"path": name, **PROVENANCE, **UNSIGNED}
    text = (FIXTURES / name).read_text(encoding="utf-8").split("\n")
    written = {
        "builder": '"builder"',
        "build_type": '"buildType"',
        "dependencies": '"resolvedDependencies"',
        "time": '"finishedOn"',
        "predicate_type": '"predicateType"',
        "subjects": '"subject"',
    }
    for path, line in lines(found, *written).items():
        assert written[path] in text[line - 1] or '"id"' in text[line - 1], path


def test_provenance_of_the_version_before() -> None:
    (found,) = clean(fixture("attestations/provenance-v0.2.json"))
    attributes = dict(found.attributes)
    assert attributes.pop("path")
    assert attributes == {
        "statement_type": "https://in-toto.io/Statement/v0.1",
        "predicate_type": "https://slsa.dev/provenance/v0.2",
        "subjects": [MODEL_SUBJECT],
        "kind": "provenance",
        "builder": "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3",
        "build_type": "https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1",
        "dependencies": [
            {"uri": "hf://meta-llama/Llama-3.1-8B", "digest": "sha1:0e9e39f249a16976918f6564b8830bc894c89659"}
        ],
        "time": "2025-02-01T09:30:00Z",
        "invocation": "1021",
        **UNSIGNED,
    }


def test_signed_statements_one_a_line() -> None:
    name = "attestations/claims-triage.intoto.jsonl"
    found = clean(fixture(name))
    assert [each.address for each in found] == [f"attestation.{name}{end}" for end in ("", "#2", "#3", "#4")]
    assert [each.location.start_line for each in found] == [1, 2, 3, 4]
    shared = ("path", "signed", "logged", "key_hint", "verification", "reason", "statement_type", "subjects")
    assert all(each.attributes["signed"] and each.attributes["verification"] == "not_verified" for each in found)
    told_apart = [{key: value for key, value in each.attributes.items() if key not in shared} for each in found]
    assert told_apart[0] == {key: value for key, value in PROVENANCE.items() if key not in shared}
    assert told_apart[1:] == [
        {
            "predicate_type": "https://slsa.dev/verification_summary/v1",
            "kind": "verification_summary",
            "verifier": "https://acme.example/verifier",
            "verified_levels": ["SLSA_BUILD_LEVEL_3"],
            "result": "PASSED",
            "time": "2026-11-02T10:00:00Z",
            "resource_uri": "s3://ml-artifacts/claims-triage/7.2.0/",
        },
        {
            "predicate_type": "https://in-toto.io/attestation/test-result/v0.1",
            "kind": "test_result",
            "result": "PASSED",
            "tests": ["promptinject", "leakreplay", "dan"],
            "configuration": [{"name": "garak.yaml", "digest": DATA}],
            "report": "https://ci.acme.example/runs/88",
        },
        {
            "predicate_type": "https://in-toto.io/attestation/svr/v0.1",
            "kind": "svr",
            "verifier": "https://acme.example/gate/v1",
            "verified_levels": ["SLSA_BUILD_LEVEL_3", "ACME_RELEASE_APPROVED"],
            "time": "2026-11-03T08:00:00Z",
        },
    ]


def test_a_sigstore_bundle() -> None:
    (found,) = clean(fixture("attestations/provenance.sigstore.json"))
    said = {key: value for key, value in found.attributes.items() if key in PROVENANCE}
    assert said == PROVENANCE
    assert (found.attributes["signed"], found.attributes["logged"]) == (True, False)
    assert found.location.start_line == 10  # the payload


def statement(**change: Any) -> Parsed:
    whole = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "triage", "digest": {"sha256": "AB"}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {},
        **change,
    }
    return parse(json.dumps(whole), "a.intoto.json")


def test_a_predicate_that_is_not_known_keeps_its_subjects() -> None:
    (found,) = clean(statement(predicateType="https://acme.example/review/v1", predicate={"builder": {"id": "x"}}))
    assert (found.attributes["kind"], found.attributes["subjects"]) == (
        "other",
        [{"name": "triage", "digests": ["sha256:ab"]}],
    )
    assert "builder" not in found.attributes


def test_every_digest_the_strongest_first() -> None:
    digest = {"md5": "m", "gitCommit": "g", "sha512": "S", "sha256": " s ", "sha3_256": "t", "sha1": 1, "x": ""}
    (found,) = clean(statement(subject=[{"digest": digest}]))
    assert found.attributes["subjects"] == [
        {"name": "", "digests": ["sha256:s", "sha512:s", "gitCommit:g", "sha3-256:t", "md5:m"]}
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"subject": []}, "subject must be a list of what the statement is about"),
        ({"subject": None}, "subject must be a list of what the statement is about"),
        ({"subject": {"digest": {}}}, "subject must be a list of what the statement is about"),
        ({"subject": [{"name": "a"}]}, "a subject without a digest is nothing in particular"),
        ({"subject": [{"digest": {"sha256": 1}}]}, "a subject without a digest is nothing in particular"),
        ({"subject": [1, {"digest": {"sha256": "a"}}]}, "every subject must be an object"),
        ({"predicateType": None}, "predicateType must be a text"),
        ({"predicateType": 1}, "predicateType must be a text"),
        ({"predicate": []}, "predicate must be an object"),
        ({"_type": "https://in-toto.io/Statement/v9"}, "_type must be https://in-toto.io/Statement/v1"),
    ],
)
def test_one_clear_error_and_nothing_lost(change: dict[str, Any], message: str) -> None:
    parsed = statement(**change)
    assert [said for _, said in told(parsed)] == [message]
    assert len(parsed.resources) == 1


@pytest.mark.parametrize("wrong", [None, 1, "text", [], {}, [None], [[]], [{}], True, {"id": 1}, [{"digest": 1}]])
def test_no_type_of_value_breaks_the_reader(wrong: Any) -> None:
    kinds = ("https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2", "https://in-toto.io/Provenance/v0.1",
             "https://slsa.dev/verification_summary/v1", "https://in-toto.io/attestation/test-result/v0.1",
             "https://in-toto.io/attestation/svr/v0.2")  # fmt: skip
    keys = ("buildDefinition", "runDetails", "builder", "buildType", "materials", "metadata", "recipe", "result",
            "verificationResult", "verifier", "configuration", "passedTests", "properties", "timeCreated",
            "verifiedLevels", "policy_level")  # fmt: skip
    for kind in kinds:
        for predicate in (dict.fromkeys(keys, wrong), {"runDetails": {"builder": wrong, "metadata": wrong}},
                          {"buildDefinition": {"resolvedDependencies": wrong}}):  # fmt: skip
            (found,) = statement(predicateType=kind, predicate=predicate).resources
            assert found.attributes["kind"] != "other"


def test_claims_by_content_alone() -> None:
    for name in ("provenance.intoto.json", "claims-triage.intoto.jsonl", "provenance.sigstore.json"):
        head = (FIXTURES / "attestations" / name).read_bytes()
        assert MODEL.claims(f"any/name{Path(name).suffix}", head)
        assert not MODEL.claims("main.py", head)
    assert not MODEL.claims("package.json", b'{"name": "x", "payload": "eyJ"}')
    assert not MODEL.claims("a.json", b'["https://in-toto.io/Statement/v1"]')


def test_signatures_of_models_are_not_attestations() -> None:
    parsed = statement(predicateType="https://model_signing/signature/v1.0")
    assert not [each for each in parsed.resources if each.type == "attestation"]
