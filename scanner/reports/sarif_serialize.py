"""Turns sarif-om's object model, which has no serialiser, into plain JSON values."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

# A reader must not need the schema to know what a result means, so these are written even when they are the default.
_ALWAYS_WRITTEN = frozenset({"kind", "kinds", "level"})
_NO_DEFAULT = object()


def to_plain(value: Any) -> Any:
    """`value` as JSON values, with every sarif-om object as a dict under the schema's property names.

    What is None or equal to the schema's default is left out, as the schema means it to be; an empty list
    that was set on purpose stays, because `results: []` says that nothing was found. An iterator stays one.
    """
    kind: Any = type(value)
    if value is None or kind is str or kind is int:
        return value
    properties = _properties(kind)
    if properties is not None:
        plain = {}
        for attribute, name, default in properties:
            inner = getattr(value, attribute)
            if inner is not None and inner != default:
                plain[name] = to_plain(inner)
        return plain
    if isinstance(value, Mapping):
        return {key: to_plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(inner) for inner in value]
    return map(to_plain, value) if isinstance(value, Iterator) else value


@cache
def _properties(kind: type) -> tuple[tuple[str, str, Any], ...] | None:
    """Attribute, property and default of a class of sarif-om's; None for another class."""
    attributes = getattr(kind, "__attrs_attrs__", None)
    if attributes is None:
        return None
    named = [(attribute, attribute.metadata["schema_property_name"]) for attribute in attributes]
    return tuple(
        (attribute.name, name, _NO_DEFAULT if name in _ALWAYS_WRITTEN else _default(attribute))
        for attribute, name in named
    )


def _default(attribute: Any) -> Any:
    factory = getattr(attribute.default, "factory", None)
    return factory() if factory else attribute.default
