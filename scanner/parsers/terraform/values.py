"""What an expression evaluates to: plain JSON values, and the kinds of value that are not plain.

* `Unknown`: not known before deployment, with the reason and the resources it comes from;
* `Handle`: something with parts that are read one by one (a resource, a module call, `var` itself);
* `Derived`: ordinary text that remembers the resources it comes from;
* `ListOf`, `SetOf`, `MapOf` and `BlockPart`: ordinary lists and mappings that remember what they are; a list or mapping
  that is none of them is what Terraform calls a tuple or an object;
* `Partial`: a list of which not every element is known to be there.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

from scanner.core.values import Unresolved
from scanner.parsers.terraform.exact_numbers import Exact, number_text
from scanner.parsers.terraform.syntax import Expression, Source, Template, element
from scanner.parsers.terraform.value_types import ANY, Type

Value: TypeAlias = Any
_ESCAPED = re.compile("[<>&\u2028\u2029]")
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


class NotWorkedOutError(Exception):
    """What Terraform may well accept but is not worked out here; `str()` says why; `try` and `can` do not catch it."""


class Derived(str):
    """Text that was made from attributes of the resources at `references`."""

    __slots__ = ("references",)

    references: frozenset[str]

    def __new__(cls, text: str, references: frozenset[str]) -> Self:
        made = super().__new__(cls, text)
        made.references = references
        return made


class ListOf(list[Any]):
    """A list whose elements are all of one type."""

    def __init__(self, items: Iterable[Any] = (), element: Type = ANY) -> None:
        super().__init__(items)
        self.element = element


class SetOf(ListOf):
    """A set: its elements are their own keys, in the order in which Terraform gives them."""


class MapOf(dict[str, Any]):
    """A mapping whose values are all of one type."""

    def __init__(self, items: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), element: Type = ANY) -> None:
        super().__init__(items)
        self.element = element


class Partial(list[Any]):
    """A list of unknown length: each `Unknown` in it stands for any number of elements, the others are surely there."""


class BlockPart(dict[str, Any]):
    """A block inside a resource, of which the provider may know more than is written."""

    def __init__(self, written: dict[str, Any], name: str, address: str) -> None:
        super().__init__(written)
        self.name, self.address = name, address


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only deployment shows.

    `document` is the part that is known, where the value is a JSON document (see `statements.py`); `present` says
    that whatever it turns out to be, it is not null. `parts` are those of a mapping of which some keys are known.
    """

    reason: str
    references: frozenset[str] = NO_REFERENCES
    document: Any = None
    present: bool = False
    parts: Mapping[str, Any] | None = None


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
    if isinstance(value, int | float):
        return number_text(value)
    raise EvaluationError(f"{kind_of(value)} is used where text is due")


def kind_of(value: Value) -> str:
    """What a value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "a map" if isinstance(value, MapOf) else "an object"
    if isinstance(value, list):
        return "a set" if isinstance(value, SetOf) else "a list" if isinstance(value, ListOf) else "a tuple"
    return "text" if isinstance(value, str) else "a truth value" if isinstance(value, bool) else "a number"


def json_of(value: Value) -> str:
    """A plain value as `jsonencode` writes it."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_of(str(key))}:{json_of(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_of, value)) + "]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))


def remade(value: list[Value], items: Iterable[Value]) -> list[Value]:
    """The items as what `value` is: a list, a set, a tuple or a list of unknown length."""
    if isinstance(value, ListOf):
        return type(value)(items, value.element)
    return Partial(items) if isinstance(value, Partial) else [*items]


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


def obstacle(*values: Value) -> Unknown | None:
    """What keeps a result that needs all of the values from being known, if anything does."""
    for value in values:
        for leaf in leaves(value):
            found = leaf.as_unknown() if isinstance(leaf, Handle) else leaf
            if isinstance(found, Unknown):
                return Unknown(found.reason, references_of(*values))
    return None


def normal(text: str) -> str:
    """`text` with its accents composed, as Terraform keeps every text."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def derived(text: str, *values: Value) -> str:
    """`text`, which was made from the values and so comes from the resources they come from."""
    references = references_of(*values)
    return Derived(text, references) if references else text


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
    if isinstance(value, Exact):
        return float(value)
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
