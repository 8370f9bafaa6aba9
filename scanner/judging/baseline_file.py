"""The file of a baseline: one known finding a line, sorted, so that a change of it can be reviewed."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scanner.config import UsageError
from scanner.core.baseline import Known, KnownFinding
from scanner.schema import load_checked
from scanner.yaml_source import SourceError

FILE_NAME = ".releasegate/baseline.json"
_VERSION = 1
_LARGEST = 256 << 20
_ANEW = "create it anew (releasegate baseline create)"
_FIELDS = {"path", "policy", "address", "attribute", "status", "fingerprint"}


def baseline_text(findings: Iterable[KnownFinding]) -> str:
    """The text of the file: the same for the same findings, in whatever order they come."""
    lines = ",\n".join(_line(entry) for entry in sorted(set(findings)))
    return f'{{\n"version": {_VERSION},\n"findings": [\n{lines}\n]\n}}\n' if lines else _EMPTY


_EMPTY = f'{{\n"version": {_VERSION},\n"findings": []\n}}\n'


def _line(entry: KnownFinding) -> str:
    fields = {name: value for name, value in asdict(entry).items() if value or name != "attribute"}
    text = json.dumps(fields, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(fields)  # nobody can review what cannot be seen


def read_baseline(file: Path, shown: str) -> Known:
    """What the file at `file`, which messages call `shown`, knows. Raises `UsageError` with the line of the damage."""
    try:
        if file.stat().st_size > _LARGEST:
            raise UsageError(f"the baseline {shown} is larger than {_LARGEST >> 20} MiB; {_ANEW}")
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"the baseline {shown} does not exist; {_ANEW}") from None
    except UnicodeDecodeError:
        raise UsageError(f"the baseline {shown} is not UTF-8 text; {_ANEW}") from None
    except OSError as error:
        raise UsageError(f"the baseline {shown} cannot be read: {error.strerror}") from None
    return Known(tuple(sorted(_entries(text, shown))), f"the baseline {shown}")


def _entries(text: str, shown: str) -> list[KnownFinding]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{shown}:{error.lineno}: the baseline is no JSON: {error.msg}; {_ANEW}") from None
    except RecursionError:
        raise UsageError(f"{shown}:1: the baseline is nested too deeply; {_ANEW}") from None
    entries = _plain(document)
    if entries is None:
        _complain(text, shown, document)
    return entries or []


def _plain(document: Any) -> list[KnownFinding] | None:
    """The entries of a document that is as it should be, else None: a hundred times faster than by the schema."""
    if not isinstance(document, dict) or document.keys() != {"version", "findings"}:
        return None
    findings = document["findings"]
    if type(document["version"]) is not int or document["version"] != _VERSION or not isinstance(findings, list):
        return None
    found = []
    for entry in findings:
        if not isinstance(entry, dict) or {"attribute", *entry} != _FIELDS:
            return None
        if not all(isinstance(value, str) for value in entry.values()) or not _is_identity(entry):
            return None
        found.append(KnownFinding(**{"attribute": "", **entry}))
    return found


def _is_identity(entry: dict[str, str]) -> bool:
    fingerprint = entry["fingerprint"]
    is_digest = len(fingerprint) == 64 and not fingerprint.strip("0123456789abcdef")
    return is_digest and entry["status"] in ("fail", "unknown") and bool(entry["path"] and entry["policy"])


def _complain(text: str, shown: str, document: Any) -> None:
    """Raise `UsageError` with the line of what the schema does not take."""
    version = document.get("version") if isinstance(document, dict) else None
    if type(version) is int and version > _VERSION:
        message = f"the baseline {shown} has version {version}, and this release knows {_VERSION}"
        raise UsageError(f"{message}; {_ANEW}, or use a later release")
    try:
        load_checked(text, shown, "baseline")
    except SourceError as error:
        raise UsageError(f"{error.location}: {error.message}; {_ANEW}") from None
    raise UsageError(f"{shown}:1: the baseline cannot be used; {_ANEW}")
