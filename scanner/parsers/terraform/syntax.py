"""The syntax of Terraform files as plain data: blocks, attributes and expressions, in whatever notation they stand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from scanner.core.location import Location


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """One Terraform file: where a place in it lies and what is written there.

    A place is a pair of byte offsets in HCL and an attribute path in JSON; only its own file can read it.
    """

    path: str
    locate: Callable[[Any], Location]
    excerpt: Callable[[Any], str]


@dataclass(frozen=True, eq=False, slots=True)
class Literal:
    """A text, number, truth value or null."""

    place: Any
    value: str | int | float | bool | None


@dataclass(frozen=True, eq=False, slots=True)
class Template:
    """Text with holes: `parts` are strings and expressions. In a `heredoc` its lines are lines of the file."""

    place: Any
    parts: "tuple[str | Expression, ...]"
    heredoc: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class TupleLiteral:
    """`[a, b]`."""

    place: Any
    items: "tuple[Expression, ...]"


@dataclass(frozen=True, eq=False, slots=True)
class ObjectLiteral:
    """`{a = b}`: key, value and the place of the two together."""

    place: Any
    items: "tuple[tuple[Expression, Expression, Any], ...]"


@dataclass(frozen=True, eq=False, slots=True)
class Variable:
    """The first word of a reference (`var`, `each`, `aws_s3_bucket`), or a name that a `for` has bound."""

    place: Any
    name: str


@dataclass(frozen=True, slots=True)
class Name:
    """The step `.name`."""

    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Index:
    """The step `[key]`."""

    key: "Expression"


@dataclass(frozen=True, eq=False, slots=True)
class Splat:
    """The step `[*]` with the steps that are taken on every element."""

    steps: "tuple[Step, ...]"


Step: TypeAlias = Name | Index | Splat


@dataclass(frozen=True, eq=False, slots=True)
class Access:
    """A value and the steps into it."""

    place: Any
    base: "Expression"
    steps: tuple[Step, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """A function call; `expand` says that the last argument is a list of arguments (`f(list...)`)."""

    place: Any
    name: str
    arguments: "tuple[Expression, ...]"
    expand: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Conditional:
    """`condition ? yes : no`."""

    place: Any
    condition: "Expression"
    yes: "Expression"
    no: "Expression"


@dataclass(frozen=True, eq=False, slots=True)
class Operation:
    """One operand for `!` and `-`, two for the others."""

    place: Any
    operator: str
    operands: "tuple[Expression, ...]"


@dataclass(frozen=True, eq=False, slots=True)
class For:
    """`[for …]` when `key` is None, else `{for …}`; `grouped` is `…` after the value."""

    place: Any
    names: tuple[str, ...]
    collection: "Expression"
    key: "Expression | None"
    value: "Expression"
    condition: "Expression | None"
    grouped: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Opaque:
    """An expression that cannot be read."""

    place: Any


Expression: TypeAlias = (
    Literal
    | Template
    | TupleLiteral
    | ObjectLiteral
    | Variable
    | Access
    | Call
    | Conditional
    | Operation
    | For
    | Opaque
)


@dataclass(frozen=True, eq=False, slots=True)
class Attribute:
    """`place` runs from the name to the end of the value."""

    name: str
    expression: Expression
    place: Any
    source: Source

    @property
    def location(self) -> Location:
        return self.source.locate(self.place)


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """One block with what is in it, in the order in which it is written."""

    type: str
    labels: tuple[str, ...]
    attributes: dict[str, Attribute]
    blocks: tuple["Block", ...]
    place: Any
    source: Source

    @property
    def location(self) -> Location:
        return self.source.locate(self.place)

    def expression(self, name: str) -> Expression | None:
        found = self.attributes.get(name)
        return None if found is None else found.expression


@dataclass(frozen=True, eq=False)
class File:
    """What one file holds: blocks, and the attributes outside of any block, as in a .tfvars file.

    `error` is the place of the first thing that could not be read, `message` says what it is.
    """

    source: Source
    blocks: tuple[Block, ...] = ()
    attributes: dict[str, Attribute] = field(default_factory=dict)
    error: Location | None = None
    message: str = ""


def constant(expression: Expression | None) -> str | int | float | bool | None:
    """The value of a literal, None for everything else."""
    return expression.value if isinstance(expression, Literal) else None


def elements(expression: Expression) -> Iterator[tuple[str | int, Any, Expression]]:
    """The parts of a written list or mapping: key, the place of the whole part, the expression of its value."""
    if isinstance(expression, TupleLiteral):
        for index, item in enumerate(expression.items):
            yield index, item.place, item
    elif isinstance(expression, ObjectLiteral):
        for key, value, place in expression.items:
            name = key_name(key)
            if name is not None:
                yield name, place, value


def key_name(key: Expression) -> str | None:
    """What a key of a mapping is called, where that is written: `owner`, `"owner"`, `1`."""
    if isinstance(key, Variable):
        return key.name
    value = constant(key)
    return None if value is None else str(value)


def element(expression: Expression | None, step: str | int) -> Expression | None:
    """The expression of one element of a written list or mapping."""
    if expression is None:
        return None
    return next((value for name, _, value in elements(expression) if name == step), None)
