"""Values as Rego writes them: what OPA puts into texts, in OPA's order."""

from collections.abc import Mapping
from functools import cmp_to_key
from typing import Any

_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\"}


def written(value: Any) -> str:
    """The value as a Rego term in one line: `{"a": [1, true, null], "b": set()}`."""
    if isinstance(value, str):
        return quoted(value)
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(key)}: {written(value[key])}" for key in ordered(value)) + "}"
    return "{" + ", ".join(map(written, ordered(value))) + "}" if value else "set()"


def quoted(value: str, *, is_ascii: bool = False) -> str:
    """As Go's `strconv.Quote`."""
    if value.isascii() and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return '"' + "".join('\\"' if each == '"' else _letter(each, is_ascii) for each in value) + '"'


def quoted_letter(letter: str, *, is_ascii: bool = False) -> str:
    """As Go's `strconv.QuoteRune`."""
    return "'" + ("\\'" if letter == "'" else _letter(letter, is_ascii)) + "'"


def _letter(letter: str, is_ascii: bool) -> str:
    code = ord(letter)
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable() and (code < 0x80 or not is_ascii):
        return letter
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def ordered(values: Any) -> list[Any]:
    """Values in the order of OPA: by type, then by value."""
    kinds = {type(value) for value in values}
    if len(kinds) <= 1 and kinds <= {str, int, float}:
        return sorted(values)
    return sorted(values, key=cmp_to_key(_compared))


def is_same(left: Any, right: Any) -> bool:
    """Whether both are one value in Rego, where 1 is 1.0 and true is no number."""
    return _compared(left, right) == 0


def _compared(left: Any, right: Any) -> int:
    kind, other = _kind(left), _kind(right)
    if kind != other:
        return -1 if kind < other else 1
    if kind < _ARRAY:
        return 0 if left == right else -1 if kind == 0 or left < right else 1
    one, two = list(_parts(left)), list(_parts(right))
    for mine, its in zip(one, two, strict=False):
        found = _compared(mine, its)
        if found:
            return found
    return len(one) - len(two)


_ARRAY = 4


def _kind(value: Any) -> int:
    if value is None or isinstance(value, bool):
        return 0 if value is None else 1
    if isinstance(value, int | float | str):
        return 3 if isinstance(value, str) else 2
    return _ARRAY if isinstance(value, list | tuple) else 5 if isinstance(value, Mapping) else 6


def _parts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return [part for key in ordered(value) for part in (key, value[key])]
    return value if isinstance(value, list | tuple) else ordered(value)
