"""The release as the plain JSON document that Rego policies see as `input`."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from scanner.core.resource import Release, Resource
from scanner.core.scope import Scope
from scanner.core.values import ABSENT, Unresolved

# Engines refuse documents nested deeper than 128 levels; an attribute stands five levels down.
MAX_DEPTH = 100
_SMALLEST, _LARGEST = -(1 << 63), (1 << 64) - 1


def input_document(release: Release, scope: Scope, as_of: date | None = None) -> dict[str, Any]:
    """What a policy sees; `parameters` are put in place for each policy, `as_of` (ISO 8601) is absent without a day."""
    document = {
        "resources": {
            plain(type_): [_resource(resource) for resource in resources]
            for type_, resources in release.by_type.items()
        },
        "links": [
            {"source": plain(link.source), "kind": link.kind, "target": plain(link.target)} for link in release.links
        ],
        "scope": {dimension: sorted(values) for dimension, values in scope.declared.items()},
        "parameters": {},
    }
    return document if as_of is None else {**document, "as_of": as_of.isoformat()}


def _resource(resource: Resource) -> dict[str, Any]:
    described = {
        "key": resource.key,
        "address": resource.address,
        "type": resource.type,
        "format": resource.format,
        "path": resource.location.path,
        "attributes": resource.attributes,
    }
    if resource.parent is not None:
        described["parent"] = resource.parent
    if resource.world:
        described["world"] = resource.world
    return {name: plain(value) for name, value in described.items()}


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as JSON: null in a mapping counts as absent, and what JSON or Rego cannot hold is unresolved."""
    if type(value) is str and value.isascii():  # as most are
        return value
    if isinstance(value, dict | Mapping):
        if depth < MAX_DEPTH:
            return {_text(str(key)): plain(inner, depth + 1) for key, inner in value.items() if inner is not None}
        value = Unresolved("{…}", f"nested deeper than {MAX_DEPTH} levels")
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        if depth < MAX_DEPTH:
            return [plain(inner, depth + 1) for inner in value]
        value = Unresolved("[…]", f"nested deeper than {MAX_DEPTH} levels")
    unresolved = unknown(value)
    if unresolved is None:
        return value
    return {"$unresolved": _text(unresolved.expression), "reason": _text(unresolved.reason)}


def unknown(value: Any) -> Unresolved | None:
    """Why a policy does not see the scalar `value` itself; None when it does."""
    if isinstance(value, Unresolved):
        return value
    if value is None or value is ABSENT or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return None if _text(value) == value else Unresolved(_text(value), "text that is not valid Unicode")
    if isinstance(value, int):
        return None if _SMALLEST <= value <= _LARGEST else Unresolved(f"{value:#x}", "integer beyond 64 bits")
    if isinstance(value, float):
        return None if math.isfinite(value) else Unresolved(str(value), "not a finite number")
    if isinstance(value, Mapping | Sequence) and not isinstance(value, bytes):
        return None
    return Unresolved(type(value).__name__, f"a value of type {type(value).__name__} has no place in JSON")


def _text(text: str) -> str:
    """`text` with lone surrogates, which UTF-8 cannot hold, written as escapes."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()
