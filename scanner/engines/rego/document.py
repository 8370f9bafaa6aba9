"""What Rego sees as JSON: the release for our own policies, any other value for those of other programs."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from scanner.core.resource import Release, Resource
from scanner.core.scope import Scope
from scanner.core.values import ABSENT, Unresolved

# Engines refuse documents nested deeper than 128 levels; an attribute stands five levels down.
MAX_DEPTH = 100
FOREIGN_DEPTH = 127
_SMALLEST, _LARGEST = -(1 << 63), (1 << 64) - 1
# Aliases of YAML make one value stand in many places: a text of a kilobyte can be a document of many gigabytes.
_MOST_VALUES = 5_000_000
_MOST_CHARACTERS = 200_000_000


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


def foreign_json(value: Any) -> str:
    """A document, or the data beside one, as JSON text that every engine reads as exactly this value.

    Nothing is left out or made unresolved, as another program's policies would not know it. Keys that are numbers or
    truth values become text, as YAML does for JSON. Raises `ValueError` with the path of what Rego cannot hold.
    """
    return json.dumps(_Exact().of(value, (), 0), allow_nan=False)


class _Exact:
    """One walk over a value that must reach the engine as it is."""

    def __init__(self) -> None:
        self._values = 0
        self._characters = 0

    def of(self, value: Any, path: tuple[str, ...], depth: int) -> Any:
        self._values += 1
        if self._values > _MOST_VALUES:
            raise ValueError(f"it has more than {_MOST_VALUES} values")
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, Mapping | Sequence) and not isinstance(value, bytes | bytearray):
            if depth >= FOREIGN_DEPTH:
                raise ValueError(f"{_named(path[:_SHOWN])}… is nested deeper than {FOREIGN_DEPTH} levels")
            if isinstance(value, Mapping):
                return self._mapping(value, path, depth)
            return [self.of(inner, (*path, str(number)), depth + 1) for number, inner in enumerate(value)]
        unresolved = Unresolved("", "no value") if value is ABSENT else unknown(value)
        if unresolved is not None:
            raise ValueError(f"{_named(path)}: {' '.join(unresolved.reason.split())}")
        return value

    def _mapping(self, value: Mapping[Any, Any], path: tuple[str, ...], depth: int) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key, inner in value.items():
            name = self._text(key if isinstance(key, str) else _key(key, path), path)
            if name in plain:
                raise ValueError(f"{_named((*path, name))} is there twice, as text and as a number")
            plain[name] = self.of(inner, (*path, name), depth + 1)
        return plain

    def _text(self, text: str, path: tuple[str, ...]) -> str:
        self._characters += len(text)
        if self._characters > _MOST_CHARACTERS:
            raise ValueError(f"it has more than {_MOST_CHARACTERS} characters")
        if _text(text) != text:
            raise ValueError(f"{_named(path)}: text that is not valid Unicode")
        return text


def _key(key: Any, path: tuple[str, ...]) -> str:
    if isinstance(key, bool | int) or (isinstance(key, float) and math.isfinite(key)):
        return json.dumps(key)
    raise ValueError(f"{_named(path)}: a key of type {type(key).__name__} has no place in JSON")


def _named(path: Sequence[str]) -> str:
    """A path in one line, however long its keys are."""
    name = " ".join(_text(".".join(path)).split())
    return name[:_LONGEST_NAME] or "the document"


_SHOWN = 5
_LONGEST_NAME = 200
