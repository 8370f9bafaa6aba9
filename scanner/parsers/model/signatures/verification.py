"""Verifies one model signature in a worker, apart from the files that it covers; nothing here asks the network.

The model-signing library checks keys and certificates, the sigstore library that it stands on identities. Both are told
what to trust: without that the former would trust every authority of the machine, the latter ask Sigstore's servers.
The verifiers themselves are called, not the public function around them, which would hash all files once more.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TRUSTED, UNTRUSTED, INVALID, NOT_VERIFIED = "trusted", "untrusted", "invalid", "not_verified"
# The issuer of the token by which a person or a workflow got the certificate: as text, and before that as raw bytes.
_ISSUER, _RAW_ISSUER = "1.3.6.1.4.1.57264.1.8", "1.3.6.1.4.1.57264.1.1"

Outcome = dict[str, str]


def verify_key(argument: Mapping[str, Any]) -> Outcome:
    """`signature` and `keys` are paths, `payload` the base64 of what must be signed."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - only for a worker
    from model_signing._signing import sign_ec_key, sign_sigstore_pb  # noqa: PLC0415 - takes most of a second

    signature = sign_sigstore_pb.Signature.read(Path(argument["signature"]))
    key_of = signature.bundle.verification_material.public_key
    hint = key_of.hint if key_of is not None else None
    unusable = []
    for key in argument["keys"]:
        try:
            verifier = sign_ec_key.Verifier(Path(key))
        except (ValueError, TypeError, AttributeError, UnsupportedAlgorithm):
            unusable.append(Path(key).name)
            continue
        try:
            verified = verifier._verify_signed_content(signature)
        except ValueError:
            continue  # the signature names another key
        except InvalidSignature:
            if hint:
                return _outcome(INVALID, "it names a trusted key, but that key has not signed this statement")
            continue
        return _same_payload(verified, argument)
    if unusable:
        names = ", ".join(sorted(unusable))
        return _outcome(NOT_VERIFIED, f"{names}: no public key (PEM) on the curve P-256, P-384 or P-521")
    return _outcome(UNTRUSTED, "it is made with none of the trusted keys")


def verify_certificate(argument: Mapping[str, Any]) -> Outcome:
    """`signature` and `certificates` are paths, `payload` the base64 of what must be signed."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - only for a worker
    from model_signing._signing import sign_certificate, sign_sigstore_pb  # noqa: PLC0415 - takes most of a second
    from OpenSSL import crypto  # noqa: PLC0415 - only for a worker

    signature = sign_sigstore_pb.Signature.read(Path(argument["signature"]))
    try:
        verifier = sign_certificate.Verifier([Path(each) for each in argument["certificates"]])
    except (ValueError, crypto.Error):
        return _outcome(NOT_VERIFIED, "a trusted certificate is no certificate in PEM")
    try:
        verified = verifier._verify_signed_content(signature)
    except crypto.X509StoreContextError as error:
        return _outcome(UNTRUSTED, f"no trusted certificate vouches for its signer ({error})")
    except InvalidSignature:
        return _outcome(INVALID, "the key of its certificate has not signed this statement")
    except ValueError as error:
        return _outcome(UNTRUSTED, f"its certificate does not count: {error}")
    return _same_payload(verified, argument)


def verify_identity(argument: Mapping[str, Any]) -> Outcome:
    """`signature` and `trust_root` are paths, `identities` pairs of name and issuer, `payload` base64 as above."""
    from sigstore.errors import Error  # noqa: PLC0415 - takes most of a second
    from sigstore.models import Bundle, TrustedRoot  # noqa: PLC0415
    from sigstore.verify import Verifier, policy  # noqa: PLC0415

    try:
        root = TrustedRoot.from_file(argument["trust_root"])
        verifier = Verifier(trusted_root=root)
    except (Error, ValueError, KeyError) as error:
        return _outcome(NOT_VERIFIED, f"the trust root is no trusted_root.json of Sigstore ({_line(error)})")
    try:
        bundle = Bundle.from_json(Path(argument["signature"]).read_text(encoding="utf-8"))
    except (Error, ValueError) as error:
        return _outcome(INVALID, f"it is no bundle of Sigstore ({_line(error)})")
    try:
        verified = verifier.verify_dsse(bundle, policy.UnsafeNoOp())
    except Error as error:
        broken = "signature" in str(error).lower() and "dsse" in str(error).lower()
        return _outcome(
            INVALID if broken else UNTRUSTED, f"Sigstore's trust root does not vouch for it ({_line(error)})"
        )
    wanted = policy.AnyOf([policy.Identity(identity=name, issuer=issuer) for name, issuer in argument["identities"]])
    try:
        wanted.verify(bundle.signing_certificate)
    except Error:
        return _outcome(UNTRUSTED, "its signer is none of the trusted identities")
    return _same_payload(verified, argument)


def read_certificate(argument: Mapping[str, Any]) -> Outcome:
    """Who the certificate (`der`, base64) is for and who issued it, unverified: `identity` and `issuer`.

    Raises `ValueError` for what is no certificate.
    """
    from cryptography import x509  # noqa: PLC0415 - native code, only for a worker

    certificate = x509.load_der_x509_certificate(base64.b64decode(argument["der"]))
    found = {"issuer": certificate.issuer.rfc4514_string()}
    names: list[str] = []
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            names += [str(name.value) for name in extension.value if isinstance(name, x509.RFC822Name)]
            names += [str(name.value) for name in extension.value if isinstance(name, x509.UniformResourceIdentifier)]
            names += [str(name.value) for name in extension.value if isinstance(name, x509.DNSName)]
        elif extension.oid.dotted_string in (_ISSUER, _RAW_ISSUER):
            raw = extension.value.public_bytes()
            text = raw[2:] if extension.oid.dotted_string == _ISSUER else raw
            found["issuer"] = text.decode(errors="replace")
    found["identity"] = names[0] if names else certificate.subject.rfc4514_string()
    return {key: value for key, value in found.items() if value}


def _same_payload(verified: tuple[str, bytes], argument: Mapping[str, Any]) -> Outcome:
    """What was verified has to be what was read, byte for byte."""
    kind, payload = verified
    if kind != argument["payload_type"] or payload != base64.b64decode(argument["payload"]):
        return _outcome(INVALID, "what is signed is not the statement that is read from it")
    return _outcome(TRUSTED, "")


def _outcome(verification: str, reason: str) -> Outcome:
    return {"verification": verification, "reason": reason}


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
