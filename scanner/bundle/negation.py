"""Gives `not` the meaning that it has in OPA, by which policies of other programs were tried.

To OPA `not f(input.x)` does not hold where `input.x` is undefined, as the argument is looked up before the negation.
The built-in engine takes an undefined argument for a call that fails. So a statement of its own looks the argument up:
`releasegate__1 = input.x; not f(releasegate__1)`. Operands of `==` and `=` stay inside with OPA too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.rego_source import Module
from scanner.rego_source.nodes import nodes

_CALLS = frozenset(("ArithExpr", "BinExpr", "BoolExpr", "Call", "Membership"))
_VALUES = frozenset(("ArithExpr", "BinExpr", "Call"))
_LISTS = frozenset(("Array", "Object", "Set"))
_REFERENCES = frozenset(("RefBrack", "RefDot"))


@dataclass(frozen=True)
class Edit:
    """Text that takes the place of the bytes from `start` to before `end`."""

    start: int
    end: int
    text: str


def as_in_opa(module: Module, text: str) -> Iterator[Edit]:
    """The changes that look the arguments of negated calls up first; no line moves."""
    data = text.encode()
    number = 0
    for clause in module.clauses:
        bodies = [body["query"]["span"]["start"] for body in clause.tree.get("Spec", {}).get("bodies", ())]
        alone = {start for start in bodies if data[start : start + 1] != b"{"}  # `if` without braces
        for statement in _negated(clause.tree):
            span = statement["span"]
            lookups = ""
            for start, end in sorted(set(_arguments(statement["expr"], module, within=False))):
                number += 1
                name = f"releasegate__{number}"
                written = data[start:end].decode()
                lookups += f"{name} = {' '.join(written.splitlines())}; "
                yield Edit(start, end, name + "\n" * written.count("\n"))
            if lookups and span["start"] in alone:
                yield Edit(span["start"], span["start"], f"{{ {lookups}")
                yield Edit(span["end"], span["end"], " }")
            elif lookups:
                yield Edit(span["start"], span["start"], lookups)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits, none of which touch one another."""
    data = text.encode()
    for edit in sorted(edits, key=lambda each: (each.start, each.end), reverse=True):
        data = data[: edit.start] + edit.text.encode() + data[edit.end :]
    return data.decode()


def _negated(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Every negated statement without `with`, outermost first."""
    for node in nodes(tree):
        literal = node.get("literal")
        if isinstance(literal, dict) and "NotExpr" in literal and not node.get("with_mods"):
            yield literal["NotExpr"]


def _arguments(
    expression: Mapping[str, Any], module: Module, *, within: bool, inner: bool = False
) -> Iterator[tuple[int, int]]:
    """The places of what OPA looks up first: references `within` an argument, and calls that are a part (`inner`)."""
    kind, node = next(iter(expression.items()))
    if within and (kind in _REFERENCES or (kind == "Var" and (node["value"],) in module.rules)):
        yield _place(expression)
    elif inner and kind in _VALUES:
        yield node["span"]["start"], node["span"]["end"]
    elif kind in _REFERENCES:
        yield from _arguments(node["refr"], module, within=next(iter(node["refr"])) in _LISTS, inner=True)
        if kind == "RefBrack":
            yield from _arguments(node["index"], module, within=True, inner=True)
    elif kind in _CALLS:
        is_equality = kind == "BoolExpr" and node.get("op") == "Eq"
        for operand in _operands(node):
            yield from _arguments(operand, module, within=within or not is_equality, inner=True)
    elif kind == "AssignExpr":
        for operand in _operands(node):
            yield from _arguments(operand, module, within=within, inner=True)
    elif kind in _LISTS and within:
        for operand in _operands(node):
            yield from _arguments(operand, module, within=True, inner=True)


def _operands(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in ("lhs", "rhs", "key", "value", "collection"):
        if isinstance(node.get(name), dict):
            yield node[name]
    yield from node.get("params", ())
    yield from node.get("items", ())
    for field in node.get("fields", ()):
        yield field[2]


def _place(expression: Mapping[str, Any]) -> tuple[int, int]:
    """The bytes of a reference, from its first name to its last step."""
    kind, node = next(iter(expression.items()))
    end = node["span"]["end"]
    start = node["span"]["start"]
    while kind in _REFERENCES:
        kind, node = next(iter(node["refr"].items()))
        start = min(start, node["span"]["start"])
    return start, end
