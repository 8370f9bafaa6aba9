"""Reads the syntax tree that regorus gives as JSON into a `Module`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scanner.rego_source.module import Clause, Module, Path, Reference
from scanner.rego_source.nodes import nodes

_NOT_NAMES = (("rego",), ("future",))
_NAMES = frozenset({"Var", "RefDot", "RefBrack"})
_PACKAGE = re.compile(r"^\s*package\s+([^\s#]+)", re.MULTILINE)
_MAYBE_LARGE = re.compile(r"\d{16}|\d[eE]|\.\d+[eE]")


def read_module(path: str, text: str, tree: Mapping[str, Any], is_v0: bool = False) -> Module:
    """The facts about one module from its `ast`."""
    imports = [_chain(each["refr"]) for each in tree["imports"]]
    names = {
        _alias(each, text) or chain.path[-1]: chain.path
        for each, chain in zip(tree["imports"], imports, strict=True)
        if chain.path[:1] not in _NOT_NAMES
    }
    rules: dict[Path, bool] = {}
    functions: set[Path] = set()
    clauses = tuple(_clause(rule) for rule in tree["rules"])
    for clause in clauses:
        rules[clause.name] = rules.get(clause.name, True) and clause.kind == "Set"
        if clause.kind == "Func" or clause.tree.get("Default", {}).get("args"):
            functions.add(clause.name)
    references = [
        Reference(chain.path, chain.line, chain.column) for chain in imports if chain.path[:1] not in _NOT_NAMES
    ]
    references += [_resolved(each, names) for each in _references(tree["rules"])]
    package = _chain(tree["package"]["refr"]).path
    return Module(path, package, rules, frozenset(functions), tuple(references), clauses, is_v0)


def package_of(text: str) -> str:
    """The package of a module as it is written, before the module is parsed."""
    found = _PACKAGE.search(text)
    return found[1] if found else ""


def call_name(function: Mapping[str, Any]) -> str:
    """What a call names, such as `json.unmarshal`; empty where that is not all constant."""
    parts: list[str] = []
    kind, node = next(iter(function.items()))
    while kind == "RefDot":
        parts.append(node["field"][1])
        kind, node = next(iter(node["refr"].items()))
    return ".".join([node["value"], *reversed(parts)]) if kind == "Var" else ""


def inexact_number(tree: Any, text: str) -> tuple[str, int, int] | None:
    """A number in the module that the engine has rounded, with its line and column; fractions may be rounded."""
    if not _MAYBE_LARGE.search(text):
        return None
    data = text.encode()
    for node in nodes(tree):
        number = node.get("Number")
        if number is not None and "value" in number:
            span = number["span"]
            written = data[span["start"] : span["end"]].decode()
            if _is_rounded(written, number["value"]):
                return written, span["line"], span["col"]
    return None


def _is_rounded(written: str, value: int | float) -> bool:
    try:
        exact = Fraction(written)
    except ValueError:
        return False
    return exact.denominator == 1 and exact != Fraction(value)


def _alias(imported: Mapping[str, Any], text: str) -> str:
    """The name after `as`; the tree has only its offsets in the bytes of the file."""
    span = imported.get("as")
    return text.encode()[span["start"] : span["end"]].decode() if span else ""


def _clause(rule: Mapping[str, Any]) -> Clause:
    if "Default" in rule:
        kind, head = "Default", rule["Default"]
        span = head["span"]
    else:
        kind, head = next(iter(rule["Spec"]["head"].items()))
        span = rule["Spec"]["span"]
    chain = _chain(head["refr"])
    name_end = _innermost(head["refr"])["span"]["end"]
    return Clause(chain.path, kind, span["line"], span["col"], span["start"], span["end"], name_end, rule)


def _innermost(expression: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node of the name that a reference begins with."""
    kind, node = next(iter(expression.items()))
    while kind in ("RefDot", "RefBrack"):
        kind, node = next(iter(node["refr"].items()))
    found: Mapping[str, Any] = node
    return found


@dataclass(frozen=True)
class _Chain:
    """`a.b["c"][x].d`: the constant names it starts with, and the expressions that are inside it."""

    path: Path
    line: int
    column: int
    inner: tuple[Any, ...]


def _chain(expression: Mapping[str, Any]) -> _Chain:
    steps: list[str | None] = []
    inner: list[Any] = []
    while True:
        kind, node = next(iter(expression.items()))
        if kind == "RefDot":
            steps.append(node["field"][1])
        elif kind == "RefBrack":
            index = node["index"]
            steps.append(index["String"]["value"] if "String" in index else None)
            inner.append(index)
        else:
            break
        expression = node["refr"]
    if kind == "Var":
        steps.append(node["value"])
    else:
        inner.append(expression)  # `f(x).name`, `{"a": 1}[k]`
        steps.append(None)
    steps.reverse()
    constant = steps.index(None) if None in steps else len(steps)
    path = tuple(step for step in steps[:constant] if step is not None)
    return _Chain(path, node["span"]["line"], node["span"]["col"], tuple(inner))


def _references(tree: Any) -> Iterator[Reference]:
    """Every name used anywhere in `tree`; without recursion, because expressions may be nested deeply."""
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            for kind, inner in node.items():
                if kind in _NAMES:
                    chain = _chain(node)
                    yield Reference(chain.path, chain.line, chain.column)
                    todo += chain.inner
                elif kind == "Call":
                    chain = _chain(inner["fcn"])
                    yield Reference(chain.path, chain.line, chain.column, is_call=True)
                    todo += (*chain.inner, inner["params"])
                elif kind != "span":
                    todo.append(inner)


def _resolved(reference: Reference, names: Mapping[str, Path]) -> Reference:
    known = names.get(reference.path[0]) if reference.path else None
    if known is None:
        return reference
    return Reference((*known, *reference.path[1:]), reference.line, reference.column, reference.is_call)
