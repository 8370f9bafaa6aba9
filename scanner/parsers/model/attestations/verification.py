"""The worker's side of trust: verifies an envelope's signatures with trusted keys, certificates and identities."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Signature, SSlibKey  # type: ignore[attr-defined]

_RSA_SCHEMES = ("rsassa-pss-sha256", "rsa-pkcs1v15-sha256")
_TRUSTED, _UNTRUSTED, _INVALID = "trusted", "untrusted", "invalid"

Verdict = dict[str, str]


def verify(argument: Mapping[str, Any]) -> Verdict:
    """`verification` and `reason` for one envelope, the best that any of its signatures comes to.

    Raises `ValueError` where a trusted key, certificate or root cannot be read: then nothing at all is known.
    """
    signed = base64.b64decode(argument["signed"])
    keys = [each for path in argument["keys"] for each in _keys(Path(path))]
    roots = [each for path in argument["certificates"] for each in _roots(Path(path))]
    verdicts: list[Verdict] = []
    for each in argument["signatures"]:
        signature = base64.b64decode(each["signature"])
        verdicts += _by_key(signature, each["key_hint"], signed, keys)
        chain = _chain(each["certificate"], argument["chain"])
        verdicts += _by_certificate(signature, signed, chain, roots)
    if argument["bundle"] and argument["identities"]:
        verdicts.append(_by_identity(argument))
    for wanted in (_TRUSTED, _INVALID, _UNTRUSTED):
        found = next((each for each in verdicts if each["verification"] == wanted), None)
        if found is not None:
            return found
    is_certified = argument["chain"] or any(each["certificate"] for each in argument["signatures"])
    what = "a certificate, and no certificate or identity" if is_certified else "a key, and no key"
    return {"verification": _UNTRUSTED, "reason": f"it is signed with {what} is trusted"}


def _by_key(signature: bytes, hint: str, signed: bytes, keys: Sequence[tuple[str, SSlibKey]]) -> list[Verdict]:
    verdicts = []
    for name, key in keys:
        if _fits(key, signature, signed):
            return [{"verification": _TRUSTED, "reason": f"by the key {name}"}]
        if hint == key.keyid:
            reason = f"it names the key {name}, which did not make it over this statement"
            verdicts.append({"verification": _INVALID, "reason": reason})
    if keys:
        reason = "no trusted key fits its signature: another key made it, or what it covers was changed"
        verdicts.append({"verification": _UNTRUSTED, "reason": reason})
    return verdicts


def _by_certificate(
    signature: bytes, signed: bytes, chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]
) -> list[Verdict]:
    """A certificate is judged as of the moment it was issued: those of short life are over when anybody looks."""
    if not chain:
        return []
    leaf = chain[0]
    try:
        keys = _schemes(leaf.public_key(), "")
    except (UnsupportedAlgorithm, ValueError):
        return [{"verification": _UNTRUSTED, "reason": "its certificate has a key of a kind that cannot be used"}]
    if not any(_fits(key, signature, signed) for key in keys):
        return [{"verification": _INVALID, "reason": "the key of its certificate did not make it over this statement"}]
    if not roots:
        return []
    policy = PolicyBuilder().store(Store(list(roots))).time(leaf.not_valid_before_utc)
    policy = policy.extension_policies(
        ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all()
    )
    try:
        policy.build_client_verifier().verify(leaf, list(chain[1:]))
    except VerificationError:
        return [{"verification": _UNTRUSTED, "reason": "no trusted certificate issued that of its signer"}]
    subject = leaf.subject.rfc4514_string()
    return [{"verification": _TRUSTED, "reason": f"by the certificate of {subject}", "identity": subject}]


def _by_identity(argument: Mapping[str, Any]) -> Verdict:
    """Sigstore without keys: certificate, log and identity, by the roots in a file and without any network."""
    from sigstore.errors import Error, VerificationError  # noqa: PLC0415 - takes long, and is needed for identities
    from sigstore.models import Bundle, TrustedRoot  # noqa: PLC0415 - see above
    from sigstore.verify import Verifier, policy  # noqa: PLC0415 - see above

    if argument["trust_root"] is None:
        raise ValueError("identities are trusted, but there is no trust root that says who vouches for them")
    try:
        verifier = Verifier(trusted_root=TrustedRoot.from_file(argument["trust_root"]))
    except (OSError, ValueError, Error) as error:
        raise ValueError(f"the trust root cannot be read: {type(error).__name__}") from None
    try:
        bundle = Bundle.from_json(argument["bundle"])
    except (ValueError, Error):
        return {"verification": _INVALID, "reason": "it is no valid Sigstore bundle"}
    for name, issuer in argument["identities"]:
        try:
            verifier.verify_dsse(bundle, policy.Identity(identity=name, issuer=issuer))
        except VerificationError:
            continue
        return {"verification": _TRUSTED, "reason": f"by {name}", "identity": name, "issuer": issuer}
    return {"verification": _UNTRUSTED, "reason": "none of the trusted identities signed it"}


def _fits(key: SSlibKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify_signature(Signature(key.keyid, signature.hex()), signed)
    except (UnverifiedSignatureError, InvalidSignature):
        return False
    return True


def _keys(path: Path) -> list[tuple[str, SSlibKey]]:
    try:
        public = load_pem_public_key(path.read_bytes())
        return [(path.name, key) for key in _schemes(public, None)]
    except (OSError, ValueError, UnsupportedAlgorithm):
        raise ValueError(f"the trusted key {path.name} is no public key in PEM that can be used") from None


def _schemes(public: Any, keyid: str | None) -> list[SSlibKey]:
    """The key with each way of signing that DSSE tools use with its kind."""
    if isinstance(public, rsa.RSAPublicKey):
        return [SSlibKey.from_crypto(public, keyid, scheme) for scheme in _RSA_SCHEMES]
    return [SSlibKey.from_crypto(public, keyid)]


def _roots(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        raise ValueError(f"the trusted certificate {path.name} is no certificate in PEM that can be used") from None


def _chain(certificate: str, chain: Sequence[str]) -> list[x509.Certificate]:
    """The signer's certificate first; what is no certificate is as good as none."""
    try:
        if certificate:
            return x509.load_pem_x509_certificates(certificate.encode())
        return [x509.load_der_x509_certificate(base64.b64decode(each)) for each in chain]
    except ValueError:
        return []
