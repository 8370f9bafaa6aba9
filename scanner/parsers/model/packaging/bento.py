"""BentoML: `bentofile.yaml`, a built `bento.yaml`, and `[tool.bentoml.build]` in `pyproject.toml`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.model.documents import one_mapping, written_twice
from scanner.parsers.model.draft import Draft, Manifest, problem
from scanner.parsers.model.facts import put_owner, version_of
from scanner.parsers.model.packaging.toml_lines import toml_lines

_NAME = re.compile(r"(?:.+[._-])?bentofile(?:[._-].+)?\.ya?ml", re.IGNORECASE)
_SERVICE = re.compile(rb"^service\s*:", re.MULTILINE)
_TABLE = re.compile(rb"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*bentoml[ \t]*[.\]]", re.MULTILINE)
_CLASSES = ("data-classification", "data_classification", "classification")
_AT = ("tool", "bentoml", "build")


def claims_bento(path: str, head: bytes) -> bool:
    """Whether the file says how a Bento is built, or what a built one holds."""
    name = PurePosixPath(path).name
    if name == "pyproject.toml":
        return _TABLE.search(head) is not None
    return _NAME.fullmatch(name) is not None or (name == "bento.yaml" and _SERVICE.search(head) is not None)


def read_bento(file: SourceFile) -> Manifest:
    """The service as one model, with every model that is packed with it under `models`."""
    if file.path.endswith(".toml"):
        return _from_toml(file)
    document = one_mapping(file, "no description of a Bento: one mapping was expected")
    if isinstance(document, Notification):
        return Manifest((), (document,))
    draft = Draft(file.path, "bentofile", document.location, document.locations)
    draft.notifications.extend(written_twice(document))
    return _read(draft, document.value, ())


def _from_toml(file: SourceFile) -> Manifest:
    try:
        written = tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = Location(file.path, int(line[1]) if line else max(1, file.text.count("\n")))
        return Manifest((), (problem(f"this TOML cannot be read: {error}", where),))
    build: Any = written
    for step in _AT:
        build = build.get(step) if isinstance(build, dict) else None
    if not isinstance(build, dict):
        return Manifest()  # settings of the tool that build nothing
    lines = toml_lines(file.text, file.path)
    draft = Draft(file.path, "bentofile", lines.get(_AT, Location(file.path, 1)), lines)
    return _read(draft, build, _AT)


def _read(draft: Draft, bento: Mapping[str, Any], at: AttributePath) -> Manifest:
    models = list(_models(bento, at))
    single = models[0][0] if len(models) == 1 else {}
    if single.get("name"):
        draft.put(("name",), single["name"], models[0][1])
        if single.get("version") != "latest":  # which is none
            draft.put(("version",), single.get("version"), models[0][1])
    elif isinstance(bento.get("name"), str):
        draft.put(("name",), bento["name"], (*at, "name"))
        draft.put(("version",), version_of(bento.get("version")), (*at, "version"))
    draft.put(("models",), [each for each, _ in models], (*at, "models"))
    draft.origins.update({("models", index): where for index, (_, where) in enumerate(models)})
    for key in ("service", "description", "labels", "python", "docker", "conda", "envs", "include", "exclude", "args"):
        if key in bento:
            draft.put((key,), bento[key], (*at, key))
    labels = bento.get("labels")
    if isinstance(labels, dict):
        put_owner(draft, labels.get("owner"), (*at, "labels", "owner"))
        for key in _CLASSES:
            if isinstance(labels.get(key), str):
                draft.put(("data", "classification"), labels[key], (*at, "labels", key))
    return Manifest((draft,), tuple(draft.notifications), secret_values(bento) | _assigned_secrets(bento))


def _models(bento: Mapping[str, Any], at: AttributePath) -> Iterator[tuple[dict[str, Any], AttributePath]]:
    """The packed models: `name:version`, the same under `tag`, or a model of the Hugging Face hub."""
    written = bento.get("models")
    for index, each in enumerate(written if isinstance(written, list) else ()):
        where: AttributePath = (*at, "models", index)
        entry = {"tag": each} if isinstance(each, str) else each if isinstance(each, dict) else {}
        metadata = entry.get("metadata")
        hub = {**entry, **(metadata if isinstance(metadata, dict) else {})}
        tag, hub_id = entry.get("tag"), hub.get("model_id")
        if isinstance(hub_id, str):
            yield _kept({"name": hub_id, "revision": hub.get("revision"), "registry": "huggingface"}), where
        elif isinstance(tag, str):
            name, _, version = tag.partition(":")
            yield _kept({"tag": tag, "name": name, "version": version, "alias": entry.get("alias")}), where


def _kept(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if isinstance(value, str) and value}


def _assigned_secrets(bento: Mapping[str, Any]) -> frozenset[str]:
    """The secrets among variables of the image that are written as `NAME=value`."""
    docker = bento.get("docker")
    listed = docker.get("env") if isinstance(docker, dict) else None
    pairs = [each.partition("=") for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    return secret_values({name: value for name, _, value in pairs})
