"""Which of the modules in one folder need which others."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.rego_source import Module, Reference

_PACKAGE = re.compile(r"^[ \t]*package[ \t]+([\w.]+)", re.MULTILINE)


def needed(roots: Sequence[Module], modules: Sequence[Module]) -> list[Module]:
    """The modules `roots` with all that they use of others, directly or through others."""
    found = {module.path: module for module in roots}
    todo = list(found.values())
    while todo:
        module = todo.pop()
        for other in modules:
            if other.path not in found and any(_uses(module, each, other) for each in module.references):
                found[other.path] = other
                todo.append(other)
    return list(found.values())


def _uses(module: Module, reference: Reference, other: Module) -> bool:
    if _names(reference.path, other.package):
        return True
    same = module.package == other.package
    return same and bool(reference.path) and any(name[:1] == reference.path[:1] for name in other.rules)


def without(modules: Sequence[Module], broken: Sequence[tuple[str, str]]) -> tuple[list[Module], list[PolicyError]]:
    """The modules that stand without the broken ones: what a rule would miss of them is undefined, and no error."""
    lost: dict[tuple[str, ...], str] = {}
    for path, text in broken:
        found = _PACKAGE.search(text)
        lost[tuple(found[1].split(".")) if found else ()] = path
    errors: list[PolicyError] = []
    left = list(modules)
    while True:
        needed = {
            module.path: path
            for module in left
            for package, path in lost.items()
            if not package or module.package == package or any(_names(each.path, package) for each in module.references)
        }
        if not needed:
            return left, errors
        for module in left:
            if module.path in needed:
                message = f"not used, because it needs {needed[module.path]}, which cannot be used"
                errors.append(PolicyError(message, Location(module.path, 1)))
                lost[module.package] = module.path
        left = [module for module in left if module.path not in needed]


def not_there(modules: Sequence[Module], used: Set[str], data: Mapping[str, Any]) -> Iterator[PolicyError]:
    """What the modules at the paths `used` read of `data` though neither data nor a package is there: a rule that asks
    for it is undefined and finds nothing, as under Conftest, so that it would seem to pass.
    """
    given = {*data, "conftest", *(module.package[0] for module in modules if module.package)}
    said: set[str] = set()
    for module in (module for module in modules if module.path in used):
        for each in sorted(module.references, key=lambda each: (each.line, each.column)):
            if len(each.path) < 2 or each.path[0] != "data" or each.path[1] in given | said:
                continue
            said.add(each.path[1])
            message = (
                f"reads data.{each.path[1]}, which nothing here gives, so that what asks for it finds nothing; name "
                "its file or folder with --data"
            )
            yield PolicyError(message, Location(module.path, each.line, each.column), Level.WARNING)


def _names(path: tuple[str, ...], package: tuple[str, ...]) -> bool:
    whole = ("data", *package)
    return path[:1] == ("data",) and (path[: len(whole)] == whole or whole[: len(path)] == path)
