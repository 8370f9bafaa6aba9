"""Reads the text format of protocol buffers without their description, and says where each field is written."""

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath

MAX_DEPTH = 100
_MOST_TOKENS = 1_000_000
_TOKEN = re.compile(
    r"""(?P<space>(?:[ \t\r\n\v\f]+|\#[^\n]*)+)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<number>(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fF]?(?![\w.]))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>[{}<>\[\]:;,/.-])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_WORDS = {"true": True, "True": True, "t": True, "false": False, "False": False, "f": False}


class TextFormatError(Exception):
    """Text that is no message; `str()` says why, `offset` where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True)
class Shape:
    """Which fields are lists however often they are written, and which are maps of `key` and `value`."""

    repeated: frozenset[str]
    maps: frozenset[str]


@dataclass
class TextMessage:
    """A message as a tree of dicts, lists and scalars; enum values are text."""

    value: dict[str, Any] = field(default_factory=dict)
    locations: dict[AttributePath, Location] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    value: Any
    start: int
    end: int


def read_message(text: str, path: str, shape: Shape) -> TextMessage:
    """The message in `text`. Raises `TextFormatError`."""
    reader = _Reader(_tokens(text))
    message = TextMessage()
    lines = _Lines(text, path)
    _place(message, reader.fields(""), (), shape, lines)
    return message


class _Lines:
    def __init__(self, text: str, path: str) -> None:
        self._path = path
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def location(self, start: int, end: int) -> Location:
        return Location(self._path, *self.position(start), *self.position(max(start, end - 1)))

    def position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise TextFormatError("this is no text format of a protocol buffer; check quotes and signs", at)
        if len(found) >= _MOST_TOKENS:
            raise TextFormatError(f"more than {_MOST_TOKENS:,} words and signs", at)
        if match.lastgroup != "space":
            found.append(_Token(str(match.lastgroup), match.group(), at, match.end()))
        at = match.end()
    return found


class _Reader:
    """Reads fields off the tokens; each of its methods stands behind what it has read."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at = tokens, 0

    def fields(self, closing: str, depth: int = 0) -> list[_Field]:
        """All fields up to the closing sign, or up to the end where there is none."""
        if depth > MAX_DEPTH:
            raise TextFormatError(f"nested deeper than {MAX_DEPTH} levels", self._here())
        found: list[_Field] = []
        while True:
            token = self._next()
            if token is None and not closing:
                return found
            if token is None:
                raise TextFormatError(f"a message has no end; add the missing {closing}", self._here())
            if token.text == closing and token.kind == "sign":
                return found
            found.extend(self._field(token, depth))

    def _field(self, token: _Token, depth: int) -> list[_Field]:
        name = self._extension() if token.text == "[" else token.text
        if token.kind != "name" and token.text != "[":
            raise TextFormatError("a field must begin with its name", token.start)
        colon = self._take(":")
        values: list[tuple[Any, int]] = []
        if self._take("["):
            while not self._take("]"):
                start = self._here()
                values.append((self._value(depth), start))
                if not self._take(",") and not self._sees("]"):
                    raise TextFormatError("a list lacks a comma or its closing bracket", self._here())
            listed = [_Field(name, value, start, self._end()) for value, start in values]
            found = listed or [_Field(name, (), token.start, self._end())]
        else:
            if not colon and not self._sees("{") and not self._sees("<"):
                raise TextFormatError(f"the field {name[:40]} lacks a colon and its value", token.start)
            found = [_Field(name, self._value(depth), token.start, self._end())]
        if not self._take(","):
            self._take(";")
        return found

    def _value(self, depth: int) -> Any:
        token = self._next()
        if token is None:
            raise TextFormatError("the last field has no value", self._here())
        if token.text in ("{", "<") and token.kind == "sign":
            return self.fields("}" if token.text == "{" else ">", depth + 1)
        if token.kind == "string":
            written = [token.text]
            while (following := self._peek()) is not None and following.kind == "string":
                written.append(following.text)
                self._at += 1
            return _text(written)
        negative = token.text == "-" and token.kind == "sign"
        if negative:
            token = self._next() or token
        if token.kind == "number":
            return _number(token.text) * (-1 if negative else 1)
        if token.kind == "name" and negative:
            return f"-{token.text}"
        if token.kind == "name":
            return _WORDS.get(token.text, token.text)
        raise TextFormatError("a value was expected here", token.start)

    def _extension(self) -> str:
        """The name of an extension or of a type, in brackets."""
        words = []
        while (token := self._next()) is not None and token.text != "]":
            words.append(token.text)
        return f"[{''.join(words)}]"

    def _next(self) -> _Token | None:
        token = self._peek()
        self._at += token is not None
        return token

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _sees(self, sign: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == "sign" and token.text == sign

    def _take(self, sign: str) -> bool:
        found = self._sees(sign)
        self._at += found
        return found

    def _here(self) -> int:
        token = self._peek()
        return token.start if token is not None else self._end()

    def _end(self) -> int:
        return self._tokens[min(self._at, len(self._tokens)) - 1].end if self._tokens else 0


def _place(
    message: TextMessage, fields: list[_Field], at: AttributePath, shape: Shape, lines: _Lines
) -> dict[str, Any]:
    """The fields as a mapping, and their places below `at`."""
    holder: dict[str, Any] = {} if at else message.value
    often = {name for name, count in Counter(each.name for each in fields).items() if count > 1}
    for each in fields:
        where = lines.location(each.start, each.end)
        if each.name in shape.maps and isinstance(each.value, list):
            entry = {inner.name: inner for inner in each.value}
            key = entry["key"].value if "key" in entry else ""
            path: AttributePath = (*at, each.name, str(key))
            message.locations.setdefault((*at, each.name), where)
            message.locations[path] = where
            value = entry["value"].value if "value" in entry else ""
            holder.setdefault(each.name, {})[str(key)] = _valued(message, value, path, shape, lines)
        elif each.name in shape.repeated or each.name in often:
            elements = holder.setdefault(each.name, [])
            message.locations.setdefault((*at, each.name), where)
            if each.value != ():
                path = (*at, each.name, len(elements))
                message.locations[path] = where
                elements.append(_valued(message, each.value, path, shape, lines))
        else:
            path = (*at, each.name)
            message.locations[path] = where
            holder[each.name] = [] if each.value == () else _valued(message, each.value, path, shape, lines)
    return holder


def _valued(message: TextMessage, value: Any, at: AttributePath, shape: Shape, lines: _Lines) -> Any:
    return _place(message, value, at, shape, lines) if isinstance(value, list) else value


def _number(text: str) -> int | float:
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    try:
        if len(text) > 1 and text[0] == "0" and text.isdigit():
            return int(text, 8)
        return int(text)
    except ValueError:
        return float(text.rstrip("fF"))


def _text(written: list[str]) -> str:
    return b"".join(_ESCAPE.sub(_unescaped, each[1:-1].encode()) for each in written).decode(errors="replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    octal, hexadecimal, short, long, letter = match.groups()
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if hexadecimal:
        return bytes([int(hexadecimal, 16)])
    if short or long:
        return chr(min(int(short or long, 16), 0x10FFFF)).encode(errors="replace")
    return _LETTERS.get(letter, letter)
