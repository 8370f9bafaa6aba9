"""What policies may find in their input: the published schemas, and whether a path leads anywhere in them."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from scanner.bundled import bundled_path

Step = str | int | None
Node = Mapping[str, Any]

_MARKS = ("$unresolved", "reason")


@dataclass(frozen=True)
class Stray:
    """Where a path leaves what there is: at the step of that number.

    `known` are the names that are there; none where what the path has reached has no parts.
    """

    position: int
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schema:
    """The JSON Schema of one resource type's attributes, in the document that holds its definitions."""

    type: str
    node: Node = field(repr=False)
    document: Node = field(repr=False)

    def stray(self, path: Sequence[Step]) -> Stray | None:
        """Where the path leads out of the schema; None for one that stays inside, which it does where all is allowed.

        A name that meets a list is applied to its elements. None in the path is any element or key; under a key of a
        mapping with known names that is not known, everything is allowed.
        """
        return self._stray(self.node, path, 0)

    def holds(self, path: Sequence[Step]) -> bool:
        """Whether the path leads somewhere from the attributes, or from any part of them."""
        nodes: list[Node] = [self.node, *self.definitions.values()]
        known = (each for node in nodes for each in self._alternatives(node))
        parts = (each for each in known if path and path[0] in each.get("properties", ()))
        return any(self._stray(part, path, 0) is None for part in parts)

    @cached_property
    def definitions(self) -> dict[str, Node]:
        """What the schema refers to, directly and through others."""
        found: dict[str, Node] = {}
        todo: list[Any] = [self.node]
        while todo:
            node = todo.pop()
            if isinstance(node, Mapping):
                name = str(node.get("$ref", "")).removeprefix("#/$defs/")
                if name and name not in found:
                    found[name] = self.document["$defs"][name]
                    todo.append(found[name])
                todo += node.values()
            elif isinstance(node, list):
                todo += node
        return found

    def _stray(self, node: Node, path: Sequence[Step], position: int) -> Stray | None:
        if position == len(path) or path[position] in _MARKS:
            return None
        found: Stray | None = None
        alternatives = list(self._alternatives(node))
        if not isinstance(path[position], str):  # what may be a list is one where its elements are asked for
            alternatives = [each for each in alternatives if "items" in each] or alternatives
        for each in alternatives:
            stray = self._in_alternative(each, path, position)
            if stray is None:
                return None
            if found is None or (stray.position, len(stray.known)) > (found.position, len(found.known)):
                found = stray
        return found

    def _in_alternative(self, node: Node, path: Sequence[Step], position: int) -> Stray | None:
        if not self._is_container(node):
            return Stray(position) if "type" in node else None
        step = path[position]
        if "items" in node or node.get("type") == "array":
            following = position if isinstance(step, str) else position + 1
            while following < len(path) and isinstance(path[following], int):  # lists of lists count as one
                following += 1
            return self._stray(node.get("items", {}), path, following)
        if "properties" in node and (step is None or (isinstance(step, int) and not position)):
            return None
        inner = list(self._inner(node, step))
        if not inner:
            return Stray(position, tuple(node.get("properties", ())))
        strays = [self._stray(each, path, position + 1) for each in inner]
        return None if None in strays else max((each for each in strays if each), key=lambda each: each.position)

    def _inner(self, node: Node, step: Step) -> Iterator[Node]:
        for each in self._alternatives(node):
            if "items" in each:
                if step is None or isinstance(step, int):
                    yield each["items"]
                else:
                    yield from self._inner(each["items"], step)
                continue
            properties = each.get("properties", {})
            if step is None:
                yield from properties.values()
            elif step in properties:
                yield properties[step]
                continue
            others = each.get("additionalProperties")
            if isinstance(others, Mapping) and not isinstance(step, int):
                yield others

    def _alternatives(self, node: Node) -> Iterator[Node]:
        """What a value may be, without the mark of one that is not known."""
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            if name != "unresolved":
                yield from self._alternatives(self.document["$defs"][name])
        elif "anyOf" in node:
            for each in node["anyOf"]:
                yield from self._alternatives(each)
        else:
            yield node

    @staticmethod
    def _is_container(node: Node) -> bool:
        return not {"properties", "additionalProperties", "items"}.isdisjoint(node)


@dataclass(frozen=True)
class InputSchemas:
    """The schemas in a folder, each file read when a type of it is first asked for."""

    folder: Path

    @cached_property
    def documents(self) -> tuple[Node, ...]:
        """All of them: `properties` are resource types."""
        files = sorted(path for path in self.folder.iterdir() if path.name.endswith((".json", ".json.gz")))
        return tuple(_read(path) for path in files if path.name != "input.schema.json")

    @cached_property
    def types(self) -> Mapping[str, Schema]:
        """The schema of each resource type."""
        return {
            name: Schema(name, node, document)
            for document in self.documents
            for name, node in document["properties"].items()
        }

    def is_anywhere(self, path: Sequence[Step]) -> bool:
        """Whether some type has an attribute of that path; one that may have any does not count."""
        if not path or not isinstance(path[0], str):
            return True
        return any(schema.stray(path) is None for schema in self._by_attribute.get(path[0], ()))

    @cached_property
    def _by_attribute(self) -> Mapping[str, Sequence[Schema]]:
        found: dict[str, list[Schema]] = {}
        for schema in self.types.values():
            for name in schema.node.get("properties", ()):
                found.setdefault(name, []).append(schema)
        return found

    @cached_property
    def input(self) -> Node:
        """The schema of the whole document."""
        return _read(self.folder / "input.schema.json")

    def input_with(self, types: Iterable[str]) -> dict[str, Any]:
        """The schema of the whole document by itself, with the attributes of these types spelt out."""
        whole: dict[str, Any] = json.loads(json.dumps(self.input))
        resources = whole["properties"]["resources"]
        for name in dict.fromkeys(types):
            schema = self.types[name]
            prefix = f"{name}."  # files name their definitions alike
            attributes = _renamed(schema.node, prefix)
            fields = {**whole["$defs"]["resource"]["properties"], "type": {"const": name}, "attributes": attributes}
            resource = {**whole["$defs"]["resource"], "properties": fields}
            resources.setdefault("properties", {})[name] = {"type": "array", "items": resource}
            for part, node in schema.definitions.items():
                whole["$defs"][prefix + part] = _renamed(node, prefix)
        return whole

    @cached_property
    def link_kinds(self) -> tuple[str, ...]:
        """Every kind of link."""
        return tuple(self.input["$defs"]["link"]["properties"]["kind"]["enum"])


@cache
def published() -> InputSchemas:
    """Those that ship with the package."""
    return InputSchemas(bundled_path("schemas", "inputs"))


def _read(path: Path) -> Node:
    content = path.read_bytes()
    found: Node = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    return found


def _renamed(node: Any, prefix: str) -> Any:
    """The schema with this before the names of its definitions."""
    if isinstance(node, Mapping):
        return {
            key: f"#/$defs/{prefix}{value.removeprefix('#/$defs/')}" if key == "$ref" else _renamed(value, prefix)
            for key, value in node.items()
        }
    return [_renamed(each, prefix) for each in node] if isinstance(node, list) else node
