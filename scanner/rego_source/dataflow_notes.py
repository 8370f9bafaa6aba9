"""Keeps what a walk through a policy has met: attributes that are read, and places that could not be followed."""

from dataclasses import dataclass, field, replace

from scanner.core.location import Location
from scanner.rego_source.dataflow_reads import Blind, Read, Use
from scanner.rego_source.dataflow_values import ANY, BELOW, Steps, Value

_UNDECIDED = frozenset({Use.GUARDED, Use.CHECKED, Use.BOUND, Use.SHOWN})
_RESOURCES = "resources"
_ATTRIBUTES = "attributes"
_OF_RESOURCE = 3  # a way starts with `resources`, the type and the number of the resource


@dataclass
class Notes:
    """`reads` are those of attributes, `fields` those of what a resource has beside them, each kept once.

    `below` are the values that are asked, with all that is inside, whether they are known.
    """

    reads: dict[Read, None] = field(default_factory=dict)
    fields: dict[Read, None] = field(default_factory=dict)
    below: dict[Read, None] = field(default_factory=dict)
    blind: dict[Blind, None] = field(default_factory=dict)

    def add(self, value: Value, use: Use, at: Location, *, is_negated: bool = False, holds: bool | None = None) -> None:
        """Note that something becomes of the value, wherever in the input it may come from."""
        if is_negated:
            use = use if use in _UNDECIDED else Use.NEGATED
            holds = None if holds is None else not holds
        for kept, ways in ((self.reads, _attributes(value)), (self.fields, _fields(value))):
            for path, types in ways.items():
                read = Read(() if "" in types else tuple(sorted(types)), path, use, at, holds)
                if BELOW not in path:
                    kept[read] = None
                elif use is Use.GUARDED:
                    self.below[replace(read, path=path[: path.index(BELOW)])] = None

    def update(self, other: "Notes") -> None:
        """Take in what another walk has met."""
        self.reads.update(other.reads)
        self.fields.update(other.fields)
        self.below.update(other.below)
        self.blind.update(other.blind)


def _attributes(value: Value) -> dict[Steps, set[str]]:
    return _by_path(value.ways, _OF_RESOURCE + 1, is_attribute=True)


def _fields(value: Value) -> dict[Steps, set[str]]:
    return _by_path(value.ways, _OF_RESOURCE, is_attribute=False)


def _by_path(ways: frozenset[Steps], start: int, *, is_attribute: bool) -> dict[Steps, set[str]]:
    """The types by the path from there on; "" where the type is not known."""
    found: dict[Steps, set[str]] = {}
    for way in ways:
        if way[0:1] == (_RESOURCES,) and len(way) > start and (way[_OF_RESOURCE] == _ATTRIBUTES) is is_attribute:
            found.setdefault(way[start:], set()).add("" if way[1] is ANY else str(way[1]))
    return found
