"""Shard indexes (`model.safetensors.index.json` …): the files that hold the weights, and whether all are there."""

import re
from collections.abc import Mapping
from pathlib import PureWindowsPath
from posixpath import dirname, join, normpath
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Resource, SourceFile
from scanner.core.values import AttributePath
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.documents import one_mapping
from scanner.parsers.model.draft import FORMAT, Manifest, WrittenLines, format_of, nearest, problem
from scanner.parsers.model.files.places import Place, place_of
from scanner.yaml_source import Document

_NAME = re.compile(r"\.(safetensors|bin|h5|msgpack)\.index\.json$")
_NUMBERED = re.compile(r"^(.*)-(\d{1,6})-of-(\d{1,6})(\.[\w.]+)$")
_MOST_SHARDS = 10_000


def claims_shard_index(path: str, head: bytes) -> bool:
    """Whether the file says which tensor lies in which shard."""
    return path.endswith(".index.json") and (_NAME.search(path) is not None or b'"weight_map"' in head)


def read_shard_index(file: SourceFile, context: ParseContext) -> Manifest:
    """One `shard_index`; its shards are looked into where their names lead into the folder of the index."""
    message = "not an index of shards: it needs a weight_map from tensors to files"
    document = one_mapping(file, message)
    if isinstance(document, Notification):
        return Manifest((), (document,))
    weight_map = document.value.get("weight_map")
    if not isinstance(weight_map, dict):
        return Manifest((), (problem(message, Location(file.path, 1)),))
    if any(not isinstance(name, str) for name in weight_map.values()):
        key = next(key for key, name in weight_map.items() if not isinstance(name, str))
        where = nearest(document.locations, ("weight_map", key), document.location)
        return Manifest((), (problem("the name of a shard must be a text", where),))
    first = _first_places(weight_map)
    if len(first) > _MOST_SHARDS:
        message = f"{len(first)} shards are named; up to {_MOST_SHARDS} are looked at"
        return Manifest((), (problem(message, Location(file.path, 1)),))
    return _manifest(file, document, weight_map, first, context)


def _manifest(
    file: SourceFile,
    document: Document,
    weight_map: Mapping[str, str],
    first: Mapping[str, AttributePath],
    context: ParseContext,
) -> Manifest:
    shards: list[dict[str, Any]] = []
    origins: dict[AttributePath, AttributePath] = {("shards",): ("weight_map",)}
    for name, origin in first.items():
        shards.append(_shard(name, dirname(file.path), context))
        origins[("shards", len(shards) - 1)] = origin
    shards.extend({"name": name, "exists": False, "problem": "not-listed"} for name in sorted(_left_out(first)))
    attributes = {"path": file.path, "tensors": len(weight_map), "shards": shards}
    format_ = format_of(file.path.removesuffix(".index.json"))
    if format_:
        attributes["format"] = format_
    lines = WrittenLines(attributes, document.locations, origins, {})
    where = nearest(document.locations, ("weight_map",), document.location)
    address = f"shard_index.{file.path}"
    resource = Resource(address, "shard_index", FORMAT, attributes, where, lines, origin=file.path)
    return Manifest(resources=(resource,), files=frozenset(shard["path"] for shard in shards if shard.get("exists")))


def _first_places(weight_map: Mapping[str, str]) -> dict[str, AttributePath]:
    """For each shard where the index names it first."""
    places: dict[str, AttributePath] = {}
    for tensor, name in weight_map.items():
        places.setdefault(name, ("weight_map", tensor))
    return places


def _shard(name: str, folder: str, context: ParseContext) -> dict[str, Any]:
    windows = PureWindowsPath(name)
    if windows.root or windows.drive:
        return {"name": name, "exists": False, "problem": "absolute"}
    if ".." in windows.parts or not windows.parts or "\0" in name:
        return {"name": name, "exists": False, "problem": "parent" if ".." in windows.parts else "no-name"}
    path = normpath(join(folder, name))
    place = place_of(path, context.root)
    if isinstance(place, Place):
        return {"name": name, "path": path, "exists": True}
    return {"name": name, "path": path, "exists": False, "problem": "missing" if place is None else "symlink"}


def _left_out(names: Mapping[str, AttributePath]) -> set[str]:
    """Of shards called `x-00001-of-00003` those that the index does not name."""
    given = {PureWindowsPath(name).name for name in names}
    expected: set[str] = set()
    for name in given:
        numbered = _NUMBERED.match(name)
        if numbered and int(numbered[3]) <= _MOST_SHARDS:
            stem, width, total, ending = numbered[1], len(numbered[2]), numbered[3], numbered[4]
            expected.update(f"{stem}-{index:0{width}d}-of-{total}{ending}" for index in range(1, int(total) + 1))
            if len(expected) > _MOST_SHARDS:
                break
    return expected - given
