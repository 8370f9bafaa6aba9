"""Rewrites calls that failed so that they are undefined instead, which is what OPA makes of an error of a built-in.

`f(x)` becomes `releasegate_attempt_1("f", x)[0]`: the function gives an array with the result, or an empty one.
Lines stay where they are. Works on the bytes of a module, because the offsets of its syntax tree count those.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.rego_source.nodes import nodes
from scanner.rego_source.syntax import call_name
from scanner.rego_source.walked import OF, WALKED

ATTEMPT = "releasegate_attempt_"
MOST_ARGUMENTS = 6
# Functions without a value that could be tried apart from their place.
_LEFT_ALONE = frozenset({"print", "trace", "walk"})
# Those whose errors have no place.
_PLACELESS = frozenset(
    {"graph.reachable_paths", "net.cidr_expand", "time.parse_duration_ns", "time.parse_ns", "time.parse_rfc3339_ns"}
)
_OPERATORS = {
    "Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Mod": "%", "Union": "|", "Intersection": "&",
}  # fmt: skip
_BETWEEN = re.compile(rb"(?:[\s()]|#[^\n]*\n)*")
_OPENING = re.compile(rb"\s+in(?P<open>(?:[\s(]|#[^\n]*\n)*)")

# Bytes from, to, and what takes their place.
_Edit = tuple[int, int, bytes]


_Kinds = Mapping[str, Callable[[Mapping[str, Any], bytes], "_Site | None"]]


@dataclass(frozen=True)
class _Site:
    """An expression that can fail: its place and those of its operands, as the engine counts columns."""

    name: str
    start: int
    places: frozenset[tuple[int, int]]
    edits: tuple[_Edit, ...]


def guarded(
    text: str,
    tree: Mapping[str, Any],
    place: tuple[int, int] | None,
    message: str,
    is_builtin: Callable[[str], bool],
) -> str | None:
    """The module with the expression guarded that failed at `place` (line, column); None when there is none.

    Without a place every call of a built-in is guarded whose errors have none.
    """
    data = text.encode()
    sites = [site for site in _sites(tree["rules"], data) if site.name in _OPERATORS.values() or is_builtin(site.name)]
    if place is None:
        edits = [edit for site in sites if site.name in _PLACELESS for edit in site.edits]
    else:
        there = [site for site in sites if place in site.places]
        named = [site for site in there if f"`{site.name}`" in message] or there
        if not named:
            return None
        edits = list(max(named, key=lambda site: site.start).edits)
    if not edits:
        return None
    return _edited(data, edits)


def taken_apart(text: str, tree: Mapping[str, Any], place: tuple[int, int]) -> str | None:
    """The module with the arguments taken apart, as `walked` says, of the call that failed at `place`, if there is one.

    `f(x)` becomes `releasegate_walked_1("f", data.releasegate_walked.of(x))[0]`.
    """
    data = text.encode()
    sites = [site for site in _sites(tree["rules"], data, {"Call": _walked}) if place in site.places]
    if not sites:
        return None
    return _edited(data, max(sites, key=lambda site: site.start).edits)


def _edited(data: bytes, edits: Iterable[_Edit]) -> str:
    for start, end, instead in sorted(edits, reverse=True):
        data = data[:start] + instead + data[end:]
    return data.decode()


def _sites(tree: Any, data: bytes, kinds: _Kinds | None = None) -> Iterator[_Site]:
    for node in nodes(tree):
        for kind, inner in node.items():
            make = (kinds or _SITES).get(kind)
            site = make(inner, data) if make else None
            if site is not None:
                yield site


def _call(node: Mapping[str, Any], data: bytes) -> _Site | None:
    name, parameters = call_name(node["fcn"]), node["params"]
    if not name or name in _LEFT_ALONE or name.startswith(ATTEMPT) or len(parameters) > MOST_ARGUMENTS:
        return None
    start, end = _span(node)
    opening = data.index(b"(", _span(node["fcn"])[1]) + 1
    begin = f'{ATTEMPT}{len(parameters)}("{name}"{", " if parameters else ""}'
    edits = ((start, opening, begin.encode()), (end, end, b"[0]"))
    return _Site(name, start, _places(node, *parameters), edits)


def _walked(node: Mapping[str, Any], data: bytes) -> _Site | None:
    name, parameters = call_name(node["fcn"]), node["params"]
    start, end = _span(node)
    opening = data.index(b"(", _span(node["fcn"])[1]) + 1
    if name.startswith(ATTEMPT):
        parameters = parameters[1:]
        edits = [(start, opening, f"{WALKED}_{len(parameters)}(".encode())]
    elif not name or name in _LEFT_ALONE or name.startswith(WALKED) or len(parameters) > MOST_ARGUMENTS:
        return None
    else:
        begin = f'{WALKED}_{len(parameters)}("{name}"{", " if parameters else ""}'
        edits = [(start, opening, begin.encode()), (end, end, b"[0]")]
    for first, last in map(_whole_span, parameters):
        edits += [(first, first, f"{OF}(".encode()), (last, last, b")")]
    return _Site(name, start, _places(node, *parameters), tuple(edits))


def _operation(node: Mapping[str, Any], data: bytes) -> _Site | None:
    operator = _OPERATORS[node["op"]]
    start, end = _span(node)
    between = _BETWEEN.match(data, _span(node["lhs"])[1])
    at = between.end() if between else 0
    if data[at : at + 1] != operator.encode():
        return None
    edits = (
        (start, start, f'{ATTEMPT}2("{operator}", '.encode()),
        (at, at + 1, b", "),
        (end, end, b")[0]"),
    )
    return _Site(operator, start, _places(node, node["lhs"], node["rhs"]), edits)


def _minus(node: Mapping[str, Any], data: bytes) -> _Site | None:
    start, end = _span(node)
    if data[start : start + 1] != b"-":
        return None
    return _Site("-", start, _places(node, node["expr"]), ((start, start + 1, b"(0 - "), (end, end, b")")))


def _some(node: Mapping[str, Any], data: bytes) -> _Site | None:
    """`some x in c`, where c must be a collection: of anything else OPA finds nothing in it."""
    first, last = _span(node["collection"])
    found = _OPENING.match(data, _span(node["value"])[1])
    if found is None or found.end() > first:
        return None
    for _ in range(found["open"].count(b"(")):
        last = data.index(b")", last) + 1
    variable = b"releasegate_%d" % first
    kinds = b'{"array", "object", "set"}'
    edits = (
        (found.start("open"), found.start("open"), b" [%s | %s := " % (variable, variable)),
        (last, last, b"; %s[type_name(%s)]][0]" % (kinds, variable)),
    )
    return _Site("-", first, _places(node, node["collection"]), edits)


_SITES: _Kinds = {
    "Call": _call,
    "ArithExpr": _operation,
    "BinExpr": _operation,
    "UnaryExpr": _minus,
    "SomeIn": _some,
}


def _span(expression: Mapping[str, Any]) -> tuple[int, int]:
    span = _inner(expression)["span"]
    return span["start"], span["end"]


def _whole_span(expression: Mapping[str, Any]) -> tuple[int, int]:
    """As `_span`, with the quotes of a text, which the engine leaves out."""
    start, end = _span(expression)
    return (start - 1, end + 1) if {"String", "RawString"} & expression.keys() else (start, end)


def _places(*expressions: Mapping[str, Any]) -> frozenset[tuple[int, int]]:
    spans = [_inner(expression)["span"] for expression in expressions]
    return frozenset((span["line"], span["col"]) for span in spans)


def _inner(expression: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node itself, or the one that an expression `{kind: node}` is."""
    if "span" in expression:
        return expression
    inner: Mapping[str, Any] = next(iter(expression.values()))
    return inner
