"""Terraform's functions that matter most, over values that may be known only in part.

The others are `UNDECIDED` once their arguments are known. A function is never evaluated here when that would need more
than its arguments: files are read by `files.py`, and `try` and `can` belong to the evaluator.
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Callable
from typing import Any

from scanner.parsers.terraform.values import (
    UNDECIDED,
    EvaluationError,
    SetOf,
    Unknown,
    Value,
    derived,
    is_too_large,
    json_of,
    obstacle,
    references_of,
    text_of,
)

_LONGEST_RANGE = 1024
_LONGEST_TEXT = 1_000_000
_VERB = re.compile(r"%(%|[-+ 0]*(\d{0,3})(\.\d{1,2})?[sdvqft])")
_REFUSALS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, binascii.Error, RecursionError)

# Terraform evaluates these anew on every run, or asks the machine it runs on.
_VOLATILE = frozenset(("timestamp", "plantimestamp", "uuid", "bcrypt", "abspath", "pathexpand"))


def call(name: str, arguments: list[Value]) -> Value:
    """The result of a function. Raises `EvaluationError` where Terraform refuses the arguments."""
    name = name.removeprefix("core::")
    if name in _VOLATILE:
        return Unknown(f"{name}() is known only after apply", references_of(*arguments))
    try:
        if is_too_large(arguments):
            raise EvaluationError(f"the arguments of {name}() are too large")
        if name in _PARTIAL:
            return _PARTIAL[name](*arguments)
        blocked = obstacle(*arguments)
        if blocked is not None:
            return blocked
        if name not in _WHOLE:
            return UNDECIDED
        result = _WHOLE[name](*arguments)
    except _REFUSALS as error:
        raise EvaluationError(f"{name}() refuses its arguments") from error
    return derived(result, *arguments) if isinstance(result, str) else result


def number_of(value: Value) -> int | float:
    """A value as Terraform takes it for a number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise EvaluationError("not a number")
    try:
        number = float(value)
    except ValueError:
        raise EvaluationError("not a number") from None
    if isinstance(value, int):
        return value
    return int(number) if number.is_integer() else number


def truth_of(value: Value) -> bool:
    """A value as Terraform takes it for a truth value."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise EvaluationError("not a truth value")


def same(left: Value, right: Value) -> bool:
    """Equality as Terraform has it: `1` is not `true`, and `"1"` is not `1`."""
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)


def as_set(value: Value) -> Value:
    """The list of a set's elements, in the order in which Terraform gives them."""
    if isinstance(value, Unknown) or value is None or value is UNDECIDED:
        return value
    found: list[Value] = []
    for item in value if isinstance(value, list) else list(value.values()):
        if not any(same(item, other) for other in found if type(other) is type(item)):
            found.append(item)
    if all(isinstance(item, str) for item in found) or all(isinstance(item, int | float) for item in found):
        found.sort()
    return SetOf(found)


def _strings(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: function(*(text_of(each) for each in arguments))


def _numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: function(*(number_of(each) for each in arguments))


def _replace(text: str, old: str, new: str) -> Value:
    is_pattern = len(old) > 1 and old[0] == old[-1] == "/"
    is_large = (text.count(old) + 1) * len(new) > _LONGEST_TEXT
    return UNDECIDED if is_pattern or is_large else text.replace(old, new)


def _format(template: Value, *arguments: Value) -> Value:
    waiting = list(arguments)
    if "%" in _VERB.sub("", text_of(template)):
        return UNDECIDED

    def replace(match: re.Match[str]) -> str:
        verb = match[1][-1]
        if verb == "%":
            return "%"
        value = waiting.pop(0)
        if verb in "vs" and not isinstance(value, str):
            value = text_of(value) if not isinstance(value, dict | list) and value is not None else json_of(value)
        if verb == "q":
            return json.dumps(text_of(value))
        if verb == "t":
            return text_of(truth_of(value))
        return match[0].replace("v", "s") % (number_of(value) if verb in "df" else value)

    return _VERB.sub(replace, text_of(template))


def _join(separator: Value, *lists: Value) -> str:
    return text_of(separator).join(text_of(item) for items in lists for item in items)


def _title(text: str) -> str:
    return re.sub(r"(?<!\S)\w", lambda match: match[0].upper(), text)


def _range(*bounds: Value) -> Value:
    numbers = [number_of(each) for each in bounds]
    if not all(isinstance(each, int) for each in numbers):
        return UNDECIDED
    found = range(*(int(each) for each in numbers))
    return list(found) if len(found) <= _LONGEST_RANGE else UNDECIDED


def _contains(items: Value, wanted: Value) -> Value:
    if isinstance(items, list) and obstacle(wanted) is None:
        if any(same(item, wanted) for item in items if obstacle(item) is None):
            return True
        return obstacle(items) or False
    return obstacle(items, wanted) or same(items, wanted)


def _index(items: Value, wanted: Value) -> Value:
    return next(position for position, item in enumerate(items) if same(item, wanted))


def _sort(items: Value) -> Value:
    return sorted(text_of(item) for item in items)


def _compact(items: Value) -> Value:
    return [item for item in items if item not in (None, "")]


def _as_number(value: Value) -> Value:
    return None if value is None else number_of(value)


def _as_truth(value: Value) -> Value:
    return None if value is None else truth_of(value)


def _as_text(value: Value) -> Value:
    return None if value is None else text_of(value)


def _is_whole(value: Value) -> bool:
    """Whether the value itself is known, whatever it holds."""
    return not isinstance(value, Unknown) and value is not UNDECIDED


def _of_whole(function: Callable[..., Value]) -> Callable[..., Value]:
    """A function that needs to see its arguments but not what is inside of them."""

    def guarded(*arguments: Value) -> Value:
        hidden = [each for each in arguments if not _is_whole(each)]
        return function(*arguments) if not hidden else obstacle(*arguments)

    return guarded


def _merge(*mappings: Value) -> Value:
    result: dict[str, Value] = {}
    for mapping in mappings:
        if mapping is not None:
            result.update(mapping)
    return result


def _concat(*lists: Value) -> Value:
    return [item for items in lists for item in _list(items)]


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise EvaluationError("not a list")
    return value


def _lookup(mapping: Value, key: Value, *default: Value) -> Value:
    if key in mapping or not default:
        return mapping[key]
    return default[0]


def _coalesce(*values: Value) -> Value:
    for value in values:
        if not _is_whole(value):
            return obstacle(value)
        if value is not None and value != "":
            return value
    raise EvaluationError("every argument is null or empty")


def _coalesce_lists(*values: Value) -> Value:
    for value in values:
        if not _is_whole(value):
            return obstacle(value)
        if value:
            return value
    raise EvaluationError("every argument is empty")


def _element(items: Value, index: Value) -> Value:
    return _list(items)[int(number_of(index)) % len(items)]


def _flatten(items: Value) -> Value:
    result: list[Value] = []
    for item in _list(items):
        if not _is_whole(item):
            return obstacle(*items)  # how many elements it has is not known
        result.extend(_flatten(item) if isinstance(item, list) else [item])
    return result


def _json(value: Value) -> Value:
    blocked = obstacle(value)
    if isinstance(blocked, Unknown):
        return Unknown(blocked.reason, blocked.references, value)
    return blocked or derived(json_of(value), value)


def _one(items: Value) -> Value:
    if len(items) > 1:
        raise EvaluationError("more than one element")
    return items[0] if items else None


def _zip(keys: Value, values: Value) -> Value:
    return {text_of(key): value for key, value in zip(keys, values, strict=True)}


_WHOLE: dict[str, Callable[..., Any]] = {
    "abs": _numbers(abs),
    "alltrue": lambda items: all(truth_of(item) for item in items),
    "anytrue": lambda items: any(truth_of(item) for item in items),
    "base64decode": lambda text: base64.b64decode(text_of(text), validate=True).decode(),
    "base64encode": lambda text: base64.b64encode(text_of(text).encode()).decode(),
    "ceil": _numbers(math.ceil),
    "chomp": _strings(lambda text: re.sub(r"[\r\n]+$", "", text)),
    "compact": _compact,
    "endswith": _strings(str.endswith),
    "floor": _numbers(math.floor),
    "format": _format,
    "index": _index,
    "join": _join,
    "jsondecode": lambda text: json.loads(text_of(text)),
    "lower": _strings(str.lower),
    "max": _numbers(max),
    "min": _numbers(min),
    "range": _range,
    "replace": _strings(_replace),
    "setintersection": lambda first, *rest: SetOf(each for each in first if all(each in other for other in rest)),
    "setsubtract": lambda first, second: SetOf(each for each in first if each not in second),
    "setunion": lambda *sets: as_set([each for items in sets for each in items]),
    "sort": _sort,
    "split": _strings(lambda separator, text: text.split(separator) if separator else list(text)),
    "startswith": _strings(str.startswith),
    "strcontains": _strings(lambda text, part: part in text),
    "strrev": _strings(lambda text: text[::-1]),
    "substr": lambda text, start, length: _substring(text_of(text), int(number_of(start)), int(number_of(length))),
    "sum": lambda items: sum(number_of(item) for item in items),
    "title": _strings(_title),
    "tobool": _as_truth,
    "tonumber": _as_number,
    "tostring": _as_text,
    "trim": _strings(lambda text, characters: text.strip(characters)),
    "trimprefix": _strings(str.removeprefix),
    "trimspace": _strings(str.strip),
    "trimsuffix": _strings(str.removesuffix),
    "upper": _strings(str.upper),
}


def _substring(text: str, start: int, length: int) -> str:
    start = max(0, start + len(text)) if start < 0 else start
    return text[start:] if length < 0 else text[start : start + length]


_PARTIAL: dict[str, Callable[..., Value]] = {
    "coalesce": _coalesce,
    "coalescelist": _coalesce_lists,
    "concat": _of_whole(_concat),
    "contains": _contains,
    "distinct": lambda items: obstacle(items) or list({json_of(item): item for item in items}.values()),
    "element": _of_whole(_element),
    "ephemeralasnull": lambda _: None,
    "flatten": _of_whole(_flatten),
    "issensitive": lambda _: UNDECIDED,
    "jsonencode": _json,
    "keys": _of_whole(sorted),
    "length": _of_whole(len),
    "lookup": _of_whole(_lookup),
    "merge": _of_whole(_merge),
    "nonsensitive": lambda value: value,
    "one": _of_whole(_one),
    "reverse": _of_whole(lambda items: _list(items)[::-1]),
    "sensitive": lambda value: value,
    "slice": _of_whole(lambda items, start, end: _list(items)[int(start) : int(end)]),
    "tolist": _of_whole(lambda items: [*items]),
    "tomap": _of_whole(lambda value: value),
    "toset": _of_whole(as_set),
    "values": _of_whole(lambda mapping: [mapping[key] for key in sorted(mapping)]),
    "zipmap": _of_whole(_zip),
}
