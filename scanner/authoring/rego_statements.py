"""The statements of a rule's body as text, cut out of its module by what the engine's syntax tree says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.rego_source import Clause

_QUOTES = b'"`'
_BRACKETS = re.compile(r"(?:\[[^\[\]]+\])+")
_NOT = re.compile(rb"not\b")
_OPERATORS = {"Eq": (b"==", b"="), "Ne": (b"!=",), "Lt": (b"<",), "Le": (b"<=",), "Gt": (b">",), "Ge": (b">=",)}
_TRAILING = re.compile(r"(?:\s|;|(?m:^[ \t]*#.*$))+\Z")
_COMMENT = re.compile(r"[ \t]+#[^\"`\n]*\Z")


@dataclass(frozen=True)
class Statement:
    """One statement of a body; `sides` are the texts of the values in it that decide, `names` what they are."""

    line: int
    shown: str
    sides: Mapping[str, str]
    names: Mapping[str, str]
    start: int
    body: bytes = field(repr=False)
    starts: tuple[int, ...] = field(default=(), repr=False)

    def upto(self, position: int) -> str:
        """The text of the body before the statement of that number."""
        return self.body[self.starts[0] : self.starts[position]].decode() if position else ""


def statements(clause: Clause, text: str) -> list[Statement]:
    """The statements of the first body of a rule, in order; none for a rule without a body."""
    bodies = clause.tree.get("Spec", {}).get("bodies") or []
    if not bodies or bodies[0]["is_else"]:
        return []
    content = text.encode()
    found = bodies[0]["query"]["stmts"]
    starts = [_start(content, each["span"]["start"]) for each in found]
    end = _end(content, bodies[0]["query"]["span"])
    made = []
    for each, start, stop in zip(found, starts, [*starts[1:], end], strict=True):
        shown = _TRAILING.sub("", content[start:stop].decode())
        sides, names = _sides(each, content, start, stop)
        places = (*starts, end)
        shown = _COMMENT.sub("", shown)
        made.append(Statement(each["span"]["line"], " ".join(shown.split()), sides, names, start, content, places))
    return made


def case_key(clause: Clause, text: str) -> str | None:
    """What a definition of a test with cases collects its cases by; None where that cannot be told."""
    head: Mapping[str, Any]
    kind, head = next(iter(clause.tree["Spec"]["head"].items()))
    content = text.encode()
    if kind == "Set":
        span = head["key"] and next(iter(head["key"].values()))["span"]
        return content[_start(content, span["start"]) : _past_quote(content, span["end"])].decode() if span else None
    end = head["assign"]["span"]["start"] if head["assign"] else head["span"]["end"]
    brackets = content[clause.name_end : max(end, clause.name_end)].decode().strip()
    brackets = brackets if brackets.endswith("]") else f"{brackets}]"
    if not _BRACKETS.fullmatch(brackets):
        return None
    keys = brackets[1:-1].split("][")
    return keys[0] if len(keys) == 1 else f"[{', '.join(keys)}]"


def _start(content: bytes, offset: int) -> int:
    """The tree leaves out the quote that a text begins with."""
    return offset - 1 if content[offset - 1 : offset] and content[offset - 1] in _QUOTES else offset


def _past_quote(content: bytes, offset: int) -> int:
    return offset + 1 if content[offset : offset + 1] and content[offset] in _QUOTES else offset


def _end(content: bytes, span: Mapping[str, int]) -> int:
    """Where the body ends: at its brace, or with its one statement."""
    has_braces = content[span["start"] : span["start"] + 1] == b"{"
    return span["end"] - 1 if has_braces else _past_quote(content, span["end"])


def _sides(
    statement: Mapping[str, Any], content: bytes, start: int, stop: int
) -> tuple[dict[str, str], dict[str, str]]:
    """The two sides of a comparison, or the one value that has to be true, each with the statement's `with`."""
    kind, literal = next(iter(statement["literal"].items()))
    mods = statement.get("with_mods") or ()
    expression_end = mods[0]["span"]["start"] if mods else stop
    modifiers = _TRAILING.sub("", content[expression_end:stop].decode()) if mods else ""
    if kind == "NotExpr":
        whole = content[start:expression_end]
        match = _NOT.match(whole)
        if match is None:
            return {}, {}
        return {"value": _joined(whole[match.end() :], modifiers)}, {"value": "found"}
    if kind != "Expr":
        return {}, {}
    operation, node = next(iter(literal["expr"].items()))
    if operation in ("BoolExpr", "AssignExpr") and node["op"] in _OPERATORS:
        return _of_comparison(node, content, start, expression_end, modifiers)
    if operation in ("RefDot", "RefBrack", "Call", "Var") and not _is_print(node):
        return {"value": _joined(content[start:expression_end], modifiers)}, {"value": "found"}
    return {}, {}


def _is_print(node: Mapping[str, Any]) -> bool:
    return bool(node.get("fcn", {}).get("Var", {}).get("value") == "print")


def _of_comparison(
    node: Mapping[str, Any], content: bytes, start: int, end: int, modifiers: str
) -> tuple[dict[str, str], dict[str, str]]:
    left = _past_quote(content, next(iter(node["lhs"].values()))["span"]["end"])
    right = _start(content, next(iter(node["rhs"].values()))["span"]["start"])
    between = content[left:right]
    operator = next((each for each in _OPERATORS[node["op"]] if each in between), None)
    if operator is None:
        return {}, {}
    at = left + between.index(operator)
    sides = {
        "left": _joined(content[start:at], modifiers),
        "right": _joined(content[at + len(operator) : end], modifiers),
    }
    return sides, {"left": "left", "right": "right"}


def _joined(value: bytes, modifiers: str) -> str:
    text = _TRAILING.sub("", value.decode())
    return f"{text} {modifiers}".strip()
