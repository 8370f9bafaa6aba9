"""OPA's `.signatures.json`: one JSON Web Token that lists every file of a bundle with its hash.

PyJWT makes and checks the token; which algorithms it may name is decided by the key alone, never by the token.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.bundle.errors import BundleError
from scanner.bundle.hashing import ALGORITHMS, file_hash
from scanner.bundle.keys import PrivateKey, PublicKey
from scanner.bundle.names import SIGNATURES, order, shown
from scanner.core.location import Location

_LONGEST = 4 << 20
_PLUGINS = (None, "", "_default")


@dataclass(frozen=True)
class Trust:
    """The keys of which one must have signed a bundle, and what the signature must say.

    `key_id`, when it is given, is the key that the token must name; `scope` is always compared, as by OPA.
    """

    keys: tuple[PublicKey, ...]
    scope: str = ""
    key_id: str = ""


@dataclass(frozen=True)
class Signature:
    """A signature that holds: `key` is the file it was checked with, the rest is what it says, of so many `files`."""

    key: str
    algorithm: str
    key_id: str
    scope: str
    issuer: str
    files: int


@dataclass(frozen=True)
class Claims:
    """What a new signature says beside the hashes; empty texts are left out."""

    key_id: str = ""
    scope: str = ""
    issuer: str = ""


def signed(files: Mapping[str, bytes], key: PrivateKey, claims: Claims) -> bytes:
    """The content of `.signatures.json` for these files by their paths.

    It is the same each time but for the algorithms PS256 to PS512, which mix in random bits. Raises `BundleError` for
    data or a manifest that cannot be read.
    """
    listed = [
        {"name": name, "hash": file_hash(f"bundle/{name}", files[name], "SHA-256"), "algorithm": "SHA-256"}
        for name in sorted(files, key=order)
        if name != SIGNATURES
    ]
    said = {"keyid": claims.key_id, "scope": claims.scope, "iss": claims.issuer}
    payload = {"files": listed, **{name: value for name, value in said.items() if value}}
    headers = {"kid": claims.key_id} if claims.key_id else None
    encoded = json.dumps(payload, separators=(",", ":")).encode()
    token = _service().encode(encoded, key.value, key.algorithm, headers)
    return (json.dumps({"signatures": [token]}, indent=1) + "\n").encode()


def verified(name: str, files: Mapping[str, bytes], trust: Trust, is_folder: bool = False) -> Signature:
    """The signature of a bundle by its name and all of its files.

    In a folder the paths of the signature may begin with the name of the folder, as `opa sign` writes them. Raises
    `BundleError` unless one of the trusted keys made it, it says what it must, and it lists exactly these files with
    the hashes that they have.
    """
    where = Location(f"{name}/{SIGNATURES}", 1)
    if SIGNATURES not in files:
        message = f"is not signed: it has no {SIGNATURES}, and a key asks for one; nothing of it is used"
        raise BundleError(message, Location(name, 1))
    key, header, payload = _opened(_token(files[SIGNATURES], where), trust.keys, where)
    key_id = _key_id(header, payload, where)
    if trust.key_id and key_id != trust.key_id:
        raise BundleError(f"names the key {shown(key_id)}, not {trust.key_id!r}", where)
    scope = _text(payload, "scope", where)
    if scope != trust.scope:
        raise BundleError(f"is for the scope {shown(scope)}, not {trust.scope!r}", where)
    listed = _listed(payload, where)
    if is_folder and all(path.startswith(f"{name}/") for path in listed):
        listed = {path.removeprefix(f"{name}/"): entry for path, entry in listed.items()}
    _check_files(name, {path: content for path, content in files.items() if path != SIGNATURES}, listed)
    return Signature(key.name, str(header["alg"]), key_id, scope, _text(payload, "iss", where), len(listed))


def _token(content: bytes, where: Location) -> str:
    """The one token of the file."""
    try:
        value = json.loads(content) if len(content) <= _LONGEST else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        value = {}
    tokens = value.get("signatures")
    if not isinstance(tokens, list) or len(tokens) != 1 or not isinstance(tokens[0], str):
        raise BundleError('is not what OPA writes: {"signatures": [one token]}', where)
    if value.get("plugin") not in _PLUGINS:
        raise BundleError(f"is checked by the plugin {shown(str(value['plugin']))}, which is not here", where)
    return str(tokens[0])


def _opened(
    token: str, keys: Sequence[PublicKey], where: Location
) -> tuple[PublicKey, Mapping[str, Any], Mapping[str, Any]]:
    """The key that made the token, its header and what it says."""
    from jwt.exceptions import InvalidSignatureError, PyJWTError  # noqa: PLC0415 - with cryptography behind it

    service, reason = _service(), "no key was given"
    for key in keys:
        try:
            found = service.decode_complete(token, key.value, list(key.algorithms))
            payload = json.loads(found["payload"])
        except InvalidSignatureError:
            reason = f"{key.name} did not make it, or it was changed since"
        except (PyJWTError, TypeError, ValueError, RecursionError) as error:
            reason = f"with {key.name}: {error}"
        else:
            if not isinstance(payload, dict):
                raise BundleError("is signed, but lists no files", where)
            return key, found["header"], payload
    raise BundleError(f"the signature does not hold ({reason}); nothing of the bundle is used", where)


def _key_id(header: Mapping[str, Any], payload: Mapping[str, Any], where: Location) -> str:
    """The key as the header names it, or as OPA did it earlier, the claim `keyid`."""
    ids = {each for each in (_text(header, "kid", where), _text(payload, "keyid", where)) if each}
    if len(ids) > 1:
        raise BundleError("names two keys, in its header and in its claims", where)
    return ids.pop() if ids else ""


def _text(claims: Mapping[str, Any], name: str, where: Location) -> str:
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise BundleError(f"says {name}, but not as a text", where)
    return value or ""


def _listed(payload: Mapping[str, Any], where: Location) -> dict[str, Mapping[str, str]]:
    """Name, hash and algorithm of each listed file, by name."""
    entries = payload.get("files")
    listed: dict[str, Mapping[str, str]] = {}
    for entry in entries if isinstance(entries, list) else ():
        texts = [entry.get(name) for name in ("name", "hash", "algorithm")] if isinstance(entry, dict) else [None]
        if not all(isinstance(text, str) for text in texts):
            raise BundleError("lists a file without its name, hash and algorithm", where)
        if entry["name"] in listed:
            raise BundleError(f"lists {shown(entry['name'])} twice", where)
        if entry["algorithm"] not in ALGORITHMS:
            known = ", ".join(ALGORITHMS)
            message = f"hashes {shown(entry['name'])} by {shown(entry['algorithm'])}: expected {known}"
            raise BundleError(message, where)
        listed[entry["name"]] = entry
    if not listed:
        raise BundleError("is signed, but lists no files", where)
    return listed


def _check_files(name: str, files: Mapping[str, bytes], listed: Mapping[str, Mapping[str, str]]) -> None:
    for path in listed:
        if path not in files:
            message = f"the signature lists {shown(path)}, which is not in the bundle; nothing of it is used"
            raise BundleError(message, Location(name, 1))
    for path, content in files.items():
        whole = f"{name}/{path}"
        if path not in listed:
            raise BundleError("is not in the signature; nothing of the bundle is used", Location(whole, 1))
        if file_hash(whole, content, listed[path]["algorithm"]) != listed[path]["hash"].lower():
            message = "is not what was signed: it has another hash; nothing of the bundle is used"
            raise BundleError(message, Location(whole, 1))


def _service() -> Any:
    """PyJWT with ECDSA that takes its nonces from the key and the message (RFC 6979), so that same means same."""
    import jwt  # noqa: PLC0415 - with cryptography behind it, for those who have a key
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - see above
    from jwt.algorithms import ECAlgorithm  # noqa: PLC0415 - see above
    from jwt.utils import der_to_raw_signature  # noqa: PLC0415 - see above

    class Deterministic(ECAlgorithm):
        def sign(self, msg: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
            nonce = ec.ECDSA(self.hash_alg(), deterministic_signing=True)
            return der_to_raw_signature(key.sign(msg, nonce), key.curve)

    service = jwt.PyJWS()
    curves = {
        "ES256": Deterministic(ECAlgorithm.SHA256, ec.SECP256R1),
        "ES384": Deterministic(ECAlgorithm.SHA384, ec.SECP384R1),
        "ES512": Deterministic(ECAlgorithm.SHA512, ec.SECP521R1),
    }
    for algorithm, implementation in curves.items():
        service.unregister_algorithm(algorithm)
        service.register_algorithm(algorithm, implementation)
    return service
