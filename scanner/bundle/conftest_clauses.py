"""Gives every clause of a plain `deny` a name of its own, so that each can be asked by itself.

The clauses are renamed where they stand, and a clause for each new name makes up the old rule again, for whatever else
speaks of it. No line moves. Negations are given OPA's meaning on the way.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from scanner.bundle.negation import Edit, as_in_opa, edited
from scanner.rego_source import Module

SPLIT = ("deny", "violation", "warn")
"""The rules whose name does not say what they are about."""

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_V0 = "{rule}[releasegate__found] {{ some releasegate__found; {name}[releasegate__found] }}"
_V1 = "{rule} contains releasegate__found if some releasegate__found in {name}"


@dataclass(frozen=True)
class Split:
    """The texts by path, and the new name of each clause by the path of its module and its offset there."""

    texts: Mapping[str, str]
    names: Mapping[tuple[str, int], str]


def one_by_one(
    modules: Sequence[Module], texts: Mapping[str, str], rules: Collection[tuple[tuple[str, ...], str]]
) -> Split:
    """The modules with the clauses of `rules`, each a package and a name, told apart.

    A rule with a single clause, or with one that is no partial set, stays as it is.
    """
    edits = {module.path: list(as_in_opa(module, texts[module.path])) for module in modules}
    names: dict[tuple[str, int], str] = {}
    renamed: dict[str, list[tuple[str, str]]] = {}
    taken = {(module.package, name[0]) for module in modules for name in module.rules if name}
    for package, rule in sorted(rules):
        definitions = [
            (module, clause)
            for module in modules
            if module.package == package
            for clause in module.clauses
            if clause.name[:1] == (rule,)
        ]
        if len(definitions) < 2 or any(clause.kind != "Set" or len(clause.name) > 1 for _, clause in definitions):
            continue
        for number, (module, clause) in enumerate(definitions, start=1):
            name = f"{rule}__{number}"
            while (package, name) in taken:
                name += "_"
            taken.add((package, name))
            names[module.path, clause.start] = name
            edits[module.path].append(Edit(clause.start, clause.name_end, name))
            renamed.setdefault(module.path, []).append((rule, name))
    by_path = {module.path: module for module in modules}
    new = {path: edited(text, edits[path]) for path, text in texts.items()}
    for path, clauses in renamed.items():
        form = _V0 if by_path[path].is_v0 else _V1
        whole = "".join(f"{form.format(rule=rule, name=name)}\n" for rule, name in clauses)
        new[path] += ("" if new[path].endswith("\n") else "\n") + whole
    return Split(new, names)


def quoted(path: Sequence[str]) -> str:
    """The reference to a path: `data.main.deny`, `data.main["a-b"].deny`."""
    return path[0] + "".join(
        f".{part}" if _IDENTIFIER.fullmatch(part) else f"[{json.dumps(part)}]" for part in path[1:]
    )
