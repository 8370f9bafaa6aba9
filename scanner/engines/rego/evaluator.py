"""The libraries and policies of one scan: what is checked, what is compiled together, how one is asked. In workers."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.engines.rego.checks import FINDING_RULES, module_problems, parameter_problems, policy_problems
from scanner.engines.rego.interface import Asked, RegoEngine
from scanner.engines.rego.needed import needed
from scanner.engines.rego.regorus_engine import RegorusEngine
from scanner.rego_source.dataflow_unknowns import derived_reads
from scanner.rego_source.module import Module, Path, Problem, RegoError
from scanner.rego_source.regorus_calls import parse

_PACKAGE = re.compile(r"^package ([\w.]+)", re.MULTILINE)
_FINDING_RULE = re.compile(r"^(deny|skip|unknown) contains ", re.MULTILINE)
_LIBRARY: Path = ("lib",)
# Parameters travel as data, by policy, and are put in place for the query: the input is the same for all policies.
_PARAMETERS = "releasegate_parameters"

_Text = tuple[str, str]


@dataclass(frozen=True)
class _Policy:
    """A policy that may be evaluated; `rules` are those of the finding rules that it has."""

    path: str
    text: str
    package: Path
    rules: tuple[str, ...]
    parameters: Mapping[str, Any]


class Evaluator:
    """The libraries and policies of one scan and the release that they judge.

    All policies are loaded into one engine together; a policy whose package runs into another's has one for itself.
    """

    def __init__(
        self,
        libraries: tuple[_Text, ...],
        definitions: frozenset[Path],
        functions: frozenset[Path],
        make: Callable[[], RegoEngine] = RegorusEngine,
        grants: Collection[str] = (),
        modules: Sequence[Module] = (),
    ) -> None:
        self._libraries = libraries
        self._definitions = definitions
        self._functions = functions
        self._make = make
        self._grants = grants
        self._modules = {module.path: module for module in modules}
        self.reads: dict[str, Sequence[str]] = {}  # by policy, the attributes that decide without being asked for
        self.data: Mapping[str, Any] = {}  # what data files give the policies, beside the packages of libraries
        self.policies: dict[str, _Policy] = {}
        self._judging: dict[str, _Policy] = {}
        self._together: RegoEngine = make()  # with all that judge, but for those that stand alone
        self._alone: frozenset[str] = frozenset()
        self._input = "{}"
        self._observed: Mapping[str, Any] = {}

    @classmethod
    def load(
        cls,
        libraries: Iterable[_Text],
        make: Callable[[], RegoEngine] = RegorusEngine,
        grants: Collection[str] = (),
    ) -> tuple["Evaluator", list[Problem]]:
        """An evaluator with those of the libraries that can be used, and why the others cannot.

        `grants` are the functions that policies may call although they are refused.
        """
        problems: list[Problem] = []
        usable: list[tuple[Module, str]] = []
        is_builtin = make().is_builtin
        for path, text in libraries:
            try:
                module = parse(path, text)
            except RegoError as error:
                problems.append(error.problem)
                continue
            if module.package[:1] == _LIBRARY:
                usable.append((module, text))
            else:
                problems.append(Problem("the package of a library is lib or below it", path))
        while True:  # a library that is left out may be missing from another one
            definitions = frozenset(name for module, _ in usable for name in module.definitions)
            functions = frozenset(("data", *module.package, *name) for module, _ in usable for name in module.functions)
            found = [
                problem
                for module, _ in usable
                for problem in module_problems(module, definitions, functions, is_builtin, grants)
            ]
            if not found:
                break
            problems += found
            unusable = {problem.path for problem in found}
            usable = [(module, text) for module, text in usable if module.path not in unusable]
        texts = tuple((module.path, text) for module, text in usable)
        modules = [module for module, _ in usable]
        return cls(texts, definitions, functions, make, grants, modules), problems

    @classmethod
    def take(cls, libraries: Iterable[_Text], make: Callable[[], RegoEngine] = RegorusEngine) -> "Evaluator":
        """An evaluator with libraries that were checked before, by the same engine."""
        return cls(tuple(libraries), frozenset(), frozenset(), make)

    def add(
        self,
        name: str,
        path: str,
        text: str,
        parameters: Mapping[str, Any],
        vetted: bool = False,
        types: Collection[str] = (),
    ) -> list[Problem]:
        """Take in the policy of that name, or say why it cannot be evaluated; one that is `vetted` is not checked.

        `types` are those of the resources whose unknown attributes must not decide; see `reads`.

        Raises `RegoError` for what the engine itself refuses.
        """
        if vetted:
            self.policies[name] = _outlined(path, text, parameters)
            return []
        try:
            module = parse(path, text)
        except RegoError:
            if not self._together.reads_more:
                raise
            return self._add_unread(name, _outlined(path, text, parameters))
        given = self._definitions.union(("data", name) for name in self.data)
        problems = [
            *policy_problems(module, given, self._functions, self._together.is_builtin, self._grants),
            *parameter_problems(module, parameters),
        ]
        if not problems:
            rules = tuple(rule for rule in FINDING_RULES if (rule,) in module.rules)
            self.policies[name] = _Policy(path, text, module.package, rules, parameters)
            if types:
                libraries = [self._modules[each] for each, _ in needed(self._libraries, [text])]
                self.reads[name] = derived_reads(module, types, libraries)
        return problems

    def _add_unread(self, name: str, policy: _Policy) -> list[Problem]:
        """Take in what the engine alone can read: its own check is all there is."""
        engine = self._make()
        engine.load((*self._libraries, (policy.path, policy.text)), dict(self.data))
        engine.read([], {})
        if "deny" not in policy.rules:
            return [Problem("it needs the rule `deny contains … if { … }`", policy.path)]
        self.policies[name] = policy
        return []

    def read(self, input_json: str, names: Iterable[str]) -> None:
        """Take in the release, and which of the policies will judge it."""
        self._input = input_json
        self._judging = {name: self.policies[name] for name in names}
        self._alone = frozenset(name for name, policy in self._judging.items() if self._runs_into_another(policy))
        try:
            self._together = self._engine_for([name for name in self._judging if name not in self._alone])
        except RegoError:  # each of them was accepted when it was checked
            self._alone = frozenset(self._judging)

    def evaluate(self, name: str) -> dict[str, Any]:
        """What the finding rules of the policy give, by rule. Raises `RegoError` where it breaks off."""
        engine = self._engine_for([name]) if name in self._alone else self._together
        found: dict[str, Any] = engine.evaluate(name)[0][0]
        self._observed = engine.observations() if isinstance(engine, RegorusEngine) else {}
        return found

    def observations(self) -> Mapping[str, Any]:
        """What was observed in the last evaluation; see `RegorusEngine.observations`."""
        observed, self._observed = self._observed, {}
        return observed

    def _engine_for(self, names: Iterable[str]) -> RegoEngine:
        policies = {name: self._judging[name] for name in names}
        engine = self._make()
        libraries = needed(self._libraries, (policy.text for policy in policies.values()))
        engine.load(
            (*libraries, *((policy.path, policy.text) for policy in policies.values())),
            {**self.data, _PARAMETERS: {name: policy.parameters for name, policy in policies.items()}},
        )
        engine.read([self._input], {name: _question(name, policy) for name, policy in policies.items()})
        return engine

    def _runs_into_another(self, policy: _Policy) -> bool:
        """Whether its rules could be taken for those of a library or of another policy, or theirs for its own."""
        packages = [_LIBRARY, *(each.package for each in self._judging.values() if each is not policy)]
        return any(each[: len(policy.package)] == policy.package[: len(each)] for each in packages)


def _question(name: str, policy: _Policy) -> Asked:
    package = "".join(f"[{json.dumps(part)}]" for part in policy.package)
    wanted = ", ".join(f'"{rule}": data{package}.{rule}' for rule in policy.rules)
    expression = f"{{{wanted}}}"
    if policy.parameters:  # under `with`, engines keep nothing of what rules gave before
        expression += f" with input.parameters as data.{_PARAMETERS}[{json.dumps(name)}]"
    return Asked(expression, path=policy.path)


def _outlined(path: str, text: str, parameters: Mapping[str, Any]) -> _Policy:
    """A policy by the beginnings of its lines, which is a hundredth of the work of reading it whole."""
    package = _PACKAGE.search(text)
    heads = {match[1] for match in _FINDING_RULE.finditer(text)}
    rules = tuple(rule for rule in FINDING_RULES if rule in heads)
    return _Policy(path, text, tuple(package[1].split(".")) if package else (), rules, parameters)
