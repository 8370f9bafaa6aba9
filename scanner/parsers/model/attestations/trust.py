"""Whether an attestation is signed by somebody the configuration trusts, asked of a supervised worker."""

import base64
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from scanner.core.notification import Notification
from scanner.isolation import JobRefusedError, Worker, WorkerError
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.attestations.containers import Found
from scanner.parsers.model.attestations.resources import entries, part, text
from scanner.parsers.model.draft import problem

_JOB = "scanner.parsers.model.attestations.verification:verify"


class Signatures:
    """The verifications of one file's envelopes, in a worker that is started when the first of them needs it."""

    def __init__(self, context: ParseContext) -> None:
        self._context = context
        self._worker = Worker(context.memory_limit)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._worker.stop()

    def verdict(self, found: Found) -> tuple[dict[str, Any], list[Notification]]:
        """`signed`, `logged`, `key_hint`, `verification`, `reason`, and of a certificate `identity` and `issuer`."""
        envelope, models = found.envelope, self._context.models
        is_asked = bool(models.trusted_keys or models.trusted_certificates or models.trusted_identities)
        if envelope is None or not envelope.signatures:
            what = "the statement is not signed" if envelope is None else "the envelope has no signature in it"
            return {"signed": False, "verification": "untrusted" if is_asked else "not_verified", "reason": what}, []
        material = found.material or {}
        hints = [each.key_hint for each in envelope.signatures if each.key_hint]
        hints += [hint] if (hint := text(part(material, "publicKey").get("hint"))) else []
        verdict: dict[str, Any] = {"signed": True, "logged": bool(material.get("tlogEntries"))}
        if hints:
            verdict["key_hint"] = hints[0]
        if not is_asked:
            reason = "neither a key, a certificate nor an identity is trusted by the configuration"
            return {**verdict, "verification": "not_verified", "reason": reason}, []
        try:
            answer = self._worker.call(_JOB, self._argument(found, material), self._context.time_limit)
        except WorkerError as error:
            kind = "cannot be verified" if isinstance(error, JobRefusedError) else "was not verified"
            notes = [problem(f"the signature of this attestation {kind}: {error}", found.location)]
            return {**verdict, "verification": "not_verified", "reason": str(error)}, notes
        return {**verdict, **answer}, []

    def _argument(self, found: Found, material: Mapping[str, Any]) -> dict[str, Any]:
        envelope, models = found.envelope, self._context.models
        assert envelope is not None  # noqa: S101 - verdict has looked
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
    chain = [entry for entry, _ in entries(part(material, "x509CertificateChain").get("certificates"), ())]
    found = [text(each.get("rawBytes")) for each in (part(material, "certificate"), *chain)]
    return [each for each in found if each]


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
