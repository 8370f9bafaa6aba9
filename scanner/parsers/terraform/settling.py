"""The final value of one written expression: evaluated, or unknown with its cause."""

from scanner.parsers.terraform.expressions import Scope, TooMuchWorkError, evaluate
from scanner.parsers.terraform.syntax import Expression, Literal, Source
from scanner.parsers.terraform.values import (
    EvaluationError,
    NotWorkedOutError,
    Unknown,
    Value,
    is_too_large,
    shortened,
)


def settle(expression: Expression, scope: Scope, source: Source) -> Value:
    """The value of an expression; never an exception for a bad configuration."""
    if isinstance(expression, Literal):
        return expression.value
    try:
        with scope.budget.for_one_value():
            value = evaluate(expression, scope)
    except TooMuchWorkError:
        if scope.budget.left < scope.budget.floor:
            raise
        return Unknown(f"{shortened(source, expression)} is too large to be read", frozenset(scope.seen))
    except EvaluationError as error:
        reason = f"{shortened(source, expression)} is refused by Terraform: {error}"
        return Unknown(reason, error.references | scope.seen)
    except NotWorkedOutError:
        return Unknown(f"{shortened(source, expression)} cannot be evaluated statically", frozenset(scope.seen))
    if is_too_large(value):
        return Unknown(f"{shortened(source, expression)} is too large to be read", frozenset(scope.seen))
    return value
