"""DSSE envelopes: the signed statement in one, and exactly which bytes its signatures cover."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.values import AttributePath

IN_TOTO = "application/vnd.in-toto+json"
MODEL_SIGNATURES = (
    "https://model_signing/signature/v1.0",
    "https://model_signing/Digests/v0.1",
    "https://model_signing/Experimental/manifests/v0.1",
)
"""Predicates by which a signature covers the files of a model; every other one attests something about it."""

_PREDICATE_TYPE = re.compile(rb'"predicateType"\s*:\s*"((?:[^"\\]|\\.)*)"')
_PAYLOAD = re.compile(rb'"payload"\s*:\s*"((?:[A-Za-z0-9+/_=-]|\\/)*)')


class EnvelopeError(ValueError):
    """What is wrong with an envelope, in words for the user: `str()`; `path` leads to it from the envelope."""

    def __init__(self, message: str, path: AttributePath = ()) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True)
class EnvelopeSignature:
    """One signature: raw bytes, the signer's hint at the key (may be empty), and a PEM certificate where one is."""

    signature: bytes
    key_hint: str = ""
    certificate: str = ""


@dataclass(frozen=True)
class Envelope:
    """What is signed, by whom is not known yet. An envelope without signatures proves nothing."""

    payload_type: str
    payload: bytes
    signatures: tuple[EnvelopeSignature, ...]

    @property
    def signed_bytes(self) -> bytes:
        """The pre-authentication encoding: what each signature is made over, which binds the type as well."""
        kind = self.payload_type.encode()
        return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.payload), self.payload)


def is_envelope(value: Any) -> bool:
    """Whether a JSON value is a DSSE envelope, perhaps a broken one."""
    return isinstance(value, Mapping) and "payload" in value and "payloadType" in value


def read_envelope(value: Mapping[str, Any]) -> Envelope:
    """The envelope in a JSON object. Raises `EnvelopeError`; signatures that are none are an error too."""
    payload_type = value.get("payloadType")
    if not isinstance(payload_type, str) or not payload_type:
        raise EnvelopeError("payloadType must be a text", ("payloadType",))
    payload = decoded(value.get("payload"), ("payload",))
    listed = value.get("signatures", [])
    if not isinstance(listed, list):
        raise EnvelopeError("signatures must be a list", ("signatures",))
    signatures = []
    for index, entry in enumerate(listed):
        if not isinstance(entry, Mapping):
            raise EnvelopeError("a signature must be an object with sig", ("signatures", index))
        signature = decoded(entry.get("sig"), ("signatures", index, "sig"))
        hint, certificate = entry.get("keyid"), entry.get("cert")
        signatures.append(
            EnvelopeSignature(
                signature,
                hint if isinstance(hint, str) else "",
                certificate if isinstance(certificate, str) else "",
            )
        )
    return Envelope(payload_type, payload, tuple(signatures))


def decoded(text: Any, path: AttributePath) -> bytes:
    """The bytes of a base64 text, standard or URL-safe as DSSE allows. Raises `EnvelopeError`."""
    if not isinstance(text, str):
        raise EnvelopeError(f"{path[-1]} must be base64 text", path)
    try:
        standard = text.replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise EnvelopeError(f"{path[-1]} is not base64; write it again with the tool that signed it", path) from None


def predicate_types_in(head: bytes) -> tuple[str, ...]:
    """The predicate types that the first bytes of a JSON or JSON Lines file name, plainly or inside envelopes."""
    texts = [head]
    for match in _PAYLOAD.finditer(head):
        encoded = match[1].replace(b"\\/", b"/").translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
        whole = encoded[: len(encoded) - len(encoded) % 4]
        rest = encoded[len(whole) :]
        try:
            texts.append(base64.b64decode(whole + (rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b"")))
        except binascii.Error:
            continue
    found = (
        match[1].decode(errors="replace").replace("\\/", "/")
        for text in texts
        for match in _PREDICATE_TYPE.finditer(text)
    )
    return tuple(dict.fromkeys(found))
