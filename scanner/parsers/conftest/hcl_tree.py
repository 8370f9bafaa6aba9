"""The job of the worker that reads HCL: text to the plain values of hcl2json, with the lines of blocks and attributes.

For worker processes only: tree-sitter is native code.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, cast

import tree_sitter_hcl
from tree_sitter import Language, Node, Parser

from scanner.parsers.terraform.exact_numbers import NumberTooLargeError, parse_number
from scanner.parsers.terraform.syntax import Call, Conditional, Expression, For, Opaque, Template
from scanner.parsers.terraform.template_text import Hole, UnbalancedError, assembled, undollared, unescaped

_LANGUAGE = Language(tree_sitter_hcl.language())
_NUMBER = re.compile(rb"-?\d{1,100}")
_WORDS = {b"true": True, b"false": False, b"null": None}
_HOLES = {
    "template_interpolation": "value",
    "template_if_intro": "if",
    "template_else_intro": "else",
    "template_if_end": "endif",
    "template_for_start": "for",
    "template_for_end": "endfor",
}


class _RefusedError(Exception):
    """What is no HCL; `str()` says why, `node` is where."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.node = node


def read(text: str) -> dict[str, Any]:
    """`text` → `{contents, places: [[path, [line, column, line, column]]], error: [message, line, column] | None}`."""
    data = text.encode()
    root = Parser(_LANGUAGE).parse(data).root_node
    reading = _Reading(data)
    try:
        if root.has_error:
            raise _RefusedError("not HCL: this cannot be read", _first_error(root))
        body = next((child for child in root.children if child.type == "body"), None)
        contents = reading.body(body, ()) if body is not None else {}
    except _RefusedError as error:
        line, column, *_ = reading.place(error.node)
        return {"contents": None, "places": [], "error": [str(error), line, column]}
    return {"contents": contents, "places": reading.places, "error": None}


def _first_error(node: Node) -> Node:
    for child in node.children:
        if child.is_error or child.is_missing:
            return child
        if child.has_error:
            return _first_error(child)
    return node


def _text(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


def _parts(node: Node) -> list[Node]:
    return [child for child in node.children if child.type != "comment"]


class _Reading:
    """One file, from its syntax tree to values."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = [0, *(match.end() for match in re.finditer(rb"\n", data))]
        self.places: list[tuple[list[str | int], list[int]]] = []

    def place(self, node: Node) -> list[int]:
        """First and last line and column."""
        start, end = node.start_byte, max(node.start_byte, node.end_byte - 1)
        return [*self._position(start), *self._position(end)]

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, len(self._data[self._starts[line - 1] : offset].decode(errors="replace")) + 1

    def body(self, node: Node, path: tuple[str | int, ...]) -> dict[str, Any]:
        """Blocks under their type and labels, each in a list, and attributes, which win over blocks."""
        found: dict[str, Any] = {}
        for child in node.named_children:
            if child.type == "block":
                self._block(child, found, path)
        for child in node.named_children:
            if child.type == "attribute":
                name, value = child.named_children[0], child.named_children[-1]
                at = (*path, _text(name))
                self.places.append((list(at), self.place(child)))
                found[_text(name)] = self.value(value, at)
        return found

    def _block(self, node: Node, found: dict[str, Any], path: tuple[str | int, ...]) -> None:
        words: list[str] = []
        body: Node | None = None
        for child in node.named_children:
            if child.type == "identifier":
                words.append(_text(child))
            elif child.type == "string_lit":
                words.append(unescaped(_text(child)[1:-1]))
            elif child.type == "body":
                body = child
        for word in words[:-1]:
            inner = found.setdefault(word, {})
            if not isinstance(inner, dict):
                raise _RefusedError(f"{words[0]} stands here with labels and elsewhere without", node)
            found = inner
        blocks = found.setdefault(words[-1], [])
        if not isinstance(blocks, list):
            raise _RefusedError(f"{words[0]} stands here without labels and elsewhere with them", node)
        at = (*path, *words, len(blocks))
        self.places.append((list(at), self.place(node)))
        blocks.append(self.body(body, at) if body is not None else {})

    def value(self, node: Node, path: tuple[str | int, ...] = ()) -> Any:
        """What an expression is in JSON; `path` is where, for the lines of what is inside."""
        text = node.text or b""
        if text in _WORDS:
            return _WORDS[text]
        if _NUMBER.fullmatch(text):
            return int(text)
        inner = self._only(node)
        if inner is None:
            return self._wrapped(node)
        if inner.type in ("numeric_lit", "string_lit"):
            return self._literal(inner)
        if inner.type == "operation":
            return self._negative(inner, node)
        if inner.type in ("quoted_template", "heredoc_template"):
            return self._template(inner, whole=True)
        if inner.type == "tuple":
            items = [child for child in inner.named_children if child.type == "expression"]
            self.places += [([*path, index], self.place(item)) for index, item in enumerate(items) if path]
            return [self.value(item, (*path, index) if path else ()) for index, item in enumerate(items)]
        if inner.type == "object":
            return self._object(inner, path)
        return self._wrapped(node)

    def _only(self, node: Node) -> Node | None:
        """The node of a literal, template, list, object or operation that an expression is as a whole."""
        while len(parts := _parts(node)) == 1 and parts[0].type in (
            *("expression", "literal_value", "template_expr", "collection_value"),
        ):
            node = parts[0]
        return parts[0] if len(parts) == 1 else node if node.type in ("literal_value", "template_expr") else None

    def _literal(self, node: Node) -> Any:
        if node.type == "string_lit":
            return _escaped(unescaped(_text(node)[1:-1]))
        try:
            number = parse_number(_text(node))
        except NumberTooLargeError:
            number = None
        if number is None:
            raise _RefusedError("a number with more digits than can be read", node)
        return number

    def _negative(self, operation: Node, node: Node) -> Any:
        """`-1` and `!true` are values, all other operations stay text."""
        inner = operation.named_children[0]
        if inner.type == "unary_operation":
            sign, *operand = _parts(inner)
            value = self.value(operand[0]) if len(operand) == 1 and operand[0].type == "literal_value" else None
            if _text(sign) == "-" and isinstance(value, int | float) and not isinstance(value, bool):
                return -value
            if _text(sign) == "!" and isinstance(value, bool):
                return not value
        return self._wrapped(node)

    def _wrapped(self, node: Node) -> str:
        return "${" + self._source(node) + "}"

    def _source(self, node: Node) -> str:
        """The text of an expression, with the parenthesis that hcl2json takes in where one follows."""
        end = node.end_byte
        end += self._data[end : end + 1] == b")"
        return self._data[node.start_byte : end].decode(errors="replace")

    def _object(self, node: Node, path: tuple[str | int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for child in node.named_children:
            if child.type == "object_elem":
                key, value = [part for part in child.named_children if part.type == "expression"]
                name = self._key(key)
                if path:
                    self.places.append(([*path, name], self.place(child)))
                found[name] = self.value(value, (*path, name) if path else ())
        return found

    def _key(self, node: Node) -> str:
        parts = _parts(node)
        if all(part.type in ("variable_expr", "get_attr", "index") for part in parts):
            return self._source(node)
        return self._string(node)

    def _string(self, node: Node) -> str:
        """An expression as a part of text."""
        text = node.text or b""
        if text in _WORDS:
            return text.decode()
        inner = self._only(node)
        if inner is not None and inner.type in ("quoted_template", "heredoc_template"):
            return str(self._template(inner, whole=False))
        if inner is not None and inner.type in ("numeric_lit", "string_lit"):
            return str(self._literal(inner))
        if inner is not None and inner.type == "conditional":
            condition, yes, no = [part for part in inner.named_children if part.type == "expression"]
            return self._choice(self._source(condition), self._string(yes), self._string(no))
        return self._wrapped(node)

    def _choice(self, condition: str, yes: str, no: str) -> str:
        return f"%{{if {condition}}}{yes}{'%{else}' + no if no else ''}%{{endif}}"

    def _template(self, node: Node, *, whole: bool) -> Any:
        """Text with its holes; with `whole` one that is a single hole is what stands in it."""
        heredoc = node.type == "heredoc_template"
        start, end = _content(node, heredoc)
        holes = [*_holes(node)]
        pieces = [*self._pieces(start, end, holes)]
        if [hole.kind for hole in holes] == ["value"] and not any(isinstance(each, str) for each in pieces):
            only = _node(holes[0].expression)
            return self.value(only) if whole else self._string(only)
        flush = heredoc and _text(node.named_children[0]) == "<<-"
        try:
            found = assembled(pieces, undollared if heredoc else unescaped, flush)
        except UnbalancedError as error:
            raise _RefusedError(f"not HCL: {error}", node) from None
        return self._joined(found)

    def _joined(self, parts: Sequence[str | Expression]) -> str:
        return "".join(_escaped(part) if isinstance(part, str) else self._part(part) for part in parts)

    def _part(self, part: Expression) -> str:
        if isinstance(part, Opaque):
            return self._string(_node(part))
        if isinstance(part, Template):
            return self._joined(part.parts)
        if isinstance(part, Conditional):
            condition = self._source(_node(part.condition))
            return self._choice(condition, self._part(part.yes), self._part(part.no))
        loop = cast(For, cast(Call, part).arguments[1])
        names = ", ".join(loop.names)
        inside = self._part(loop.value)
        return f"%{{for {names} in {self._source(_node(loop.collection))}}}{inside}%{{endfor}}"

    def _pieces(self, start: int, end: int, holes: list[Hole]) -> Iterator[str | Hole]:
        edges = [start, *(edge for hole in holes for edge in hole.place), end]
        for index, (first, last) in enumerate(pairwise(edges)):
            if index % 2:
                yield holes[index // 2]
            elif first < last:
                yield self._data[first:last].decode(errors="replace")


def _node(expression: Expression | None) -> Node:
    """The node of an expression that was put into a hole."""
    assert isinstance(expression, Opaque)  # noqa: S101 - `_holes` makes no others
    return cast(Node, expression.place)


def _holes(node: Node) -> Iterator[Hole]:
    """What stands between the pieces of text; an expression is handed on as its node."""
    for child in node.named_children:
        kind = _HOLES.get(child.type)
        if kind is None:
            yield from _holes(child) if child.type.startswith("template_") else ()
            continue
        expressions = [part for part in child.named_children if part.type == "expression"]
        names = tuple(_text(part) for part in child.named_children if part.type == "identifier")
        text = _text(child)
        if kind == "value" and not expressions:
            raise _RefusedError("not HCL: an empty interpolation", child)
        place = (child.start_byte, child.end_byte)
        expression = Opaque(expressions[0]) if expressions else None
        yield Hole(kind, place, expression, names, text[2:3] == "~", text[-2:-1] == "~")


def _content(node: Node, heredoc: bool) -> tuple[int, int]:
    """The offsets of the text between the quotes, or of the lines between the markers of a heredoc."""
    if not heredoc:
        return node.start_byte + 1, node.end_byte - 1
    text = node.text or b""
    first = text.find(b"\n") + 1
    return node.start_byte + first, node.start_byte + max(first, text.rfind(b"\n") + 1)


def _escaped(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")
