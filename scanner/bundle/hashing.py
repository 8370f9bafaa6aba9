"""The hashes that OPA signs: data and manifest by what they say, every other file by its bytes."""

import hashlib
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from scanner.bundle.data import read_data
from scanner.bundle.errors import BundleError
from scanner.bundle.names import MANIFEST, is_data
from scanner.core.location import Location
from scanner.yaml_source import SourceError
from scanner.yaml_source.positions import MAX_DEPTH

ALGORITHMS = {
    "SHA-224": "sha224",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "SHA-512-224": "sha512_224",
    "SHA-512-256": "sha512_256",
}
"""OPA's names of what a file may be hashed by; it knows MD5 and SHA-1 too, which anybody can find a second file for."""

_HALF = re.compile("[\\ud800-\\udfff]")


class _Number(str):
    """A number as it is written: 1.0 and 1 are two hashes."""

    __slots__ = ()


def file_hash(path: str, content: bytes, algorithm: str) -> str:
    """The hash in hexadecimal digits. `path` begins with the name of the bundle, `algorithm` is one of `ALGORITHMS`.

    Raises `BundleError` for data or a manifest that cannot be read.
    """
    if not is_data(path) and path.split("/", 1)[-1] != MANIFEST:
        return hashlib.new(ALGORITHMS[algorithm], content).hexdigest()
    hashed = hashlib.new(ALGORITHMS[algorithm])
    for piece in _pieces(_value(path, content), 0, path):
        hashed.update(piece.encode())
    return hashed.hexdigest()


def _value(path: str, content: bytes) -> Any:
    try:
        text = content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise BundleError("cannot be read: it is not UTF-8 text", Location(path, 1)) from None
    try:
        return json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_refuse)
    except RecursionError:
        raise _too_deep(path) from None
    except ValueError as error:
        if path.endswith((".json", MANIFEST)):
            raise BundleError(f"not JSON: {error}", Location(path, 1)) from None
    try:
        return read_data(text, path).value
    except SourceError as error:
        raise BundleError(error.message, error.location) from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def _pieces(value: Any, depth: int, path: str) -> Iterator[str]:
    """The text that is hashed: JSON without blanks, keys in order, numbers as they are written."""
    if depth > MAX_DEPTH:
        raise _too_deep(path)
    if isinstance(value, dict):
        yield "{"
        for number, key in enumerate(sorted(value)):
            yield f"{',' if number else ''}{_text(key)}:"
            yield from _pieces(value[key], depth + 1, path)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for number, each in enumerate(value):
            if number:
                yield ","
            yield from _pieces(each, depth + 1, path)
        yield "]"
    else:
        yield _primitive(value)


def _primitive(value: Any) -> str:
    if isinstance(value, _Number):
        return value
    if isinstance(value, str):
        return _text(value)
    return _float(value) if isinstance(value, float) else json.dumps(value)


def _text(value: str) -> str:
    """As Go writes a text, for which half a surrogate pair is U+FFFD and these two separators are escaped."""
    whole = json.dumps(_HALF.sub("\ufffd", value), ensure_ascii=False)
    return whole.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _float(value: float) -> str:
    """As Go writes a number of YAML."""
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        digits = format(Decimal(repr(value)), "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    mantissa, _, exponent = format(Decimal(repr(value)).normalize(), "e").partition("e")
    return f"{mantissa}e{'-' if exponent[0] == '-' else '+'}{exponent.lstrip('+-').lstrip('0')}"


def _too_deep(path: str) -> BundleError:
    return BundleError(f"nested deeper than {MAX_DEPTH} levels; flatten the document", Location(path, 1))
