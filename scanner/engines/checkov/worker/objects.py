"""Makes the objects of a Kubernetes file such that Checkov judges each of them.

Of lists it knows one kind, an object without a name it passes over, and one that is half written ends the whole run.
"""

from collections.abc import Mapping
from typing import Any

_LINE = "__startline__"


def objects_of(template: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects that a document is, or holds as a list, each with a name; what is no object is left out."""
    kind, items = template.get("kind"), template.get("items")
    if not isinstance(kind, str) or not kind:
        return []
    if kind != "List" and not _is_list(kind, template):
        return [_named(template)] if template.get("apiVersion") else []
    of_items = {} if kind == "List" else {"apiVersion": template.get("apiVersion"), "kind": kind.removesuffix("List")}
    held = [{**of_items, **item} for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [each for item in held for each in objects_of(item)]


def _is_list(kind: str, template: dict[str, Any]) -> bool:
    """Whether it is a list of one kind, such as RoleList; any kind may end so."""
    items = template.get("items", False)
    return kind.endswith("List") and (items is None or isinstance(items, list))


def _named(template: dict[str, Any]) -> dict[str, Any]:
    """The object with a name that no other one of its file has, where it has neither a name nor a label."""
    metadata = template.get("metadata")
    if metadata is not None and not isinstance(metadata, Mapping):
        return template
    if metadata and (metadata.get("name") or metadata.get("labels")):
        return template
    given = metadata.get("generateName") if metadata else None
    name = f"{given if isinstance(given, str) else ''}{template.get(_LINE, '')}"
    return {**template, "metadata": {**(metadata or {}), "name": name}}
