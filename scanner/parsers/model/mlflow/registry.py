"""A model registry in words: the versions of a registered model, with stage, aliases, status and source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.model.draft import Draft

SOURCE = "mlflow-registry"
_STATEMENTS = ("owner", "license", "classification")
_NO_STAGE = "None"


@dataclass(frozen=True)
class Written:
    """A value and the place that says it."""

    value: Any
    location: Location


@dataclass
class Version:
    """One version of a registered model, or where `number` is None the registered model, of which no version is known.

    `fields` are what the registry keeps by name (`current_stage`, `source`, `run_id` …), `tags` what people add, to the
    version or to the model as a whole.
    """

    path: str
    location: Location
    name: Written
    number: Written | None = None
    fields: dict[str, Written] = field(default_factory=dict)
    tags: dict[str, Written] = field(default_factory=dict)
    aliases: list[Written] = field(default_factory=list)


def draft_of(version: Version) -> Draft:
    """The version in the shape of all manifests; what people say in tags (`owner`, `license` …) counts as said."""
    draft = Draft(version.path, SOURCE, version.location, {})
    _put(draft, ("name",), version.name)
    if version.number is not None:
        _put(draft, ("version",), Written(str(version.number.value), version.number.location))
    said = version.fields
    for key, name in (("source", "uri"), ("status", "status"), ("run_id", "run_id"), ("storage_location", "storage")):
        if key in said and isinstance(said[key].value, str):
            _put(draft, (name,), said[key])
    stage = said.get("current_stage")
    if stage is not None and isinstance(stage.value, str) and stage.value != _NO_STAGE:
        _put(draft, ("stage",), stage)
    if version.aliases:
        draft.attributes["aliases"] = [each.value for each in version.aliases]
        draft.places |= {("aliases", index): each.location for index, each in enumerate(version.aliases)}
    for key, tag in version.tags.items():
        _put(draft, ("tags", key), tag)
    _read_tags(draft, version.tags)
    return draft


def pairs(value: Any) -> Mapping[str, Any]:
    """Tags as a mapping, which an export may write as a list of keys and values."""
    if isinstance(value, dict):
        return {key: inner for key, inner in value.items() if isinstance(inner, str | int | float)}
    found: dict[str, Any] = {}
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("key"), str) and isinstance(entry.get("value"), str):
            found.setdefault(entry["key"], entry["value"])
    return found


def _read_tags(draft: Draft, tags: Mapping[str, Written]) -> None:
    owner, license_, classification = (tags.get(name) for name in _STATEMENTS)
    if owner is not None and isinstance(owner.value, str):
        _put(draft, ("owner", "email" if "@" in owner.value else "name"), owner)
    if license_ is not None:
        _put(draft, ("license",), license_)
    if classification is not None:
        _put(draft, ("data", "classification"), classification)


def _put(draft: Draft, path: AttributePath, written: Written) -> None:
    draft.put(path, written.value, ())
    draft.places[path] = written.location
