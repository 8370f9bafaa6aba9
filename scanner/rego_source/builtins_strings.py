"""Functions over text in which regorus differs from OPA: how letters are mapped, counted, compared and escaped."""

import re
from collections.abc import Callable, Mapping, Set
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from scanner.rego_source.arguments import collection, text
from scanner.rego_source.written import ordered

_ESCAPED = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
_IN_GLOBS = re.compile(r"([\\*?\[\]{}])")
_VERSION = re.compile(
    r"v?(?P<core>(?:(?:0|[1-9][0-9]*)\.){2}(?:0|[1-9][0-9]*))"
    r"(?:-(?P<before>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_LARGEST = (1 << 63) - 1


def _upper(value: Any) -> str:
    """Letter by letter: one that becomes several in Unicode stays, or becomes the one that begins a title."""
    return value.upper() if text(value).isascii() else "".join(map(_upper_letter, value))


def _upper_letter(letter: str) -> str:
    return next((mapped for mapped in (letter.upper(), letter.title()) if len(mapped) == 1), letter)


def _lower(value: Any) -> str:
    # What becomes several is a letter with its mark; a letter by itself is not at the end of a word, where Σ is ς.
    return value.lower() if text(value).isascii() else "".join(letter.lower()[0] for letter in value)


def _index(value: Any, wanted: Any) -> int:
    if not text(wanted):
        raise ValueError("an empty text is nowhere")
    return text(value).find(wanted)


def _indexes(value: Any, wanted: Any) -> list[int]:
    found = [_index(value, wanted)]
    while found[-1] >= 0:
        found.append(value.find(wanted, found[-1] + 1))
    return found[:-1]


def _decoded(value: Any) -> str:
    if not _ESCAPED.fullmatch(text(value)):
        raise ValueError("a % without two hexadecimal digits")
    return unquote_plus(value)


def _encoded_object(value: Any) -> str:
    if not isinstance(value, Mapping):
        raise ValueError("it takes an object")
    pairs = [(text(key), text(each)) for key in ordered(value) for each in _several(value[key])]
    return "&".join(f"{quote_plus(key)}={quote_plus(each)}" for key, each in pairs)


def _several(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [value]
    return ordered(value) if isinstance(value, Set) else list(collection(value))


def _decoded_object(query: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in filter(None, text(query).split("&")):
        if ";" in pair:
            raise ValueError("a semicolon in a query")
        key, _, value = pair.partition("=")
        found.setdefault(_decoded(key), []).append(_decoded(value))
    return found


def _version(value: Any) -> tuple[Any, ...]:
    """What orders versions: the parts of one before a release, of which numbers come first."""
    found = _VERSION.fullmatch(text(value))
    if found is None:
        raise ValueError(f"{value[:80]!r} is no version")
    core = [int(part) if len(part) < 20 else _LARGEST + 1 for part in found["core"].split(".")]
    before = found["before"].split(".") if found["before"] else []
    if max(core) > _LARGEST or any(part[0] == "0" and len(part) > 1 and _is_number(part) for part in before):
        raise ValueError(f"{value[:80]!r} is no version")
    return (*core, not before, [(0, _number(part), "") if _is_number(part) else (1, 0, part) for part in before])


def _is_number(part: str) -> bool:
    return part.isdecimal()


def _number(part: str) -> int:
    return int(part) if len(part) < 20 else _LARGEST


def _compared(left: Any, right: Any) -> int:
    one, other = _version(left), _version(right)
    return (one > other) - (one < other)


def _is_version(value: Any) -> bool:
    try:
        _version(value)
    except ValueError:
        return False
    return True


EXTENSIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "glob.quote_meta": (1, lambda value: _IN_GLOBS.sub(r"\\\1", text(value))),
    "indexof": (2, _index),
    "indexof_n": (2, _indexes),
    "lower": (1, _lower),
    "semver.compare": (2, _compared),
    "semver.is_valid": (1, _is_version),
    "strings.count": (2, lambda value, wanted: text(value).count(text(wanted))),
    "trace": (1, lambda note: bool(text(note)) or True),
    "upper": (1, _upper),
    "urlquery.decode": (1, _decoded),
    "urlquery.decode_object": (1, _decoded_object),
    "urlquery.encode": (1, lambda value: quote_plus(text(value))),
    "urlquery.encode_object": (1, _encoded_object),
}
