"""Reads one YAML document and checks it against one of our JSON Schemas, with the line of what is wrong."""

import json
from functools import cache
from typing import Any

from scanner.bundled import bundled_path
from scanner.core.location import Location
from scanner.core.suggestions import closest
from scanner.core.values import format_path
from scanner.yaml_source import Document, SourceError, load_documents


def load_checked(text: str, path: str, schema: str, checked: bool = True) -> Document:
    """The one YAML mapping in `text`; with `checked`, valid against `policies/schemas/<schema>.schema.json`.

    Raises `SourceError` at the offending line.
    """
    documents = load_documents(text, path)
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise SourceError(f"expected one YAML mapping ({schema})", Location(path, 1))
    if checked:
        check(documents[0], path, schema)
    return documents[0]


def check(document: Document, path: str, schema: str) -> None:
    """Raise `SourceError` for the most telling violation of the schema, if there is one."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - 80 ms that most scans can save

    error = best_match(_validator(schema).iter_errors(document.value))
    if error is None:
        return
    unknown = _unknown_keys(error)
    where = (*error.absolute_path, *unknown[:1])
    location = next(
        (document.locations[where[:n]] for n in range(len(where), 0, -1) if where[:n] in document.locations),
        Location(path, 1),
    )
    at = f"{format_path(tuple(error.absolute_path))}: " if error.absolute_path else ""
    if unknown:
        message = f"unknown key {unknown[0]!r}{closest(unknown, error.schema.get('properties', ()))}"
    else:
        hint = closest([error.instance], error.validator_value) if error.validator == "enum" else ""
        message = f"{error.message}{hint}"
    raise SourceError(f"{at}{message}", location)


def _unknown_keys(error: Any) -> list[Any]:
    """The keys that an `additionalProperties: false` refuses; empty for any other violation."""
    if error.validator != "additionalProperties" or not isinstance(error.instance, dict):
        return []
    return [key for key in error.instance if key not in error.schema.get("properties", ())]


@cache
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - see above

    text = bundled_path("schemas", f"{schema}.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))
