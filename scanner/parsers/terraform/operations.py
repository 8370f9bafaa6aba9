"""Terraform's operators, over values that are known."""

from collections.abc import Callable
from fractions import Fraction

from scanner.parsers.terraform.conversion import number_of, same, truth_of
from scanner.parsers.terraform.exact_numbers import NumberTooLargeError, exact, from_exact
from scanner.parsers.terraform.values import NotWorkedOutError, Value


def _remainder(left: Fraction, right: Fraction) -> Fraction:
    """What Terraform's `%` leaves has the sign of what is divided; by zero it leaves everything."""
    if not right:
        return left
    quotient = left / right
    return left - right * int(quotient)


def _number(compute: Callable[[Fraction, Fraction], Fraction]) -> Callable[[Value, Value], Value]:
    def computed(left: Value, right: Value) -> Value:
        try:
            return from_exact(compute(exact(number_of(left)), exact(number_of(right))))
        except ZeroDivisionError:
            raise NotWorkedOutError("a number is divided by zero, which Terraform takes for infinity") from None
        except NumberTooLargeError as error:
            raise NotWorkedOutError(str(error)) from None

    return computed


def _comparison(compare: Callable[[Fraction, Fraction], bool]) -> Callable[[Value, Value], Value]:
    return lambda left, right: compare(exact(number_of(left)), exact(number_of(right)))


UNARY: dict[str, Callable[[Value], Value]] = {
    "!": lambda value: not truth_of(value),
    "-": lambda value: from_exact(-exact(number_of(value))),
}
BINARY: dict[str, Callable[[Value, Value], Value]] = {
    "==": same,
    "!=": lambda left, right: not same(left, right),
    "&&": lambda left, right: truth_of(left) and truth_of(right),
    "||": lambda left, right: truth_of(left) or truth_of(right),
    "<": _comparison(lambda left, right: left < right),
    "<=": _comparison(lambda left, right: left <= right),
    ">": _comparison(lambda left, right: left > right),
    ">=": _comparison(lambda left, right: left >= right),
    "+": _number(lambda left, right: left + right),
    "-": _number(lambda left, right: left - right),
    "*": _number(lambda left, right: left * right),
    "/": _number(lambda left, right: left / right),
    "%": _number(_remainder),
}
