"""The Rego jobs of a worker process: `load`, `check` for each policy, `read`, and `evaluate` for each policy again."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from scanner.engines.rego.evaluator import Evaluator
from scanner.rego_source.module import Problem, RegoError

_evaluators: dict[str, Evaluator] = {}


def load(argument: dict[str, Any]) -> dict[str, Any]:
    """`{libraries: [[path, text]], vetted}` → `{problems}`; kept for the jobs after it, until the next `load`.

    With `vetted` the libraries are taken as they are, and so must be every policy after them.
    """
    problems: list[Problem] = []
    if argument.get("vetted"):
        _evaluators["now"] = Evaluator.take(argument["libraries"])
    else:
        _evaluators["now"], problems = Evaluator.load(argument["libraries"])
    return {"problems": _plain(problems)}


def check(argument: dict[str, Any]) -> dict[str, Any]:
    """`{name, path, text, parameters, vetted}` of a policy → `{problems}`; one without problems is kept."""
    try:
        problems = _evaluators["now"].add(**argument)
    except RegoError as error:
        problems = [error.problem]
    return {"problems": _plain(problems)}


def read(argument: dict[str, Any]) -> dict[str, Any]:
    """`{input_json, names}` → `{}`: the release, and which of the policies that were checked will judge it."""
    _evaluators["now"].read(**argument)
    return {}


def evaluate(argument: dict[str, Any]) -> dict[str, Any]:
    """`{name}` of a policy → `{found: {rule: items}, problems}`."""
    try:
        return {"found": _evaluators["now"].evaluate(argument["name"]), "problems": []}
    except RegoError as error:
        return {"found": {}, "problems": _plain([error.problem])}


def _plain(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in problems]
