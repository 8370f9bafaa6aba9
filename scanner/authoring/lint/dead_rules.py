"""Rules, functions, imports and parameters that nothing uses."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.subject import Subject, key_of
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.rego_source import Module, Path, Reference

_ENTRIES = frozenset({"deny", "unknown", "skip"})
_IMPORT = re.compile(r"^[ \t]*import[ \t]+(?P<path>(?:data|input)(?:\.\w+)+)(?:[ \t]+as[ \t]+(?P<alias>\w+))?")
_PARAMETERS = ("input", "parameters")


def unused_rules(subject: Subject) -> Iterator[LintProblem]:
    """Rules and functions of a policy that none of its findings depends on, and of libraries that nothing uses.

    A library may offer more than the policies of today need, so that a test is use enough there.
    """
    uses = _Uses([*subject.modules.values(), *subject.libraries])
    policies = {module.path for _, module in subject.rego}
    ours = [*subject.modules.values()]
    entries = [
        (module.path, name)
        for module in ours
        for name in module.rules
        if (module.package[:1] != ("lib",) and name[0] in _ENTRIES)
    ]
    tests = [each.path for module in subject.tests for each in module.references]
    reached = uses.reached(entries)
    tested = uses.reached(key for path in tests for key in uses.meant(path))
    for module in subject.chosen_modules():
        is_library = module.path in dict(subject.bundle.libraries)
        if not is_library and module.path not in policies:
            continue
        if is_library and not any((module.path, name) in reached | tested for name in module.rules):
            message = f"no policy and no test uses anything of the library {'.'.join(module.package)}"
            yield LintProblem("unused-library", Level.NOTE, message, Location(module.path, 1))
            continue
        for name in module.rules:
            key = (module.path, name)
            if key in reached or (not is_library and name[0] in _ENTRIES) or (is_library and key in tested):
                continue
            shown = ".".join(name)
            where = next(Location(module.path, each.line, each.column) for each in module.clauses if each.name == name)
            if not is_library:
                yield LintProblem("unused-rule", Level.ERROR, f"no finding depends on {shown}; remove it", where)
            else:
                yield LintProblem("unused-library", Level.NOTE, f"no policy and no test uses {shown}", where)


def unused_imports(subject: Subject) -> Iterator[LintProblem]:
    """Imports whose name does not occur again."""
    for module in subject.chosen_modules():
        for number, line in enumerate(subject.texts[module.path].splitlines(), 1):
            found = _IMPORT.match(line)
            if found is None:
                continue
            path = tuple(found["path"].split("."))
            used = any(each.line != number and each.path[: len(path)] == path for each in module.references)
            if not used:
                name = found["alias"] or path[-1]
                where = Location(module.path, number, 1)
                yield LintProblem("unused-import", Level.ERROR, f"nothing uses the import {name}; remove it", where)


def unused_parameters(subject: Subject) -> Iterator[LintProblem]:
    """Parameters that are declared and never read."""
    uses = _Uses([*subject.modules.values(), *subject.libraries])
    for policy, module in subject.rego:
        read = {each.path for each in uses.references([(module.path, name) for name in module.rules])}
        if _PARAMETERS in read:
            continue
        for name in policy.parameters:
            if not any(path[:3] == (*_PARAMETERS, name) for path in read):
                where = key_of(policy, subject.texts[module.path], name)
                yield _unread(name, where)
    for policy, document in subject.conditions:
        text = str(document.value.get("rule")) + str(document.value.get("applies_to"))
        for name in policy.parameters:
            if f"{{'parameter': {name!r}}}" not in text:
                top = Location(policy.location.path if policy.location else policy.id, 1)
                yield _unread(name, document.locations.get(("parameters", name), top))


def _unread(name: str, where: Location) -> LintProblem:
    return LintProblem("unused-parameter", Level.ERROR, f"nothing reads the parameter {name}", where)


class _Uses:
    """Which rules refer to which, over several modules; a rule is (path of its module, its name)."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._modules: Mapping[str, Module] = {module.path: module for module in modules}

    @cached_property
    def _owners(self) -> dict[Path, list[tuple[str, Path]]]:
        """Who defines each full name; several modules may share a package."""
        owners: dict[Path, list[tuple[str, Path]]] = {}
        for module in self._modules.values():
            for name in module.rules:
                owners.setdefault(("data", *module.package, *name), []).append((module.path, name))
        return owners

    @cached_property
    def _references(self) -> dict[tuple[str, Path], list[Reference]]:
        """What stands inside each rule, by the places of its clauses."""
        found: dict[tuple[str, Path], list[Reference]] = {}
        for module in self._modules.values():
            clauses = sorted(module.clauses, key=lambda each: (each.line, each.column))
            starts = [(each.line, each.column) for each in clauses]
            for reference in module.references:
                number = bisect_right(starts, (reference.line, reference.column))
                if number:
                    found.setdefault((module.path, clauses[number - 1].name), []).append(reference)
        return found

    def meant(self, path: Path, module: Module | None = None) -> list[tuple[str, Path]]:
        """The rules that a name leads to, or goes through."""
        full = path if path[:1] == ("data",) or module is None else ("data", *module.package, *path)
        for length in range(len(full), 1, -1):
            if full[:length] in self._owners:
                return self._owners[full[:length]]
        return self._below.get(full, [])

    @cached_property
    def _below(self) -> dict[Path, list[tuple[str, Path]]]:
        """The rules of a whole package, or behind the beginning of a name with several parts."""
        found: dict[Path, list[tuple[str, Path]]] = {}
        for name, keys in self._owners.items():
            for length in range(2, len(name)):
                found.setdefault(name[:length], []).extend(keys)
        return found

    def reached(self, entries: Iterable[tuple[str, Path]]) -> set[tuple[str, Path]]:
        """The rules that these lead to, themselves among them."""
        todo, seen = list(entries), set()
        while todo:
            key = todo.pop()
            if key in seen or key[0] not in self._modules:
                continue
            seen.add(key)
            module = self._modules[key[0]]
            for reference in self._references.get(key, ()):
                todo += self.meant(reference.path, module)
        return seen

    def references(self, entries: Iterable[tuple[str, Path]]) -> Iterator[Reference]:
        """Every name that is used on the way."""
        for key in self.reached(entries):
            yield from self._references.get(key, ())
