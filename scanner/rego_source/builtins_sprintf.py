"""`sprintf` as OPA has it: Go's over text, integers and fractions; everything else goes in as Rego writes it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from scanner.rego_source.arguments import text
from scanner.rego_source.written import quoted, quoted_letter, written

_MOST = 1_000_000  # of a width or a precision, as in Go
_LONGEST = 20_000_000
_NO_LETTER = "\ufffd"
_BASES = {
    "d": ("d", ""),
    "v": ("d", ""),
    "b": ("b", "0b"),
    "o": ("o", "0"),
    "O": ("o", "0"),
    "x": ("x", "0x"),
    "X": ("X", "0X"),
}


_PLAIN = re.compile(r"(?:[^%]|%[sd])*")


@lru_cache(maxsize=4096)
def _plain(form: str) -> tuple[str, list[type]] | None:
    """The form for Python, and the types that its values must have, where it has only `%s` and `%d`."""
    if _PLAIN.fullmatch(form) is None:
        return None
    verbs = re.findall("%(.)", form)
    return form.replace("%d", "%s"), [str if verb == "s" else int for verb in verbs]


@dataclass
class _Flags:
    """What stands between `%` and the verb; `like_go` is `%#v`."""

    sharp: bool = False
    zero: bool = False
    plus: bool = False
    minus: bool = False
    space: bool = False
    like_go: bool = False
    width: int | None = None
    precision: int | None = None

    def padded(self, shown: str, *, zeros: bool | None = None) -> str:
        missing = (self.width or 0) - len(shown)
        if missing <= 0:
            return shown
        if self.minus:
            return shown + " " * missing
        return ("0" if (self.zero if zeros is None else zeros) else " ") * missing + shown

    def cut(self, shown: str) -> str:
        return shown if self.precision is None else shown[: self.precision]


def sprintf(form: Any, values: Any) -> str:
    """The text with its verbs replaced. Raises `ValueError` for arguments that `sprintf` does not take."""
    if not isinstance(values, list):
        raise ValueError("it takes an array of values")
    plain = _plain(text(form))  # as nearly all are
    if plain is not None and [type(value) for value in values] == plain[1]:
        return plain[0] % tuple(values)
    reader = _Reader(text(form), [value if type(value) in (int, float, str) else written(value) for value in values])
    return reader.read()


class _Reader:
    """Go's `doPrintf`: `at` is the place in the form, `argument` the number of the next value."""

    def __init__(self, form: str, values: list[Any]) -> None:
        self._form = form
        self._values = values
        self._at = 0
        self._argument = 0
        self._is_reordered = False
        self._is_good = True
        self._size = 0

    def read(self) -> str:
        parts: list[str] = []
        while True:
            end = self._form.find("%", self._at)
            parts.append(self._form[self._at : end if end >= 0 else None])
            if end < 0:
                break
            self._at = end + 1
            self._is_good = True
            part = self._verb()
            parts.append(part)
            self._size += len(part)
            if self._size > _LONGEST:
                raise ValueError(f"the text is longer than {_LONGEST} characters")
        if not self._is_reordered and self._argument < len(self._values):
            extra = ", ".join(_typed(value, _Flags()) for value in self._values[self._argument :])
            parts.append(f"%!(EXTRA {extra})")
        return "".join(parts)

    def _verb(self) -> str:
        flags = self._flags()
        if "a" <= self._here() <= "z" and self._argument < len(self._values):
            return self._shown("", flags)
        is_indexed = self._index()
        said = ""
        if self._here() == "*":
            self._at += 1
            flags.width = self._star()
            said += "%!(BADWIDTH)" if flags.width is None else ""
            if flags.width is not None and flags.width < 0:
                flags.width, flags.minus, flags.zero = -flags.width, True, False
            is_indexed = False
        else:
            flags.width = self._number()
            self._is_good = self._is_good and not (is_indexed and flags.width is not None)
        if self._here() == "." and self._at + 1 < len(self._form):
            self._at += 1
            self._is_good = self._is_good and not is_indexed
            is_indexed = self._index()
            if self._here() == "*":
                self._at += 1
                precision = self._star()
                flags.precision = None if precision is None or precision < 0 else precision
                said += "%!(BADPREC)" if flags.precision is None else ""
                is_indexed = False
            else:
                flags.precision = self._number() or 0
        if not is_indexed:
            self._index()
        return self._shown(said, flags)

    def _shown(self, said: str, flags: _Flags) -> str:
        verb = self._here()
        self._at += 1
        if not verb:
            return said + "%!(NOVERB)"
        if verb == "%":
            return said + "%"
        if not self._is_good:
            return f"{said}%!{verb}(BADINDEX)"
        if self._argument >= len(self._values):
            return f"{said}%!{verb}(MISSING)"
        value = self._values[self._argument]
        self._argument += 1
        if verb in ("v", "w") and not _is_big(value):
            flags.like_go, flags.sharp, flags.plus = flags.sharp, False, False
        return said + _value(value, verb, flags)

    def _here(self) -> str:
        return self._form[self._at : self._at + 1]

    def _flags(self) -> _Flags:
        flags = _Flags()
        while (here := self._here()) and here in "#0+- ":
            flags.sharp |= here == "#"
            flags.zero |= here == "0"
            flags.plus |= here == "+"
            flags.minus |= here == "-"
            flags.space |= here == " "
            self._at += 1
        return flags

    def _number(self) -> int | None:
        start = self._at
        while self._here() and self._here() in "0123456789":
            self._at += 1
            if self._at - start > 7 or int(self._form[start : self._at]) > _MOST:
                self._at = len(self._form)  # so does Go
                return None
        return int(self._form[start : self._at]) if self._at > start else None

    def _index(self) -> bool:
        """Read `[n]`, which names the next value; whether there was one."""
        if self._here() != "[":
            return False
        self._is_reordered = True
        end = self._form.find("]", self._at)
        if end < 0:
            self._at += 1
            self._is_good = False
            return False
        digits = self._form[self._at + 1 : end]
        self._at = end + 1
        is_number = digits.isascii() and digits.isdecimal() and len(digits) <= 7 and int(digits) <= _MOST
        if is_number and 0 < int(digits) <= len(self._values):
            self._argument = int(digits) - 1
            return True
        self._is_good = False
        return is_number

    def _star(self) -> int | None:
        """A width or precision that is a value."""
        if self._argument >= len(self._values):
            return None
        value = self._values[self._argument]
        self._argument += 1
        return value if type(value) is int and abs(value) <= _MOST else None


def _value(value: Any, verb: str, flags: _Flags) -> str:
    if verb == "T":
        return flags.padded(flags.cut(_type(value)))
    if isinstance(value, str):
        shown = _text(value, verb, flags)
    elif isinstance(value, int):
        shown = _integer(value, "d" if verb == "s" and _is_big(value) else verb, flags)
    else:
        shown = _float(value, verb, flags)
    if shown is not None:
        return shown
    return f"%!{verb}({f'big.Int={value}' if _is_big(value) else _typed(value, flags)})"


def _is_big(value: Any) -> bool:
    return isinstance(value, int) and not -(1 << 63) <= value < 1 << 63


def _type(value: Any) -> str:
    return (
        "string"
        if isinstance(value, str)
        else "float64"
        if isinstance(value, float)
        else "*big.Int"
        if _is_big(value)
        else "int64"
    )


def _typed(value: Any, flags: _Flags) -> str:
    return f"{_type(value)}={_value(value, 'v', flags)}"


def _text(value: str, verb: str, flags: _Flags) -> str | None:
    if verb == "q" or (verb == "v" and flags.like_go):
        shown = flags.cut(value)
        if (
            flags.sharp
            and "`" not in shown
            and all(letter == "\t" or (letter >= " " and letter not in "\x7f\ufeff") for letter in shown)
        ):
            return flags.padded(f"`{shown}`")
        return flags.padded(quoted(shown, is_ascii=flags.plus))
    if verb in ("s", "v"):
        return flags.padded(flags.cut(value))
    if verb in ("x", "X"):
        data = value.encode()[: flags.precision]
        if not data:
            return flags.padded("")
        mark = "0x" if flags.sharp else ""
        shown = " ".join(f"{mark}{byte:02x}" for byte in data) if flags.space else mark + data.hex()
        return flags.padded(shown.upper() if verb == "X" else shown)
    return None


def _integer(value: int, verb: str, flags: _Flags) -> str | None:
    if verb in ("c", "q", "U") and not _is_big(value):
        is_letter = 0 <= value <= 0x10FFFF and not 0xD800 <= value <= 0xDFFF
        letter = chr(value) if is_letter else _NO_LETTER
        if verb == "c":
            return flags.padded(letter)
        if verb == "q":
            return flags.padded(quoted_letter(letter, is_ascii=flags.plus))
        shown = "U+" + f"{value % (1 << 64):X}".rjust(max(4, flags.precision or 0), "0")
        if flags.sharp and is_letter and letter.isprintable():
            shown += f" '{letter}'"
        return flags.padded(shown, zeros=False)
    if verb not in _BASES:
        return None
    base, mark = _BASES[verb]
    sign = "-" if value < 0 else "+" if flags.plus else " " if flags.space else ""
    digits = format(abs(value), base)
    if flags.precision is not None:
        if flags.precision == 0 and value == 0:
            return " " * (flags.width or 0)
        digits = digits.rjust(flags.precision, "0")
    elif flags.zero and not flags.minus and flags.width is not None:
        digits = digits.rjust(flags.width - len(sign), "0")
    if flags.sharp and not (base == "o" and digits.startswith("0")):
        digits = mark + digits
    if verb == "O":
        digits = "0o" + digits
    return flags.padded(sign + digits, zeros=False)


def _float(value: float, verb: str, flags: _Flags) -> str | None:
    if verb not in ("v", "g", "G", "e", "E", "f", "F", "b", "x", "X"):
        return None
    shown = _digits(abs(value), "g" if verb == "v" else verb.replace("F", "f"), flags)
    sign = "-" if str(value).startswith("-") else "+" if flags.plus else " " if flags.space else ""
    if sign and flags.zero and not flags.minus:
        return sign + shown.rjust((flags.width or 0) - len(sign), "0")
    return flags.padded(sign + shown)


def _digits(value: float, verb: str, flags: _Flags) -> str:
    if verb in ("e", "E", "f"):
        mark = "#" if flags.sharp else ""
        return format(value, f"{mark}.{6 if flags.precision is None else flags.precision}{verb}")
    if verb in ("g", "G"):
        if flags.precision is not None:
            return format(value, f"{'#' if flags.sharp else ''}.{flags.precision}{verb}")
        return _shortest(value, verb, is_filled=flags.sharp)
    if flags.precision is not None or flags.sharp:
        raise ValueError(f"%{verb} of a fraction is only there without a precision")
    if verb == "b":
        digits, _, exponent = value.hex()[2:].partition("p")
        return f"{int(digits.replace('.', ''), 16)}p{int(exponent) - 52:+d}"
    digits, _, exponent = value.hex().partition("p")
    shown = f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits}p{int(exponent):+03d}"
    return shown.upper() if verb == "X" else shown


def _shortest(value: float, verb: str, *, is_filled: bool) -> str:
    """As few digits as tell the number from every other; with an exponent below 0.0001 and from 1e6 on."""
    _, number, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, number))
    power = len(digits) + int(exponent) - 1
    if is_filled:
        digits = digits.ljust(6, "0")
    if -4 <= power < 6:
        whole = digits[: power + 1].ljust(power + 1, "0") if power >= 0 else "0"
        rest = digits[power + 1 :] if power >= 0 else "0" * (-power - 1) + digits
        return whole + ("." + rest if rest or is_filled else "")
    rest = digits[1:]
    mark = "E" if verb == "G" else "e"
    return digits[0] + (f".{rest}" if rest or is_filled else "") + f"{mark}{power:+03d}"
