"""Splits an image reference into registry, repository, tag and digest, as far as it is known."""

from typing import Any

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.reading import PLACEHOLDER, filled

_MARK = "\0"  # stands for a placeholder while the reference is split; no image's name can hold it


def parse_image(written: str) -> dict[str, Any]:
    """The parts of a reference; one that is not written is absent, one that a placeholder may hold is unknown."""
    unknown = filled(written.strip())
    parts = _split(PLACEHOLDER.sub(_MARK, written.strip()))
    if not isinstance(unknown, Unresolved):
        return {"reference": unknown, **parts}
    if _MARK in parts["repository"] and "registry" not in parts:
        parts["registry"] = _MARK
    if "digest" not in parts and _MARK in parts.get("tag", parts["repository"].rpartition("/")[2]):
        parts["digest"] = _MARK  # what is filled in may go on to a tag and a digest
        parts.setdefault("tag", _MARK)
    return {"reference": unknown} | {name: unknown if _MARK in part else part for name, part in parts.items()}


def _split(reference: str) -> dict[str, str]:
    name, has_digest, digest = reference.partition("@")
    first, has_path, rest = name.partition("/")
    parts: dict[str, str] = {}
    if has_path and (set(first) & set(".:") or first == "localhost"):
        parts["registry"], name = first, rest
    before, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        parts["repository"], parts["tag"] = before, tag
    else:
        parts["repository"] = name
    if has_digest:
        parts["digest"] = digest
    return parts
