"""The final value of one written expression: evaluated here, else by Terraform's evaluator, else unknown."""

from collections.abc import Callable
from typing import Any

from scanner.parsers.terraform.expressions import Scope, evaluate
from scanner.parsers.terraform.syntax import Expression, Literal, Source
from scanner.parsers.terraform.values import (
    UNDECIDED,
    EvaluationError,
    Unknown,
    Value,
    filled,
    is_too_large,
    leaves,
    shortened,
)


def settle(expression: Expression, scope: Scope, hint: Callable[[], Any], source: Source) -> Value:
    """The value of an expression; never `UNDECIDED`, and never an exception for a bad configuration.

    `hint` gives what Terraform's evaluator says; it is asked only when there is need.
    """
    if isinstance(expression, Literal):
        return expression.value
    try:
        value = evaluate(expression, scope)
    except EvaluationError as error:
        reason = f"{shortened(source, expression)} cannot be evaluated statically"
        return Unknown(reason, error.references | scope.seen)
    if is_too_large(value):
        return Unknown(f"{shortened(source, expression)} is too large to be read", frozenset(scope.seen))
    if any(leaf is UNDECIDED for leaf in leaves(value)):
        return filled(value, hint(), shortened(source, expression))
    return value
