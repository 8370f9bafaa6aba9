"""Clauses that cannot hold whatever the input is."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.subject import Subject
from scanner.authoring.lint.syntax import Node, nodes, place
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.rego_source import Module

CODE = "never-true"
_CONSTANTS = ("String", "RawString", "Number", "Bool", "True", "False", "Null")


def never_true(subject: Subject) -> Iterator[LintProblem]:
    """`false` as a statement, two different constants compared, or one name that has to equal two constants."""
    for module in subject.chosen_modules():
        for clause in module.clauses:
            for body in clause.tree.get("Spec", {}).get("bodies") or ():
                if body:
                    yield from _in_query(module, body["query"])
        for each in nodes(module, "ArrayCompr"):
            yield from _in_query(module, each["query"])
        for each in nodes(module, "SetCompr"):
            yield from _in_query(module, each["query"])


def _in_query(module: Module, query: Node) -> Iterator[LintProblem]:
    wanted: dict[str, str] = {}
    for statement in query["stmts"]:
        literal = statement["literal"]
        expression = literal.get("Expr", {}).get("expr")
        if expression is None or statement.get("with_mods"):
            continue
        if _constant(expression) == "False":
            yield _problem("false never holds", place(module, expression))
        compared = expression.get("BoolExpr")
        if compared is None or compared["op"] != "Eq":
            continue
        left, right = _constant(compared["lhs"]), _constant(compared["rhs"])
        if left and right and left != right:
            yield _problem("these two constants are never equal", place(module, expression))
        elif bool(left) != bool(right):
            name = _name(compared["rhs"] if left else compared["lhs"])
            before = wanted.setdefault(name, left or right) if name else ""
            if before and before != (left or right):
                shown = name.replace(" ", "")
                yield _problem(f"{shown} cannot equal two constants at once", place(module, expression))


def _constant(node: Node) -> str:
    kind, inner = next(iter(node.items()))
    if kind not in _CONSTANTS:
        return ""
    value = inner.get("value")
    if kind in ("True", "False") or isinstance(value, bool):
        return str(value if isinstance(value, bool) else kind)
    return f"{'String' if kind == 'RawString' else kind} {value}"


def _name(node: Node) -> str:
    """A reference through constant names alone; nothing for any other, which may be of several values."""
    steps: list[str] = []
    current: Mapping[str, Any] = node
    while "RefDot" in current:
        steps.append(current["RefDot"]["field"][1])
        current = current["RefDot"]["refr"]
    return " . ".join([current["Var"]["value"], *reversed(steps)]) if "Var" in current else ""


def _problem(message: str, where: Location) -> LintProblem:
    return LintProblem(CODE, Level.ERROR, message, where)
