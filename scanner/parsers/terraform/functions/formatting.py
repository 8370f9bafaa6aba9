"""`format` and `formatlist`: verbs as in Go, with Terraform's own rules for text."""

import re
from collections.abc import Mapping

from scanner.parsers.terraform.conversion import convert, number_of, truth_of
from scanner.parsers.terraform.exact_numbers import exact
from scanner.parsers.terraform.functions.number_formats import fixed, general, scientific
from scanner.parsers.terraform.functions.signature import Function, Sees, hidden_by, is_hidden
from scanner.parsers.terraform.functions.text import characters
from scanner.parsers.terraform.value_types import ANY, STRING
from scanner.parsers.terraform.values import (
    EvaluationError,
    ListOf,
    NotWorkedOutError,
    Value,
    derived,
    json_of,
    normal,
    obstacle,
)

_PIECE = re.compile(r"%%|%([-+ 0#]*)([1-9][0-9]*)?(?:\.([0-9]*))?(?:\[([1-9][0-9]*)\])?([a-zA-Z])|[^%]+|%", re.DOTALL)
_WIDEST = 10_000
_BASES = {"b": "b", "d": "d", "o": "o", "x": "x", "X": "X"}
_PREFIXES = {"b": "0b", "o": "0", "x": "0x", "X": "0X", "d": ""}


class _Verb:
    """One verb of a format."""

    def __init__(self, match: re.Match[str]) -> None:
        self.flags, self.mode = match[1], match[5]
        self.width = int(match[2] or 0)
        self.precision = None if match[3] is None else int(match[3] or 0)
        if max(self.width, self.precision or 0) > _WIDEST:
            raise NotWorkedOutError("a width or precision is too large")

    def write(self, value: Value) -> str:
        """The text for one argument."""
        if self.mode == "v":
            return self._padded(self._as_it_is(value))
        if value is None:
            raise EvaluationError("null cannot be formatted")
        if self.mode == "t":
            return "true" if truth_of(value) else "false"
        if self.mode in "sq":
            text = convert(value, STRING)
            if self.precision:
                text = "".join(characters(text)[: self.precision])
            return self._padded(json_of(str(text)) if self.mode == "q" else text)
        if self.mode in _BASES:
            return self._whole(number_of(value))
        if self.mode in "eEfgG":
            return self._fraction(number_of(value))
        raise EvaluationError(f"there is no verb %{self.mode}")

    def _as_it_is(self, value: Value) -> str:
        if "#" in self.flags:
            return json_of(value)
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._sign(value < 0, flags="") + general(abs(exact(value)), None, "e")
        return json_of(value)

    def _padded(self, text: str) -> str:
        missing = self.width - len(characters(text)) if self.width else 0
        if missing <= 0:
            return text
        padding = ("0" if "0" in self.flags else " ") * missing
        return text + padding if "-" in self.flags else padding + text

    def _whole(self, number: int | float) -> str:
        if not isinstance(number, int):
            raise EvaluationError("a whole number is due")
        digits = format(abs(number), _BASES[self.mode])
        if self.precision is not None:
            digits = "" if self.precision == 0 and number == 0 else digits.rjust(self.precision, "0")
        sign = self._sign(number < 0) + (_PREFIXES[self.mode] if "#" in self.flags else "")
        missing = " " * (self.width - len(sign + digits))
        if "-" in self.flags:
            return sign + digits + missing
        return (
            sign + "0" * len(missing) + digits
            if "0" in self.flags and self.precision is None
            else missing + sign + digits
        )

    def _fraction(self, number: int | float) -> str:
        value = abs(exact(number))
        precision = 6 if self.precision is None else self.precision
        if self.mode in "gG":
            digits = general(value, self.precision, "e" if self.mode == "g" else "E")
        elif self.mode == "f":
            digits = fixed(value, precision)
        else:
            digits = scientific(value, precision, self.mode)
        sign = self._sign(exact(number) < 0)
        missing = self.width - len(sign + digits)
        if "0" in self.flags:
            return sign + "0" * missing + digits
        return sign + digits + " " * missing if "-" in self.flags else " " * missing + sign + digits

    def _sign(self, is_negative: bool, flags: str | None = None) -> str:
        flags = self.flags if flags is None else flags
        return "-" if is_negative else "+" if "+" in flags else " " if " " in flags else ""


def _formatted(template: str, arguments: list[Value]) -> str:
    result = ""
    position = highest = 0
    for match in _PIECE.finditer(template):
        if match[5] is None:
            if match[0] == "%":
                raise EvaluationError("the format is not readable")
            result += "%" if match[0] == "%%" else match[0]
            continue
        number = int(match[4]) if match[4] else position + 1
        if number > len(arguments):
            raise EvaluationError("there are not enough arguments")
        result += _Verb(match).write(arguments[number - 1])
        position, highest = number, max(highest, number)
    if highest < len(arguments):
        raise EvaluationError("there are too many arguments")
    return normal(result)


def _format(template: str, *arguments: Value) -> Value:
    blocked = obstacle(template, *arguments)
    return derived(_formatted(template, [*arguments]), template, *arguments) if blocked is None else blocked


def _format_list(template: Value, *arguments: Value) -> Value:
    if is_hidden(template):
        return hidden_by(template)
    blocked = hidden_by(*arguments)
    if blocked is not None:
        return blocked
    lengths = {len(each) for each in arguments if isinstance(each, list)} or {1}
    if len(lengths) > 1:
        raise EvaluationError("the lists are not of one length")
    rows = [[each[index] if isinstance(each, list) else each for each in arguments] for index in range(lengths.pop())]
    return ListOf((_format(template, *row) for row in rows), STRING)


FUNCTIONS: Mapping[str, Function] = {
    "format": Function(_format, (STRING,), rest=ANY, sees=Sees.ANYTHING, nullable=True),
    "formatlist": Function(_format_list, (STRING,), rest=ANY, sees=Sees.ANYTHING, nullable=True),
}
