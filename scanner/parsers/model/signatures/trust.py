"""Whether a model signature is made by somebody whom the configuration trusts; the cryptography is left to a worker."""

import base64
from collections.abc import Mapping
from typing import Any

from scanner.isolation import WorkerError
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.dsse import Envelope

KEY, CERTIFICATE, IDENTITY = "key", "certificate", "identity"
_HERE = "scanner.parsers.model.signatures.verification:"
_OPTIONS = {
    KEY: "--trust-key (models.trusted_keys)",
    CERTIFICATE: "--trust-certificate (models.trusted_certificates)",
    IDENTITY: "--trust-identity and --trust-root (models.trusted_identities, models.trust_root)",
}


def kind_of(material: Mapping[str, Any]) -> str | None:
    """How the signer is known: by a key, by a chain of certificates, or by an identity that Sigstore vouches for."""
    if "certificate" in material:
        return IDENTITY
    if "x509CertificateChain" in material:
        return CERTIFICATE
    return KEY if "publicKey" in material else None


def verified(
    path: str, kind: str, envelope: Envelope, material: Mapping[str, Any], context: ParseContext
) -> dict[str, str]:
    """`verification` (trusted, untrusted, invalid, not_verified), `reason`, and `identity` and `issuer` where told.

    The latter two are what the certificate says, which counts only when the signature is trusted.
    """
    der = _certificate(material)
    argument = _argument(path, kind, envelope, context)
    found: dict[str, str] = {}
    if argument is None and der is None:
        return _without_trust(kind, context)
    with context.working() as worker:
        if der is not None:
            try:
                found = worker.call(f"{_HERE}read_certificate", {"der": der}, context.time_limit)
            except WorkerError as error:
                return {"verification": "invalid", "reason": f"its certificate cannot be read ({error})"}
        if argument is None:
            return found | _without_trust(kind, context)
        try:
            outcome: dict[str, str] = worker.call(f"{_HERE}verify_{kind}", argument, context.time_limit)
            return found | outcome
        except WorkerError as error:
            return found | {"verification": "not_verified", "reason": f"it could not be verified: {error}"}


def _argument(path: str, kind: str, envelope: Envelope, context: ParseContext) -> dict[str, Any] | None:
    """What the worker is told; None where nothing is trusted that could have made such a signature."""
    models = context.models
    trusted: dict[str, Any]
    if kind == KEY and models.trusted_keys:
        trusted = {"keys": [str(key.resolve()) for key in models.trusted_keys]}
    elif kind == CERTIFICATE and models.trusted_certificates:
        trusted = {"certificates": [str(each.resolve()) for each in models.trusted_certificates]}
    elif kind == IDENTITY and models.trusted_identities and models.trust_root:
        trusted = {
            "identities": [[identity.name, identity.issuer] for identity in models.trusted_identities],
            "trust_root": str(models.trust_root.resolve()),
        }
    else:
        return None
    payload = base64.b64encode(envelope.payload).decode()
    signature = str(context.root / path)
    return {"signature": signature, "payload": payload, "payload_type": envelope.payload_type, **trusted}


def _without_trust(kind: str, context: ParseContext) -> dict[str, str]:
    """Who names only signers of other kinds has said that this one is none of them."""
    models = context.models
    if kind == IDENTITY and models.trusted_identities:
        reason = "identities are verified against --trust-root (models.trust_root), which is not given"
        return {"verification": "not_verified", "reason": reason}
    if models.trusted_keys or models.trusted_certificates or models.trusted_identities:
        return {"verification": "untrusted", "reason": f"none of those who are trusted signs by {_WORDS[kind]}"}
    return {"verification": "not_verified", "reason": f"nobody is trusted yet; name the signer with {_OPTIONS[kind]}"}


_WORDS = {KEY: "a bare key", CERTIFICATE: "a certificate of their own", IDENTITY: "an identity of Sigstore"}


def _certificate(material: Mapping[str, Any]) -> str | None:
    """The signer's own certificate in base64."""
    single: Any = material.get("certificate")
    chain = material.get("x509CertificateChain")
    if isinstance(chain, Mapping):
        listed = chain.get("certificates")
        single = listed[0] if isinstance(listed, list) and listed else None
    raw = single.get("rawBytes") if isinstance(single, Mapping) else None
    return raw if isinstance(raw, str) and raw else None
