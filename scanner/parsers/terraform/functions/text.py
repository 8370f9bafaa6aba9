"""Functions over text."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from scanner.parsers.terraform.conversion import whole_of
from scanner.parsers.terraform.functions.signature import Function
from scanner.parsers.terraform.template_text import WHITE_SPACE
from scanner.parsers.terraform.value_types import NUMBER, STRING, list_of
from scanner.parsers.terraform.values import EvaluationError, ListOf, NotWorkedOutError, Value, normal

_LONGEST_TEXT = 4_000_000
_TEXTS = list_of(STRING)

_NEWLINES = re.compile(r"[\r\n]+\Z")

# What joins with the character before it, and what nobody without the tables of Unicode can tell apart.
_REGIONAL = range(0x1F1E6, 0x1F200)
_MODIFIERS = range(0x1F3FB, 0x1F400)
_BYTE_ORDER_MARK = "\ufeff"
_HANGUL_PARTS = (range(0x1100, 0x1200), range(0xA960, 0xA980), range(0xD7B0, 0xD800))


def characters(text: str) -> list[str]:
    """What a reader takes for the characters of a text (its grapheme clusters).

    Raises `NotWorkedOutError` for text in which that takes more than combining marks and flags.
    """
    if text.isascii() and "\r\n" not in text:
        return [*text]
    found: list[str] = []
    for character in text:
        code = ord(character)
        is_format = unicodedata.category(character) == "Cf" and character != _BYTE_ORDER_MARK
        if is_format or any(code in each for each in _HANGUL_PARTS):
            raise NotWorkedOutError("the characters of this text cannot be told apart here")
        if found and _joins(found[-1], character, code):
            found[-1] += character
        else:
            found.append(character)
    return found


def _joins(before: str, character: str, code: int) -> bool:
    if character == "\n":
        return before == "\r"
    if before in ("\r", "\n"):
        return False
    if code in _REGIONAL:
        return len(before) == 1 and ord(before) in _REGIONAL
    return unicodedata.category(character) in ("Mn", "Me", "Mc") or code in _MODIFIERS


def plain_replace(text: str, old: str, new: str) -> str:
    """`text` with every `old` replaced. Raises `NotWorkedOutError` when that would be very long."""
    if (text.count(old) + 1) * len(new) > _LONGEST_TEXT:
        raise NotWorkedOutError("what it gives is too large to be read")
    return text.replace(old, new)


def _indent(spaces: int | float, text: str) -> str:
    count = whole_of(spaces)
    if count < 0:
        raise EvaluationError("the number of spaces is negative")
    if count > _LONGEST_TEXT:
        raise NotWorkedOutError("what it gives is too large to be read")
    return plain_replace(text, "\n", "\n" + " " * count)


def _join(separator: str, *lists: Value) -> str:
    if not lists:
        raise EvaluationError("at least one list is due")
    items = [item for each in lists for item in each]
    if None in items:
        raise EvaluationError("there is null in a list")
    if len(separator) * len(items) > _LONGEST_TEXT:
        raise NotWorkedOutError("what it gives is too large to be read")
    return separator.join(items)


def _split(separator: str, text: str) -> Value:
    return ListOf(text.split(separator) if separator else [*text], STRING)


def _substring(text: str, offset: int | float, length: int | float) -> str:
    start, count = whole_of(offset), whole_of(length)
    found = characters(text)
    if start < 0:
        start = max(0, start + len(found))
    return "".join(found[start:] if count < 0 else found[start : start + count])


def _title(text: str) -> str:
    """Go's rule: a letter begins a word unless it follows a letter, a digit or an underscore."""
    result = []
    before = " "
    for character in text:
        begins = not (before.isalnum() or before == "_") if ord(before) < 128 else before in WHITE_SPACE
        result.append(_simple_title(character) if begins else character)
        before = character
    return "".join(result)


def _simple_title(character: str) -> str:
    titled = character.title()
    return titled if len(titled) == 1 else character


def _upper(text: str) -> str:
    """Go changes one character at a time, so that `ß` stays as it is."""
    return text.upper() if text.isascii() else "".join(_one(character, character.upper()) for character in text)


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else "".join(_one(character, character.lower()) for character in text)


def _one(character: str, changed: str) -> str:
    return changed if len(changed) == 1 else "i" if character == "İ" else character


def _of(function: Callable[..., Any], *parameters: Any) -> Function:
    def made(*arguments: Value) -> Value:
        result = function(*arguments)
        return normal(result) if isinstance(result, str) else result

    return Function(made, parameters or (STRING,))


FUNCTIONS: Mapping[str, Function] = {
    "chomp": _of(lambda text: _NEWLINES.sub("", text)),
    "endswith": _of(lambda text, end: text.endswith(end), STRING, STRING),
    "indent": _of(_indent, NUMBER, STRING),
    "join": Function(_join, (STRING,), rest=_TEXTS),
    "lower": _of(_lower),
    "split": _of(_split, STRING, STRING),
    "startswith": _of(lambda text, start: text.startswith(start), STRING, STRING),
    "strcontains": _of(lambda text, part: part in text, STRING, STRING),
    "strrev": _of(lambda text: "".join(reversed(characters(text)))),
    "substr": _of(_substring, STRING, NUMBER, NUMBER),
    "title": _of(_title),
    "trim": _of(lambda text, cut: text.strip(cut) if cut else text, STRING, STRING),
    "trimprefix": _of(lambda text, start: text.removeprefix(start), STRING, STRING),
    "trimspace": _of(lambda text: text.strip(WHITE_SPACE)),
    "trimsuffix": _of(lambda text, end: text.removesuffix(end), STRING, STRING),
    "upper": _of(_upper),
}
