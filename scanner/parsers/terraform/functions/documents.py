"""Values read from JSON, YAML and CSV, and written as JSON and YAML."""

import json
import re
from collections.abc import Mapping
from typing import Any

from scanner.parsers.terraform.exact_numbers import parse_number
from scanner.parsers.terraform.functions.signature import Function, Sees
from scanner.parsers.terraform.functions.yaml_documents import read_yaml, write_yaml
from scanner.parsers.terraform.value_types import ANY, STRING, object_of
from scanner.parsers.terraform.values import (
    EvaluationError,
    ListOf,
    NotWorkedOutError,
    Unknown,
    Value,
    derived,
    json_of,
    normal,
    obstacle,
)

_FIELD = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')
_SURROGATE = re.compile("[\ud800-\udfff]")


def _encode(value: Value) -> Value:
    blocked = obstacle(value)
    if isinstance(blocked, Unknown):
        return Unknown(blocked.reason, blocked.references, value, present=True)
    return blocked or derived(normal(json_of(value)), value)


def _decode(text: str) -> Value:
    try:
        found = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_refuse)
    except RecursionError:
        raise NotWorkedOutError("the document is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise EvaluationError(f"this is no JSON: {error.msg}") from None
    return _normal(found)


def _number(text: str) -> Value:
    number = parse_number(text)
    return _refuse(text) if number is None else number


def _refuse(text: str) -> Value:
    raise EvaluationError(f"this is no JSON: {text} is no number")


def _normal(value: Any) -> Value:
    """Halves of a surrogate pair are no characters; Go reads each as U+FFFD."""
    if isinstance(value, str):
        return normal(_SURROGATE.sub("\ufffd", value))
    if isinstance(value, dict):
        return {_normal(key): _normal(inner) for key, inner in value.items()}
    return [_normal(inner) for inner in value] if isinstance(value, list) else value


def _csv(text: str) -> Value:
    rows = [*_rows(text.replace("\r\n", "\n"))]
    if not rows:
        raise EvaluationError("there is no line of headings")
    headings = [normal(name) for name in rows[0]]
    if len(set(headings)) < len(headings):
        raise EvaluationError("two columns have one name")
    if any(len(row) != len(headings) for row in rows):
        raise EvaluationError("a line has not as many fields as there are headings")
    found = (dict(zip(headings, map(normal, row), strict=True)) for row in rows[1:])
    return ListOf(found, object_of((name, STRING) for name in headings))


def _rows(text: str) -> Any:
    """The lines as lists of fields; empty lines do not count."""
    position = 0
    row: list[str] = []
    while position < len(text):
        if not row and text[position] == "\n":
            position += 1
            continue
        match = _FIELD.match(text, position)
        if match is None:
            raise EvaluationError("a field of the CSV has no end")
        row.append(match[1].replace('""', '"') if match[1] is not None else match[2])
        position = match.end()
        after = text[position : position + 1]
        if after not in ("", ",", "\n"):
            raise EvaluationError("the CSV has a quote in the middle of a field")
        if after == ",":
            position += 1
            if position == len(text):
                row.append("")
        if after != "," or position == len(text):
            yield row
            row = []
            position += after == "\n"


FUNCTIONS: Mapping[str, Function] = {
    "csvdecode": Function(_csv, (STRING,)),
    "jsondecode": Function(_decode, (STRING,)),
    "jsonencode": Function(_encode, (ANY,), sees=Sees.ANYTHING, nullable=True),
    "yamldecode": Function(read_yaml, (STRING,)),
    "yamlencode": Function(write_yaml, (ANY,), nullable=True),
}
