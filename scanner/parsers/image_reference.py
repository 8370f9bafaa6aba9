"""Splits an image reference into registry, repository, tag and digest, as far as it is known."""

from typing import Any

from scanner.core.values import Unresolved

MARK = "\0"  # stands for an unknown piece while a reference is split; no image's name can hold it


def image_parts(marked: str, reference: str | Unresolved) -> dict[str, Any]:
    """`reference` and its parts; nothing is made up for a part that is not written.

    `marked` is the reference with `MARK` for every piece that is not known; each part that such a piece may
    reach into has the value of `reference`, which is then `Unresolved`.
    """
    parts = _split(marked)
    if MARK in marked:
        if MARK in parts["repository"] and "registry" not in parts:
            parts["registry"] = MARK
        if "digest" not in parts and MARK in parts.get("tag", parts["repository"].rpartition("/")[2]):
            parts["digest"] = MARK  # what is filled in may go on to a tag and a digest
            parts.setdefault("tag", MARK)
    return {"reference": reference} | {name: reference if MARK in part else part for name, part in parts.items()}


def _split(reference: str) -> dict[str, str]:
    """`ghcr.io/org/app:1.2@sha256:…` in parts."""
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
