"""The parts of a value: `.name`, `[key]` and `[*]`."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from scanner.parsers.terraform.conversion import number_of, type_of
from scanner.parsers.terraform.functions.lists import partly
from scanner.parsers.terraform.value_types import ANY, common
from scanner.parsers.terraform.values import (
    BlockPart,
    EvaluationError,
    Handle,
    ListOf,
    Partial,
    SetOf,
    Unknown,
    Value,
    kind_of,
    obstacle,
    references_of,
    text_of,
)


@dataclass(frozen=True, slots=True)
class Key:
    """What is asked for; `is_name` says that it was written `.name`, which only mappings have."""

    value: Value
    is_name: bool


def next_step(value: Value, key: Key) -> Value:
    """One part of a value. Raises `EvaluationError` where there is none."""
    if isinstance(value, Unknown):
        if value.parts and isinstance(key.value, str) and key.value in value.parts:
            return value.parts[key.value]
        return replace(value, document=None, present=False, parts=None)
    if isinstance(value, Handle):
        return _of_handle(value, key)
    blocked = obstacle(key.value)
    if blocked is not None:
        return _one_of(blocked, value)
    if isinstance(value, dict):
        return _of_mapping(value, text_of(key.value))
    if isinstance(value, list) and not key.is_name:
        return _of_list(value, key)
    raise EvaluationError(f"{kind_of(value)} has no such part", references_of(value))


def _of_handle(value: Handle, key: Key) -> Value:
    if not key.is_name and value.index is not None:
        return value.index(key.value)
    blocked = obstacle(key.value)
    return value.read(text_of(key.value)) if blocked is None else blocked


def _of_mapping(value: dict[str, Value], name: str) -> Value:
    if name in value:
        return value[name]
    if isinstance(value, BlockPart):
        return Unknown(f"{value.name}.{name} is known only after apply", frozenset((value.address,)))
    raise EvaluationError(f"{kind_of(value)} has no such part", references_of(value))


def _of_list(value: list[Value], key: Key) -> Value:
    if isinstance(value, SetOf):
        raise EvaluationError("the elements of a set have no positions", references_of(value))
    position = number_of(key.value)
    if isinstance(value, Partial):
        return _one_of(obstacle(value), value)  # what is not known may stand before it
    if isinstance(position, int) and 0 <= position < len(value):
        return value[position]
    raise EvaluationError(f"{kind_of(value)} has no such element", references_of(value))


def _one_of(blocked: Value, value: Value) -> Value:
    """An element at an unknown index comes from one of the resources that all the elements come from."""
    if isinstance(blocked, Unknown):
        return Unknown(blocked.reason, blocked.references | references_of(value))
    return blocked


def spread(value: Value, part: Callable[[Value], Value]) -> Value:
    """`value[*]`, with `part` taken of each element; what is no list counts as one element, and null as none."""
    if isinstance(value, Unknown):
        return replace(value, document=None, present=False, parts=None)
    if isinstance(value, Handle) and value.index is not None:
        return value.as_unknown()
    if not isinstance(value, list):
        return [] if value is None else [part(value)]
    items = [part(item) for item in value]
    if isinstance(value, Partial) or (isinstance(value, SetOf) and obstacle(value) is not None):
        return partly(items)
    if isinstance(value, ListOf):
        return ListOf(items, common([type_of(item) for item in items]) or ANY)
    return items
