"""Digests of text, and identifiers made from them."""

import base64
import hashlib
import uuid
from collections.abc import Callable, Mapping

from scanner.parsers.terraform.functions.signature import Function
from scanner.parsers.terraform.value_types import STRING
from scanner.parsers.terraform.values import EvaluationError

_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


def hex_digest(kind: str, data: bytes) -> str:
    """The digest in hexadecimal; `kind` is `md5`, `sha1`, `sha256` or `sha512`."""
    return hashlib.new(kind, data, usedforsecurity=False).hexdigest()


def base64_digest(kind: str, data: bytes) -> str:
    """The digest in Base64."""
    return base64.b64encode(hashlib.new(kind, data, usedforsecurity=False).digest()).decode()


def _uuid(namespace: str, name: str) -> str:
    try:
        found = _NAMESPACES.get(namespace) or uuid.UUID(namespace)
    except ValueError:
        raise EvaluationError("the namespace is neither a known one nor a UUID") from None
    return str(uuid.uuid5(found, name))


def _of(digest: Callable[[str, bytes], str], kind: str) -> Function:
    return Function(lambda text: digest(kind, text.encode()), (STRING,))


FUNCTIONS: Mapping[str, Function] = {
    "base64sha256": _of(base64_digest, "sha256"),
    "base64sha512": _of(base64_digest, "sha512"),
    "md5": _of(hex_digest, "md5"),
    "sha1": _of(hex_digest, "sha1"),
    "sha256": _of(hex_digest, "sha256"),
    "sha512": _of(hex_digest, "sha512"),
    "uuidv5": Function(_uuid, (STRING, STRING)),
}
