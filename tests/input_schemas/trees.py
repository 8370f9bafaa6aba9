"""The shape of attributes as a small tree, which every source is read into and every schema is written from."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Leaf:
    """A value without parts: `string`, `number`, `boolean`, or `any` for one of which nothing is known."""

    type: str = "any"


@dataclass(frozen=True)
class Block:
    """A mapping with known names. One that may repeat is a list, which a path leads through without saying so."""

    members: Mapping[str, "Shape"] = field(default_factory=dict)


@dataclass(frozen=True)
class Keyed:
    """A mapping whose names are free, such as tags."""

    value: "Shape" = field(default_factory=Leaf)


@dataclass(frozen=True)
class Listed:
    """A list of what has no parts."""

    element: "Shape" = field(default_factory=Leaf)


Shape = Leaf | Block | Keyed | Listed


def merged(first: Shape, second: Shape) -> Shape:
    """What either of them allows."""
    if isinstance(first, Block) and isinstance(second, Block):
        names = {**first.members, **second.members}
        return Block(
            {
                name: merged(first.members.get(name, shape), second.members.get(name, shape))
                for name, shape in names.items()
            }
        )
    if isinstance(first, Keyed) and isinstance(second, Keyed):
        return Keyed(merged(first.value, second.value))
    if isinstance(first, Listed) and isinstance(second, Listed):
        return Listed(merged(first.element, second.element))
    return first if first == second else Leaf()
