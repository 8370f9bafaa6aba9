"""Reads checks that somebody has written for Checkov in YAML or JSON, as policies."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.bundle.sources import read_source
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import CHECKOV, AppliesTo, Policy, Severity
from scanner.yaml_source import Document, SourceError, load_documents

# It is shown in every report, and asked for on command lines.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}")
_SUFFIXES = (".json", ".yaml", ".yml")
# Who writes a check wants to hear of it; Checkov itself makes no difference.
_SEVERITIES = {"": Severity.HIGH, "none": Severity.LOW, "info": Severity.LOW, "off": Severity.LOW}


def checkov_checks(folder: Path, run_python: bool) -> tuple[list[Policy], list[Notification], list[tuple[str, bytes]]]:
    """The checks in `folder` and below it, what is to be said of the others, and every file that counts, with its path.

    Their text is the `rule`. Of those in Python nothing is known before they run.
    """
    source = read_source(folder, whole=True)
    policies, notes = [], list(source.notifications)
    counting: list[tuple[str, bytes]] = []
    for path, content in source.files.items():
        name = f"{source.name}/{path}"
        if path.endswith(_SUFFIXES):
            counting.append((path, content))
            try:
                policies.append(_policy(content.decode(), name))
            except UnicodeDecodeError:
                notes.append(_error("cannot be read: it is not UTF-8 text", Location(name, 1)))
            except SourceError as error:
                notes.append(_error(error.message, error.location))
    python = [path for path in source.files if path.endswith(".py") and not path.endswith("__init__.py")]
    if run_python:
        counting += [(path, source.files[path]) for path in source.files if path.endswith(".py")]
    elif python:
        message = f"checks in Python ({len(python)} files) were not run; with --checkov-python they are: they are code"
        notes.append(Notification(Level.WARNING, message, "bundle", Location(f"{source.name}/{python[0]}", 1)))
    return policies, notes, counting


def _error(message: str, where: Location) -> Notification:
    return Notification(Level.ERROR, message, "bundle", where)


def _policy(text: str, path: str) -> Policy:
    top = Location(path, 1)
    documents = load_documents(text, path)
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise PolicyError("a check of Checkov is one mapping with metadata and definition", top)
    (document,) = documents
    metadata, definition = document.value.get("metadata"), document.value.get("definition")
    if not isinstance(metadata, dict) or not definition or not isinstance(definition, dict | list):
        raise PolicyError("a check of Checkov needs metadata and definition", top)
    for key in ("id", "name"):
        if not isinstance(metadata.get(key), str) or not metadata[key].strip():
            raise PolicyError(
                f"the metadata of a check of Checkov needs {key}, as text", _line(document, path, "metadata")
            )
    if not _ID.fullmatch(metadata["id"].strip()):
        where = _line(document, path, "metadata", "id")
        raise PolicyError("the id of a check of Checkov is one word of letters, digits and - _ . : /", where)
    if "category" not in metadata:  # which means nothing here; but without it Checkov lets the check lie
        raise PolicyError("the metadata of a check of Checkov needs category", _line(document, path, "metadata"))
    types = dict.fromkeys(_types(definition))
    return Policy(
        id=metadata["id"].strip(),
        title=" ".join(metadata["name"].split()),
        severity=_severity(metadata, document, path),
        engine=CHECKOV,
        applies_to=AppliesTo(tuple(types) or ("*",)),
        rule=text,
        references=tuple(url for url in [metadata.get("guideline")] if isinstance(url, str)),
        location=_line(document, path, "metadata", "id"),
    )


def _line(document: Document, path: str, *keys: str) -> Location:
    return document.locations.get(keys, Location(path, 1))


def _severity(metadata: Mapping[str, Any], document: Document, path: str) -> Severity:
    word = str(metadata.get("severity") or "").lower()
    try:
        return _SEVERITIES.get(word) or Severity(word)
    except ValueError:
        where = _line(document, path, "metadata", "severity")
        raise PolicyError(f"unknown severity {metadata['severity']!r}: expected {', '.join(Severity)}", where) from None


def _types(definition: Any) -> Iterator[str]:
    """The resource types that the conditions of a check name, wherever they stand."""
    if isinstance(definition, list):
        for each in definition:
            yield from _types(each)
    elif isinstance(definition, dict):
        named = definition.get("resource_types")
        yield from (each for each in (named if isinstance(named, list) else [named]) if isinstance(each, str))
        for key in ("and", "or", "not"):
            yield from _types(definition.get(key))
