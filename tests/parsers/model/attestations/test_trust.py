"""Whose word an attestation is: real signatures, made here, against real keys and certificates."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]

from scanner.config import Identity, ModelOptions
from scanner.core.resource import Parsed, SourceFile
from scanner.parsers.interface import ParseContext
from scanner.parsers.model import MODEL
from scanner.parsers.model.dsse import IN_TOTO
from tests.parsers.model.manifests import told

STATEMENT = json.dumps(
    {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "triage", "digest": {"sha256": "ab"}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {},
    }
).encode()
KEYS: dict[str, Any] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "p256": ec.generate_private_key(ec.SECP256R1()),
    "p384": ec.generate_private_key(ec.SECP384R1()),
    "rsa": rsa.generate_private_key(65537, 2048),
}


def signed(key: Any, kind: str = IN_TOTO, **change: Any) -> dict[str, Any]:
    envelope = Envelope(STATEMENT, kind, {})
    envelope.sign(CryptoSigner(key))
    return {**envelope.to_dict(), **change}


def read(value: Any, **options: Any) -> Parsed:
    context = ParseContext(Path("/"), models=ModelOptions(**options))
    return MODEL.parse([SourceFile("a.intoto.json", "model", json.dumps(value))], context)


def verdict(value: Any, **options: Any) -> tuple[str, str]:
    parsed = read(value, **options)
    assert parsed.notifications == ()
    attributes = parsed.resources[0].attributes
    return attributes["verification"], attributes["reason"]


def public(folder: Path, name: str) -> Path:
    file = folder / f"{name}.pub"
    pem = (
        KEYS[name]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    file.write_bytes(pem)
    return file


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_trusted_key_of_any_kind(name: str, tmp_path: Path) -> None:
    keys = (public(tmp_path, "p256"), public(tmp_path, name))
    assert verdict(signed(KEYS[name]), trusted_keys=keys) == ("trusted", f"by the key {name}.pub")


def test_rsa_with_the_older_padding(tmp_path: Path) -> None:
    signer = CryptoSigner(KEYS["rsa"])
    signer.public_key.scheme = "rsa-pkcs1v15-sha256"
    envelope = Envelope(STATEMENT, IN_TOTO, {})
    envelope.sign(CryptoSigner(KEYS["rsa"], signer.public_key))
    assert verdict(envelope.to_dict(), trusted_keys=(public(tmp_path, "rsa"),))[0] == "trusted"


def test_another_key(tmp_path: Path) -> None:
    found = verdict(signed(KEYS["p256"]), trusted_keys=(public(tmp_path, "ed25519"),))
    reason = "no trusted key fits its signature: another key made it, or what it covers was changed"
    assert found == ("untrusted", reason)


def test_a_changed_payload_and_a_changed_type(tmp_path: Path) -> None:
    keys = (public(tmp_path, "ed25519"),)
    swapped = base64.b64encode(STATEMENT.replace(b'"ab"', b'"cd"')).decode()
    assert verdict(signed(KEYS["ed25519"], payload=swapped), trusted_keys=keys)[0] == "invalid"
    over_another_type = signed(KEYS["ed25519"], kind="text/plain", payloadType=IN_TOTO)
    assert verdict(over_another_type, trusted_keys=keys)[0] == "invalid"


def test_one_good_signature_among_others_is_enough(tmp_path: Path) -> None:
    envelope = signed(KEYS["p256"])
    envelope["signatures"] += signed(KEYS["ed25519"])["signatures"]
    assert verdict(envelope, trusted_keys=(public(tmp_path, "ed25519"),))[0] == "trusted"


def test_what_nobody_signed_is_not_trusted_where_somebody_is(tmp_path: Path) -> None:
    keys = (public(tmp_path, "ed25519"),)
    for value in (json.loads(STATEMENT), {**signed(KEYS["p256"]), "signatures": []}):
        assert verdict(value)[0] == "not_verified"
        assert verdict(value, trusted_keys=keys)[0] == "untrusted"


def test_a_key_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "no.pub"
    file.write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    parsed = read(signed(KEYS["p256"]), trusted_keys=(file,))
    message = "the signature of this attestation cannot be verified: the trusted key no.pub is no public key in PEM"
    ((_, said),) = told(parsed)
    assert said.startswith(message)
    assert parsed.resources[0].attributes["verification"] == "not_verified"


def certificate(key: Any, issuer: Any, name: str, issuer_name: str, is_authority: bool) -> x509.Certificate:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(f"CN={name}"))
        .issuer_name(x509.Name.from_rfc4514_string(f"CN={issuer_name}"))
        .public_key(key.public_key())
        .serial_number(1000)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650 if is_authority else 1))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)
    )
    if is_authority:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer, hashes.SHA256())


def bundled(envelope: dict[str, Any], *chain: x509.Certificate) -> dict[str, Any]:
    raw = [base64.b64encode(each.public_bytes(serialization.Encoding.DER)).decode() for each in chain]
    material = {"x509CertificateChain": {"certificates": [{"rawBytes": each} for each in raw]}, "tlogEntries": []}
    kind = "application/vnd.dev.sigstore.bundle.v0.3+json"
    return {"mediaType": kind, "verificationMaterial": material, "dsseEnvelope": envelope}


def test_certificates(tmp_path: Path) -> None:
    authority, other = KEYS["p384"], ec.generate_private_key(ec.SECP256R1())
    signer = KEYS["p256"]
    root = certificate(authority, authority, "Acme Root", "Acme Root", True)
    leaf = certificate(signer, authority, "pipeline", "Acme Root", False)
    foreign = certificate(signer, other, "pipeline", "Acme Root", False)
    file = tmp_path / "root.pem"
    file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    trusted = {"trusted_certificates": (file,)}
    assert verdict(bundled(signed(signer), leaf, root), **trusted) == ("trusted", "by the certificate of CN=pipeline")
    assert verdict(bundled(signed(signer), foreign, root), **trusted)[0] == "untrusted"
    assert verdict(bundled(signed(KEYS["ed25519"]), leaf, root), **trusted)[0] == "invalid"
    assert verdict(bundled(signed(signer), leaf, root), trusted_keys=(public(tmp_path, "ed25519"),))[0] == "untrusted"
    assert verdict(bundled(signed(signer)), **trusted)[0] == "untrusted"
    embedded = signed(signer)
    embedded["signatures"][0]["cert"] = leaf.public_bytes(serialization.Encoding.PEM).decode()
    assert verdict(embedded, **trusted)[0] == "trusted"
    embedded["signatures"][0]["cert"] = "garbage"
    assert verdict(embedded, **trusted)[0] == "untrusted"


def test_identities_need_a_trust_root(tmp_path: Path) -> None:
    identity = Identity("pipeline@acme.example", "https://accounts.acme.example")
    leaf = certificate(KEYS["p256"], KEYS["p256"], "pipeline", "pipeline", False)
    value = bundled(signed(KEYS["p256"]), leaf)
    ((_, said),) = told(read(value, trusted_identities=(identity,)))
    assert said.endswith("identities are trusted, but there is no trust root that says who vouches for them")
    root = tmp_path / "root.json"
    root.write_text("{}")
    ((_, said),) = told(read(value, trusted_identities=(identity,), trust_root=root))
    assert "the trust root cannot be read" in said
