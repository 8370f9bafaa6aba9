"""Writes shapes as a JSON Schema: `properties` are the resource types, each with the schema of its attributes."""

import gzip
import json
from collections.abc import Mapping
from typing import Any

from tests.input_schemas.trees import Block, Keyed, Leaf, Listed, Shape

_UNRESOLVED = {
    "type": "object",
    "required": ["$unresolved", "reason"],
    "properties": {"$unresolved": {"type": "string"}, "reason": {"type": "string"}},
    "additionalProperties": False,
}
# Terraform converts between texts, numbers and truth values, so that each may be written as text.
_LEAVES: Mapping[str, Any] = {
    "unresolved": _UNRESOLVED,
    "string": {"anyOf": [{"type": ["string", "number", "boolean"]}, {"$ref": "#/$defs/unresolved"}]},
    "number": {"anyOf": [{"type": ["number", "string"]}, {"$ref": "#/$defs/unresolved"}]},
    "boolean": {"anyOf": [{"type": ["boolean", "string"]}, {"$ref": "#/$defs/unresolved"}]},
}


def document(types: Mapping[str, Shape], title: str, sources: Mapping[str, str]) -> dict[str, Any]:
    """The schema of these resource types; `sources` are what it was made from, each with its version."""
    writer = _Writer()
    properties = {name: writer.resource(shape) for name, shape in sorted(types.items())}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": f"Made from {', '.join(f'{name} {version}' for name, version in sorted(sources.items()))}.",
        "properties": properties,
        "$defs": {**_LEAVES, **writer.shared},
    }


def packed(schema: Mapping[str, Any]) -> bytes:
    """The same bytes for the same schema, whenever they are made."""
    return gzip.compress(json.dumps(schema, separators=(",", ":")).encode(), 9, mtime=0)


class _Writer:
    def __init__(self) -> None:
        self.shared: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._keys: dict[int, str] = {}

    def resource(self, shape: Shape) -> dict[str, Any]:
        if not isinstance(shape, Block):
            return {}
        members = {name: self._schema(inner) for name, inner in shape.members.items()}
        return {"type": "object", "properties": members, "additionalProperties": False}

    def _schema(self, shape: Shape) -> dict[str, Any]:
        if isinstance(shape, Leaf):
            return {} if shape.type == "any" else {"$ref": f"#/$defs/{shape.type}"}
        if isinstance(shape, Listed):
            element = self._schema(shape.element)
            # A module's variable, or `concat` of something, may stand for the list as a whole.
            return _or_unresolved({"type": "array", "items": element})
        if isinstance(shape, Keyed):
            return _or_unresolved({"type": "object", "additionalProperties": self._schema(shape.value)})
        if not shape.members:
            return {}
        key = self._key(shape)
        if key not in self._names:
            name = self._names[key] = f"block{len(self._names)}"
            one = {"$ref": f"#/$defs/{name}"}
            self.shared[name] = {}  # takes its place before those inside it
            self.shared[f"{name}s"] = _or_unresolved(one, {"type": "array", "items": _or_unresolved(one)})
            self.shared[name] = self.resource(shape)
        return {"$ref": f"#/$defs/{self._names[key]}s"}

    def _key(self, shape: Shape) -> str:
        """What is equal for equal shapes."""
        known = self._keys.get(id(shape))
        if known is None:
            if isinstance(shape, Block):
                known = "{" + ",".join(f"{name}:{self._key(inner)}" for name, inner in shape.members.items()) + "}"
            elif isinstance(shape, Keyed):
                known = f"keyed {self._key(shape.value)}"
            elif isinstance(shape, Listed):
                known = f"listed {self._key(shape.element)}"
            else:
                known = shape.type
            self._keys[id(shape)] = known
        return known


def _or_unresolved(*schemas: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [*schemas, {"$ref": "#/$defs/unresolved"}]}
