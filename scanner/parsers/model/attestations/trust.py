"""Whether an attestation is signed by somebody the configuration trusts, asked of a supervised worker."""

import base64
from collections.abc import Mapping
from typing import Any

from scanner.config import ModelOptions
from scanner.core.notification import Notification
from scanner.isolation import JobRefusedError, WorkerError
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.attestations.containers import Found
from scanner.parsers.model.draft import problem
from scanner.parsers.model.dsse import Envelope
from scanner.parsers.model.reading import entries, mapping, text

_JOB = "scanner.parsers.model.attestations.verification:verify"


def verdict(found: Found, context: ParseContext) -> tuple[dict[str, Any], list[Notification]]:
    """`signed`, `logged`, `key_hint`, `verification`, `reason`, and of a certificate `identity` and `issuer`."""
    envelope, models = found.envelope, context.models
    is_asked = bool(models.trusted_keys or models.trusted_certificates or models.trusted_identities)
    if envelope is None or not envelope.signatures:
        what = "the statement is not signed" if envelope is None else "the envelope has no signature in it"
        return {"signed": False, "verification": "untrusted" if is_asked else "not_verified", "reason": what}, []
    material = found.material or {}
    hints = [each.key_hint for each in envelope.signatures if each.key_hint]
    hints += [hint] if (hint := text(mapping(material, "publicKey").get("hint"))) else []
    facts: dict[str, Any] = {"signed": True, "logged": bool(material.get("tlogEntries"))}
    if hints:
        facts["key_hint"] = hints[0]
    if not is_asked:
        reason = "neither a key, a certificate nor an identity is trusted by the configuration"
        return {**facts, "verification": "not_verified", "reason": reason}, []
    try:
        with context.working() as worker:
            answer = worker.call(_JOB, _argument(found, envelope, material, models), context.time_limit)
    except WorkerError as error:
        kind = "cannot be verified" if isinstance(error, JobRefusedError) else "was not verified"
        notes = [problem(f"the signature of this attestation {kind}: {error}", found.location)]
        return {**facts, "verification": "not_verified", "reason": str(error)}, notes
    return {**facts, **answer}, []


def _argument(found: Found, envelope: Envelope, material: Mapping[str, Any], models: ModelOptions) -> dict[str, Any]:
    return {
        "signed": _encoded(envelope.signed_bytes),
        "signatures": [
            {"signature": _encoded(each.signature), "key_hint": each.key_hint, "certificate": each.certificate}
            for each in envelope.signatures
        ],
        "chain": _certificates(material),
        "keys": [str(path) for path in models.trusted_keys],
        "certificates": [str(path) for path in models.trusted_certificates],
        "identities": [[each.name, each.issuer] for each in models.trusted_identities],
        "trust_root": str(models.trust_root) if models.trust_root else None,
        "bundle": found.bundle,
    }


def _certificates(material: Mapping[str, Any]) -> list[str]:
    """Base64 of the signer's certificate and of those above it, as a bundle has them."""
    chain = [entry for entry, _ in entries(mapping(material, "x509CertificateChain").get("certificates"))]
    found = [text(each.get("rawBytes")) for each in (mapping(material, "certificate"), *chain)]
    return [each for each in found if each]


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
