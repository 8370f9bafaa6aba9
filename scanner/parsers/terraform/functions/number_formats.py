"""Numbers written as Go's verbs `%f`, `%e` and `%g` write them; all of them take numbers that are not negative."""

from fractions import Fraction

from scanner.parsers.terraform.exact_numbers import from_exact, number_text, point_of


def fixed(value: Fraction, precision: int) -> str:
    """`%f` with that many digits after the point."""
    digits = str(round(value * 10**precision)).rjust(precision + 1, "0")
    return f"{digits[:-precision]}.{digits[-precision:]}" if precision else digits


def scientific(value: Fraction, precision: int, mark: str) -> str:
    """`%e` with that many digits after the point; `mark` stands before the exponent."""
    return _scientific(*_digits(value, precision + 1), precision, mark)


def general(value: Fraction, precision: int | None, mark: str) -> str:
    """`%g`: the shorter of both, with as many digits as the precision says, or as many as the number needs."""
    if precision is None:
        digits, point = _shortest(value)
        count, limit = len(digits), 6
    else:
        count = max(precision, 1)
        digits, point = _digits(value, count)
        limit = len(digits) if count > len(digits) >= point else count
    if digits and not -4 < point <= limit:
        return _scientific(digits, point, min(count, len(digits)) - 1, mark)
    count = len(digits) if count > point else count
    after = max(count - point, 0)
    whole = digits[: max(point, 0)].ljust(point, "0") or "0"
    fraction = ("0" * max(-point, 0) + digits[max(point, 0) :])[:after]
    return f"{whole}.{fraction}" if fraction else whole


def _digits(value: Fraction, count: int) -> tuple[str, int]:
    """The first digits of a number, rounded, without zeros at the end, and how many of them stand before the point."""
    if not value:
        return "", 0
    point = point_of(value)
    rounded = str(round(value * Fraction(10) ** (count - point)))
    return rounded.rstrip("0"), point + len(rounded) - count


def _shortest(value: Fraction) -> tuple[str, int]:
    if not value:
        return "", 0
    whole, _, fraction = number_text(from_exact(value)).partition(".")
    if whole != "0":
        return (whole + fraction).rstrip("0"), len(whole)
    digits = fraction.lstrip("0")
    return digits, len(digits) - len(fraction)


def _scientific(digits: str, point: int, precision: int, mark: str) -> str:
    first, rest = (digits or "0")[0], digits[1:].ljust(precision, "0")[:precision]
    exponent = point - 1 if digits else 0
    return f"{first}{'.' + rest if rest else ''}{mark}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
