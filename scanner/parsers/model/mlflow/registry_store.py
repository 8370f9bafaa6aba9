"""The registry of MLflow's file store: `models/<name>/meta.yaml`, with a folder for each version, tag and alias."""

import re
from collections.abc import Sequence
from pathlib import Path
from posixpath import basename, dirname

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import SourceFile
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.beside import below, inside, read_text
from scanner.parsers.model.documents import one_mapping
from scanner.parsers.model.draft import Manifest
from scanner.parsers.model.mlflow.registry import Version, Written, draft_of
from scanner.yaml_source import Document

_PATH = re.compile(r"(?:.*/)?models/[^/]+/(?P<version>version-[0-9]+/)?meta\.yaml")
_KEY = re.compile(rb"^([a-z_]+):", re.MULTILINE)
_OF_A_MODEL = {b"name", b"creation_timestamp", b"last_updated_timestamp"}
_OF_A_VERSION = _OF_A_MODEL | {b"version", b"current_stage"}


def claims_store(path: str, head: bytes) -> bool:
    """Whether the file is the registry's own about a model or a version of one."""
    match = _PATH.fullmatch(path)
    return match is not None and (_OF_A_VERSION if match["version"] else _OF_A_MODEL) <= set(_KEY.findall(head))


def read_store(files: Sequence[SourceFile], context: ParseContext) -> Manifest:
    """Every version of every registered model among the claimed files, and the models of which no version is there."""
    notifications: list[Notification] = []
    registered: dict[str, Document] = {}
    versions: dict[str, list[tuple[str, Document]]] = {}
    for file in files:
        document = one_mapping(file, "this is no entry of a model registry; write it again")
        if isinstance(document, Notification):
            notifications.append(document)
            continue
        folder = dirname(file.path)
        if re.fullmatch(r"version-[0-9]+", basename(folder)):
            versions.setdefault(dirname(folder), []).append((folder, document))
        else:
            registered[folder] = document
    paths = sorted(context.listing)
    found: list[Version] = []
    for folder in sorted({*registered, *versions}):
        model = registered.get(folder)
        inner = [_version(path, document, paths, context.root) for path, document in versions.get(folder, ())]
        if model is not None:
            whole = _version(folder, model, paths, context.root)
            _add_aliases(inner, folder, model, context.root)
            for version in inner:
                version.tags = {**whole.tags, **version.tags}
            found.extend(inner or [whole])
        else:
            found.extend(inner)
    return Manifest(tuple(draft_of(version) for version in found), tuple(notifications))


def _version(folder: str, document: Document, paths: Sequence[str], root: Path) -> Version:
    said = {key: Written(value, _line(document, key)) for key, value in document.value.items() if value is not None}
    path = inside(folder, "meta.yaml")
    name = said.get("name", Written(basename(folder), document.location))
    version = Version(path, document.location, name, said.get("version"), said)
    for path_of_tag in below(inside(folder, "tags"), paths):
        file = read_text(path_of_tag, root)
        if file is not None:
            version.tags[basename(file.path)] = Written(file.text.strip(), Location(file.path, 1))
    return version


def _add_aliases(versions: list[Version], folder: str, model: Document, root: Path) -> None:
    aliases = model.value.get("aliases")
    for alias, number in sorted(aliases.items()) if isinstance(aliases, dict) else ():
        file = read_text(inside(folder, "aliases", str(alias)), root)
        at = model.locations.get(("aliases", alias), model.location) if file is None else Location(file.path, 1)
        for version in versions:
            if version.number is not None and str(version.number.value) == str(number):
                version.aliases.append(Written(alias, at))


def _line(document: Document, key: str) -> Location:
    return document.locations.get((key,), document.location)
