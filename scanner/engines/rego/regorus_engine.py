"""regorus, Microsoft's Rego engine, behind two functions; nothing else knows it. Runs in the worker process only."""

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
_NO_SUCH_FUNCTION = "could not find function"
_LONGEST_LINE = 100_000
_LARGEST_FILE = 10_000_000
_MOST_LINES = 200_000
# Parameters travel as data and are put in place for the query, so that the input is converted only once a scan.
_PARAMETERS = "releasegate_parameters"


@dataclass(frozen=True)
class Loaded:
    """An engine that holds the libraries and the input, and what the libraries define."""

    engine: Any
    definitions: frozenset[Path]
    functions: frozenset[Path]


def load(libraries: Iterable[tuple[str, str]], input_json: str) -> tuple[Loaded, list[Problem]]:
    """An engine over one input, and why libraries were left out of it."""
    problems: list[Problem] = []
    usable: list[tuple[Module, str]] = []
    for path, text in libraries:
        try:
            module = _parse(path, text)
        except RegoError as error:
            problems.append(error.problem)
            continue
        if module.package[:1] == ("lib",):
            usable.append((module, text))
        else:
            problems.append(Problem("the package of a library is lib or below it", path))
    while True:  # a library that is left out may be missing from another one
        definitions = frozenset(name for module, _ in usable for name in module.definitions)
        functions = frozenset(("data", *module.package, *name) for module, _ in usable for name in module.functions)
        found = [
            problem for module, _ in usable for problem in module_problems(module, definitions, functions, _is_builtin)
        ]
        if not found:
            break
        problems += found
        unusable = {problem.path for problem in found}
        usable = [(module, text) for module, text in usable if module.path not in unusable]
    engine = _new_engine()
    for module, text in usable:
        _call(module.path, engine.add_policy, module.path, text)
    engine.set_input_json(input_json)
    return Loaded(engine, definitions, functions), problems


def evaluate(
    loaded: Loaded, path: str, text: str, parameters: Mapping[str, Any], run: bool
) -> tuple[dict[str, Any], list[Problem]]:
    """What the finding rules of one policy give, by rule, or why it cannot be evaluated; checks it alone without `run`.

    Raises `RegoError` for what the engine itself refuses.
    """
    module = _parse(path, text)
    problems = [
        *policy_problems(module, loaded.definitions, loaded.functions, _is_builtin),
        *parameter_problems(module, parameters),
    ]
    if problems:
        return {}, problems
    if not run:
        return {}, []
    engine = loaded.engine.clone()
    _call(path, engine.add_policy, path, text)
    engine.add_data_json(json.dumps({_PARAMETERS: parameters}))
    package = "".join(f"[{json.dumps(name)}]" for name in module.package)
    rules = [name for name in FINDING_RULES if (name,) in module.rules]
    wanted = ", ".join(f'"{name}": data{package}.{name}' for name in rules)
    query = f"found := {{{wanted}}} with input.parameters as data.{_PARAMETERS}"
    answer = json.loads(_call(path, engine.eval_query_as_json, query))
    found: dict[str, Any] = answer["result"][0]["bindings"]["found"]
    return found, []


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
