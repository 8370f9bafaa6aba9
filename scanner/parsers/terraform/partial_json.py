"""A JSON document whose text has holes, as a value in which only the holes are unknown."""

import json
import re
from collections.abc import Sequence
from typing import Any

from scanner.parsers.terraform.values import Handle, Unknown, Value, text_of

# Private-use characters, which no configuration writes, stand around the number of a hole.
_HOLE = re.compile("\ue000([0-9]+)\ue001")
_QUOTE = re.compile(r'\\.|"', re.DOTALL)


def read_partial_json(parts: Sequence[Value]) -> Any:
    """The document that the parts of a template make, or None when they make no JSON object or list."""
    if not parts or not isinstance(parts[0], str) or parts[0].lstrip()[:1] not in ("{", "["):
        return None
    holes: list[Value] = []
    text = ""
    inside = False
    for part in parts:
        if isinstance(part, Unknown | Handle | dict | list):
            hole = f"\ue000{len(holes)}\ue001"
            holes.append(part.as_unknown() if isinstance(part, Handle) else part)
            text += hole if inside else f'"{hole}"'
        else:
            known = text_of(part)
            text += known
            inside ^= sum(match[0] == '"' for match in _QUOTE.finditer(known)) % 2 == 1
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _opened(document, holes)


def _opened(value: Any, holes: list[Value]) -> Value:
    if isinstance(value, dict):
        unnamed = [hole for key in value for hole in _holes(key, holes)]
        return unnamed[0] if unnamed else {key: _opened(inner, holes) for key, inner in value.items()}
    if isinstance(value, list):
        return [_opened(inner, holes) for inner in value]
    found = _holes(value, holes) if isinstance(value, str) else []
    return found[0] if found else value


def _holes(text: str, holes: list[Value]) -> list[Value]:
    return [holes[int(match[1])] for match in _HOLE.finditer(text)]
