"""What is known of a value in a Rego module without evaluating it: which ways through `input` lead to it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# A step that may be any key or position.
ANY = None
# A step that stands for all that is inside, however deep; no attribute has that name.
BELOW = "\0below"
Step = str | int | None
Steps = tuple[Step, ...]

_MOST_WAYS = 400
_DEEPEST = 5


@dataclass(frozen=True)
class Value:
    """`ways` are those from `input` to where the value may come from, `constants` what is written in the module.

    Of arrays, sets and objects that the module builds itself, `fields` are the values under constant keys, `elements`
    all others together; `order` are those of an array that is written out.
    """

    ways: frozenset[Steps] = frozenset()
    constants: frozenset[str | int] = frozenset()
    fields: tuple[tuple[str, "Value"], ...] = ()
    elements: "Value | None" = None
    order: tuple["Value", ...] = ()

    def step(self, step: Step) -> "Value":
        """What is under that key or at that position."""
        parts = [Value(ways=frozenset(way if BELOW in way else (*way, step) for way in self.ways))]
        parts += [value for name, value in self.fields if step is ANY or step == name]
        if isinstance(step, int) and 0 <= step < len(self.order):
            parts.append(self.order[step])
        elif self.elements is not None:
            parts.append(self.elements)
        return union(parts)

    def steps(self, path: Iterable["Value"]) -> "Value":
        """What the keys lead to, one after the other; one that is not known may be any."""
        value = self
        for key in path:
            value = union(value.step(constant) for constant in key.choices())
        return value

    def choices(self) -> Iterator[Step]:
        """The keys that this value may be."""
        if not self.constants:
            yield ANY
        yield from sorted(self.constants, key=lambda each: (isinstance(each, str), each))

    def keys(self) -> "Value":
        """The keys of a value that is gone through."""
        return Value(constants=frozenset(name for name, _ in self.fields)) if not self.ways else NOTHING

    def at_most(self, depth: int) -> "Value":
        """The same without what lies deeper."""
        if depth == 0:
            return Value(self.ways, self.constants)
        if not self.fields and self.elements is None:
            return self
        return Value(
            self.ways,
            self.constants,
            tuple((name, value.at_most(depth - 1)) for name, value in self.fields),
            self.elements and self.elements.at_most(depth - 1),
            tuple(value.at_most(depth - 1) for value in self.order),
        )


NOTHING = Value()


def union(values: Iterable[Value]) -> Value:
    """A value that may be each of these."""
    found = [value for value in dict.fromkeys(values) if value != NOTHING]
    if len(found) < 2:
        return found[0] if found else NOTHING
    names = sorted({name for value in found for name, _ in value.fields})
    elements = [value.elements for value in found if value.elements is not None]
    return Value(
        _limited(frozenset().union(*(value.ways for value in found))),
        frozenset().union(*(value.constants for value in found)),
        tuple((name, union(each for value in found for key, each in value.fields if key == name)) for name in names),
        union(elements) if elements else None,
    )


def object_of(fields: Iterable[tuple[Value, Value]]) -> Value:
    """The object with these keys and values; a key that is no constant may be any."""
    named: dict[str, list[Value]] = {}
    others: list[Value] = []
    for key, value in fields:
        names = [each for each in key.constants if isinstance(each, str)]
        for name in names:
            named.setdefault(name, []).append(value)
        if not names:
            others.append(value)
    return Value(
        fields=tuple((name, union(values)) for name, values in sorted(named.items())),
        elements=union(others) if others else None,
    ).at_most(_DEEPEST)


def collection_of(values: Iterable[Value], *, is_ordered: bool = False) -> Value:
    """The array or set of these elements."""
    found = tuple(values)
    return Value(elements=union(found), order=found if is_ordered else ()).at_most(_DEEPEST)


def _limited(ways: frozenset[Steps]) -> frozenset[Steps]:
    """With too many ways, those that differ in nothing but one key or type are taken for any."""
    if len(ways) <= _MOST_WAYS:
        return ways
    return frozenset((*way[:1], ANY, *way[2:]) if len(way) > 1 else way for way in ways)
