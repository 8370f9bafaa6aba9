"""Reads the attributes of a provider's types from the bindings that CDK for Terraform published for it on npm."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.input_schemas.trees import Block, Keyed, Leaf, Listed, Shape

_CLASS = re.compile(r"^class (?P<name>\w+) extends cdktf\.(?P<base>\w+) \{", re.MULTILINE)
_TYPE = re.compile(r"terraformResourceType: '(?P<type>[a-z0-9_]+)'")
_GETTER = re.compile(r"this\.(?P<how>get\w+Attribute|interpolationForAttribute)\('(?P<name>[^']+)'\)")
_MEMBER = re.compile(r"this\._\w+ = new (?P<class>[\w.]+)\(this, \"(?P<name>[^\"]+)\"")
_ELEMENT = re.compile(r"return new (?P<class>\w+OutputReference)\(")
_GETTERS: Mapping[str, Shape] = {
    "getStringAttribute": Leaf("string"),
    "getNumberAttribute": Leaf("number"),
    "getBooleanAttribute": Leaf("boolean"),
    "getListAttribute": Listed(Leaf("string")),
    "getNumberListAttribute": Listed(Leaf("number")),
    "getStringMapAttribute": Keyed(Leaf("string")),
    "getNumberMapAttribute": Keyed(Leaf("number")),
    "getBooleanMapAttribute": Keyed(Leaf("boolean")),
}
_LIBRARY: Mapping[str, Shape] = {
    "cdktf.StringMap": Keyed(Leaf("string")),
    "cdktf.NumberMap": Keyed(Leaf("number")),
    "cdktf.BooleanMap": Keyed(Leaf("boolean")),
    "cdktf.AnyMap": Keyed(Leaf()),
}


def types(package: Path) -> dict[str, Shape]:
    """The shape of every resource and data source (`data.<type>`) in an unpacked npm package.

    Raises `ValueError` for a package that is built in another way.
    """
    found: dict[str, Shape] = {}
    for file in sorted(package.glob("lib/*/index.js")):
        text = file.read_text(encoding="utf-8")
        classes = dict(_classes(text))
        for base, body in classes.values():
            written = _TYPE.search(body)
            if written is None or base not in ("TerraformResource", "TerraformDataSource"):
                continue
            prefix = "data." if base == "TerraformDataSource" else ""
            found[prefix + written["type"]] = _block(body, classes)
    if not found:
        raise ValueError(f"{package}: no type was found")
    return found


def _classes(text: str) -> Iterator[tuple[str, tuple[str, str]]]:
    starts = [*_CLASS.finditer(text)]
    for match, after in zip(starts, [*starts[1:], None], strict=True):
        yield match["name"], (match["base"], text[match.end() : after.start() if after else len(text)])


def _block(body: str, classes: Mapping[str, tuple[str, str]]) -> Shape:
    members: dict[str, Shape] = {match["name"]: _GETTERS.get(match["how"], Leaf()) for match in _GETTER.finditer(body)}
    for match in _MEMBER.finditer(body):
        members[match["name"]] = _member(match["class"], classes)
    return Block(dict(sorted(members.items())))


def _member(name: str, classes: Mapping[str, tuple[str, str]]) -> Shape:
    if name not in classes:
        return _LIBRARY.get(name, Leaf())
    base, body = classes[name]
    if base == "ComplexObject":
        return _block(body, classes)
    element = _ELEMENT.search(body)
    inner = _member(element["class"], classes) if element else Leaf()
    return Keyed(inner) if base == "ComplexMap" else inner
