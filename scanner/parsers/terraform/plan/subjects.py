"""What an expression refers to, as a plan lists it."""

from collections.abc import Iterator

from scanner.parsers.terraform.syntax import (
    Access,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Name,
    ObjectLiteral,
    Operation,
    Splat,
    Step,
    Template,
    TupleLiteral,
    Variable,
)

# How many words name a thing: `data.aws_region.here`, `each`; all others take two.
_WORDS = {"data": 3, "each": 1, "count": 1, "self": 1, "path": 1, "terraform": 1}


def subjects(expression: Expression, bound: frozenset[str] = frozenset()) -> Iterator[str]:
    """The things referred to: `var.name`, `aws_s3_bucket.models`, `module.store`; `bound` are names of its own."""
    if isinstance(expression, Access):
        if isinstance(expression.base, Variable):
            if expression.base.name not in bound:
                yield _subject(expression.base.name, expression.steps)
        else:
            yield from subjects(expression.base, bound)
        yield from _in_steps(expression.steps, bound)
        return
    if isinstance(expression, For):
        yield from subjects(expression.collection, bound)
        bound |= frozenset(expression.names)
    for inner in _inner(expression):
        yield from subjects(inner, bound)


def _subject(first: str, steps: tuple[Step, ...]) -> str:
    names = [step.name for step in steps[: _WORDS.get(first, 2) - 1] if isinstance(step, Name)]
    return ".".join((first, *names))


def _in_steps(steps: tuple[Step, ...], bound: frozenset[str]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Index):
            yield from subjects(step.key, bound)
        elif isinstance(step, Splat):
            yield from _in_steps(step.steps, bound)


def _inner(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, Template):
        yield from (part for part in expression.parts if not isinstance(part, str))
    elif isinstance(expression, TupleLiteral):
        yield from expression.items
    elif isinstance(expression, ObjectLiteral):
        for key, value, _ in expression.items:
            yield from (key, value)
    elif isinstance(expression, Call):
        yield from expression.arguments
    elif isinstance(expression, Conditional):
        yield from (expression.condition, expression.yes, expression.no)
    elif isinstance(expression, Operation):
        yield from expression.operands
    elif isinstance(expression, For):
        yield from (each for each in (expression.key, expression.value, expression.condition) if each is not None)
