"""Terraform's JSON notation (`.tf.json`, `.tfvars.json`) to syntax.

JSON does not tell nested blocks from attributes, so that everything inside a block is an attribute here; only
`dynamic` is known by its name.
"""

import json
from collections.abc import Iterator
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.terraform.hcl import read_template
from scanner.parsers.terraform.syntax import (
    Attribute,
    Block,
    Expression,
    File,
    Literal,
    ObjectLiteral,
    Source,
    TupleLiteral,
)
from scanner.yaml_source import Document, SourceError, load_documents

_COMMENT = "//"
_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "locals": 0, "moved": 0}


def read_json(path: str, text: str) -> File:
    """The blocks and attributes of one file; one that cannot be read is empty and says so in `error`."""
    try:
        documents = load_documents(text, path)
    except SourceError as error:
        return File(Source(path, lambda _: Location(path, 1), str), error=error.location, message=error.message)
    document = documents[0] if documents else Document({}, Location(path, 1), {})
    if not isinstance(document.value, dict):
        source = Source(path, lambda _: document.location, str)
        return File(source, error=document.location, message="Terraform's JSON is one object; this is none")
    source = source_of(path, document)
    attributes = attributes_of(document.value, (), source, literal=path.endswith(".tfvars.json"))
    blocks = tuple(block for kind in _LABELS for block in _blocks(document.value.get(kind), kind, (kind,), (), source))
    if document.duplicate_keys:
        key, place = document.duplicate_keys[0]
        message = f"{key} is written twice, and only what stands last was read; put the two together"
        return File(source, blocks, attributes, place, message)
    return File(source, blocks, attributes)


def source_of(path: str, document: Document) -> Source:
    """Reads the places, which are attribute paths, in a JSON document."""

    def locate(place: AttributePath) -> Location:
        return document.locations.get(place, document.location)

    def excerpt(place: AttributePath) -> str:
        value = document.value
        for step in place:
            value = value[step]
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    return Source(path, locate, excerpt)


def _blocks(value: Any, kind: str, path: AttributePath, labels: tuple[str, ...], source: Source) -> Iterator[Block]:
    """The blocks of one kind: each label is one more level, and any level may be a list."""
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _blocks(inner, kind, (*path, index), labels, source)
    elif isinstance(value, dict):
        if len(labels) == _LABELS.get(kind, 1):
            yield _block(value, kind, path, labels, source)
        else:
            for name, inner in value.items():
                if name != _COMMENT:
                    yield from _blocks(inner, kind, (*path, name), (*labels, name), source)


def _block(value: dict[str, Any], kind: str, path: AttributePath, labels: tuple[str, ...], source: Source) -> Block:
    dynamic = value.get("dynamic", {}) if kind in ("resource", "data", "content") else {}
    blocks = [*_blocks(dynamic, "dynamic", (*path, "dynamic"), (), source)]
    if kind == "dynamic" and isinstance(value.get("content"), dict):
        blocks.append(_block(value["content"], "content", (*path, "content"), (), source))
    attributes = attributes_of(value, path, source)
    if kind == "variable" and "default" in value:
        attributes |= attributes_of({"default": value["default"]}, path, source, literal=True)
    for name in ("dynamic", "content") if blocks else ():
        attributes.pop(name, None)
    return Block(kind, labels, attributes, tuple(blocks), path, source)


def attributes_of(
    value: dict[str, Any], path: AttributePath, source: Source, *, literal: bool = False
) -> dict[str, Attribute]:
    """The attributes that an object stands for; `path` is where it lies, and in `literal` text is nothing but text."""
    return {
        name: Attribute(name, _expression(inner, (*path, name), literal), (*path, name), source)
        for name, inner in value.items()
        if name != _COMMENT
    }


def _expression(value: Any, path: AttributePath, literal: bool) -> Expression:
    if isinstance(value, str) and not literal:
        return read_template(value, path)
    if isinstance(value, list):
        items = (_expression(inner, (*path, index), literal) for index, inner in enumerate(value))
        return TupleLiteral(path, tuple(items))
    if isinstance(value, dict):
        pairs = ((name, inner, (*path, name)) for name, inner in value.items())
        return ObjectLiteral(
            path,
            tuple(
                (Literal(at, name) if literal else read_template(name, at), _expression(inner, at, literal), at)
                for name, inner, at in pairs
            ),
        )
    return Literal(path, value)
