"""Finds nodes in the syntax trees of modules."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.core.location import Location
from scanner.rego_source import Clause, Module
from scanner.rego_source.nodes import nodes as all_nodes

Node = Mapping[str, Any]


def nodes(within: Module | Clause, kind: str) -> Iterator[Node]:
    """Every node of that kind, in the order of the text."""
    clauses = within.clauses if isinstance(within, Module) else (within,)
    for node in all_nodes(*(clause.tree for clause in clauses)):
        if kind in node and isinstance(node[kind], dict):
            yield node[kind]


def text_of(node: Node) -> str:
    """The constant text that the node is, else nothing."""
    inner = node.get("String") or node.get("RawString") or {}
    return str(inner.get("value", ""))


def place(module: Module, node: Node) -> Location:
    """Where an expression begins."""
    inner = next(iter(node.values()))
    span = inner.get("span") if isinstance(inner, Mapping) else None
    return Location(module.path, span["line"], span["col"]) if span else Location(module.path, 1)
