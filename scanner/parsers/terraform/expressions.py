"""Evaluates an expression in a scope, so that what is not known stays visible with its cause.

The evaluator of Terraform itself (see `evaluate.py`) says null, an empty text or something made up where a variable
has no value. Here such a value is an `Unknown` from the start and stays one through templates, operators, conditions,
lists and functions; only what Terraform's own functions do with known arguments is left to that evaluator.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.parsers.terraform import functions
from scanner.parsers.terraform.functions import number_of, same, truth_of
from scanner.parsers.terraform.partial_json import read_partial_json
from scanner.parsers.terraform.syntax import (
    Access,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Literal,
    Name,
    ObjectLiteral,
    Opaque,
    Operation,
    Splat,
    Step,
    Template,
    TupleLiteral,
    Variable,
)
from scanner.parsers.terraform.values import (
    UNDECIDED,
    BlockPart,
    EvaluationError,
    Handle,
    SetOf,
    Unknown,
    Value,
    derived,
    is_too_large,
    obstacle,
    references_of,
    text_of,
)


class TooMuchWorkError(Exception):
    """The configuration needs more steps than any real one."""


@dataclass
class Budget:
    """How much work may still be done for one root; one is an expression."""

    left: int = 2_000_000

    def spend(self, amount: int) -> None:
        """Raises `TooMuchWorkError` when nothing is left."""
        self.left -= amount
        if self.left < 0:
            raise TooMuchWorkError("evaluating it takes too many steps")


@dataclass(frozen=True)
class Scope:
    """What the names in an expression mean.

    `names` are `each`, `count`, the iterators of dynamic blocks and what a `for` binds; `root` gives everything else
    (`var`, `local`, resource types). `seen` collects the addresses of the resources that are referred to.
    """

    root: Callable[[str], Value]
    call: Callable[[str, list[Value]], Value] = functions.call
    names: Mapping[str, Value] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    budget: Budget = field(default_factory=Budget)

    def binding(self, names: Mapping[str, Value]) -> "Scope":
        return replace(self, names={**self.names, **names})


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of an expression. Raises `EvaluationError` where Terraform would give an error."""
    scope.budget.spend(1)
    return _EVALUATORS[type(expression)](expression, scope)


def step_into(value: Value, step: Step, scope: Scope) -> Value:
    """One part of a value."""
    if isinstance(value, Unknown) or value is UNDECIDED:
        return value
    if isinstance(step, Splat):
        return _splat(value, step, scope)
    key = step.name if isinstance(step, Name) else evaluate(step.key, scope)
    if isinstance(value, Handle):
        if value.address:
            scope.seen.add(value.address)
        if isinstance(step, Index) and value.index is not None:
            return value.index(key)
        blocked = obstacle(key)
        return value.read(text_of(key)) if blocked is None else blocked
    blocked = obstacle(key)
    if blocked is not None:
        return _all_or(blocked, value)
    if isinstance(value, dict):
        name = text_of(key)
        if name in value:
            return value[name]
        if isinstance(value, BlockPart):
            return Unknown(f"{value.name}.{name} is known only after apply", frozenset((value.address,)))
    if isinstance(value, list):
        position = number_of(key)
        if isinstance(position, int) and 0 <= position < len(value):
            return value[position]
    raise EvaluationError("there is no such part", references_of(value))


def _all_or(blocked: Value, value: Value) -> Value:
    """An element at an unknown index comes from one of the resources that all the elements come from."""
    if isinstance(blocked, Unknown):
        return Unknown(blocked.reason, blocked.references | references_of(value))
    return blocked


def _splat(value: Value, step: Splat, scope: Scope) -> Value:
    if isinstance(value, Handle) and value.index is not None:
        return value.as_unknown()
    items = value if isinstance(value, list) else [] if value is None else [value]
    results = []
    for item in items:
        for inner in step.steps:
            item = step_into(item, inner, scope)  # noqa: PLW2901 - one step after the other
        results.append(item)
    return results


def _literal(expression: Literal, scope: Scope) -> Value:  # noqa: ARG001 - all evaluators look alike
    return expression.value


def _template(expression: Template, scope: Scope) -> Value:
    values = [part if isinstance(part, str) else evaluate(part, scope) for part in expression.parts]
    if is_too_large(values):
        raise EvaluationError("this text is too long")
    blocked = obstacle(*values)
    if blocked is None:
        return derived("".join(text_of(value) for value in values), *values)
    if isinstance(blocked, Unknown):
        return Unknown(blocked.reason, blocked.references, read_partial_json(values), present=True)
    return blocked


def _tuple(expression: TupleLiteral, scope: Scope) -> Value:
    return [evaluate(item, scope) for item in expression.items]


def _object(expression: ObjectLiteral, scope: Scope) -> Value:
    result: dict[str, Value] = {}
    for key_expression, value_expression, _ in expression.items:
        bare = isinstance(key_expression, Variable)
        key = key_expression.name if isinstance(key_expression, Variable) else evaluate(key_expression, scope)
        value = evaluate(value_expression, scope)
        blocked = None if bare else obstacle(key)
        if blocked is not None:
            return _all_or(blocked, value)  # under which name it stands is not known
        result[text_of(key)] = value
    return result


def _variable(expression: Variable, scope: Scope) -> Value:
    name = expression.name
    return scope.names[name] if name in scope.names else scope.root(name)


def _access(expression: Access, scope: Scope) -> Value:
    value = evaluate(expression.base, scope)
    for step in expression.steps:
        value = step_into(value, step, scope)
    return value


def _call(expression: Call, scope: Scope) -> Value:
    if expression.name == "try":
        return _try(expression, scope)
    if expression.name == "can":
        return _can(expression, scope)
    arguments = [evaluate(argument, scope) for argument in expression.arguments]
    if expression.expand and arguments:
        last = arguments.pop()
        if not isinstance(last, list):
            return obstacle(*arguments, last) or UNDECIDED
        arguments.extend(last)
    return scope.call(expression.name, arguments)


def _try(expression: Call, scope: Scope) -> Value:
    for argument in expression.arguments:
        try:
            return evaluate(argument, scope)
        except EvaluationError:
            continue
    raise EvaluationError("none of the expressions in try() works")


def _can(expression: Call, scope: Scope) -> Value:
    try:
        values = [evaluate(argument, scope) for argument in expression.arguments]
    except EvaluationError:
        return False
    return obstacle(*values) or True


def _conditional(expression: Conditional, scope: Scope) -> Value:
    condition = evaluate(expression.condition, scope)
    blocked = obstacle(condition)
    if blocked is None:
        return evaluate(expression.yes if truth_of(condition) else expression.no, scope)
    branches = []
    for branch in (expression.yes, expression.no):
        try:
            branches.append(evaluate(branch, scope))
        except EvaluationError:
            return blocked
    hidden = obstacle(*branches)
    if hidden is None and same(*branches):
        return branches[0]
    found = obstacle(blocked, hidden)
    return _all_or(found, branches)


def _operation(expression: Operation, scope: Scope) -> Value:
    values = [evaluate(operand, scope) for operand in expression.operands]
    if expression.operator in _SETTLED_BY:
        decisive = _SETTLED_BY[expression.operator]
        if any(value is decisive for value in values):
            return decisive
    if expression.operator in ("==", "!=") and any(value is None for value in values):
        values = [_nullness(value) for value in values]
    blocked = obstacle(*values)
    if blocked is not None:
        return blocked
    operators = _UNARY if len(values) == 1 else _BINARY
    try:
        return operators[expression.operator](*values)
    except (ArithmeticError, KeyError) as error:
        raise EvaluationError("this cannot be computed") from error


def _nullness(value: Value) -> Value:
    """Something for what is not null, however little of it is known."""
    is_present = isinstance(value, dict | list | Handle) or (isinstance(value, Unknown) and value.present)
    return () if is_present else value


def _whole(number: int | float) -> int | float:
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _for(expression: For, scope: Scope) -> Value:
    collection = evaluate(expression.collection, scope)
    if isinstance(collection, Handle):
        collection = collection.as_unknown()
    if isinstance(collection, Unknown) or collection is UNDECIDED:
        return collection
    grouped: dict[str, list[Value]] = {}
    results: list[Value] = []
    for key, value in pairs(collection):
        names = (key, value) if len(expression.names) > 1 else (value,)
        inner = scope.binding(dict(zip(expression.names, names, strict=True)))
        wanted = True if expression.condition is None else evaluate(expression.condition, inner)
        blocked = obstacle(wanted)
        if blocked is not None:
            return _all_or(blocked, collection)
        if not truth_of(wanted):
            continue
        result = evaluate(expression.value, inner)
        results.append(result)
        if expression.key is not None:
            name = evaluate(expression.key, inner)
            blocked = obstacle(name)
            if blocked is not None:
                return _all_or(blocked, collection)
            grouped.setdefault(text_of(name), []).append(result)
    if is_too_large(results):
        raise EvaluationError("this has too many elements")
    if expression.key is None:
        return results
    return grouped if expression.grouped else {name: found[-1] for name, found in grouped.items()}


def pairs(collection: Value) -> Iterator[tuple[Any, Value]]:
    """Key and value of everything in a list or mapping, in Terraform's order."""
    if isinstance(collection, dict):
        yield from sorted(collection.items())
    elif isinstance(collection, SetOf):
        yield from ((item, item) for item in collection)
    elif isinstance(collection, list):
        yield from enumerate(collection)
    else:
        raise EvaluationError("this has no elements")


def _opaque(expression: Opaque, scope: Scope) -> Value:
    """Left to Terraform's evaluator when everything it is made of is known."""
    if expression.inner is None:
        raise EvaluationError("this is not understood")
    inner = scope.binding(dict.fromkeys(expression.bound, UNDECIDED))
    return obstacle(*(evaluate(each, inner) for each in expression.inner)) or UNDECIDED


# `false && x` is false and `true || x` is true whatever x turns out to be.
_SETTLED_BY = {"&&": False, "||": True}
_UNARY: dict[str, Callable[[Value], Value]] = {
    "!": lambda value: not truth_of(value),
    "-": lambda value: -number_of(value),
}
_BINARY: dict[str, Callable[[Value, Value], Value]] = {
    "==": same,
    "!=": lambda left, right: not same(left, right),
    "&&": lambda left, right: truth_of(left) and truth_of(right),
    "||": lambda left, right: truth_of(left) or truth_of(right),
    "<": lambda left, right: number_of(left) < number_of(right),
    "<=": lambda left, right: number_of(left) <= number_of(right),
    ">": lambda left, right: number_of(left) > number_of(right),
    ">=": lambda left, right: number_of(left) >= number_of(right),
    "+": lambda left, right: _whole(number_of(left) + number_of(right)),
    "-": lambda left, right: _whole(number_of(left) - number_of(right)),
    "*": lambda left, right: _whole(number_of(left) * number_of(right)),
    "/": lambda left, right: _whole(number_of(left) / number_of(right)),
    "%": lambda left, right: _whole(number_of(left) % number_of(right)),
}
_EVALUATORS: dict[type, Callable[[Any, Scope], Value]] = {
    Literal: _literal,
    Template: _template,
    TupleLiteral: _tuple,
    ObjectLiteral: _object,
    Variable: _variable,
    Access: _access,
    Call: _call,
    Conditional: _conditional,
    Operation: _operation,
    For: _for,
    Opaque: _opaque,
}
