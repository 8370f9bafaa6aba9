"""What the text of an option means: a switch, a number, a list, an address, or where a credential comes from."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.arguments import Environment
from scanner.parsers.kubernetes.reading import filled
from scanner.parsers.kubernetes.serving_flags.interface import (
    HOST,
    LIST,
    LISTS,
    NAMES,
    NUMBER,
    OFF,
    PORT,
    PRESENT,
    SWITCH,
)

_REFERENCE = re.compile(r"[\"']?\$[({]?([A-Za-z_]\w*)[)}]?[\"']?")
_OFF = frozenset({"", "0", "false", "no", "off", "f", "n"})
_NUMBER = re.compile(r"-?\d+")
_ADDRESS = re.compile(r"(?:[a-z]+://)?(\[[^\]]*\]|[^/:\[\]]*|[0-9a-f:]*::[0-9a-f:]*)(?::(\d+))?(?:/.*)?", re.IGNORECASE)

_ORIGINS = {"secretKeyRef": "secret", "configMapKeyRef": "config map", "fileKeyRef": "file", "fieldRef": "pod"}


def read(kind: str, values: Sequence[Any]) -> Any:
    """The value of an option of this kind, from what its flags, its variable or its setting say."""
    if kind == NAMES:
        values = [_named(each) for each in values]
    unknown = next((each for each in values if isinstance(each, Unresolved)), None)
    texts = [_text(each) for each in values if not isinstance(each, Unresolved)]
    if kind in (LIST, LISTS, NAMES):
        found = [item for each in values for item in _items(each)]
        return unknown if unknown is not None else found
    if unknown is not None:
        return unknown
    text = texts[-1] if texts else ""
    if kind == PRESENT:
        return bool(text.strip())
    whole = filled(text) if "${" in text or "{{" in text else text
    if isinstance(whole, Unresolved):
        return whole
    if kind in (SWITCH, OFF):
        return (text.strip().lower() in _OFF) == (kind == OFF)
    if kind == NUMBER:
        return int(text) if _NUMBER.fullmatch(text.strip()) else text
    if kind in (HOST, PORT):
        return _part_of_address(text.strip(), kind)
    return text


def origin_of_key(value: Any, name: str, environment: Environment) -> str | Unresolved:
    """Where a credential comes from: `literal`, `secret`, `config map`, `file`, `pod`, or `absent` when it is empty."""
    if isinstance(value, Unresolved):
        match = _REFERENCE.fullmatch(value.expression.strip())
        kind = environment.origins.get(match[1]) if match else None
        return _ORIGINS[kind] if kind in _ORIGINS else Unresolved(name, value.reason)
    text = _text(value)
    if not text.strip():
        return "absent"
    whole = filled(text)
    if isinstance(whole, Unresolved) and _REFERENCE.fullmatch(text.strip()):
        return Unresolved(name, "it is a placeholder that is filled in before deployment")
    return "file" if name.lower().replace("_", "-").endswith("-file") else "literal"


def _named(value: Any) -> Any:
    """The names before the colon, which are known when what follows them is not."""
    names, colon, _ = (value.expression if isinstance(value, Unresolved) else _text(value)).partition(":")
    is_open = isinstance(value, Unresolved) and (not colon or "$" in names or "{{" in names)
    return value if is_open else names


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    return value if isinstance(value, str) else json.dumps(value)


def _items(value: Any) -> Iterator[str]:
    """The items of a list: lines, JSON, or text with commas between them."""
    if isinstance(value, Unresolved):
        return
    for line in _text(value).split("\n"):
        stripped = line.strip()
        if stripped.startswith("["):
            try:
                decoded = json.loads(stripped)
            except (ValueError, RecursionError):
                decoded = None
            if isinstance(decoded, list):
                yield from (_text(each) for each in decoded)
                continue
        if stripped.startswith("{"):
            yield stripped
        else:
            yield from (part.strip() for part in stripped.split(",") if part.strip())


def _part_of_address(text: str, kind: str) -> str | int:
    """Host or port of `[scheme://]host[:port]`; what is left out is that of Ollama."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return text
    if kind == PORT:
        return int(match[2]) if match[2] else 11434
    return match[1].strip("[]") or "127.0.0.1"
