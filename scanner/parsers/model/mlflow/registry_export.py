"""Registered models and their versions as JSON: what MLflow's REST API, its client and its export tool give."""

import re
from collections.abc import Iterator
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.model.draft import Manifest, nearest, problem
from scanner.parsers.model.mlflow.registry import Version, Written, draft_of, pairs
from scanner.parsers.model.reading import entries, items
from scanner.yaml_source import Document, SourceError, load_documents

_WRAPPED = re.compile(rb'"(?:registered_models?|model_versions?)"\s*:\s*[\[{]')
_OF_A_VERSION = (b'"current_stage"', b'"creation_timestamp"', b'"version"', b'"source"')
_MOST_VERSIONS = 10_000


def claims_export(path: str, head: bytes) -> bool:
    """Whether the file is an answer of the registry, whole or a list of versions."""
    if not path.lower().endswith(".json"):
        return False
    if _WRAPPED.search(head):
        return b'"creation_timestamp"' in head or b'"latest_versions"' in head or b'"current_stage"' in head
    return all(key in head for key in _OF_A_VERSION)


def read_export(file: SourceFile) -> Manifest:
    """Every version in it, and the registered models without one."""
    try:
        documents = load_documents(file.text, file.path)
    except SourceError as error:
        return Manifest((), (problem(error.message, error.location),))
    versions = [version for document in documents for version in _versions(document, file.path)][:_MOST_VERSIONS]
    if not versions:
        message = "no registered model and no version is in this export; write it again"
        return Manifest((), (problem(message, Location(file.path, 1)),))
    secrets = frozenset(value for document in documents for value in secret_values(document.value))
    return Manifest(tuple(draft_of(version) for version in versions), (), secrets)


def _versions(document: Document, path: str) -> Iterator[Version]:
    found: dict[tuple[str, str], Version] = {}
    models = list(_models(document.value))
    whole = {str(model.get("name")): _tags(document, model, at) for model, at in models}
    nested = [each for model, at in models for each in _entries_of_model(model, at)]
    for entry, at in [*_entries(document.value), *nested]:
        version = _version(document, path, entry, at)
        if version is not None and version.number is not None:
            if not version.aliases:
                version.aliases.extend(_aliases_of_model(document, models, version))
            version.tags = {**whole.get(str(version.name.value), {}), **version.tags}
            found.setdefault((str(version.name.value), str(version.number.value)), version)
    yield from found.values()
    listed = {name for name, _ in found}
    for model, at in models:
        if str(model.get("name")) not in listed:
            version = _version(document, path, model, at)
            if version is not None:
                yield version


def _models(value: Any) -> Iterator[tuple[dict[str, Any], AttributePath]]:
    """The registered models, wherever this kind of export keeps them."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key == "registered_model" and isinstance(inner, dict):
            yield inner, (key,)
        elif key == "registered_models":
            yield from entries(inner, (key,))
        elif key == "mlflow" and isinstance(inner, dict):
            yield from ((each, (key, *at)) for each, at in _models(inner))


def _entries(value: Any) -> Iterator[tuple[dict[str, Any], AttributePath]]:
    """The versions that stand by themselves, under `model_versions` or `model_version`, in a list or alone."""
    if isinstance(value, list):
        yield from entries(value)
    elif isinstance(value, dict):
        if isinstance(value.get("model_version"), dict):
            yield value["model_version"], ("model_version",)
        yield from entries(value.get("model_versions"), ("model_versions",))
        if "current_stage" in value and "version" in value:
            yield value, ()


def _entries_of_model(model: dict[str, Any], at: AttributePath) -> Iterator[tuple[dict[str, Any], AttributePath]]:
    for key in ("versions", "latest_versions"):
        yield from entries(model.get(key), (*at, key))


def _version(document: Document, path: str, entry: dict[str, Any], at: AttributePath) -> Version | None:
    if not isinstance(entry.get("name"), str):
        return None
    said = {key: Written(value, _line(document, (*at, key))) for key, value in entry.items() if value is not None}
    version = Version(path, _line(document, at), said["name"], said.get("version"), said)
    version.tags = _tags(document, entry, at)
    for index, alias in enumerate(items(entry.get("aliases"))):
        if isinstance(alias, str):
            version.aliases.append(Written(alias, _line(document, (*at, "aliases", index))))
    return version


def _tags(document: Document, entry: dict[str, Any], at: AttributePath) -> dict[str, Written]:
    return {
        key: Written(value, _line(document, (*at, "tags", _index(entry["tags"], key))))
        for key, value in pairs(entry.get("tags")).items()
    }


def _aliases_of_model(
    document: Document, models: list[tuple[dict[str, Any], AttributePath]], version: Version
) -> Iterator[Written]:
    """The aliases that the registered model, and not the version itself, lists."""
    for model, at in models:
        for entry, where in entries(model.get("aliases"), (*at, "aliases")):
            if model.get("name") != version.name.value or version.number is None:
                continue
            if str(entry.get("version")) == str(version.number.value) and isinstance(entry.get("alias"), str):
                yield Written(entry["alias"], _line(document, where))


def _index(tags: Any, key: str) -> str | int:
    if isinstance(tags, dict):
        return key
    return next(index for index, entry in enumerate(tags) if isinstance(entry, dict) and entry.get("key") == key)


def _line(document: Document, at: AttributePath) -> Location:
    return nearest(document.locations, at, document.location)
