"""DSSE envelopes: exactly what is signed, and what a head of a file says of the statement inside."""

import base64
import json
from typing import Any

import pytest
from securesystemslib.dsse import Envelope as Reference

from scanner.parsers.model.dsse import (
    IN_TOTO,
    EnvelopeError,
    decoded,
    is_envelope,
    predicate_types_in,
    read_envelope,
)

STATEMENT = json.dumps({"_type": "x", "predicateType": "https://slsa.dev/provenance/v1", "predicate": {"a": "é" * 40}})


def enveloped(content: bytes = STATEMENT.encode(), **rest: Any) -> dict[str, Any]:
    signature = {"keyid": "k", "sig": base64.b64encode(b"signature").decode()}
    encoded = base64.b64encode(content).decode()
    return {"payload": encoded, "payloadType": IN_TOTO, "signatures": [signature], **rest}


@pytest.mark.parametrize("payload", [b"", b"{}", STATEMENT.encode(), bytes(range(256))])
@pytest.mark.parametrize("kind", [IN_TOTO, "text/plain", "application/é"])
def test_the_signed_bytes_are_those_of_the_reference(payload: bytes, kind: str) -> None:
    ours = read_envelope(enveloped(payload, payloadType=kind))
    assert ours.signed_bytes == Reference(payload, kind, {}).pae()
    assert (ours.signatures[0].signature, ours.signatures[0].key_hint) == (b"signature", "k")


def test_both_alphabets_of_base64() -> None:
    content = bytes(range(200, 256))
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(content).decode()
        assert decoded(text, ("x",)) == decoded(text.rstrip("="), ("x",)) == content


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"payload": "%%%"}, ("payload",)),
        ({"payload": "abc\n=def"}, ("payload",)),
        ({"payload": "A"}, ("payload",)),
        ({"payload": None}, ("payload",)),
        ({"payload": {"a": 1}}, ("payload",)),
        ({"payloadType": None}, ("payloadType",)),
        ({"payloadType": ""}, ("payloadType",)),
        ({"signatures": {}}, ("signatures",)),
        ({"signatures": [1]}, ("signatures", 0)),
        ({"signatures": [{}]}, ("signatures", 0, "sig")),
        ({"signatures": [{"sig": "\u00e9"}]}, ("signatures", 0, "sig")),
    ],
)
def test_what_is_no_envelope(change: dict[str, Any], path: tuple[str | int, ...]) -> None:
    with pytest.raises(EnvelopeError) as caught:
        read_envelope(enveloped(**change))
    assert caught.value.path == path


def test_an_envelope_by_its_keys() -> None:
    assert is_envelope(enveloped())
    assert not is_envelope({"payload": "x"})
    assert not is_envelope([enveloped()])


def test_the_predicate_type_is_found_without_reading_all() -> None:
    kind = "https://slsa.dev/provenance/v1"
    whole = json.dumps(enveloped()).encode()
    assert predicate_types_in(STATEMENT.encode()) == (kind,)
    assert predicate_types_in(whole) == (kind,)
    assert predicate_types_in(whole[:120]) == (kind,)
    assert predicate_types_in(whole[:40]) == ()
    assert predicate_types_in(whole.replace(b"/", b"\\/")) == (kind,)
    assert predicate_types_in(whole + b"\n" + whole) == (kind,)
    assert predicate_types_in(b'{"payload": "%%%"}') == ()
