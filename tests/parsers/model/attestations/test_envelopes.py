"""Envelopes that are broken or made to deceive: one clear error each, and no other statement of the file is lost."""

import base64
import json
from typing import Any

import pytest

from scanner.parsers.model.dsse import IN_TOTO
from tests.parsers.model.manifests import FIXTURES, parse, told

LINES = (FIXTURES / "attestations" / "claims-triage.intoto.jsonl").read_text(encoding="utf-8").splitlines()
STATEMENT = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "triage", "digest": {"sha256": "ab"}}],
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {},
}


def line(payload: bytes | str, **rest: Any) -> str:
    encoded = base64.b64encode(payload).decode() if isinstance(payload, bytes) else payload
    return json.dumps({"payloadType": IN_TOTO, "payload": encoded, "signatures": [], **rest})


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("{", "not JSON"),
        ("null", "neither an in-toto statement nor an envelope"),
        ("[]", "neither an in-toto statement nor an envelope"),
        ('{"a": 1}', "neither an in-toto statement nor an envelope"),
        (line("%%%"), "payload is not base64"),
        (line(b"\xff\xfe"), "the payload is not UTF-8 text"),
        (line(b"{"), "the payload cannot be read: not JSON"),
        (line(b"[]"), "the payload is not one JSON object"),
        (line(b"{} {}"), "the payload is not one JSON object"),
        (line(b""), "the payload is not one JSON object"),
        (line(b"[" * 5000 + b"]" * 5000), "the payload cannot be read: nested deeper than"),
        (line(b'{"a": 1e999}'), "the payload cannot be read: not JSON"),
        (
            line(json.dumps(STATEMENT).encode(), payloadType="application/json"),
            "the payload is signed as something else",
        ),
        (line(json.dumps(STATEMENT).encode(), signatures=7), "signatures must be a list"),
        (line(json.dumps(STATEMENT).encode(), signatures=[{"sig": 1}]), "sig must be base64 text"),
        ('{"dsseEnvelope": {"payload": 1}}', "payloadType must be a text"),
        ('{"dsseEnvelope": 1}', "neither an in-toto statement nor an envelope"),
        ("{} {}", "a line of several JSON values"),
    ],
)
def test_a_broken_line_costs_itself_alone(broken: str, message: str) -> None:
    parsed = parse("\n".join([LINES[0], broken, LINES[1], ""]), "a.intoto.jsonl")
    if message == "a line of several JSON values":
        assert {said for _, said in told(parsed)} == {"neither an in-toto statement nor an envelope around one"}
    else:
        ((number, said),) = told(parsed)
        assert said.startswith(message)
        assert number == 2
    assert [each.attributes["kind"] for each in parsed.resources] == ["provenance", "verification_summary"]


def test_keys_written_twice_are_told_in_the_payload_too() -> None:
    payload = json.dumps(STATEMENT)[:-1] + ', "subject": [{"digest": {"sha256": "cd"}}]}'
    ((_, inside),) = told(parse(line(payload.encode()), "a.jsonl"))
    assert inside == "subject is written twice in the payload; only the later one counts"
    ((number, outside),) = told(parse("\n" + payload, "a.json"))
    assert (number, outside) == (2, "subject is written twice; only the later one counts")


def test_what_gcloud_describes_of_an_image() -> None:
    """`gcloud artifacts docker images describe --show-provenance`: envelopes among what else is known of the image."""
    envelope = json.loads(line(json.dumps(STATEMENT).encode()))
    known = [{"kind": "BUILD", "envelope": envelope}, {"kind": "BUILD"}]
    described = {"image_summary": {"digest": "sha256:ab"}, "provenance_summary": {"provenance": known}}
    parsed = parse(json.dumps(described, indent=2), "image.json")
    assert told(parsed) == []
    (found,) = parsed.resources
    assert found.attributes["predicate_type"] == "https://slsa.dev/provenance/v1"
    assert found.location.start_line == 11


def test_what_a_registry_lists_for_a_package() -> None:
    """As npm and GitHub answer: bundles in a list, npm's own attestation of the publication among them."""
    envelope = json.loads(line(json.dumps(STATEMENT).encode()))
    listed = [{"predicateType": STATEMENT["predicateType"], "bundle": {"dsseEnvelope": envelope}}]
    parsed = parse(json.dumps({"attestations": listed}, indent=2), "package.json")
    assert told(parsed) == []
    (found,) = parsed.resources
    assert found.attributes["predicate_type"] == "https://slsa.dev/provenance/v1"


def test_a_broken_file_of_many_lines_is_told_once() -> None:
    text = json.dumps({"envelope": json.loads(LINES[0]), "more": [{}, {"a": 1}]}, indent=1).replace("[]", "{}")
    broken = text.replace('"more": [', '"more": [,').replace('{\n   "a": 1\n  }', '{"a": 1}')
    assert len(told(parse(broken, "a.json"))) == 1


def test_a_file_that_is_cut_off() -> None:
    whole = (FIXTURES / "attestations" / "provenance.sigstore.json").read_text(encoding="utf-8")
    ((_, said),) = told(parse(whole[:-20], "a.json"))
    assert said.startswith("not JSON")


def test_secrets_in_a_statement_are_kept_out_of_reports() -> None:
    predicate = {"buildDefinition": {"externalParameters": {"api_key": "hunter2-hunter2"}}}
    payload = json.dumps({**STATEMENT, "predicate": predicate}).encode()
    assert "hunter2-hunter2" in parse(line(payload), "a.jsonl").secrets


def test_a_signature_of_model_files_among_attestations_is_told() -> None:
    other = json.dumps({**STATEMENT, "predicateType": "https://model_signing/signature/v1.0"}).encode()
    parsed = parse(LINES[0] + "\n" + line(other), "a.jsonl")
    assert [each.attributes["kind"] for each in parsed.resources if each.type == "attestation"] == ["provenance"]
    assert (2, "a signature of a model's files among attestations is not read; put it into a file of its own") in told(
        parsed
    )


def test_a_very_long_file_ends() -> None:
    text = "\n".join([json.dumps(STATEMENT)] * 10_050)
    parsed = parse(text, "a.jsonl")
    assert len(parsed.resources) == 10_000
    assert told(parsed) == [(10_001, "more than 10000 statements; the rest was not read")]
