"""Reads the attributes of a provider's types from what `terraform providers schema -json` says."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.input_schemas.trees import Block, Keyed, Leaf, Listed, Shape

_LEAVES = {"string": Leaf("string"), "number": Leaf("number"), "bool": Leaf("boolean")}


def types(file: Path) -> dict[str, Shape]:
    """The shape of every resource and data source (`data.<type>`) of the providers in the file."""
    found: dict[str, Shape] = {}
    for provider in json.loads(file.read_text(encoding="utf-8"))["provider_schemas"].values():
        for kind, prefix in (("resource_schemas", ""), ("data_source_schemas", "data.")):
            for name, schema in provider.get(kind, {}).items():
                found[prefix + name] = _block(schema["block"])
    return found


def _block(block: Mapping[str, Any]) -> Shape:
    members: dict[str, Shape] = {}
    for name, attribute in block.get("attributes", {}).items():
        nested = attribute.get("nested_type")
        members[name] = _nested(nested) if nested else _of_type(attribute["type"])
    for name, inner in block.get("block_types", {}).items():
        shape = _block(inner["block"])
        members[name] = Keyed(shape) if inner["nesting_mode"] == "map" else shape
    return Block(dict(sorted(members.items())))


def _nested(nested: Mapping[str, Any]) -> Shape:
    shape = _block(nested)
    return Keyed(shape) if nested["nesting_mode"] == "map" else shape


def _of_type(type_: Any) -> Shape:
    if isinstance(type_, str):
        return _LEAVES.get(type_, Leaf())
    kind, inner = type_
    if kind == "object":
        return Block({name: _of_type(each) for name, each in sorted(inner.items())})
    shape = _of_type(inner)
    if kind == "map":
        return Keyed(shape)
    return shape if isinstance(shape, Block) else Listed(shape)
