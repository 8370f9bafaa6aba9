"""Recognises packages that were written for Conftest and makes a policy of each of their rules."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from scanner.bundle.conftest_clauses import SPLIT, Split, one_by_one, quoted
from scanner.bundle.conftest_data import conftest_data
from scanner.bundle.conftest_metadata import RuleMetadata, rule_metadata
from scanner.bundle.conftest_modules import needed, not_there, without
from scanner.bundle.conftest_names import constant_text, first_free, slug
from scanner.bundle.conftest_reads import keys_read, names_read
from scanner.bundle.errors import PolicyError
from scanner.config import ConftestOptions
from scanner.core.foreign import ConftestRule, ForeignModules
from scanner.core.location import Location
from scanner.core.policy import AppliesTo, Policy, Severity
from scanner.rego_source import Clause, Module, Problem, parsed

_RULE = re.compile(r"(deny|violation|warn)(?:_([a-zA-Z0-9_]+))?")
_WILDCARDS = frozenset("*?[")
_SEVERITIES = {"deny": Severity.HIGH, "violation": Severity.HIGH, "warn": Severity.MEDIUM}


@dataclass(frozen=True)
class _Rule:
    """A rule with everything that defines it; `kind` is `deny`, `violation` or `warn`."""

    package: tuple[str, ...]
    name: str
    kind: str
    definitions: tuple[tuple[Module, Clause], ...]


def conftest_policies(
    modules: Sequence[tuple[str, str]],
    data: Sequence[tuple[str, str]],
    options: ConftestOptions,
    ignore: str = "",
) -> tuple[list[Policy], list[PolicyError]]:
    """The policies in Rego modules that are none of ours, as (path, text), and what is wrong with the modules.

    `data` are the data documents of the same folder, JSON or YAML by their names. The rules do not judge files whose
    path matches the regular expression `ignore`.
    """
    if not modules:
        return [], []
    read, problems = parsed(modules)
    errors = [_error(problem) for problem in problems]
    broken = [(path, text) for path, text in modules if path not in {module.path for module in read}]
    usable, dependent = without(read, broken)
    errors += dependent
    rules = list(_rules(usable))
    chosen = [rule for rule in rules if _is_chosen(rule.package, options)]
    if not chosen:
        return [], [*errors, *_nothing_chosen(usable, rules, options)]
    texts = dict(modules)
    split = one_by_one(
        usable,
        {module.path: texts[module.path] for module in usable},
        {(rule.package, rule.name) for rule in chosen if rule.name in SPLIT},
    )
    document, wrong = conftest_data(data, options.data)
    errors += wrong
    making = _Making(usable, texts, split, document, options.combine, ignore)
    policies: list[Policy] = []
    for rule in chosen:
        for made in making.policies(rule):
            if isinstance(made, Policy):
                policies.append(made)
            else:
                errors.append(made)
    errors += not_there(usable, making.used, document)
    return policies, errors


def _error(problem: Problem) -> PolicyError:
    return PolicyError(problem.message, Location(problem.path, max(1, problem.line), max(1, problem.column)))


def _rules(modules: Sequence[Module]) -> Iterator[_Rule]:
    found: dict[tuple[tuple[str, ...], str], list[tuple[Module, Clause]]] = {}
    for module in modules:
        for clause in module.clauses:
            if clause.name and _RULE.fullmatch(clause.name[0]) and clause.kind != "Func":
                found.setdefault((module.package, clause.name[0]), []).append((module, clause))
    for (package, name), definitions in found.items():
        match = _RULE.fullmatch(name)
        assert match is not None  # noqa: S101 - the name was chosen by it
        yield _Rule(package, name, match[1], tuple(definitions))


def _is_chosen(package: tuple[str, ...], options: ConftestOptions) -> bool:
    name = ".".join(package)
    return options.all_namespaces or any(
        fnmatchcase(name, wanted) if _WILDCARDS & set(wanted) else name == wanted for wanted in options.namespaces
    )


def _nothing_chosen(
    modules: Sequence[Module], rules: Sequence[_Rule], options: ConftestOptions
) -> Iterator[PolicyError]:
    """Why none of the modules has a rule that counts; a module of helpers alone is none of a policy's."""
    namespaces = ", ".join(options.namespaces)
    if rules:
        packages = ", ".join(sorted({".".join(rule.package) for rule in rules}))
        message = (
            "the package has no `# METADATA` comment with title and custom above it; if it was written for Conftest, "
            f"none of its rules is in the namespace {namespaces}, but in {packages}: name it with --namespace, or take "
            "--all-namespaces"
        )
        yield PolicyError(message, Location(rules[0].definitions[0][0].path, rules[0].definitions[0][1].line))
        return
    for module in modules:
        message = (
            "the package has no `# METADATA` comment with title and custom above it, and no rule deny, violation or "
            "warn either"
        )
        yield PolicyError(message, Location(module.path, 1))


class _Making:
    """Makes the policies of one folder."""

    def __init__(
        self,
        modules: Sequence[Module],
        texts: Mapping[str, str],
        split: Split,
        data: Mapping[str, Any],
        combine: bool,
        ignore: str,
    ) -> None:
        self._modules, self._texts, self._split, self._data = modules, texts, split, data
        self._combine, self._ignore = combine, ignore
        self._taken: set[str] = set()
        self._programs: dict[frozenset[str], ForeignModules] = {}

    @property
    def used(self) -> frozenset[str]:
        """The paths of the modules that the policies made so far need."""
        return frozenset[str]().union(*self._programs)

    def policies(self, rule: _Rule) -> Iterator[Policy | PolicyError]:
        """One policy, or one for each clause of a `deny` that has no name of its own."""
        if rule.name not in SPLIT or any(clause.kind != "Set" for _, clause in rule.definitions):
            yield self._made(rule, rule.definitions, rule.name)
            return
        for module, clause in rule.definitions:
            name = self._split.names.get((module.path, clause.start), rule.name)
            yield self._made(rule, ((module, clause),), name)

    def _made(self, rule: _Rule, definitions: Sequence[tuple[Module, Clause]], defined: str) -> Policy | PolicyError:
        module, clause = definitions[0]
        try:
            metadata = rule_metadata(self._texts[module.path], module.path, clause.line)
        except PolicyError as error:
            return error
        text = constant_text(clause.tree)
        title = metadata.title or text or rule.name.removeprefix(f"{rule.kind}_").replace("_", " ")
        return Policy(
            id=self._id(rule, metadata, text),
            title=title,
            severity=metadata.severity or _SEVERITIES[rule.kind],
            engine="conftest",
            applies_to=AppliesTo(types=("document",), format="conftest"),
            rule=ConftestRule(
                kind=rule.kind,
                expression=quoted(("data", *rule.package, defined)),
                modules=self._program(rule, definitions),
                combine=self._combine,
                exempt=self._exempt(rule),
                ignore=self._ignore,
                keys=() if self._combine else keys_read(definitions, self._modules),
            ),
            rationale=metadata.description,
            remediation=metadata.remediation,
            references=metadata.references,
            reads=names_read(definitions, self._modules),
            location=Location(module.path, clause.line, clause.column),
        )

    def _id(self, rule: _Rule, metadata: RuleMetadata, text: str) -> str:
        """The id its author gave, the rule's name, or what it says: never its place in the file, if that can be."""
        if metadata.id:
            return metadata.id
        name = ".".join((*(re.sub(r"[^\w-]", "-", part) for part in rule.package), rule.name))
        if rule.name in SPLIT:
            said = slug(metadata.title) or slug(text)
            name = f"{name}.{said}" if said else name
        return first_free(name, self._taken)

    def _program(self, rule: _Rule, definitions: Sequence[tuple[Module, Clause]]) -> ForeignModules:
        """The modules that the rule needs, so that what is wrong with another one is of no matter to it."""
        roots = [module for module, _ in definitions]
        roots += [each for each in self._modules if each.package == rule.package and ("exception",) in each.rules]
        paths = frozenset(module.path for module in needed(roots, self._modules))
        if paths not in self._programs:
            texts = ((module.path, self._split.texts[module.path]) for module in self._modules if module.path in paths)
            self._programs[paths] = ForeignModules(tuple(texts), self._data)
        return self._programs[paths]

    def _exempt(self, rule: _Rule) -> str:
        """What has a value for each of Conftest's exceptions that names the rule."""
        if not any(module.package == rule.package and ("exception",) in module.rules for module in self._modules):
            return ""
        name = "" if rule.name in SPLIT else rule.name.removeprefix(f"{rule.kind}_")
        return f'{quoted(("data", *rule.package, "exception"))}[_][_] == "{name}"'
