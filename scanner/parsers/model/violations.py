"""Checks a manifest against its schema and says in plain words, with the line, what is wrong."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from scanner.bundled import bundled_path
from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.suggestions import closest
from scanner.core.values import AttributePath, format_path
from scanner.parsers.model.draft import nearest, problem, pruned
from scanner.yaml_source import Document

_TYPES = {
    "string": "text",
    "object": "a mapping",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_BOUNDS = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "above"}


def violations(
    document: Document, at: AttributePath = (), definition: str = "", schema: str = "model-release"
) -> list[Notification]:
    """An error for each thing in the document's value at `at` that the schema, or a part of it, does not allow."""
    value = document.value
    for step in at:
        value = value[step]
    found: dict[tuple[str, Location], None] = {}
    for error in _validator(schema, definition).iter_errors(pruned(value)):
        for path, message in _messages(error, (*at, *error.absolute_path)):
            found[message, nearest(document.locations, path, document.location)] = None
    return [problem(message, location) for message, location in found]


@cache
def _validator(name: str, definition: str) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - takes 80 ms, which a scan without manifests saves

    schema = json.loads(bundled_path("schemas", f"{name}.schema.json").read_text(encoding="utf-8"))
    if definition:
        schema = {"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _messages(error: Any, path: AttributePath) -> Iterator[tuple[AttributePath, str]]:
    """What is wrong, and where; never with the wrong value itself, which may be anything."""
    if "propertyNames" in error.absolute_schema_path:
        yield (*path, error.instance), f"unknown key {format_path((*path, error.instance[:40]))}"
    elif error.validator == "additionalProperties":
        known = list(error.schema.get("properties", ()))
        for key in error.instance:
            if key not in known and not key.startswith("x-"):
                hint = closest([key], known) or f"; known are {', '.join(known)}"
                yield (*path, key), f"unknown key {format_path((*path, key[:40]))}{hint}"
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                yield path, f"{format_path((*path, key))} is missing"
    else:
        yield path, f"{format_path(path) or 'the document'} {_demand(error)}"


def _demand(error: Any) -> str:
    """What a value that is wrong in itself must be."""
    expected, instance = error.validator_value, error.instance
    if error.validator == "enum":
        return f"must be one of {', '.join(expected)}{closest([instance], expected)}"
    if error.validator == "const":
        return f"must be {expected}"
    if error.validator == "type":
        names = [_TYPES[each] for each in ([expected] if isinstance(expected, str) else expected) if each != "null"]
        quotes = "; put it in quotes" if isinstance(instance, int | float) and "text" in names else ""
        return f"must be {' or '.join(names)}{quotes}"
    if error.validator in _BOUNDS:
        return f"must be {_BOUNDS[error.validator]} {expected}"
    if error.validator == "anyOf":
        return f"needs {' or '.join(f'a {name}' for each in expected for name in each['required'])}"
    if error.validator == "minLength":
        return "is empty; fill it in or leave it out"
    return f"must look like {error.schema['examples'][0]}"
