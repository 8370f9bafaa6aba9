"""Functions over numbers."""

import math
import string
from collections.abc import Mapping
from fractions import Fraction

from scanner.parsers.terraform.conversion import number_of, whole_of
from scanner.parsers.terraform.exact_numbers import exact, from_exact, from_float
from scanner.parsers.terraform.functions.signature import Function
from scanner.parsers.terraform.value_types import ANY, NUMBER
from scanner.parsers.terraform.values import EvaluationError, ListOf, NotWorkedOutError, Value

_MOST_ELEMENTS = 1024
_DIGITS = string.digits + string.ascii_lowercase + string.ascii_uppercase
_LONGEST_NUMBER = 600


def _largest(*numbers: int | float) -> Value:
    if not numbers:
        raise EvaluationError("at least one number is due")
    return max(numbers, key=exact)


def _smallest(*numbers: int | float) -> Value:
    if not numbers:
        raise EvaluationError("at least one number is due")
    return min(numbers, key=exact)


def _as_float(number: int | float) -> float:
    try:
        return float(exact(number))
    except OverflowError:
        raise NotWorkedOutError("this number is too large") from None


def _log(number: int | float, base: int | float) -> Value:
    try:
        return from_float(math.log(_as_float(number)) / math.log(_as_float(base)))
    except (ValueError, ZeroDivisionError):
        raise NotWorkedOutError("the logarithm is no finite number") from None


def _pow(number: int | float, power: int | float) -> Value:
    try:
        return from_float(math.pow(_as_float(number), _as_float(power)))
    except (ValueError, OverflowError):
        raise NotWorkedOutError("the power is no finite number") from None


def _signum(number: int | float) -> Value:
    whole = whole_of(number)
    return (whole > 0) - (whole < 0)


def _parse_integer(text: Value, base: int | float) -> Value:
    radix = whole_of(base)
    if not isinstance(text, str):
        raise EvaluationError("the first argument is no text")
    if not 2 <= radix <= len(_DIGITS):
        raise EvaluationError("the base is not between 2 and 62")
    if len(text) > _LONGEST_NUMBER:
        raise NotWorkedOutError("the number is too long")
    digits = text[1:] if text[:1] in ("+", "-") else text
    if radix <= 36:
        digits = digits.lower()
    if not digits or any(_DIGITS.find(digit) not in range(radix) for digit in digits):
        raise EvaluationError(f"this is no number to base {radix}")
    value = 0
    for digit in digits:
        value = value * radix + _DIGITS.index(digit)
    return from_exact(Fraction(-value if text.startswith("-") else value))


def _range(*bounds: int | float) -> Value:
    if not 1 <= len(bounds) <= 3:
        raise EvaluationError("one to three numbers are due")
    start, end = (exact(bounds[0]), exact(bounds[1])) if len(bounds) > 1 else (Fraction(0), exact(bounds[0]))
    step = exact(bounds[2]) if len(bounds) > 2 else Fraction(-1 if end < start else 1)
    if not step or (end - start) * step < 0:
        raise EvaluationError("the step does not lead from the start to the end")
    if (end - start) / step > _MOST_ELEMENTS:
        raise EvaluationError(f"that would be more than {_MOST_ELEMENTS} elements")
    found: list[Value] = []
    current = start
    while current < end if step > 0 else current > end:
        found.append(from_exact(current))
        current = exact(from_exact(current + step))
    return ListOf(found, NUMBER)


def _sum(items: Value) -> Value:
    if not isinstance(items, list) or not items:
        raise EvaluationError("there is nothing to add up")
    total = exact(number_of(items[0]))
    for item in items[1:]:
        total = exact(from_exact(total + exact(number_of(item))))
    return from_exact(total)


FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(lambda number: from_exact(abs(exact(number))), (NUMBER,)),
    "ceil": Function(lambda number: math.ceil(exact(number)), (NUMBER,)),
    "floor": Function(lambda number: math.floor(exact(number)), (NUMBER,)),
    "log": Function(_log, (NUMBER, NUMBER)),
    "max": Function(_largest, rest=NUMBER),
    "min": Function(_smallest, rest=NUMBER),
    "parseint": Function(_parse_integer, (ANY, NUMBER)),
    "pow": Function(_pow, (NUMBER, NUMBER)),
    "range": Function(_range, rest=NUMBER),
    "signum": Function(_signum, (NUMBER,)),
    "sum": Function(_sum, (ANY,)),
}
