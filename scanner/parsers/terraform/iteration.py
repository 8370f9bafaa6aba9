"""The elements of a collection, and what a `for` over them has given."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scanner.parsers.terraform.functions.lists import partly
from scanner.parsers.terraform.functions.signature import is_hidden
from scanner.parsers.terraform.values import (
    EvaluationError,
    Partial,
    SetOf,
    Unknown,
    Value,
    kind_of,
    obstacle,
    references_of,
)


def pairs(collection: Value) -> Iterator[tuple[Any, Value]]:
    """Key and value of everything in a list or mapping, in Terraform's order. Raises `EvaluationError`."""
    if isinstance(collection, dict):
        yield from sorted(collection.items(), key=lambda each: str(each[0]))
    elif isinstance(collection, SetOf):
        yield from ((item, item) for item in collection)
    elif isinstance(collection, Partial):
        position = obstacle(collection)
        yield from ((position, item) for item in collection)
    elif isinstance(collection, list):
        yield from enumerate(collection)
    else:
        raise EvaluationError(f"{kind_of(collection)} has no elements")


def made_of(blocked: Value, *values: Value) -> Value:
    """`blocked` as the cause of a value that comes from all the values."""
    if isinstance(blocked, Unknown):
        return Unknown(blocked.reason, blocked.references | references_of(*values))
    return blocked


@dataclass
class Found:
    """What a `for` over a collection has given so far."""

    collection: Value
    items: list[Value] = field(default_factory=list)
    groups: dict[str, list[Value]] = field(default_factory=dict)
    hidden: list[Value] = field(default_factory=list)

    def leave_out(self, hidden: Value) -> None:
        """Something that is perhaps in it."""
        self.items.append(hidden)
        self.hidden.append(hidden)

    @property
    def _is_open(self) -> bool:
        """Whether there may be more or less of it."""
        return bool(self.hidden) or is_hidden(self.collection)

    def listed(self) -> Value:
        """The result of `[for …]`."""
        return partly(self.items) if self._is_open else self.items

    def mapped(self, grouped: bool) -> Value:
        """The result of `{for …}`; `grouped` is `…` after the value."""
        mapping = self.groups if grouped else {name: items[0] for name, items in self.groups.items()}
        if not self._is_open:
            return mapping
        hidden = obstacle(*self.hidden, self.collection)
        parts = None if grouped else mapping
        return Unknown(hidden.reason, hidden.references, None, True, parts) if isinstance(hidden, Unknown) else hidden
