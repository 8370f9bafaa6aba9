"""Where an expression of Terraform stands, and what the names in it are bound to there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.explaining.steps import Way
from scanner.parsers.terraform.modules import Instance, Module
from scanner.parsers.terraform.settling import settle
from scanner.parsers.terraform.syntax import Attribute, Expression, Source
from scanner.parsers.terraform.values import Value, shortened
from scanner.parsers.terraform.variable_files import Variables

# Characters of an expression inside of a sentence.
_LONGEST = 80


@dataclass(frozen=True, eq=False)
class Bound:
    """What a name of `for`, `each` or a dynamic block stands for: the part of an expression at `path`.

    `said` says so in words.
    """

    expression: Expression
    place: "Place"
    path: AttributePath = ()
    said: str = ""


@dataclass(frozen=True, eq=False)
class Place:
    """An expression's module, file and names: their values, and where those come from.

    `each.key` is bound as `each.key`, the value of an iterator as `<iterator>.value`.
    """

    module: Module
    source: Source
    names: Mapping[str, Value] = field(default_factory=dict)
    bound: Mapping[str, Bound] = field(default_factory=dict)

    def value(self, expression: Expression) -> Value:
        """What the expression is worth here."""
        return settle(expression, self.module.scope(self.names), self.source)

    def text(self, expression: Expression) -> str:
        """The expression as it is written, on one line."""
        text = shortened(self.source, expression)
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

    def locate(self, expression: Expression) -> Location:
        return self.source.locate(getattr(expression, "place"))  # noqa: B009 - every expression has one

    def of(self, attribute: Attribute) -> "Place":
        """The same names for an attribute of the same block, perhaps in another file."""
        return Place(self.module, attribute.source, self.names, self.bound)


@dataclass(frozen=True, eq=False)
class Trail:
    """The way that is being followed, and what follows an expression: `follow(expression, path, place, depth)`.

    `variables` says what gives the variables of a root their values.
    """

    way: Way
    variables: Variables
    follow: Callable[[Expression, AttributePath, Place, int], None]


def place_in(instance: Instance, attribute: Attribute) -> Place:
    """Where an attribute of a resource or of a call stands."""
    bound: dict[str, Bound] = {}
    repeated = instance.block.attributes.get("for_each") or instance.block.attributes.get("count")
    if repeated is not None:
        outside = Place(instance.module, repeated.source)
        key: Any = instance.names.get("each", {}).get("key")
        path: AttributePath = ()
        if isinstance(key, str | int):
            said, path = f"for_each of {instance.address}: the element {key}", (str(key),)
        else:
            said = f"for_each of {instance.address}, whose elements are not known"
        element = Bound(repeated.expression, outside, path, said)
        bound = {"each.key": element, "each.value": element}
        bound["count.index"] = Bound(repeated.expression, outside, (), f"count of {instance.address}")
    return Place(instance.module, attribute.source, instance.names, bound)
