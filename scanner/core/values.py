"""Attribute values: what is not known statically, and how a value is reached by its path."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

AttributePath = tuple[str | int, ...]


@dataclass(frozen=True)
class Unresolved:
    """A value that cannot be known before deployment.

    `expression` is the source text (`var.encrypted`), `reason` says why it is unknown
    (`var.encrypted has no default`). It is never equal to a plain value, and using it as a truth value
    is an error: every reader has to decide what the unknown means to it.
    """

    expression: str
    reason: str

    def __bool__(self) -> bool:
        raise TypeError(f"an unresolved value has no truth value: {self.expression}")

    def __str__(self) -> str:
        return self.reason


class Absent:
    """The type of `ABSENT`: the attribute is not written at all (JSON null and HCL null count as absent)."""

    _instance: "Absent | None" = None

    def __new__(cls) -> "Absent":
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()


@lru_cache(maxsize=1024)
def parse_path(text: str) -> AttributePath:
    """`rule.tags["a.b"][0]` → `("rule", "tags", "a.b", 0)`. Raises `ValueError` for text that is no path."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        if text[position] == "[":
            end = text.find("]", position)
            if end < 0:
                raise ValueError(f"missing ] in attribute path {text!r}")
            inner = text[position + 1 : end]
            if inner[:1] in ("'", '"'):
                end = text.find(inner[0] + "]", position + 2)
                if end < 0:
                    raise ValueError(f"missing quote in attribute path {text!r}")
                parts.append(text[position + 2 : end])
                position = end + 2
            elif inner.isdigit():
                parts.append(int(inner))
                position = end + 1
            else:
                raise ValueError(f"[{inner}] is neither a number nor quoted in attribute path {text!r}")
            if position < len(text) and text[position] == ".":
                position += 1
            continue
        end = min(i for i in (text.find(".", position), text.find("[", position), len(text)) if i >= 0)
        if end == position:
            raise ValueError(f"empty part in attribute path {text!r}")
        parts.append(text[position:end])
        position = end + 1 if text[end : end + 1] == "." else end
    if not parts or text.endswith("."):
        raise ValueError(f"empty part in attribute path {text!r}")
    return tuple(parts)


def format_path(path: AttributePath) -> str:
    """The inverse of `parse_path`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part and "." not in part and "[" not in part and "]" not in part:
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text


def reach(value: Any, path: AttributePath) -> list[tuple[AttributePath, Any]]:
    """Every value that `path` reaches from `value`, each with its full path; always at least one.

    A name applied to a list is applied to each of its elements, because Terraform blocks and Kubernetes
    lists may repeat. Where the way ends early the pair is `(path so far, ABSENT)`; where it meets an
    unknown, `(path so far, Unresolved)`. An empty list on the way yields `ABSENT` once.
    """
    for position, step in enumerate(path):  # most ways lead through mappings alone
        if type(value) is not dict:
            return list(_reach(value, path[position:], path[:position]))
        if step not in value:
            return [(path[: position + 1], ABSENT)]
        value = value[step]
    return [(path, ABSENT if value is None else value)]


def _reach(value: Any, rest: AttributePath, done: AttributePath) -> Iterator[tuple[AttributePath, Any]]:
    if isinstance(value, Unresolved):
        yield done, value
        return
    if not rest:
        yield done, ABSENT if value is None else value
        return
    step, remaining = rest[0], rest[1:]
    if isinstance(value, Mapping):
        if step in value:
            yield from _reach(value[step], remaining, (*done, step))
        else:
            yield (*done, step), ABSENT
        return
    if isinstance(value, Sequence) and not isinstance(value, str):
        if isinstance(step, int):
            if step < len(value):
                yield from _reach(value[step], remaining, (*done, step))
            else:
                yield (*done, step), ABSENT
            return
        if value:
            for index, element in enumerate(value):
                yield from _reach(element, rest, (*done, index))
            return
    yield (*done, step), ABSENT


def leaves(value: Any, path: AttributePath = ()) -> Iterator[tuple[AttributePath, Any]]:
    """Every scalar (or `Unresolved`) inside `value` with its path, in order."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value
