"""Lists of approved versions: what an organisation has decided about which versions of its models may be released."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.documents import written_twice
from scanner.parsers.model.draft import FORMAT, Manifest, WrittenLines, problem
from scanner.parsers.model.facts import version_of
from scanner.parsers.model.violations import violations
from scanner.yaml_source import Document, load_documents_leniently

_SCHEMA = "approved-models"
_KIND = re.compile(rb"""^["']?kind["']?\s*:\s*["']?ApprovedModels\b|"kind"\s*:\s*"ApprovedModels\"""", re.MULTILINE)
_TEXTS = ("model", "digest", "uri", "status", "reason", "until", "by", "ticket", "rollback_ticket")
_DAY = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_LARGEST = 10 << 20


def claims_approvals(path: str, head: bytes) -> bool:
    """Whether the file is a list of approved versions, by what it says of itself."""
    if b"ApprovedModels" not in head or not path.lower().endswith((".yaml", ".yml", ".json")):
        return False  # nearly every file of a repository
    return _KIND.search(head) is not None


def read_approvals(file: SourceFile) -> Manifest:
    """Every list in the file with its decisions; one that the schema does not allow is told, and the rest is read."""
    documents, errors = load_documents_leniently(file.text, file.path)
    notifications = [problem(error.message, error.location) for error in errors]
    resources: list[Resource] = []
    secrets: set[str] = set()
    if not documents and not errors:
        notifications.append(problem("this list decides nothing; fill it in or remove it", Location(file.path, 1)))
    for number, document in enumerate(documents):
        if not isinstance(document.value, dict) or document.value.get("kind") != "ApprovedModels":
            message = (
                "this is no list of approved models, but stands in one file with it; put it into a file of its own"
            )
            notifications.append(problem(message, document.location))
            continue
        notifications.extend(written_twice(document))
        notifications.extend(violations(document, schema=_SCHEMA))
        secrets |= secret_values(document.value)
        for found in _list(file.path, document, number):
            if isinstance(found, Resource):
                resources.append(found)
            else:
                notifications.append(found)
    return Manifest((), tuple(notifications), frozenset(secrets), tuple(resources))


def given_approvals(files: Sequence[SourceFile], context: ParseContext) -> Parsed:
    """The lists that the options name, wherever they lie; one that is scanned anyway is not read twice.

    One outside of the repository goes by its name alone.
    """
    resources: list[Resource] = []
    notifications: list[Notification] = []
    secrets: frozenset[str] = frozenset()
    sources: list[SourceFile] = []
    scanned = {file.path for file in files}
    for path in context.models.approved_versions:
        absolute = path.resolve()
        shown = absolute.relative_to(context.root).as_posix() if absolute.is_relative_to(context.root) else ""
        if shown in scanned:
            continue
        file = _opened(absolute, shown or absolute.name)
        if isinstance(file, Notification):
            notifications.append(file)
            continue
        if not claims_approvals(f"{file.path}.yaml", file.text.encode()):
            message = "no list of approved models: apiVersion releasegate/v1 and kind ApprovedModels were expected"
            notifications.append(problem(message, Location(file.path, 1)))
            continue
        scanned.add(shown)
        found = read_approvals(file)
        resources.extend(found.resources)
        notifications.extend(found.notifications)
        secrets |= found.secrets
        if shown or file.path not in context.listing:
            sources.append(file)
    return Parsed(tuple(resources), (), tuple(notifications), secrets, tuple(sources))


def _opened(path: Path, shown: str) -> SourceFile | Notification:
    try:
        with path.open("rb") as opened:
            content = opened.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            return problem(f"this list is larger than {_LARGEST >> 20} MiB; split it", Location(shown, 1))
        return SourceFile(shown, FORMAT, content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        message = "this list of approved models cannot be read as UTF-8 text"
        return problem(message, Location(shown, 1))


def _list(path: str, document: Document, number: int) -> Iterator[Resource | Notification]:
    address = f"approval_list.{path}" + (f"#{number + 1}" if number else "")
    value: Mapping[str, Any] = document.value
    minimum = value.get("minimum")
    lowest = {
        str(name): version
        for name, written in (minimum.items() if isinstance(minimum, dict) else ())
        if (version := version_of(written)) is not None
    }
    attributes = {"path": path, "minimum": lowest} if lowest else {"path": path}
    origins: dict[AttributePath, AttributePath] = {("minimum",): ("minimum",)}
    lines = WrittenLines(attributes, document.locations, origins, {})
    whole = Resource(address, "approval_list", FORMAT, attributes, document.location, lines, origin=path)
    yield whole
    entries = value.get("versions")
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield from _decision(whole, document, entry, index)


def _decision(
    whole: Resource, document: Document, entry: Mapping[str, Any], index: int
) -> Iterator[Resource | Notification]:
    at: AttributePath = ("versions", index)
    location = document.locations.get(at, document.location)
    attributes: dict[str, Any] = {name: entry[name] for name in _TEXTS if isinstance(entry.get(name), str)}
    if "digest" in attributes:
        attributes["digest"] = attributes["digest"].lower()
    written = entry.get("version")
    versions = [version_of(each) for each in (written if isinstance(written, list) else [written])]
    if kept := [each for each in versions if each is not None]:
        attributes["versions"] = kept
    until = attributes.get("until")
    if until is not None and not _is_day(until):
        if _DAY.fullmatch(until):  # for anything else the schema has said so
            yield problem(f"there is no day {until[:10]}; correct it", document.locations.get((*at, "until"), location))
        return
    origins: dict[AttributePath, AttributePath] = {(name,): (*at, name) for name in attributes}
    origins[("versions",)] = (*at, "version")
    lines = WrittenLines(attributes, document.locations, origins, {})
    shown = f"{attributes.get('model', '?')}#{index + 1}"
    address = f"{whole.address}/{shown}"
    yield Resource(address, "approved_version", FORMAT, attributes, location, lines, whole.key, whole.origin)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-01-01")
