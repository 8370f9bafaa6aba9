"""Functions over maps and objects, which keep what is known of one of which some parts are not."""

from collections.abc import Mapping

from scanner.parsers.terraform.conversion import convert, type_of
from scanner.parsers.terraform.functions.signature import Function, Sees, hidden_by, is_hidden
from scanner.parsers.terraform.value_types import ANY, STRING, list_of
from scanner.parsers.terraform.values import (
    BlockPart,
    EvaluationError,
    ListOf,
    MapOf,
    SetOf,
    Unknown,
    Value,
    kind_of,
    obstacle,
    references_of,
    text_of,
)


def _map(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise EvaluationError(f"{kind_of(value)} is used where a map is due")
    return value


def _keys(mapping: Value) -> Value:
    names = sorted(_map(mapping))
    return ListOf(names, STRING) if isinstance(mapping, MapOf) else names


def _values(mapping: Value) -> Value:
    found = [mapping[key] for key in sorted(_map(mapping))]
    return ListOf(found, mapping.element) if isinstance(mapping, MapOf) else found


def _lookup(mapping: Value, key: Value, *default: Value) -> Value:
    if len(default) > 1:
        raise EvaluationError("it takes two or three arguments")
    if isinstance(mapping, Unknown) and mapping.parts and isinstance(key, str) and key in mapping.parts:
        return mapping.parts[key]
    blocked = hidden_by(mapping, key)
    if blocked is not None:
        return blocked
    if text_of(key) in _map(mapping):
        return mapping[key]
    if isinstance(mapping, BlockPart):
        return Unknown(f"{mapping.name}.{key} is known only after apply", frozenset((mapping.address,)))
    if not default:
        raise EvaluationError(f"there is no key {key}")
    return convert(default[0], mapping.element) if isinstance(mapping, MapOf) else default[0]


def _merge(*mappings: Value) -> Value:
    """Of a merge with something unknown those keys are known that stand in what comes after it."""
    result: dict[str, Value] = {}
    blocked: Value = None
    for each in mappings:
        if each is None:
            continue
        if is_hidden(each):
            blocked = blocked or hidden_by(each)
            result = dict(each.parts) if isinstance(each, Unknown) and each.parts else {}
        elif isinstance(each, BlockPart):
            blocked, result = blocked or _unwritten(each), {**each}
        else:
            result.update(_map(each))
    if isinstance(blocked, Unknown):
        references = references_of(*mappings)
        return Unknown(blocked.reason, references, present=True, parts=result)
    first = mappings[0] if mappings else {}
    if isinstance(first, MapOf) and all(each is None or type_of(each) == type_of(first) for each in mappings):
        return MapOf(result, first.element)
    return result


def _unwritten(part: BlockPart) -> Unknown:
    return Unknown(f"{part.name} is known only in part before apply", frozenset((part.address,)))


def _zip(keys: list[Value], values: Value) -> Value:
    blocked = obstacle(keys)
    if blocked is not None:
        return Unknown(blocked.reason, references_of(keys, values)) if isinstance(blocked, Unknown) else blocked
    if not isinstance(values, list) or isinstance(values, SetOf):
        raise EvaluationError(f"{kind_of(values)} is used where a list is due")
    if len(keys) != len(values) or None in keys:
        raise EvaluationError("there is not one key for each value")
    found = dict(zip(map(text_of, keys), values, strict=True))
    return MapOf(found, values.element) if isinstance(values, ListOf) else found


FUNCTIONS: Mapping[str, Function] = {
    "keys": Function(_keys, (ANY,), sees=Sees.OUTSIDE),
    "lookup": Function(_lookup, (ANY, STRING), rest=ANY, sees=Sees.ANYTHING, nullable=True),
    "merge": Function(_merge, rest=ANY, sees=Sees.ANYTHING, nullable=True),
    "values": Function(_values, (ANY,), sees=Sees.OUTSIDE),
    "zipmap": Function(_zip, (list_of(STRING), ANY), sees=Sees.OUTSIDE),
}
