"""What the text in quotes, heredocs and template files means: escapes, white space that is taken away, directives."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from scanner.parsers.terraform.syntax import Call, Conditional, Expression, For, Literal, Template
from scanner.parsers.terraform.values import normal

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
# White space as Go has it; Python counts the separators of ASCII too.
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"


@dataclass(frozen=True)
class Hole:
    """`${…}` or `%{…}`: the kind is `value`, `if`, `else`, `endif`, `for` or `endfor`.

    `names` are those that a `for` binds; with `left` and `right` the white space on that side is taken away.
    """

    kind: str
    place: Any
    expression: Expression | None = None
    names: tuple[str, ...] = ()
    left: bool = False
    right: bool = False


Part: TypeAlias = "str | Hole"


class UnbalancedError(Exception):
    """The directives of a template do not fit together."""


def undollared(text: str) -> str:
    """Text of a heredoc, in which only the signs that begin a hole can be escaped."""
    return normal(text.replace("$${", "${").replace("%%{", "%{"))


def unescaped(text: str) -> str:
    """Text between quotes."""

    def replace(match: re.Match[str]) -> str:
        code = int(match[1] or match[2] or "0", 16)
        if not code and match[3]:
            return _ESCAPED.get(match[3], match[3])
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd"

    return normal(_ESCAPE.sub(replace, undollared(text))) if "\\" in text else undollared(text)


def assembled(parts: Sequence[Part], decode: Callable[[str], str], flush: bool) -> "list[str | Expression]":
    """The text and the expressions that a template is made of; `flush` is for `<<-`. Raises `UnbalancedError`."""
    tokens = _trimmed([line for part in parts for line in _lines(part)])
    if flush:
        tokens = _flushed(tokens)
    found = _read(iter([*(decode(each) if isinstance(each, str) else each for each in tokens), _END]), (_END.kind,))[0]
    return _joined(found)


def _lines(part: Part) -> list[Part]:
    """Only what stands on the same line is taken away beside a hole."""
    return [*_LINE.findall(part)] if isinstance(part, str) else [part]


def _trimmed(tokens: list[Part]) -> list[Part]:
    result = [*tokens]
    for index, token in enumerate(tokens):
        if isinstance(token, Hole):
            before, after = result[index - 1] if index else None, result[index + 1] if index + 1 < len(result) else None
            if token.left and isinstance(before, str):
                result[index - 1] = before.rstrip(WHITE_SPACE)
            if token.right and isinstance(after, str):
                result[index + 1] = after.lstrip(WHITE_SPACE)
    return result


def _flushed(tokens: list[Part]) -> list[Part]:
    """Without the white space that all the lines begin with; blank lines do not count."""
    depths = []
    adjusted = []
    is_start = True
    for index, token in enumerate(tokens):
        if is_start and isinstance(token, str):
            rest = token.lstrip(WHITE_SPACE)
            if rest or not token.endswith("\n"):
                depths.append(len(token) - len(rest))
                adjusted.append(index)
        elif is_start:
            depths.append(0)
        is_start = isinstance(token, str) and token.endswith("\n")
    depth = min(depths, default=0)
    result = [*tokens]
    for index in adjusted:
        token = result[index]
        result[index] = token[depth:] if isinstance(token, str) else token
    return result


_END = Hole("end", None)


def _read(tokens: Iterator[Part], ends: tuple[str, ...]) -> "tuple[list[str | Expression], Hole]":
    """Everything up to the first hole of one of the kinds `ends`, and that hole."""
    found: list[str | Expression] = []
    for token in tokens:
        if isinstance(token, str):
            found.append(token)
        elif token.kind in ends:
            return found, token
        elif token.expression is None:
            raise UnbalancedError(f"there is an {token.kind} in the wrong place")
        elif token.kind == "value":
            found.append(token.expression)
        elif token.kind == "if":
            found.append(_choice(token, token.expression, tokens))
        else:
            content, end = _read(tokens, ("endfor",))
            place = _span(token, end)
            each = For(place, token.names, token.expression, None, _template(place, content), None)
            found.append(Call(place, "join", (Literal(place, ""), each)))
    raise UnbalancedError("a directive has no end")


def _choice(opening: Hole, condition: Expression, tokens: Iterator[Part]) -> Expression:
    yes, end = _read(tokens, ("else", "endif"))
    no: list[str | Expression] = []
    if end.kind == "else":
        no, end = _read(tokens, ("endif",))
    place = _span(opening, end)
    return Conditional(place, condition, _template(place, yes), _template(place, no))


def _span(opening: Hole, end: Hole) -> Any:
    return None if opening.place is None else (opening.place[0], end.place[1])


def _template(place: Any, parts: "list[str | Expression]") -> Template:
    return Template(place, tuple(_joined(parts)))


def _joined(parts: "list[str | Expression]") -> "list[str | Expression]":
    """With neighbouring pieces of text as one, and none that is empty."""
    result: list[str | Expression] = []
    for part in parts:
        last = result[-1] if result else None
        if isinstance(part, str) and isinstance(last, str):
            result[-1] = last + part
        elif part != "":
            result.append(part)
    return result
