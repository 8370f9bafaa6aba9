"""KitOps' `Kitfile`: which model, data, code and documents are packed into one artifact."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from posixpath import dirname, join, normpath
from typing import Any

from scanner.core.notification import Notification
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.documents import one_mapping, written_twice
from scanner.parsers.model.draft import Draft, Manifest, problem
from scanner.parsers.model.facts import read_facts, version_of
from scanner.parsers.model.reading import entries
from scanner.parsers.model.violations import violations
from scanner.yaml_source import Document

_NAMES = frozenset(("kitfile", ".kitfile"))
_REFERENCE = re.compile(
    r"(?P<name>(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+|localhost)(?::[0-9]+)?(?:/[a-z0-9._-]+)+)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]*))?(?:@(?P<digest>sha256:[0-9a-fA-F]{64}))?"
)


def claims_kitfile(path: str, _: bytes) -> bool:
    """Whether this is a Kitfile, which its name says."""
    name = PurePosixPath(path).name.lower()
    return name in _NAMES or name.endswith(".kitfile")


def read_kitfile(file: SourceFile, context: ParseContext) -> Manifest:
    """The packed model with its files."""
    message = "no Kitfile: one mapping with manifestVersion was expected"
    document = one_mapping(file, message)
    if isinstance(document, Notification):
        return Manifest((), (document,))
    if "manifestVersion" not in document.value:
        return Manifest((), (problem(message, document.location),))
    draft = Draft(file.path, "kitfile", document.location, document.locations)
    draft.notifications.extend(written_twice(document))
    read_kit(draft, document, context.listing)
    return Manifest((draft,), tuple(draft.notifications), secret_values(document.value))


def read_kit(draft: Draft, document: Document, listing: Mapping[str, int]) -> None:
    """Take what a Kitfile says, which is also what the configuration of a packed ModelKit is."""
    kit: Mapping[str, Any] = document.value
    for section in ("model", "package"):
        holder = kit.get(section)
        if not isinstance(holder, dict):
            continue
        for key in ("name", "license", "description"):
            if isinstance(holder.get(key), str):
                draft.put((key,), holder[key], (section, key))
        draft.put(("version",), version_of(holder.get("version")), (section, "version"))
        if isinstance(holder.get("authors"), list):
            draft.put(("authors",), holder["authors"], (section, "authors"))
    model = kit.get("model")
    if isinstance(model, dict):
        _read_model(draft, model, document, listing)
    for section in ("code", "datasets", "docs", "prompts"):
        draft.put((section,), [entry for entry, _ in entries(kit.get(section))], (section,))


def _read_model(draft: Draft, model: Mapping[str, Any], document: Document, listing: Mapping[str, int]) -> None:
    if isinstance(model.get("framework"), str):
        draft.put(("framework",), model["framework"], ("model", "framework"))
    _read_path(draft, model, ("model",), listing)
    for part, at in entries(model.get("parts"), ("model", "parts")):
        _read_path(draft, part, at, listing)
    parameters = model.get("parameters")
    if not isinstance(parameters, dict):
        return
    draft.put(("parameters",), parameters, ("model", "parameters"))
    at = ("model", "parameters")
    if isinstance(parameters.get("classification"), str):
        draft.put(("data", "classification"), parameters["classification"], (*at, "classification"))
    if "x-release" in parameters:
        draft.notifications.extend(violations(document, (*at, "x-release"), "embedded"))
        if isinstance(parameters["x-release"], dict):
            read_facts(draft, parameters["x-release"], (*at, "x-release"))


def _read_path(draft: Draft, holder: Mapping[str, Any], at: AttributePath, listing: Mapping[str, int]) -> None:
    """A file or folder beside the Kitfile, or another ModelKit that this one builds upon."""
    path = holder.get("path")
    if not isinstance(path, str):
        return
    reference = _REFERENCE.fullmatch(path)
    if reference is not None and normpath(join(dirname(draft.path), path)) not in listing:
        base = {"name": reference["name"], "revision": reference["tag"], "digest": reference["digest"]}
        draft.put(("base_model",), base, (*at, "path"))
        for key in base:
            draft.origins[("base_model", key)] = (*at, "path")
        return
    format_ = holder.get("format")
    draft.add_artifact({"path": path.removeprefix("./"), "format": format_ if isinstance(format_, str) else None}, at)
