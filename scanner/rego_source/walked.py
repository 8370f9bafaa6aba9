"""Values that cannot be handed to a function in Python, taken apart in Rego and put together again here.

The engine makes a `set` of a set, so that one that holds arrays, objects or sets fails, and so does an integer beyond
64 bits. What comes back has tuples, frozen sets and `Pairs` in sets.
"""

from collections.abc import Iterator
from typing import Any

WALKED = "releasegate_walked"
OF = f"data.{WALKED}.of"
# Every value inside another, parents first: its type, itself or how many it holds, and its key.
MODULE = f"""package {WALKED}

of(value) := [[type_name(v), _leaf(v), _key(path)] | walk(value, [path, v])]

_many := {{"array", "object", "set"}}

_leaf(v) := count(v) if _many[type_name(v)]
else := {{"integer": format_int(v, 10)}} if {{
	is_number(v)
	abs(v) >= 9223372036854775808
	floor(v) == v
}}
else := v

_key(path) := null if count(path) == 0
else := path[count(path) - 1] if _fits(path[count(path) - 1])
else := []

_fits(key) := abs(key) < 9223372036854775808 if is_number(key)
else := false if _many[type_name(key)]
else := true
"""
UNKEYED = "it cannot be given an object whose keys are arrays, objects, sets, or both 1 and true"


def rebuilt(rows: Any) -> Any:
    """The value of the rows that `of` gives."""
    todo = iter(rows)
    return _next(todo, *next(todo)[:2], is_hashed=False)


def _next(rows: Iterator[Any], kind: str, leaf: Any, *, is_hashed: bool) -> Any:
    if kind not in ("array", "object", "set"):
        return int(leaf["integer"]) if isinstance(leaf, dict) else leaf
    if kind == "object":
        pairs: dict[Any, Any] = {}
        for _ in range(leaf):
            inner, value, key = next(rows)
            if isinstance(key, list):
                raise ValueError(UNKEYED)
            pairs[key] = _next(rows, inner, value, is_hashed=is_hashed)
        if len(pairs) != leaf:
            raise ValueError(UNKEYED)
        return Pairs(pairs) if is_hashed else pairs
    items = [_next(rows, *next(rows)[:2], is_hashed=is_hashed or kind == "set") for _ in range(leaf)]
    if kind == "set":
        return frozenset(items)
    return tuple(items) if is_hashed else items


class Pairs(dict[Any, Any]):
    """An object inside a set: nobody changes it."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))
