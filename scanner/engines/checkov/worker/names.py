"""Calls the objects of a Kubernetes file such that Checkov tells them apart: it keeps their lines by their names."""

from collections.abc import Iterable, Mapping
from typing import Any


def told_apart(objects: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The objects of one file, each called otherwise than those before it.

    A name here is kind, namespace and name with points between them, as Checkov writes it.
    """
    known: dict[str, int] = {}
    return [_called_apart(each, known) for each in objects]


def _called_apart(template: dict[str, Any], known: dict[str, int]) -> dict[str, Any]:
    """`known` has for each name the last number that was put behind it."""
    metadata = template.get("metadata")
    if not isinstance(metadata, Mapping):
        return template
    before = f"{template.get('kind')}.{metadata.get('namespace', 'default')}."
    written = name = str(metadata.get("name") or metadata.get("labels"))
    number = known.get(f"{before}{written}", 1)
    while f"{before}{name}" in known:
        number += 1
        name = f"{written}.{number}"
    known[f"{before}{written}"] = number
    known.setdefault(f"{before}{name}", 1)
    return template if name == written else {**template, "metadata": {**metadata, "name": name}}
