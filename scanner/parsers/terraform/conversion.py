"""Values made to be of the type that Terraform wants in a place, and compared as Terraform compares them."""

from collections.abc import Iterable
from typing import Any

from scanner.parsers.terraform.exact_numbers import NumberTooLargeError, exact, number_text, parse_number
from scanner.parsers.terraform.value_types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    Type,
    common,
    element_of,
    is_known,
    list_of,
    map_of,
    object_of,
    set_of,
    tuple_of,
)
from scanner.parsers.terraform.values import (
    BlockPart,
    EvaluationError,
    Handle,
    ListOf,
    MapOf,
    NotWorkedOutError,
    Partial,
    SetOf,
    Unknown,
    Value,
    derived,
    kind_of,
    obstacle,
    text_of,
)


def number_of(value: Value) -> int | float:
    """A value as Terraform takes it for a number. Raises `EvaluationError`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise EvaluationError(f"{kind_of(value)} is used where a number is due")
    if not isinstance(value, str):
        return value
    try:
        number = parse_number(value)
    except NumberTooLargeError as error:
        raise NotWorkedOutError(str(error)) from None
    if number is None:
        raise EvaluationError("a text that is no number is used where a number is due")
    return number


def whole_of(value: Value) -> int:
    """A value as Terraform takes it for a whole number of ordinary size. Raises `EvaluationError`."""
    number = number_of(value)
    if not isinstance(number, int):
        raise EvaluationError("a whole number is due")
    if abs(number) >= 1 << 63:
        raise EvaluationError("this number is too large here")
    return number


def truth_of(value: Value) -> bool:
    """A value as Terraform takes it for a truth value. Raises `EvaluationError`."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "false", "1", "0"):
        return value in ("true", "1")
    raise EvaluationError(f"{kind_of(value)} is used where a truth value is due")


def type_of(value: Value) -> Type:
    """The type that Terraform gives a value; `ANY` for null and for what is not known."""
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, str):
        return STRING
    if isinstance(value, int | float):
        return NUMBER
    if isinstance(value, ListOf):
        return set_of(value.element) if isinstance(value, SetOf) else list_of(value.element)
    if isinstance(value, MapOf):
        return map_of(value.element)
    if isinstance(value, list):
        return tuple_of(map(type_of, value)) if not isinstance(value, Partial) else list_of(ANY)
    if isinstance(value, dict) and not isinstance(value, BlockPart):
        return object_of((str(name), type_of(inner)) for name, inner in value.items())
    return ANY


def same(left: Value, right: Value) -> bool:
    """Equality as Terraform has it: `1` is not `true`, `"1"` is not `1`, and a list is no tuple."""
    if left is None or right is None:
        return left is right
    return type_of(left) == type_of(right) and bool(left == right)


def convert(value: Value, wanted: Type) -> Value:
    """`value` as one of the type `wanted`; null and what is not known stay as they are.

    Raises `EvaluationError` for a value that cannot be converted.
    """
    if value is None or isinstance(value, Unknown | Handle):
        return value
    match wanted.kind:
        case "string":
            return value if isinstance(value, str) else derived(text_of(value), value)
        case "number":
            return number_of(value)
        case "bool":
            return truth_of(value)
        case "list" | "set" if isinstance(value, list):
            return _sequence(value, wanted)
        case "map" if isinstance(value, dict):
            return _map(value, wanted)
        case "tuple" if isinstance(value, list) and not isinstance(value, SetOf) and len(value) == len(wanted.parts):
            return [convert(item, part) for item, part in zip(value, wanted.parts, strict=True)]
        case "object" if isinstance(value, dict):
            return _object(value, wanted)
        case "any":
            return value
    raise EvaluationError(f"{kind_of(value)} is used where {_ARTICLES[wanted.kind]} is due")


_ARTICLES = {"list": "a list", "set": "a set", "map": "a map", "tuple": "a tuple of that length", "object": "an object"}


def _sequence(value: list[Value], wanted: Type) -> Value:
    items, element = _alike(value, _element_given(value), element_of(wanted))
    if isinstance(value, Partial):
        return Partial(items)
    return as_set(items, element) if wanted.kind == "set" else ListOf(items, element)


def _map(value: dict[str, Value], wanted: Type) -> Value:
    items, element = _alike([*value.values()], _element_given(value), element_of(wanted))
    return MapOf(zip(value, items, strict=True), element)


def _element_given(value: Value) -> Type | None:
    return value.element if isinstance(value, ListOf | MapOf) else None


def _alike(items: list[Value], given: Type | None, wanted: Type) -> tuple[list[Value], Type]:
    """The elements of a collection, all made of one type that fits the wanted one, and that type."""
    converted = [convert(item, wanted) for item in items]
    if is_known(wanted):
        return converted, wanted
    if not items:
        return converted, given if wanted == ANY and given is not None else wanted
    found = common([type_of(item) for item in converted])
    if found is None:
        raise EvaluationError("the elements have no type in common")
    return [convert(item, found) for item in converted], found


def _object(value: dict[str, Value], wanted: Type) -> Value:
    """What the type does not name is dropped, as Terraform drops it."""
    result: dict[str, Value] = {}
    for name, part in zip(wanted.names, wanted.parts, strict=True):
        if name not in value and isinstance(value, BlockPart):
            result[name] = Unknown(f"{value.name}.{name} is known only after apply", frozenset((value.address,)))
        elif name not in value and name not in wanted.optional:
            raise EvaluationError(f"the attribute {name} is missing")
        else:
            result[name] = convert(value.get(name), part)
    return result


def as_set(items: Iterable[Value], element: Type | None = None) -> SetOf:
    """The set of these elements, which are of one type already."""
    found: dict[Any, Value] = {}
    hidden = []
    for item in items:
        if obstacle(item) is not None:
            hidden.append(item)  # whether it is one of the others is not known
        else:
            found.setdefault(identity(item), item)
    kept = [*(found[key] for key in sorted(found)), *hidden]
    return SetOf(kept, element if element is not None else common([type_of(item) for item in kept]) or ANY)


def identity(value: Value) -> Any:
    """What tells the elements of a set apart and puts them in order: false before true, null last."""
    if value is None:
        return (4, "")
    if isinstance(value, bool):
        return (1, value)
    if isinstance(value, int | float):
        return (2, exact(value))
    return (0, str(value)) if isinstance(value, str) else (3, _written(value))


def _written(value: Value) -> str:
    """How Terraform writes an element for the order among elements that have no natural one."""
    if value is None:
        return "~"
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, str):
        return '"' + "".join(_QUOTED.get(character, character) for character in value) + '"'
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, MapOf):
        return "{" + "".join(f"{_written(key)}:{_written(value[key])};" for key in sorted(value)) + "}"
    if isinstance(value, dict):
        return "<" + "".join(f"{_written(value[key])};" for key in sorted(value)) + ">"
    if isinstance(value, list):
        inner = "".join(f"{_written(item)};" for item in value)
        return f"[{inner}]" if isinstance(value, ListOf) else f"<{inner}>"
    return "?"


_QUOTED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
