"""Makes sure that a text is a result of a version that can be read, and says where in it what is wrong."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NoReturn

from scanner.bundled import bundled_path
from scanner.core.values import format_path
from scanner.reports.json_report import SCHEMA_VERSION
from scanner.reports.safe_text import REPLACED, one_line

_MAJOR, _MINOR = map(int, SCHEMA_VERSION.split("."))
_OLDEST_MINOR = 1
"""Since then a result holds all that the reports of its time showed; what came later is optional."""
_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})")
_LONGEST_SAYING = 300


class ResultError(Exception):
    """A text that is no result, or one that cannot be read: `str()` says in one line where and why."""


def checked(text: str) -> Mapping[str, Any]:
    """The JSON value of a result, valid against `policies/schemas/result.schema.json`. Raises `ResultError`.

    Of a newer minor version what this one does not know is left aside.
    """
    value = _parsed(text)
    if not isinstance(value, dict) or "schema_version" not in value:
        raise ResultError("this is no result of a scan (`releasegate scan -f json` writes one)")
    _check(value, is_newer=_is_newer(value["schema_version"]))
    for index, entry in enumerate(value["surrogates"]):
        _restore(value, entry, f"surrogates[{index}]")
    return value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise ResultError(f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise ResultError("nested too deeply to be a result") from None
    except ValueError:
        raise ResultError("a number with more digits than any result has") from None


def _refuse(digits: str) -> NoReturn:
    raise ResultError(f"{one_line(digits[:20])} is no whole number, and a result has no other")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ResultError(f"the key {_quoted(twice)} stands twice in one object")
    return members


def _is_newer(version: Any) -> bool:
    """Whether it is of a newer minor version. Raises `ResultError` for a version that cannot be read."""
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if match is None:
        raise ResultError(f"schema_version: expected MAJOR.MINOR such as {SCHEMA_VERSION}")
    major, minor = int(match[1]), int(match[2])
    if major > _MAJOR:
        raise ResultError(f"written as version {version}; this program reads {_MAJOR}.x: use a newer releasegate")
    if (major, minor) < (_MAJOR, _OLDEST_MINOR):
        what = f"written as version {version}, which did not hold all that a report shows"
        raise ResultError(f"{what}: scan again with this releasegate ({SCHEMA_VERSION})")
    return minor > _MINOR


def _check(value: Mapping[str, Any], is_newer: bool) -> None:
    from jsonschema.exceptions import relevance  # noqa: PLC0415 - 80 ms that a scan need not pay

    error = next(_validator(is_newer).iter_errors(value), None)
    if error is None:
        return
    while error.context:  # into the branch of an `anyOf` that comes nearest
        error = min(error.context, key=relevance)
    where = format_path(tuple(error.absolute_path)) or "the result"
    saying = one_line(error.message)
    if len(saying) > _LONGEST_SAYING:
        saying = f"{saying[:_LONGEST_SAYING]}…"
    raise ResultError(f"{one_line(where)}: {saying}")


@cache
def _validator(is_newer: bool) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - see above

    schema = json.loads(bundled_path("schemas", "result.schema.json").read_text(encoding="utf-8"))
    if is_newer:
        schema = _open(schema)
        schema["properties"]["schema_version"] = {"type": "string"}
    return Draft202012Validator(schema)


def _open(schema: Any) -> Any:
    """The schema without its ban of what it does not name."""
    if isinstance(schema, dict):
        return {name: _open(each) for name, each in schema.items() if (name, each) != ("additionalProperties", False)}
    return [_open(each) for each in schema] if isinstance(schema, list) else schema


def _restore(value: Any, entry: Mapping[str, Any], name: str) -> None:
    """Put half a surrogate pair back into the text it is from."""
    *way, last = entry["at"]
    index = entry["index"]
    try:
        for step in way:
            value = value[step]
        text = value[last]
    except (KeyError, IndexError, TypeError):
        text = ""
    if not isinstance(text, str) or text[index : index + 1] != REPLACED:
        raise ResultError(f"{name}: there is no U+FFFD at that place")
    value[last] = f"{text[:index]}{chr(entry['code'])}{text[index + 1 :]}"


def _quoted(name: str) -> str:
    return repr(one_line(name[:50]))
