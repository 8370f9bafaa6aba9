"""Documents that a manifest refers to by a path, such as parts of the technical documentation: whether they exist."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from scanner.core.values import AttributePath, format_path
from scanner.parsers.model.draft import Draft
from scanner.parsers.model.files.places import Place, place_of

_REFERENCES: tuple[AttributePath, ...] = (
    *(("eu_ai_act", key) for key in ("annex_xi", "annex_xii", "art5", "art6_3", "doc_ref", "ce_marking")),
    *(("eu_ai_act", key) for key in ("training_summary", "copyright_policy", "acceptable_use")),
    *(("privacy", key) for key in ("ropa_ref", "dpia_ref", "fria_ref")),
    ("hipaa", "baa_ref"),
    ("explainability", "report"),
    ("fairness", "report"),
    ("security_testing", "report"),
    ("incident", "runbook"),
)
_INDEX: AttributePath = ("eu_ai_act", "annex_iv")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST = re.compile(r"(?:[\w-]+\.)+[A-Za-z]{2,}")
_DOCUMENT = re.compile(
    r".+\.(?:adoc|csv|docx?|html?|ipynb|jsonl?|markdown|md|od[pst]|pdf|png|pptx?|rst|sarif|svg|tex|toml|txt|xlsx?|xml|ya?ml)",
    re.IGNORECASE,
)
_LONGEST = 1000


def add_named_files(draft: Draft, root: Path) -> None:
    """Put `named_files` into the draft: of each statement that is a path the attribute, the path and if it exists.

    A path is relative to the manifest, or to the repository root that is `root`. Numbers of a registry and addresses on
    the web are no paths; a text that may be either counts as a path only where something is there.
    """
    found: list[dict[str, Any]] = []
    for attribute, text in _statements(draft.attributes):
        entry = _looked_up(text, draft.path, root)
        if entry is not None:
            draft.origins[("named_files", len(found))] = _origin(draft, attribute)
            found.append({"attribute": format_path(attribute), **entry})
    if found:
        draft.attributes["named_files"] = found


def _statements(attributes: Mapping[str, Any]) -> Iterator[tuple[AttributePath, str]]:
    index = _at(attributes, _INDEX)
    paths = [*_REFERENCES, *((*_INDEX, key) for key in (index if isinstance(index, dict) else ()))]
    for path in paths:
        value = _at(attributes, path)
        if isinstance(value, str) and len(value) <= _LONGEST:
            yield path, value.strip()


def _at(attributes: Any, path: AttributePath) -> Any:
    for step in path:
        attributes = attributes.get(step) if isinstance(attributes, Mapping) else None
    return attributes


def _origin(draft: Draft, attribute: AttributePath) -> AttributePath:
    """Where a part of a statement is written: below the statement that was taken as a whole."""
    for length in range(len(attribute), 0, -1):
        if attribute[:length] in draft.origins:
            return (*draft.origins[attribute[:length]], *attribute[length:])
    return attribute


def _looked_up(text: str, manifest: str, root: Path) -> dict[str, Any] | None:
    """The path relative to the root with what is there; None for a reference that is no path."""
    written = re.split(r"[?#]", text, maxsplit=1)[0]
    if not written or "\n" in written or _SCHEME.match(written) or "${" in written or "{{" in written:
        return None
    first = written.split("/", 1)[0]
    is_path = written.startswith(("./", "../")) or (
        _DOCUMENT.fullmatch(written) is not None and not ("/" in written and _HOST.fullmatch(first))
    )
    below = written.lstrip("/")
    beside = below if written.startswith("/") else normpath(join(dirname(manifest), below))
    reason = ""
    for path in dict.fromkeys((beside, normpath(below))):
        place = place_of(path, root)
        if isinstance(place, Place):
            return {"path": path, "exists": True, **_size(place.file)}
        if place is None and _is_folder(path, root):
            return {"path": path, "exists": True}
        reason = reason or (place.reason if place is not None else "")
    if not is_path:
        return None
    return {"path": beside, "exists": False, **({"reason": reason} if reason else {})}


def _size(file: Path) -> dict[str, int]:
    """The file's size in bytes, where it can be told: an empty document is there, and says nothing."""
    try:
        return {"size": file.stat().st_size}
    except OSError:
        return {}


def _is_folder(path: str, root: Path) -> bool:
    """Whether this is a folder of the repository with something in it, and not all of it."""
    if path == ".":
        return False
    try:
        folder = (root / path).resolve(strict=True)
        return folder.is_dir() and folder.is_relative_to(root.resolve()) and next(folder.iterdir(), None) is not None
    except (OSError, RuntimeError, ValueError):
        return False
