"""Text written in other ways: Base64, character encodings, URLs."""

import base64
import binascii
import re
import urllib.parse
import zlib
from collections.abc import Mapping

from scanner.parsers.terraform.functions.signature import Function
from scanner.parsers.terraform.value_types import STRING
from scanner.parsers.terraform.values import EvaluationError, NotWorkedOutError, normal

_LARGEST = 4_000_000
_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")

# Names of IANA whose meaning is the same in Python; Windows' code pages are filled up there in other ways than in Go.
_ENCODINGS = {
    "UTF-8": "utf-8",
    "UTF-16LE": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "ISO-8859-1": "iso-8859-1",
    "LATIN1": "iso-8859-1",
    "ISO-8859-15": "iso-8859-15",
}


def decoded(text: str) -> bytes:
    """What the Base64 text stands for; line ends in it do not count. Raises `EvaluationError`."""
    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise EvaluationError("this is no Base64") from None


def as_text(data: bytes) -> str:
    """The text that is written in UTF-8. Raises `EvaluationError`."""
    try:
        return normal(data.decode())
    except UnicodeDecodeError:
        raise EvaluationError("this is no text in UTF-8") from None


def _unzipped(text: str) -> str:
    decompressor = zlib.decompressobj(wbits=31)
    try:
        found = decompressor.decompress(decoded(text), _LARGEST)
    except zlib.error:
        raise EvaluationError("this is not compressed with gzip") from None
    if not decompressor.eof:
        raise NotWorkedOutError("this is too large or has no end")
    return as_text(found)


def _codec(name: str) -> str:
    found = _ENCODINGS.get(name.upper())
    if found is None:
        raise NotWorkedOutError(f"the encoding {name} is not worked with")
    return found


def _encode(text: str, encoding: str) -> str:
    try:
        return base64.b64encode(text.encode(_codec(encoding))).decode()
    except UnicodeEncodeError:
        raise EvaluationError(f"the text has characters that {encoding} has not") from None


def _decode(text: str, encoding: str) -> str:
    try:
        found = decoded(text).decode(_codec(encoding))
    except UnicodeDecodeError:
        raise EvaluationError(f"this is no text in {encoding}") from None
    if "\ufffd" in found:
        raise EvaluationError(f"this is no text in {encoding}")
    return normal(found)


def _from_url(text: str) -> str:
    if _PERCENT.search(text):
        raise EvaluationError("a percent sign in it begins no character")
    return as_text(urllib.parse.unquote_to_bytes(text.replace("+", " ")))


FUNCTIONS: Mapping[str, Function] = {
    "base64decode": Function(lambda text: as_text(decoded(text)), (STRING,)),
    "base64encode": Function(lambda text: base64.b64encode(text.encode()).decode(), (STRING,)),
    "base64gunzip": Function(_unzipped, (STRING,)),
    "textdecodebase64": Function(_decode, (STRING, STRING)),
    "textencodebase64": Function(_encode, (STRING, STRING)),
    "urldecode": Function(_from_url, (STRING,)),
    "urlencode": Function(lambda text: urllib.parse.quote_plus(text, safe=""), (STRING,)),
}
