"""What the names in a module stand for, by the syntax tree of a reference."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from scanner.core.location import Location
from scanner.rego_source.module import Clause, Module, Path
from scanner.rego_source.nodes import nodes

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """A rule or function of a module, by all its clauses."""

    module: Module
    clauses: tuple[Clause, ...]


class Names:
    """The rules and functions of some modules by their full names, and what the imports of each stand for."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self.rules: dict[Path, Rule] = {}
        for module in modules:
            by_name: dict[Path, list[Clause]] = {}
            for clause in module.clauses:
                by_name.setdefault(clause.name, []).append(clause)
            for name, clauses in by_name.items():
                self.rules["data", *module.package, *name] = Rule(module, tuple(clauses))
        self._paths = {each.path: {(use.line, use.column): use.path for use in each.references} for each in modules}

    def whole(self, module: Module, node: Node) -> list[Any]:
        """The steps of a reference from `input` or `data` on, or from a name of its own; none for other expressions."""
        head, steps = flat(node)
        return [*self._beginning(module, head, steps), *steps] if "Var" in head else []

    def called(self, module: Module, function: Node) -> Path:
        """The full name of a function."""
        return tuple(_leading_texts(self.whole(module, function)))

    def definition(self, module: Module, steps: Iterable[Any]) -> tuple[Path, int] | None:
        """The full name of the rule that a reference starts with, and how many of its steps that takes."""
        path = tuple(_leading_texts(steps))
        full = path if path[:1] == ("data",) else ("data", *module.package, *path)
        surplus = len(full) - len(path)
        for length in range(len(full), max(surplus, 1), -1):
            if full[:length] in self.rules:
                return full[:length], length - surplus
        return None

    def is_free(self, module: Module, node: Any, bound: Collection[str]) -> bool:
        """Whether it is a variable that nothing has bound so far."""
        if not isinstance(node, Mapping) or "Var" not in node or node["Var"]["value"] in bound:
            return False
        whole = self.whole(module, node)
        return whole[0] not in ("input", "data") and self.definition(module, whole) is None

    def _beginning(self, module: Module, head: Node, steps: Sequence[Any]) -> Path:
        """What the name at the start of a reference stands for: an import, or itself."""
        span = head["Var"]["span"]
        path = self._paths[module.path].get((span["line"], span["col"]))
        return path[: len(path) - len(list(_leading_texts(steps)))] if path else (head["Var"]["value"],)


def flat(node: Node) -> tuple[Node, list[Any]]:
    """The node that a reference starts with and its steps: texts, numbers, and nodes for what is no constant."""
    steps: list[Any] = []
    while True:
        kind, inner = next(iter(node.items()))
        if kind == "RefDot":
            steps.append(inner["field"][1])
        elif kind == "RefBrack":
            index = inner["index"]
            constant = index.get("String") or index.get("Number") or {}
            steps.append(constant["value"] if isinstance(constant.get("value"), str | int) else index)
        else:
            steps.reverse()
            return node, steps
        node = inner["refr"]


def place(module: Module, node: Node) -> Location:
    """Where the expression starts."""
    head, _ = flat(node)
    span = next(iter(head.values()))["span"]
    return Location(module.path, span["line"], span["col"])


def names_of_length(span: Mapping[str, int], query: Node, known: Collection[str]) -> set[str]:
    """The variables in a body that may be the one at `span`, of which the tree has the place alone."""
    length = span["end"] - span["start"]
    return {name for name in _variables(query) if len(name.encode()) == length and name not in known}


def _variables(tree: Any) -> Iterator[str]:
    for node in nodes(tree):
        variable = node.get("Var")
        if isinstance(variable, Mapping):
            yield variable["value"]


def _leading_texts(steps: Iterable[Any]) -> Iterator[str]:
    return takewhile(lambda step: isinstance(step, str), steps)
