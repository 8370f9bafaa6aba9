"""Reads the attributes of Kubernetes objects from the types of client-go and from CustomResourceDefinitions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from scanner.core.location import Location
from scanner.parsers.kubernetes.manifests import Manifest
from tests.input_schemas.trees import Block, Keyed, Leaf, Listed, Shape, merged

_CORE = "applyconfigurations/internal/internal.go"
_GROUPS = {  # of the packages below `io.k8s.api` that are not called like their group
    "admissionregistration": "admissionregistration.k8s.io",
    "authentication": "authentication.k8s.io",
    "authorization": "authorization.k8s.io",
    "certificates": "certificates.k8s.io",
    "coordination": "coordination.k8s.io",
    "core": "",
    "discovery": "discovery.k8s.io",
    "events": "events.k8s.io",
    "flowcontrol": "flowcontrol.apiserver.k8s.io",
    "networking": "networking.k8s.io",
    "node": "node.k8s.io",
    "rbac": "rbac.authorization.k8s.io",
    "resource": "resource.k8s.io",
    "scheduling": "scheduling.k8s.io",
    "storage": "storage.k8s.io",
}
_SCALARS = {"string": Leaf("string"), "numeric": Leaf("number"), "boolean": Leaf("boolean"), "untyped": Leaf()}
_LEAVES = {"string": Leaf("string"), "integer": Leaf("number"), "number": Leaf("number"), "boolean": Leaf("boolean")}
_HEAD = ("apiVersion", "kind")
_MOST_NESTED = 40


def core_types(client_go: Path) -> dict[str, Shape]:
    """The kinds that every cluster has, by the types that resources have in this project; an unpacked Go module."""
    text = (client_go / _CORE).read_text(encoding="utf-8").partition("typed.YAMLObject(`")[2].partition("`)")[0]
    schemas = {each["name"]: each for each in yaml.load(text, yaml.CSafeLoader)["types"]}
    found: dict[str, Shape] = {}
    for name, schema in schemas.items():
        if not name.startswith("io.k8s.api."):
            continue
        group, version, kind = name.split(".")[3:]
        fields = {each["name"] for each in schema.get("map", {}).get("fields", ())}
        if fields.issuperset(_HEAD):
            api = "/".join(filter(None, (_GROUPS.get(group, group), version)))
            _add(found, api, kind, _of_core({"namedType": name}, schemas, 0))
    return found


def _of_core(type_: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> Shape:
    if "namedType" in type_:
        named = schemas.get(type_["namedType"], {})
        return Leaf() if depth > _MOST_NESTED else _of_core(named, schemas, depth + 1)
    if "scalar" in type_:
        return _SCALARS[type_["scalar"]]
    if "list" in type_:
        shape = _of_core(type_["list"]["elementType"], schemas, depth)
        return shape if isinstance(shape, Block) else Listed(shape)
    fields = type_.get("map", {}).get("fields")
    if fields:
        return Block({each["name"]: _of_core(each["type"], schemas, depth) for each in fields})
    if "elementType" in type_.get("map", {}):
        inner = _of_core(type_["map"]["elementType"], schemas, depth)
        return Leaf() if inner == Leaf() else Keyed(inner)
    return Leaf()


def custom_types(files: Iterable[Path], metadata: Shape) -> dict[str, Shape]:
    """The kinds that CustomResourceDefinitions in YAML files define; `metadata` is that of every object."""
    found: dict[str, Shape] = {}
    for definition in _definitions(files):
        spec = definition["spec"]
        for version in spec.get("versions", ()):
            schema = version.get("schema", {}).get("openAPIV3Schema", {})
            shape = _of_openapi(schema)
            if not isinstance(shape, Block):
                continue
            head = {"apiVersion": Leaf("string"), "kind": Leaf("string"), "metadata": metadata}
            shape = replace(shape, members={**shape.members, **head})
            _add(found, f"{spec['group']}/{version['name']}", spec["names"]["kind"], shape)
    return found


def _definitions(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        text = "\n".join(line for line in file.read_text(encoding="utf-8").split("\n") if "{{" not in line)
        for document in yaml.load_all(text, yaml.CSafeLoader):
            if isinstance(document, dict) and document.get("kind") == "CustomResourceDefinition":
                yield document


def _of_openapi(schema: Mapping[str, Any]) -> Shape:
    if schema.get("type") == "array":
        shape = _of_openapi(schema.get("items", {}))
        return shape if isinstance(shape, Block) else Listed(shape)
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        return Leaf()
    if schema.get("properties"):
        return Block({name: _of_openapi(inner) for name, inner in sorted(schema["properties"].items())})
    if isinstance(schema.get("additionalProperties"), dict):
        return Keyed(_of_openapi(schema["additionalProperties"]))
    return _LEAVES.get(schema.get("type", ""), Leaf())


def _add(found: dict[str, Shape], api_version: str, kind: str, shape: Shape) -> None:
    name = Manifest(api_version, kind, {}, (), {}, Location("-", 1)).type
    found[name] = merged(found[name], shape) if name in found else shape
