"""Which attributes a rule may look at: all names in it, and in the rules and functions that it uses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.rego_source import Clause, Module
from scanner.rego_source.nodes import nodes

_NAME = re.compile(r"[A-Za-z_][\w-]{0,63}")


def names_read(definitions: Sequence[tuple[Module, Clause]], modules: Sequence[Module]) -> tuple[str, ...]:
    """The names, sorted; `resource.x` beside them for each type of Terraform's resources that is named directly."""
    found: set[str] = set()
    for _, clause in _reached(definitions, modules):
        # What else has the rule's own name decides for itself.
        found |= {name for name, is_variable in _names(clause.tree) if not is_variable and name != clause.name[0]}
    return tuple(sorted(found))


def keys_read(definitions: Sequence[tuple[Module, Clause]], modules: Sequence[Module]) -> tuple[str, ...]:
    """The keys of `input` that the modules of these rules look at, sorted; none where it may be any of them."""
    reached = {module.path: module for module, _ in _reached(definitions, modules)}
    paths = {each.path[:2] for module in reached.values() for each in module.references if each.path[:1] == ("input",)}
    return () if ("input",) in paths else tuple(sorted(key for _, key in paths))


def _reached(
    definitions: Sequence[tuple[Module, Clause]], modules: Sequence[Module]
) -> Iterator[tuple[Module, Clause]]:
    """The definitions, and those of what they name, directly or through others."""
    by_name: dict[str, list[tuple[Module, Clause]]] = {}
    for module in modules:
        for clause in module.clauses:
            by_name.setdefault(clause.name[0] if clause.name else "", []).append((module, clause))
    seen: set[tuple[str, int]] = set()
    todo = list(definitions)
    while todo:
        module, clause = todo.pop()
        if (module.path, clause.start) in seen:
            continue
        seen.add((module.path, clause.start))
        yield module, clause
        for name, is_variable in _names(clause.tree):
            if name != clause.name[0]:
                todo += [each for each in by_name.get(name, ()) if not is_variable or each[0].package == module.package]


def _names(tree: Any) -> Iterator[tuple[str, bool]]:
    """Every name in a syntax tree, and whether it is a variable or the name of a rule."""
    for node in nodes(tree):
        for kind, inner in node.items():
            if kind != "span":
                yield from _own(kind, inner)


def _own(kind: str, node: Any) -> Iterator[tuple[str, bool]]:
    if kind == "Var":
        yield node["value"], True
    elif kind in ("String", "RawString"):
        if _NAME.fullmatch(node["value"]):
            yield node["value"], False
    elif kind in ("RefDot", "RefBrack"):
        step = _step(kind, node)
        if step is not None:
            yield step, False
            below, inner = next(iter(node["refr"].items()))
            if below in ("RefDot", "RefBrack") and _step(below, inner) == "resource":
                yield f"resource.{step}", False


def _step(kind: str, node: Mapping[str, Any]) -> str | None:
    found = node["field"][1] if kind == "RefDot" else node["index"].get("String", {}).get("value")
    return None if found is None else str(found)
