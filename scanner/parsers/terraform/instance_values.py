"""What resources and module calls are as values: one, a list by `count`, a mapping by `for_each`, or not known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scanner.parsers.terraform.instances import ANY, cause_of
from scanner.parsers.terraform.values import (
    BlockPart,
    Derived,
    Handle,
    MapOf,
    Unknown,
    Value,
    obstacle,
    references_of,
    remade,
)


def collected(instances: Sequence[tuple[Any, Handle, Mapping[str, Value]]], nothing: Value) -> Value:
    """The value of all the instances of one block, each with its key and with what `count` or `each` is in it.

    `nothing` is the value of a block without instances.
    """
    if not instances:
        return nothing
    key, first, names = instances[0]
    if key is None:
        return first
    if key == ANY:
        return replace(first, index=lambda _: first, reason=cause_of(names))
    if isinstance(key, int):
        return [handle for _, handle, _ in instances]
    return {each: handle for each, handle, _ in instances}


def coming_from(value: Value, references: frozenset[str]) -> Value:
    """`value` as something that comes from these resources, whatever it was made from."""
    if isinstance(value, dict):
        inner = {key: coming_from(each, references) for key, each in value.items()}
        if isinstance(value, MapOf):
            return MapOf(inner, value.element)
        return BlockPart(inner, value.name, value.address) if isinstance(value, BlockPart) else inner
    if isinstance(value, list):
        return remade(value, (coming_from(inner, references) for inner in value))
    if isinstance(value, Unknown):
        return replace(value, references=references)
    return Derived(value, references) if isinstance(value, str) else value


def as_block(value: Value, name: str, address: str) -> Value:
    """The value of a nested block, and of those in it, as the provider may complete them."""
    if isinstance(value, list):
        return remade(value, (as_block(inner, name, address) for inner in value))
    if not isinstance(value, dict) or isinstance(value, MapOf):
        return value
    return BlockPart({key: _inner(inner, f"{name}.{key}", address) for key, inner in value.items()}, name, address)


def _inner(value: Value, name: str, address: str) -> Value:
    """Blocks in blocks are lists of mappings; anything else is an attribute."""
    is_block = isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
    return as_block(value, name, address) if is_block else value


def made_of(arguments: list[Value]) -> Value:
    """What is made of these, nobody knows how."""
    blocked = obstacle(*arguments)
    if isinstance(blocked, Unknown) and isinstance(arguments[0], Unknown) and len(arguments) == 1:
        return arguments[0]
    reason = blocked.reason if isinstance(blocked, Unknown) else "a plan does not keep how this is made"
    return Unknown(reason, references_of(*arguments))
