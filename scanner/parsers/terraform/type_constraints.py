"""What the `type` of a variable makes of the value it is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from scanner.parsers.terraform.conversion import convert
from scanner.parsers.terraform.hcl import read_expression
from scanner.parsers.terraform.syntax import (
    Call,
    Expression,
    Literal,
    ObjectLiteral,
    Template,
    TupleLiteral,
    Variable,
    key_name,
)
from scanner.parsers.terraform.value_types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    Type,
    list_of,
    map_of,
    object_of,
    set_of,
    tuple_of,
)
from scanner.parsers.terraform.values import BlockPart, NotWorkedOutError, Partial, Unknown, Value

Evaluate = Callable[[Expression], Value]

_EVERY = ""
# Terraform before 0.12 wrote `list` and `map` alone.
_NAMED = {
    "string": STRING,
    "number": NUMBER,
    "bool": BOOL,
    "any": ANY,
    "list": list_of(ANY),
    "set": set_of(ANY),
    "map": map_of(ANY),
}
_COLLECTIONS = {"list": list_of, "set": set_of, "map": map_of}


@dataclass(frozen=True)
class _Constraint:
    """A type with the defaults of its optional attributes.

    `children` are the constraints of what is inside, by name, by position, or by `_EVERY` in a collection.
    """

    type: Type
    defaults: Mapping[str, Expression] = field(default_factory=dict)
    children: "Mapping[str | int, _Constraint]" = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        return not self.defaults and all(each.is_plain for each in self.children.values())


def converted(value: Value, constraint: Expression | None, evaluate: Evaluate) -> Value:
    """`value` as a variable of type `constraint` holds it; `evaluate` is for the defaults of optional attributes.

    Raises `EvaluationError` for a value that the type does not take.
    """
    if isinstance(constraint, Literal | Template):
        text = constraint.value if isinstance(constraint, Literal) else None
        constraint = read_expression(text) if isinstance(text, str) else None  # the JSON notation, and Terraform 0.11
    if constraint is None:
        return value
    read = _read(constraint)
    try:
        return convert(_completed(value, read, evaluate), read.type)
    except NotWorkedOutError as error:
        return Unknown(str(error))


@lru_cache(maxsize=4096)
def _read(expression: Expression) -> _Constraint:
    """A type as it is written; what is no type at all counts as `any`."""
    if isinstance(expression, Variable):
        return _Constraint(_NAMED.get(expression.name, ANY))
    if not isinstance(expression, Call) or not expression.arguments:
        return _Constraint(ANY)
    inner = expression.arguments[0]
    if expression.name in _COLLECTIONS:
        element = _read(inner)
        return _Constraint(_COLLECTIONS[expression.name](element.type), children={_EVERY: element})
    if expression.name == "tuple" and isinstance(inner, TupleLiteral):
        parts = [_read(item) for item in inner.items]
        return _Constraint(tuple_of(part.type for part in parts), children=dict(enumerate(parts)))
    if expression.name == "object" and isinstance(inner, ObjectLiteral):
        return _read_object(inner)
    return _read(inner) if expression.name == "optional" else _Constraint(ANY)


def _read_object(expression: ObjectLiteral) -> _Constraint:
    written = {key_name(key) or "": value for key, value, _ in expression.items}
    optional = {
        name: each.arguments for name, each in written.items() if isinstance(each, Call) and each.name == "optional"
    }
    children: dict[str | int, _Constraint] = {name: _read(each) for name, each in written.items()}
    type_ = object_of(((str(name), each.type) for name, each in children.items()), frozenset(optional))
    defaults = {name: arguments[1] for name, arguments in optional.items() if len(arguments) > 1}
    return _Constraint(type_, defaults, children)


def _completed(value: Value, constraint: _Constraint, evaluate: Evaluate) -> Value:
    """`value` with the defaults in the place of what is missing or null, at any depth."""
    if constraint.is_plain or isinstance(value, BlockPart):
        return value
    children = constraint.children
    every = children.get(_EVERY)
    if isinstance(value, list):
        found = [
            item if inner is None else _completed(item, inner, evaluate)
            for item, inner in ((item, every or children.get(index)) for index, item in enumerate(value))
        ]
        return Partial(found) if isinstance(value, Partial) else found
    if not isinstance(value, dict):
        return value
    result = {**value}
    for name, default in constraint.defaults.items():
        if result.get(name) is None:
            result[name] = evaluate(default)
    for name, item in result.items():
        inner = every or children.get(name)
        if inner is not None:
            result[name] = _completed(item, inner, evaluate)
    return result
