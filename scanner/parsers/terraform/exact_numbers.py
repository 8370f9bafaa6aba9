"""Numbers as Terraform has them: binary fractions of 512 bits, which Python's floats would round long before.

A whole number is an `int`. Any other is a `float`, which stands for the decimal number that Python writes for it, or an
`Exact`, a float that remembers what it is a rounding of, where no short decimal number is the same.
"""

import math
import re
from fractions import Fraction
from typing import Any, Self

_PRECISION = 512
_FLOAT_PRECISION = 53
_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,9}))?")

# Beyond these a number is not written out: it would be an attempt to fill the memory.
_LARGEST_EXPONENT = 2_000
_LONGEST_TEXT = 2_000


class NumberTooLargeError(Exception):
    """A number with more digits than are worked with here."""


class Exact(float):
    """A number with a fractional part; `precision` is how many bits of it count."""

    __slots__ = ("exact", "precision")

    exact: Fraction
    precision: int

    def __new__(cls, exact: Fraction, precision: int = _PRECISION) -> Self:
        made = super().__new__(cls, float(exact))
        made.exact, made.precision = exact, precision
        return made

    def __eq__(self, other: object) -> bool:
        return exact(other) == self.exact if isinstance(other, int | float) else NotImplemented

    def __hash__(self) -> int:
        return super().__hash__()

    def __getnewargs__(self) -> Any:
        return (self.exact, self.precision)


def exact(number: int | float) -> Fraction:
    """The exact value; of an ordinary float it is that of the decimal number that Python writes for it."""
    if isinstance(number, Exact):
        return number.exact
    return Fraction(number) if isinstance(number, int) else _rounded(Fraction(repr(number)))


def from_exact(value: Fraction) -> int | float:
    """The number nearest to `value` that Terraform can hold. Raises `NumberTooLargeError`."""
    value = _rounded(value)
    if value.denominator == 1:
        return int(value)
    ordinary = float(value)
    return ordinary if exact(ordinary) == value else Exact(value)


def from_float(value: float) -> int | float:
    """The number that the machine's float `value` stands for, bit by bit. Raises `ValueError` for infinity."""
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    return int(value) if value.is_integer() else Exact(Fraction(value), _FLOAT_PRECISION)


def parse_number(text: str) -> int | float | None:
    """The number that is written in decimal notation, None when that is none. Raises `NumberTooLargeError`."""
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        return None
    sign, whole, fraction, exponent = match[1], match[2], match[3] or "", int(match[4] or 0)
    if abs(exponent) > _LARGEST_EXPONENT or len(text) > _LONGEST_TEXT:
        raise NumberTooLargeError("a number with this many digits is not worked with")
    digits = int(f"0{whole}{fraction}")
    scale = exponent - len(fraction)
    value = Fraction(digits * 10**scale) if scale >= 0 else Fraction(digits, 10**-scale)
    return from_exact(-value if sign == "-" else value)


def number_text(number: int | float) -> str:
    """A number as Terraform writes it: the shortest decimal that is read as the same number, without an exponent."""
    value = exact(number)
    if value.denominator == 1 and abs(value) < 1 << _PRECISION:
        return str(int(value))
    precision = number.precision if isinstance(number, Exact) else _PRECISION
    return _shortest(value, precision) if value > 0 else "-" + _shortest(-value, precision)


def _shortest(value: Fraction, precision: int) -> str:
    low, high, closed = _neighbourhood(value, precision)
    scale = point_of(value)
    # The shortest run of digits that lies between the two neighbours, nearest to the number itself.
    place = scale
    while True:
        unit = Fraction(10) ** place
        down = value // unit * unit
        candidates = sorted((down, down + unit), key=lambda each: abs(each - value))
        for each in candidates:
            if low < each < high or (closed and each in (low, high)):
                return _decimal(each, place)
        place -= 1


def point_of(value: Fraction) -> int:
    """How many digits a positive number has before the point; below zero when zeros follow the point."""
    place = len(str(value.numerator)) - len(str(value.denominator))
    while Fraction(10) ** (place + 1) <= value:
        place += 1
    while Fraction(10) ** place > value:
        place -= 1
    return place + 1


def _decimal(value: Fraction, place: int) -> str:
    if place >= 0 or value.denominator == 1:
        return str(int(value))
    digits = str(int(value * 10**-place)).rjust(-place + 1, "0")
    return f"{digits[:place]}.{digits[place:].rstrip('0')}"


def _exponent(value: Fraction) -> int:
    """The number of bits before the binary point, negative for small numbers."""
    exponent = abs(value.numerator).bit_length() - value.denominator.bit_length()
    return exponent + 1 if abs(value) >= Fraction(2) ** exponent else exponent


def _neighbourhood(value: Fraction, precision: int) -> tuple[Fraction, Fraction, bool]:
    """Between which bounds everything is read as this number, and whether that holds for the bounds too."""
    unit = Fraction(2) ** (_exponent(value) - precision)
    mantissa = int(value / unit)
    below = unit / 4 if mantissa == 1 << (precision - 1) else unit / 2
    return value - below, value + unit / 2, mantissa % 2 == 0


def _rounded(value: Fraction) -> Fraction:
    if value.denominator == 1 and abs(value.numerator).bit_length() <= _PRECISION:
        return value
    exponent = _exponent(value)
    if abs(exponent) > 4 * _LARGEST_EXPONENT:
        raise NumberTooLargeError("a number with this many digits is not worked with")
    unit = Fraction(2) ** (exponent - _PRECISION)
    return round(value / unit) * unit
