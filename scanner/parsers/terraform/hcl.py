"""HCL text to syntax, by way of tree-sitter."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import tree_sitter_hcl
from tree_sitter import Language, Node, Parser

from scanner.core.location import Location
from scanner.parsers.terraform.exact_numbers import NumberTooLargeError, parse_number
from scanner.parsers.terraform.syntax import (
    Access,
    Attribute,
    Block,
    Call,
    Conditional,
    Expression,
    File,
    For,
    Index,
    Literal,
    Name,
    ObjectLiteral,
    Opaque,
    Operation,
    Source,
    Splat,
    Step,
    Template,
    TupleLiteral,
    Variable,
)
from scanner.parsers.terraform.template_text import Hole, UnbalancedError, assembled, undollared, unescaped
from scanner.parsers.terraform.values import normal

_LANGUAGE = Language(tree_sitter_hcl.language())

# Most attributes are plain literals; their text says all, without a look at the tree.
_PLAIN_TEXT = re.compile(rb'"[^"\\$%\r\n]*"')
_PLAIN_NUMBER = re.compile(rb"-?\d{1,100}")
_WORDS = {b"true": True, b"false": False, b"null": None}

INVALID = "this is not valid HCL; the blocks around it were left out"
_PUNCTUATION = frozenset(("(", ")", ",", "comment"))
_STEPS = frozenset(("get_attr", "index", "splat"))


def read_hcl(path: str, text: str) -> File:
    """The blocks and attributes of one file; what cannot be read is left out and told in `error`."""
    data = text.removeprefix("\ufeff").encode()
    source = _source(path, data)
    root = Parser(_LANGUAGE).parse(data).root_node
    body = next((child for child in root.children if child.type == "body"), None)
    try:
        attributes, blocks = _body(body, source, whole=True) if body is not None else ({}, ())
    except RecursionError:
        return File(source, error=Location(path, 1), message="expressions are nested too deeply to be read")
    if not root.has_error:
        return File(source, blocks, attributes)
    wrong = _first_error(root)
    return File(source, blocks, attributes, source.locate(_place(wrong)), INVALID)


def read_expression(text: str) -> Expression:
    """One expression on its own; its places mean nothing to any file."""
    file = read_hcl("", f"x = {text}\n")
    return file.attributes["x"].expression if file.error is None and "x" in file.attributes else Opaque(None)


def read_template(text: str, place: Any) -> Expression:
    """Text with `${…}` that stands outside of HCL: a string of Terraform's JSON syntax, a file for `templatefile`."""
    if "${" not in text and "%{" not in text:
        return Literal(place, normal(text))
    marker = "END"
    while marker in text:
        marker += "_"
    data = f"x = <<{marker}\n{text}\n{marker}\n".encode()
    root = Parser(_LANGUAGE).parse(data).root_node
    node = root
    while node.named_children and node.type != "template_expr":
        node = node.named_children[-1]
    if root.has_error or node.type != "template_expr":
        return Opaque(place)
    template = _read_template(node, is_bare=True)
    if not isinstance(template, Template):
        return replace(template, place=place)
    return Template(place, template.parts)


def _source(path: str, data: bytes) -> Source:
    line_starts: list[int] = []

    def position(offset: int) -> tuple[int, int]:
        if not line_starts:
            line_starts.extend((0, *(match.end() for match in re.finditer(rb"\n", data))))
        line = bisect_right(line_starts, offset)
        return line, len(data[line_starts[line - 1] : offset].decode(errors="replace")) + 1

    def locate(place: tuple[int, int]) -> Location:
        start, end = place
        return Location(path, *position(start), *position(max(start, end - 1)))

    def excerpt(place: tuple[int, int]) -> str:
        return data[place[0] : place[1]].decode(errors="replace")

    return Source(path, locate, excerpt)


def _first_error(node: Node) -> Node:
    for child in node.children:
        if child.is_error or child.is_missing:
            return child
        if child.has_error:
            return _first_error(child)
    return node


def _place(node: Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte


def _text(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


def _body(node: Node, source: Source, whole: bool = False) -> tuple[dict[str, Attribute], tuple[Block, ...]]:
    """With `whole` only what is free of errors: half a block would look as if something had not been written."""
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for child in node.named_children:
        if whole and child.has_error:
            continue
        if child.type == "attribute":
            identifier, *_, value = child.named_children
            if value.type == "expression":
                name = _text(identifier)
                attributes[name] = Attribute(name, _expression(value), _place(child), source)
        elif child.type == "block":
            blocks.append(_block(child, source))
    return attributes, tuple(blocks)


def _block(node: Node, source: Source) -> Block:
    words: list[str] = []
    attributes: dict[str, Attribute] = {}
    blocks: tuple[Block, ...] = ()
    for child in node.named_children:
        if child.type == "identifier":
            words.append(_text(child))
        elif child.type == "string_lit":
            words.append(unescaped(_text(child)[1:-1]))
        elif child.type == "body":
            attributes, blocks = _body(child, source)
    return Block(words[0], tuple(words[1:]), attributes, blocks, _place(node), source)


def _expression(node: Node) -> Expression:
    text = node.text or b""
    if text in _WORDS:
        return Literal(_place(node), _WORDS[text])
    if _PLAIN_TEXT.fullmatch(text):
        return Literal(_place(node), normal(text[1:-1].decode()))
    if _PLAIN_NUMBER.fullmatch(text):
        return Literal(_place(node), int(text))
    if node.has_error:
        return Opaque(_place(node))
    return _term(node.children)


def _term(nodes: list[Node]) -> Expression:
    """A value, perhaps in parentheses, with the steps that follow it."""
    first, *rest = [node for node in nodes if node.type not in _PUNCTUATION]
    base = _TERMS.get(first.type, _opaque)(first)
    if not rest:
        return base
    return Access((nodes[0].start_byte, rest[-1].end_byte), base, _steps(rest))


def _opaque(node: Node) -> Expression:
    return Opaque(_place(node))


def _first_child(node: Node) -> Expression:
    return _term([node.named_children[0]])


def _number(node: Node) -> Expression:
    try:
        number = parse_number(_text(node))
    except NumberTooLargeError:
        number = None
    return Opaque(_place(node)) if number is None else Literal(_place(node), number)


def _string(node: Node) -> Expression:
    return Literal(_place(node), unescaped(_text(node)[1:-1]))


def _variable(node: Node) -> Expression:
    return Variable(_place(node), _text(node))


def _steps(nodes: list[Node]) -> tuple[Step, ...]:
    """What follows `[*]` is taken on each element, further `[*]` included."""
    result: list[Step] = []
    for index, node in enumerate(nodes):
        if node.type == "splat" and node.named_children[0].type == "full_splat":
            inner = _steps(node.named_children[0].children)
            return (*result, Splat((*inner, *_steps(nodes[index + 1 :]))))
        if node.type in _STEPS:
            result.extend(_step(node))
    return tuple(result)


def _step(node: Node) -> tuple[Step, ...]:
    if node.type == "get_attr":
        return (Name(_text(node.named_children[-1])),)
    inner = node.named_children[0]
    if inner.type == "new_index":
        return (Index(_term(inner.named_children)),)
    if inner.type == "legacy_index":
        return (Index(Literal(_place(inner), int(_text(inner)[1:]))),)
    steps = _steps(inner.children)
    # `a.*.b[0]` is the first of all the `b`, `a[*].b[0]` the first of each.
    count = next((index for index, step in enumerate(steps) if not isinstance(step, Name)), len(steps))
    return (Splat(steps[:count]), *steps[count:])


def _tuple(node: Node) -> Expression:
    items = tuple(_expression(child) for child in node.named_children if child.type == "expression")
    return TupleLiteral(_place(node), items)


def _object(node: Node) -> Expression:
    items = []
    for child in node.named_children:
        if child.type == "object_elem":
            key, value = [part for part in child.named_children if part.type == "expression"]
            name = _expression(key) if key.text not in _WORDS else Literal(_place(key), _text(key))
            if isinstance(name, Variable) and key.children[0].type == "(":
                name = Access(name.place, name, ())  # `(owner)` is the value of `owner`, a bare `owner` is the text
            items.append((name, _expression(value), _place(child)))
    return ObjectLiteral(_place(node), tuple(items))


def _call(node: Node) -> Expression:
    arguments: tuple[Expression, ...] = ()
    expand = False
    for child in node.named_children:
        if child.type == "function_arguments":
            arguments = tuple(_expression(part) for part in child.named_children if part.type == "expression")
            expand = any(part.type == "ellipsis" for part in child.named_children)
    return Call(_place(node), _text(node.named_children[0]), arguments, expand)


def _conditional(node: Node) -> Expression:
    """The grammar reads `a ? b : c ? d : e` from the left; HCL means `a ? b : (c ? d : e)`."""
    condition, yes, no = [part for part in node.named_children if part.type == "expression"]
    if condition.named_child_count == 1 and condition.children[0].type == "conditional":
        inner = _conditional(condition.children[0])
        return _with_last_branch(inner, _expression(yes), _expression(no))
    return Conditional(_place(node), _expression(condition), _expression(yes), _expression(no))


def _with_last_branch(outer: Expression, yes: Expression, no: Expression) -> Expression:
    if not isinstance(outer, Conditional):
        return outer
    last = outer.no
    place = (last.place[0], no.place[1])
    nested = (
        Conditional(place, last, yes, no) if not isinstance(last, Conditional) else _with_last_branch(last, yes, no)
    )
    return Conditional((outer.place[0], no.place[1]), outer.condition, outer.yes, nested)


def _operation(node: Node) -> Expression:
    inner = node.named_children[0]
    nodes = [child for child in inner.children if child.type != "comment"]
    if inner.type == "unary_operation":
        return Operation(_place(node), _text(nodes[0]), (_term(nodes[1:]),))
    middle = next(index for index, child in enumerate(nodes) if not child.is_named and child.type not in _PUNCTUATION)
    return Operation(_place(node), _text(nodes[middle]), (_term(nodes[:middle]), _term(nodes[middle + 1 :])))


def _for(node: Node) -> Expression:
    inner = node.named_children[0]
    names: list[str] = []
    collection: Expression = Opaque(_place(node))
    condition: Expression | None = None
    results: list[Expression] = []
    grouped = False
    for child in inner.named_children:
        if child.type == "for_intro":
            names = [_text(part) for part in child.named_children if part.type == "identifier"]
            collection = _expression(next(part for part in child.named_children if part.type == "expression"))
        elif child.type == "for_cond":
            condition = _expression(next(part for part in child.named_children if part.type == "expression"))
        elif child.type == "expression":
            results.append(_expression(child))
        grouped = grouped or child.type == "ellipsis"
    key = results[0] if inner.type == "for_object_expr" else None
    return For(_place(node), tuple(names), collection, key, results[-1], condition, grouped)


def _template(node: Node) -> Expression:
    return _read_template(node, False)


def _read_template(node: Node, is_bare: bool) -> Expression:
    """`is_bare` is for text that was made a heredoc for the sake of the grammar, with a line feed at its end."""
    inner = node.named_children[0]
    heredoc = inner.type == "heredoc_template"
    start, end = _content(inner, heredoc)
    holes = [*_holes(inner)]
    parts = [*_parts(node, (start, end - is_bare), holes)]
    flush = heredoc and _text(inner.named_children[0]) == "<<-"
    try:
        found = assembled(parts, undollared if heredoc else unescaped, flush)
    except UnbalancedError:
        return Opaque(_place(node))
    if [hole.kind for hole in holes] == ["value"] and not any(isinstance(part, str) and part for part in parts):
        only = holes[0].expression or Opaque(_place(node))  # `"${x}"` is x itself, whatever it is
        return Access(_place(node), only, ()) if isinstance(only, Variable) else only
    if not heredoc and all(isinstance(part, str) for part in found):
        return Literal(_place(node), "".join(part for part in found if isinstance(part, str)))
    return Template(_place(node), tuple(found), heredoc)


def _holes(node: Node) -> Iterator[Hole]:
    """What stands between the pieces of text, also inside of directives."""
    for child in node.named_children:
        kind = _DIRECTIVES.get(child.type)
        if kind is None:
            yield from _holes(child) if child.type.startswith("template_") else ()
            continue
        expressions = [part for part in child.named_children if part.type == "expression"]
        names = tuple(_text(part) for part in child.named_children if part.type == "identifier")
        text = _text(child)
        expression = _expression(expressions[0]) if expressions else None
        if kind == "value" and expression is None:
            expression = Opaque(_place(child))
        yield Hole(kind, _place(child), expression, names, text[2:3] == "~", text[-2:-1] == "~")


def _content(inner: Node, heredoc: bool) -> tuple[int, int]:
    """The offsets of the text inside the quotes, or of the lines between the heredoc's markers."""
    if not heredoc:
        return inner.start_byte + 1, inner.end_byte - 1
    text = inner.text or b""
    first = text.find(b"\n") + 1
    last = max(first, text.rfind(b"\n") + 1)
    return inner.start_byte + first, inner.start_byte + last


def _parts(node: Node, content: tuple[int, int], holes: list[Hole]) -> Iterator[str | Hole]:
    """The holes and the text around them as it is written; the grammar drops white space there."""
    offset = node.start_byte
    text = node.text or b""
    edges = [content[0], *(edge for hole in holes for edge in hole.place), content[1]]
    for index, (start, end) in enumerate(pairwise(edges)):
        if index % 2:
            yield holes[index // 2]
        elif start < end:
            yield text[start - offset : end - offset].decode(errors="replace")


_DIRECTIVES = {
    "template_interpolation": "value",
    "template_if_intro": "if",
    "template_else_intro": "else",
    "template_if_end": "endif",
    "template_for_start": "for",
    "template_for_end": "endfor",
}
_TERMS: dict[str, Callable[[Node], Expression]] = {
    "expression": _expression,
    "literal_value": _first_child,
    "numeric_lit": _number,
    "bool_lit": lambda node: Literal(_place(node), node.text == b"true"),
    "null_lit": lambda node: Literal(_place(node), None),
    "string_lit": _string,
    "template_expr": _template,
    "collection_value": _first_child,
    "tuple": _tuple,
    "object": _object,
    "variable_expr": _variable,
    "function_call": _call,
    "for_expr": _for,
    "operation": _operation,
    "conditional": _conditional,
}
