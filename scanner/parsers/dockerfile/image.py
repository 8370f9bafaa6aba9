"""Splits what stands after FROM into registry, repository, tag and digest, as far as it is known."""

from typing import Any

from scanner.parsers.dockerfile.expand import Variables, expand, expand_marked

_MARK = "\0"  # stands for an unknown variable while the reference is split; no source text holds it


def image(written: str, variables: Variables, escape: str) -> dict[str, Any]:
    """The parts of an image reference; one that is not written is absent, one that may lie in a variable unknown."""
    reference = expand(written, variables, escape)
    if isinstance(reference, str):
        return {"reference": reference, **split_reference(reference)}
    marked = expand_marked(written, variables, escape, _MARK)
    shape = split_reference(_MARK if marked is None else marked)
    if _MARK in shape["repository"] and "registry" not in shape:
        shape["registry"] = _MARK
    if "digest" not in shape and _MARK in shape.get("tag", shape["repository"].rpartition("/")[2]):
        shape["digest"] = _MARK  # the variable may hold `3.11@sha256:…`
        shape.setdefault("tag", _MARK)
    return {"reference": reference} | {name: reference if _MARK in part else part for name, part in shape.items()}


def split_reference(reference: str) -> dict[str, str]:
    """`ghcr.io/org/app:1.2@sha256:…` in parts; nothing is made up for a part that is not written."""
    name, at, digest = reference.partition("@")
    path, slash, last = name.rpartition("/")
    last, colon, tag = last.partition(":")
    first, has_path, rest = (path + slash + last).partition("/")
    parts: dict[str, str] = {}
    if has_path and (set(first) & set(".:") or first == "localhost"):
        parts["registry"] = first
        parts["repository"] = rest
    else:
        parts["repository"] = first + has_path + rest
    if colon:
        parts["tag"] = tag
    if at:
        parts["digest"] = digest
    return parts
