"""What an expression needs from outside: the names that nothing in it binds, and the functions that it calls."""

from collections.abc import Iterator

from scanner.parsers.terraform.syntax import (
    Access,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    ObjectLiteral,
    Operation,
    Splat,
    Step,
    Template,
    TupleLiteral,
    Variable,
)


def free_names(expression: Expression, bound: frozenset[str] = frozenset()) -> set[str]:
    """The first words of all references in it, without what a `for` around them binds."""
    return {
        each.name for each, inner in _within(expression, bound) if isinstance(each, Variable) and each.name not in inner
    }


def called_functions(expression: Expression) -> set[str]:
    """The names of the functions that are called in it."""
    return {each.name.removeprefix("core::") for each, _ in _within(expression, frozenset()) if isinstance(each, Call)}


def _within(expression: Expression, bound: frozenset[str]) -> Iterator[tuple[Expression, frozenset[str]]]:
    """The expression and all that are in it, each with the names that are bound where it stands."""
    yield expression, bound
    if isinstance(expression, For):
        yield from _within(expression.collection, bound)
        bound |= frozenset(expression.names)
        parts: list[Expression | None] = [expression.key, expression.value, expression.condition]
    else:
        parts = [*_parts(expression)]
    for part in parts:
        if part is not None:
            yield from _within(part, bound)


def _parts(expression: Expression) -> Iterator[Expression]:
    match expression:
        case Template():
            yield from (part for part in expression.parts if not isinstance(part, str))
        case TupleLiteral():
            yield from expression.items
        case ObjectLiteral():
            for key, value, _ in expression.items:
                yield from (value,) if isinstance(key, Variable) else (key, value)
        case Access():
            yield expression.base
            yield from _keys(expression.steps)
        case Call():
            yield from expression.arguments
        case Conditional():
            yield from (expression.condition, expression.yes, expression.no)
        case Operation():
            yield from expression.operands


def _keys(steps: tuple[Step, ...]) -> Iterator[Expression]:
    for step in steps:
        if isinstance(step, Index):
            yield step.key
        elif isinstance(step, Splat):
            yield from _keys(step.steps)
