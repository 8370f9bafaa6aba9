"""What an expression evaluates to: plain JSON values, and the kinds of value that are not plain.

* `Unknown`: not known before deployment, with the reason and the resources it comes from;
* `UNDECIDED`: known to Terraform, but by a function that is not evaluated here;
* `Handle`: something with parts that are read one by one (a resource, a module call, `var` itself);
* `Derived`: ordinary text that remembers the resources it comes from;
* `SetOf` and `BlockPart`: an ordinary list and an ordinary mapping that remember what they are.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

from scanner.core.values import Unresolved
from scanner.parsers.terraform.syntax import Expression, Source, Template, element

Value: TypeAlias = Any
NO_REFERENCES: frozenset[str] = frozenset()
_LONGEST_EXPRESSION = 200

# Beyond these a value is no configuration any more but an attempt to exhaust whoever reads it.
_MOST_PARTS = 50_000
_MOST_CHARACTERS = 4_000_000


class EvaluationError(Exception):
    """What Terraform would reject too: a missing key, a number where text is due. `try` and `can` catch it.

    `references` are the resources that the value at fault comes from.
    """

    def __init__(self, message: str, references: frozenset[str] = NO_REFERENCES) -> None:
        super().__init__(message)
        self.references = references


class Derived(str):
    """Text that was made from attributes of the resources at `references`."""

    __slots__ = ("references",)

    references: frozenset[str]

    def __new__(cls, text: str, references: frozenset[str]) -> Self:
        made = super().__new__(cls, text)
        made.references = references
        return made


class SetOf(list[Any]):
    """A set: a list whose elements are their own keys."""


class BlockPart(dict[str, Any]):
    """A block inside a resource, of which the provider may know more than is written."""

    def __init__(self, written: dict[str, Any], name: str, address: str) -> None:
        super().__init__(written)
        self.name, self.address = name, address


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only deployment shows.

    `document` is the part that is known, where the value is a JSON document (see `statements.py`); `present` says
    that whatever it turns out to be, it is not null.
    """

    reason: str
    references: frozenset[str] = NO_REFERENCES
    document: Any = None
    present: bool = False


@dataclass(frozen=True, slots=True)
class _Undecided:
    """The type of `UNDECIDED`."""


UNDECIDED = _Undecided()


@dataclass(frozen=True, eq=False, slots=True)
class Handle:
    """`read` gives an attribute and `index` an instance; `address` is empty for what is no resource.

    `name` is how the configuration writes it; `reason` says why the whole is not known, if not for its attributes.
    """

    name: str
    address: str
    read: Callable[[str], Value]
    index: Callable[[Value], Value] | None = None
    reason: str = ""

    def as_unknown(self) -> Unknown:
        reason = self.reason or f"{self.name} is known only after apply"
        return Unknown(reason, frozenset((self.address,)) - {""})


def text_of(value: Value) -> str:
    """A value as Terraform puts it into text. Raises `EvaluationError` where it refuses to."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.15g}"
    raise EvaluationError("only text, numbers and truth values can become text")


def json_of(value: Value) -> str:
    """A plain value as `jsonencode` writes it."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def leaves(value: Value) -> Iterator[Value]:
    """Every value inside lists and mappings."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def is_too_large(value: Value) -> bool:
    """Whether a value has more parts or text than any real configuration; looks at no more than it needs to tell."""
    parts = characters = 0
    waiting = [value]
    while waiting:
        each = waiting.pop()
        parts += 1
        if isinstance(each, str):
            characters += len(each)
        elif isinstance(each, dict):
            parts += len(each)
            waiting.extend(each.values())
        elif isinstance(each, list):
            parts += len(each)
            if parts < _MOST_PARTS:
                waiting.extend(each)
        if parts > _MOST_PARTS or characters > _MOST_CHARACTERS:
            return True
    return False


def references_of(*values: Value) -> frozenset[str]:
    """The resources that the values come from."""
    found: set[str] = set()
    for value in values:
        for leaf in leaves(value):
            if isinstance(leaf, Derived | Unknown):
                found |= leaf.references
            elif isinstance(leaf, Handle) and leaf.address:
                found.add(leaf.address)
    return frozenset(found)


def obstacle(*values: Value) -> Value | None:
    """What keeps a result that needs all of the values from being known: an `Unknown`, `UNDECIDED` or nothing."""
    undecided = None
    for value in values:
        for leaf in leaves(value):
            if isinstance(leaf, Handle):
                leaf = leaf.as_unknown()  # noqa: PLW2901 - a whole resource always has parts that are not known
            if isinstance(leaf, Unknown):
                return Unknown(leaf.reason, references_of(*values))
            if leaf is UNDECIDED:
                undecided = UNDECIDED
    return undecided


def derived(text: str, *values: Value) -> str:
    """`text`, which was made from the values and so comes from the resources they come from."""
    references = references_of(*values)
    return Derived(text, references) if references else text


def filled(value: Value, hint: Any, expression: str) -> Value:
    """`value` with each `UNDECIDED` in it replaced by what the evaluator says in the same place, if that is any use."""
    if value is UNDECIDED:
        return hint if _usable(hint) else Unknown(f"{expression} cannot be evaluated statically")
    if isinstance(value, dict) and obstacle(value) is not None:
        hints = hint if isinstance(hint, dict) else {}
        return {key: filled(inner, hints.get(key), expression) for key, inner in value.items()}
    if isinstance(value, list) and obstacle(value) is not None:
        known = hint if isinstance(hint, list) and len(hint) == len(value) else [None] * len(value)
        return [filled(inner, there, expression) for inner, there in zip(value, known, strict=True)]
    return value


def _usable(hint: Any) -> bool:
    """Whether the evaluator has a whole value; it leaves null, a marker or a bare `${` where it has none."""
    if isinstance(hint, dict):
        return "__attribute__" not in hint and all(_usable(inner) for inner in hint.values())
    if isinstance(hint, list):
        return all(_usable(inner) for inner in hint)
    return hint is not None and not (isinstance(hint, str) and ("${" in hint or "__unresolved__" in hint))


def plain(value: Value, expression: Expression | None, source: Source) -> Any:
    """`value` as core knows values. The text of an unknown part is that of its own expression, where it has one."""
    if isinstance(value, dict):
        return {key: plain(inner, element(expression, key) or expression, source) for key, inner in value.items()}
    if isinstance(value, list):
        inners = enumerate(value)
        return [plain(inner, element(expression, index) or expression, source) for index, inner in inners]
    if isinstance(value, Handle):
        value = value.as_unknown()
    if isinstance(value, Unknown):
        return Unresolved(shortened(source, expression), value.reason)
    return str(value) if isinstance(value, Derived) else value


def shortened(source: Source, expression: Expression | None) -> str:
    """The text of an expression on one line; of a heredoc only its holes, not the whole document around them."""
    if expression is None or expression.place is None:
        return ""
    if isinstance(expression, Template) and expression.heredoc:
        holes = [part for part in expression.parts if not isinstance(part, str)]
        return " ".join(f"${{{shortened(source, hole)}}}" for hole in holes)
    text = " ".join(source.excerpt(expression.place).split())
    return text if len(text) <= _LONGEST_EXPRESSION else text[: _LONGEST_EXPRESSION - 1] + "…"
