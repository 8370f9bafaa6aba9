"""OPA's `io.jwt` functions that need no clock: reading a token, and checking its signature with a key."""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from scanner.rego_source.arguments import text

_BASE64 = re.compile(r"[A-Za-z0-9_-]*")


def _parts(token: Any) -> tuple[str, str, str]:
    parts = text(token).split(".")
    if len(parts) != 3:
        raise ValueError("encoded JWT must have 3 sections")
    return parts[0], parts[1], parts[2]


def _bytes(part: str) -> bytes:
    if not _BASE64.fullmatch(part):
        raise ValueError("a part of the token is not base64url")
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise ValueError("a part of the token is not base64url") from None


def _object(part: str) -> Mapping[str, Any]:
    value = json.loads(_bytes(part).decode())
    if not isinstance(value, dict):
        raise ValueError("a part of the token is no JSON object")
    return value


def _decode(token: Any) -> list[Any]:
    header, payload, signature = _parts(token)
    head = _object(header)
    if "enc" in head or head.get("cty") == "JWT":
        raise ValueError("encrypted and nested tokens are not supported")
    return [head, _object(payload), _bytes(signature).hex()]


def _keyed(digest: str) -> Callable[[Any, Any], bool]:
    def verify(token: Any, secret: Any) -> bool:
        signed, signature = _signed(token)
        return hmac.compare_digest(hmac.new(text(secret).encode(), signed, digest).digest(), signature)

    return verify


def _signed(token: Any) -> tuple[bytes, bytes]:
    header, payload, signature = _parts(token)
    _object(header)
    _object(payload)
    return f"{header}.{payload}".encode(), _bytes(signature)


EXTENSIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "io.jwt.decode": (1, _decode),
    **{f"io.jwt.verify_hs{bits}": (2, _keyed(f"sha{bits}")) for bits in (256, 384, 512)},
}
