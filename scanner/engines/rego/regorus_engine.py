"""regorus, Microsoft's Rego engine, behind one class; nothing else knows it. Runs in the worker process only."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import regorus

from scanner.engines.rego.checks import FINDING_RULES, module_problems, parameter_problems, policy_problems
from scanner.engines.rego.module import Module, Path, Problem, RegoError
from scanner.engines.rego.regorus_syntax import read_module

_PLACE = re.compile(r"^--> (?P<path>.*):(?P<line>\d+):(?P<column>\d+)$", re.MULTILINE)
_MESSAGE = re.compile(r"^error: (?P<message>.*)", re.MULTILINE | re.DOTALL)
_PACKAGE = re.compile(r"^package ([\w.]+)", re.MULTILINE)
_FINDING_RULE = re.compile(r"^(deny|skip|unknown) contains ", re.MULTILINE)
_NO_SUCH_FUNCTION = "could not find function"
_LONGEST_LINE = 100_000
_LARGEST_FILE = 10_000_000
_MOST_LINES = 200_000
_LIBRARY: Path = ("lib",)
# Parameters travel as data, by policy, and are put in place for the query: the input is the same for all policies.
_PARAMETERS = "releasegate_parameters"


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

    Everything is compiled together once, and the tables of the libraries are built once: for each policy anew both
    would take most of the time. A policy whose package runs into another's is compiled for itself.
    """

    def __init__(self, libraries: Any, definitions: frozenset[Path], functions: frozenset[Path]) -> None:
        self._libraries = libraries
        self._definitions = definitions
        self._functions = functions
        self.policies: dict[str, _Policy] = {}
        self._judging: dict[str, _Policy] = {}
        self._together: Any = None  # with all that judge, but for those that stand alone
        self._alone: frozenset[str] = frozenset()

    @classmethod
    def load(cls, libraries: Iterable[tuple[str, str]]) -> tuple["Evaluator", list[Problem]]:
        """An evaluator with those of the libraries that can be used, and why the others cannot."""
        problems: list[Problem] = []
        usable: list[tuple[Module, str]] = []
        for path, text in libraries:
            try:
                module = _parse(path, text)
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
                for problem in module_problems(module, definitions, functions, _is_builtin)
            ]
            if not found:
                break
            problems += found
            unusable = {problem.path for problem in found}
            usable = [(module, text) for module, text in usable if module.path not in unusable]
        engine = _new_engine()
        for module, text in usable:
            _call(module.path, engine.add_policy, module.path, text)
        return cls(engine, definitions, functions), problems

    @classmethod
    def take(cls, libraries: Iterable[tuple[str, str]]) -> "Evaluator":
        """An evaluator with libraries that were checked before, by the same engine. Raises `RegoError`."""
        engine = _new_engine()
        for path, text in libraries:
            _call(path, engine.add_policy, path, text)
        return cls(engine, frozenset(), frozenset())

    def add(
        self, name: str, path: str, text: str, parameters: Mapping[str, Any], vetted: bool = False
    ) -> list[Problem]:
        """Take in the policy of that name, or say why it cannot be evaluated; one that is `vetted` is not checked.

        Raises `RegoError` for what the engine itself refuses.
        """
        if vetted:
            self.policies[name] = _outlined(path, text, parameters)
            return []
        module = _parse(path, text)
        problems = [
            *policy_problems(module, self._definitions, self._functions, _is_builtin),
            *parameter_problems(module, parameters),
        ]
        if not problems:
            rules = tuple(rule for rule in FINDING_RULES if (rule,) in module.rules)
            self.policies[name] = _Policy(path, text, module.package, rules, parameters)
        return problems

    def read(self, input_json: str, names: Iterable[str]) -> None:
        """Take in the release, and which of the policies will judge it."""
        self._judging = {name: self.policies[name] for name in names}
        self._libraries.set_input_json(input_json)
        self._libraries.clear_data()
        parameters = {name: policy.parameters for name, policy in self._judging.items()}
        self._libraries.add_data_json(json.dumps({_PARAMETERS: parameters}))
        self._alone = frozenset(name for name, policy in self._judging.items() if self._runs_into_another(policy))
        try:
            self._together = self._put_together()
            _call("", self._together.eval_query_as_json, "true")  # compiles
        except RegoError:  # each of them was accepted when it was checked
            self._alone = frozenset(self._judging)

    def evaluate(self, name: str) -> dict[str, Any]:
        """What the finding rules of the policy give, by rule. Raises `RegoError` where it breaks off."""
        policy = self._judging[name]
        package = "".join(f"[{json.dumps(part)}]" for part in policy.package)
        wanted = ", ".join(f'"{rule}": data{package}.{rule}' for rule in policy.rules)
        query = f"found := {{{wanted}}} with input.parameters as data.{_PARAMETERS}[{json.dumps(name)}]"
        engine = self._together
        if name in self._alone:
            engine = self._libraries.clone()
            _call(policy.path, engine.add_policy, policy.path, policy.text)
        try:
            answer = _call(policy.path, engine.eval_query_as_json, query)
        except RegoError:
            self._together = self._put_together()  # nobody knows what is left in an engine that broke off
            raise
        engine.take_prints()  # they would add up
        found: dict[str, Any] = json.loads(answer)["result"][0]["bindings"]["found"]
        return found

    def _put_together(self) -> Any:
        engine = self._libraries.clone()
        for name, policy in self._judging.items():
            if name not in self._alone:
                _call(policy.path, engine.add_policy, policy.path, policy.text)
        return engine

    def _runs_into_another(self, policy: _Policy) -> bool:
        """Whether its rules could be taken for those of a library or of another policy, or theirs for its own."""
        packages = [_LIBRARY, *(each.package for each in self._judging.values() if each is not policy)]
        return any(each[: len(policy.package)] == policy.package[: len(each)] for each in packages)


def _outlined(path: str, text: str, parameters: Mapping[str, Any]) -> _Policy:
    """A policy by the beginnings of its lines, which is a hundredth of the work of reading it whole."""
    package = _PACKAGE.search(text)
    heads = {match[1] for match in _FINDING_RULE.finditer(text)}
    rules = tuple(rule for rule in FINDING_RULES if rule in heads)
    return _Policy(path, text, tuple(package[1].split(".")) if package else (), rules, parameters)


def _new_engine() -> Any:
    engine = regorus.Engine()
    engine.set_policy_length_config(max_col=_LONGEST_LINE, max_file_bytes=_LARGEST_FILE, max_lines=_MOST_LINES)
    engine.set_gather_prints(True)  # `print` in a policy must not fill the worker's standard error
    return engine


def _parse(path: str, text: str) -> Module:
    engine = _new_engine()
    _call(path, engine.add_policy, path, text)
    _call(path, engine.eval_query_as_json, "true")  # compiles: names that are no variables come up here
    return read_module(path, text, json.loads(engine.get_ast_as_json())[0]["ast"])


def _call(path: str, function: Any, *arguments: str) -> Any:
    """Call the engine; its error texts become a `RegoError`. `path` is what is being worked on."""
    try:
        return function(*arguments)
    except RuntimeError as error:
        raise RegoError(_problem(str(error), path)) from None
    except UnicodeEncodeError:
        raise RegoError(Problem("it is not valid Unicode", path)) from None


def _problem(text: str, path: str) -> Problem:
    """Place and message from what regorus says, without the stack trace of its own code."""
    text = text.partition("Stack backtrace:")[0].strip()
    said = _MESSAGE.search(text)
    message = " ".join((said["message"] if said else text).split())
    place = _PLACE.search(text)
    if place is None:
        return Problem(message, path)
    return Problem(message, place["path"], int(place["line"]), int(place["column"]))


@cache
def _builtins() -> frozenset[str]:
    """The functions that the engine says it has."""
    answer = json.loads(_new_engine().eval_query_as_json("opa.runtime().builtins"))
    return frozenset(answer["result"][0]["expressions"][0]["value"])


@cache
def _is_builtin(name: str) -> bool:
    """Whether the engine has a function of that name; for one that it does not list, its answer to a call counts."""
    if name in _builtins():
        return True
    engine = _new_engine()
    try:
        engine.add_policy("probe", f"package probe\nfound := {name}()")
        engine.eval_rule_as_json("data.probe.found")
    except RuntimeError as error:
        return _NO_SUCH_FUNCTION not in str(error)
    return True
