"""Turns sarif-om's object model, which has no serialiser, into plain JSON values."""

from collections.abc import Mapping
from typing import Any

# A reader must not need the schema to know what a result means, so these are written even when they are the default.
_ALWAYS_WRITTEN = frozenset({"kind", "kinds", "level"})


def to_plain(value: Any) -> Any:
    """`value` with every sarif-om object as a dict under the schema's property names.

    What is None or equal to the schema's default is left out, as the schema means it to be; an empty list
    that was set on purpose stays, because `results: []` says that nothing was found.
    """
    if isinstance(value, Mapping):
        return {key: to_plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(inner) for inner in value]
    attributes = getattr(type(value), "__attrs_attrs__", None)
    if attributes is None:
        return value
    plain = {}
    for attribute in attributes:
        name = attribute.metadata["schema_property_name"]
        inner = getattr(value, attribute.name)
        if inner is not None and (name in _ALWAYS_WRITTEN or inner != _default(attribute)):
            plain[name] = to_plain(inner)
    return plain


def _default(attribute: Any) -> Any:
    factory = getattr(attribute.default, "factory", None)
    return factory() if factory else attribute.default
