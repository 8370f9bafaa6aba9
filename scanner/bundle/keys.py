"""The keys that bundles are signed and checked with; the kind of a key decides which algorithms it is good for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.config import UsageError
from scanner.core.suggestions import closest

_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_SECRET = {"HS256": 32, "HS384": 48, "HS512": 64}  # the shortest secret, in bytes, that is not the weakest part
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
ALGORITHMS = (*_RSA, *_CURVES.values(), "EdDSA", *_SECRET)
_SMALLEST_RSA = 2048
_PEM = b"-----BEGIN"


@dataclass(frozen=True)
class PublicKey:
    """What signatures are checked with: `algorithms` are those a token may name. `name` is that of the file."""

    name: str
    algorithms: tuple[str, ...]
    value: Any = field(repr=False)


@dataclass(frozen=True)
class PrivateKey:
    """What a bundle is signed with."""

    algorithm: str
    value: Any = field(repr=False)


def public_key(file: Path, algorithm: str | None = None) -> PublicKey:
    """The public key or certificate (PEM) in a file; with an `HS…` algorithm, the secret that it holds.

    Raises `UsageError` for a file that has no such key, and for a key that the algorithm cannot be used with.
    """
    content = _content(file, algorithm)
    if algorithm in _SECRET:
        return PublicKey(file.name, (algorithm,), _secret(content, algorithm, file))
    from cryptography import x509  # noqa: PLC0415 - native code, for those who have a key
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - see above

    if b"PRIVATE KEY" in content:
        raise UsageError(f"{file} holds a private key; a signature is checked with the public one")
    try:
        if b"-----BEGIN CERTIFICATE" in content:
            key: Any = x509.load_pem_x509_certificate(content).public_key()
        else:
            key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        message = f"{file} holds no public key and no certificate in PEM; a secret needs its algorithm, such as HS256"
        raise UsageError(message) from None
    return PublicKey(file.name, _chosen(algorithm, _fitting(key, file), file), key)


def private_key(file: Path, algorithm: str) -> PrivateKey:
    """The private key (PEM, without a password) in a file; with an `HS…` algorithm, the secret that it holds.

    Raises `UsageError` as `public_key` does.
    """
    content = _content(file, algorithm)
    if algorithm in _SECRET:
        return PrivateKey(algorithm, _secret(content, algorithm, file))
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - native code, for those who have a key
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - see above

    try:
        key: Any = load_pem_private_key(content, password=None)
    except TypeError:
        raise UsageError(f"the private key in {file} has a password; give one without") from None
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(f"{file} holds no private key in PEM") from None
    (chosen,) = _chosen(algorithm, _fitting(key, file), file)
    return PrivateKey(chosen, key)


def _content(file: Path, algorithm: str | None) -> bytes:
    if algorithm is not None and algorithm not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        raise UsageError(f"unknown algorithm {algorithm!r}: expected {known}{closest([algorithm], ALGORITHMS)}")
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"the key {file} cannot be read: {error.strerror}") from None


def _secret(content: bytes, algorithm: str, file: Path) -> bytes:
    """The secret as OPA reads it from a file, with every byte."""
    if _PEM in content:
        raise UsageError(f"{file} holds a key in PEM, which is no secret; {algorithm} needs one that only you know")
    if len(content) < _SECRET[algorithm]:
        raise UsageError(f"the secret in {file} is shorter than the {_SECRET[algorithm]} bytes that {algorithm} needs")
    return content


def _fitting(key: Any, file: Path) -> tuple[str, ...]:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415 - see above

    if isinstance(key, rsa.RSAPublicKey | rsa.RSAPrivateKey):
        if key.key_size < _SMALLEST_RSA:
            raise UsageError(f"the RSA key in {file} has {key.key_size} bits; {_SMALLEST_RSA} are the least")
        return _RSA
    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return (_CURVES[key.curve.name],)
    if isinstance(key, ed25519.Ed25519PublicKey | ed25519.Ed25519PrivateKey):
        return ("EdDSA",)
    raise UsageError(f"the kind of key in {file} is not used for bundles; use RSA, P-256, P-384, P-521 or Ed25519")


def _chosen(algorithm: str | None, fitting: Sequence[str], file: Path) -> tuple[str, ...]:
    if algorithm is None:
        return tuple(fitting)
    if algorithm not in fitting:
        raise UsageError(f"the key in {file} is for {', '.join(fitting)}, not for {algorithm}")
    return (algorithm,)
