"""JSON as text and YAML as values, as OPA writes and reads them, and whether one document is part of another."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Set
from typing import Any

import yaml

from scanner.rego_source.arguments import text
from scanner.rego_source.numerals import exact, finite
from scanner.rego_source.written import is_same, ordered

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 1_000
_MOST_VALUES = 1_000_000  # an alias counts as often as it stands for something
_IN_HTML = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
_WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(
    r"(?P<sign>[+-]?)"
    r"(?:0[xX](?P<x>[0-9a-fA-F]+)|0[bB](?P<b>[01]+)|0[oO]?(?P<o>[0-7]+)|(?P<d>0|[1-9][0-9]*))"
)
_FRACTION = re.compile(r"[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][+-]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[+-]?\.(?:inf|Inf|INF|nan|NaN|NAN)")
_BASES = {"x": 16, "b": 2, "o": 8}
_CORE = "tag:yaml.org,2002:"


def marshalled(value: Any) -> str:
    """The value as JSON in one line, safe inside HTML; sets are arrays."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":")).translate(_IN_HTML)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        pairs = [(key if isinstance(key, str) else marshalled(key), value[key]) for key in value]
        return {key: _plain(inner) for key, inner in sorted(pairs, key=lambda pair: pair[0])}
    if isinstance(value, Set):
        return [_plain(inner) for inner in ordered(value)]
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _unmarshal(document: Any) -> Any:
    try:
        return _Reader().read(text(document))
    except yaml.YAMLError as error:
        raise ValueError(f"no YAML: {' '.join(str(error).split())[:200]}") from None


def _is_valid(document: Any) -> bool:
    try:
        _unmarshal(document)
    except ValueError:
        return False
    return True


class _Reader:
    """Builds the first document of a text out of the parser's events, which nest as deep as they like."""

    def __init__(self) -> None:
        self._named: dict[str, tuple[Any, int]] = {}
        self._values = 0

    def read(self, document: str) -> Any:
        found: list[Any] = []  # of every document: a mistake in a later one counts too
        open_: list[tuple[Any, list[Any], int]] = []
        for event in yaml.parse(document, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent) and event.version not in (None, (1, 1)):
                raise ValueError("it is in another version of YAML than 1.1")
            if isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
                if len(open_) >= _DEEPEST:
                    raise ValueError("the document is nested too deeply")
                open_.append((event, [], self._values))
                continue
            if isinstance(event, yaml.ScalarEvent):
                start, value = self._values, _scalar(event)
                self._values += 1
            elif isinstance(event, yaml.AliasEvent):
                start = self._values
                if event.anchor not in self._named:
                    raise ValueError("an alias of something that has no anchor")
                value, size = self._named[event.anchor]
                self._values += size
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                begin, values, start = open_.pop()
                value = _mapping(values) if isinstance(begin, yaml.MappingStartEvent) else values
                self._values += 1
                event = begin  # noqa: PLW2901 - it has the anchor
            else:
                continue
            if self._values > _MOST_VALUES:
                raise ValueError(f"the document has more than {_MOST_VALUES} values")
            if event.anchor and not isinstance(event, yaml.AliasEvent):
                self._named[event.anchor] = value, self._values - start
            (open_[-1][1] if open_ else found).append(value)
        return found[0] if found else None


_MERGE = object()


def _scalar(event: yaml.ScalarEvent) -> Any:
    tag, said = event.tag or "", event.value
    if tag == f"{_CORE}binary":
        try:
            return base64.b64decode(said, validate=False).decode(errors="replace")
        except binascii.Error:
            raise ValueError("it is not base64") from None
    if tag and tag not in (f"{_CORE}int", f"{_CORE}float", f"{_CORE}bool", f"{_CORE}null"):
        return said
    if not tag and not event.implicit[0]:  # in quotes, or a block
        return said
    value = _MERGE if said == "<<" and not tag else _resolved(said)
    if tag == f"{_CORE}float" and isinstance(value, int):
        return value
    wanted = {"int": int, "float": float, "bool": bool, "null": type(None)}.get(tag.removeprefix(_CORE))
    if wanted and type(value) is not wanted:
        raise ValueError(f"{said[:80]!r} is no {tag.removeprefix(_CORE)}")
    return value


def _resolved(said: str) -> Any:
    if said in _WORDS:
        return _WORDS[said]
    digits = said.replace("_", "") if said[0] in "+-.0123456789" else ""
    found = _INTEGER.fullmatch(digits)
    if found is not None:
        base = next((base for base in _BASES if found[base]), "")
        sign = "-" if found["sign"] == "-" else ""
        return exact(sign + (str(int(found[base], _BASES[base])) if base else found["d"]))
    if _FRACTION.fullmatch(digits):
        if digits.lstrip("+-").isdecimal() and digits.lstrip("+-")[0] != "0":
            return exact(digits)
        try:
            return finite(digits)
        except ValueError:
            return said
    if _NO_NUMBER.fullmatch(said) or said == ".nan":
        raise ValueError(f"JSON has no {said}")
    return said


def _mapping(values: list[Any]) -> dict[str, Any]:
    pairs = list(zip(values[::2], values[1::2], strict=True))
    merged: dict[str, Any] = {}
    for key, value in pairs:
        if key is _MERGE:
            for each in reversed(value if isinstance(value, list) else [value]):
                if not isinstance(each, dict):
                    raise ValueError("map merge requires map or sequence of maps as the value")
                merged.update(each)
    return merged | {_key(key): ("<<" if value is _MERGE else value) for key, value in pairs if key is not _MERGE}


def _key(key: Any) -> str:
    if isinstance(key, str | bool | int | float):
        return key if isinstance(key, str) else json.dumps(key)
    raise ValueError("a key that is neither text nor a number")


def _is_subset(whole: Any, part: Any) -> bool:
    """Whether an object has all of another, in objects in it too; a set all of another; an array another in a row."""
    found = _has(whole, part)
    if found is None and isinstance(whole, list) and isinstance(part, Set):
        return all(any(is_same(item, each) for each in whole) for item in part)
    if found is None:
        raise ValueError("it takes two objects, two sets, two arrays, or an array and a set")
    return found


def _has(whole: Any, part: Any) -> bool | None:
    if isinstance(whole, Mapping) and isinstance(part, Mapping):
        return all(_has_key(whole, key) and _matches(whole[key], part[key]) for key in part)
    if isinstance(whole, Set) and isinstance(part, Set):
        return all(any(is_same(item, each) for each in whole) for item in part - whole) and not _mixed(whole, part)
    if isinstance(whole, list) and isinstance(part, list):
        return any(_begins(whole[start:], part) for start in range(len(whole) - len(part) + 1))
    return None


def _has_key(whole: Mapping[Any, Any], key: Any) -> bool:
    return key in whole and not _mixed(whole.keys(), {key})


def _mixed(whole: Set[Any], part: Set[Any]) -> bool:
    """Whether they share what is a number in one and true or false in the other: in Python 1 is True."""
    kinds = {value: type(value) is bool for value in whole if value in (0, 1)}
    return any(kinds.get(value, type(value) is bool) != (type(value) is bool) for value in part if value in (0, 1))


def _matches(whole: Any, part: Any) -> bool:
    return is_same(whole, part) or bool(_has(whole, part))


def _begins(whole: list[Any], part: list[Any]) -> bool:
    return all(is_same(one, other) for one, other in zip(whole, part, strict=False))


EXTENSIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "json.marshal": (1, marshalled),
    "object.subset": (2, _is_subset),
    "yaml.is_valid": (1, _is_valid),
    "yaml.unmarshal": (1, _unmarshal),
}
