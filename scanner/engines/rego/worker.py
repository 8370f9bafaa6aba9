"""The Rego jobs of a worker process.

For the policies of releasegate: `load`, `check` for each policy, `read`, and `evaluate` for each policy again.
For those that were written for other programs: `load_program`, and `evaluate_program` for each policy.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from scanner.engines.rego.engines import maker
from scanner.engines.rego.evaluator import Evaluator
from scanner.engines.rego.interface import Asked, RegoEngine
from scanner.rego_source.module import Problem, RegoError

_evaluators: dict[str, Evaluator] = {}
_programs: dict[str, RegoEngine] = {}


def load(argument: dict[str, Any]) -> dict[str, Any]:
    """`{libraries: [[path, text]], vetted, engine}` → `{problems}`; kept for the jobs after it, until the next `load`.

    With `vetted` the libraries are taken as they are, and so must be every policy after them.
    """
    problems: list[Problem] = []
    make = maker(argument["engine"])
    libraries = [(path, text) for path, text in argument["libraries"]]
    if argument.get("vetted"):
        _evaluators["now"] = Evaluator.take(libraries, make)
    else:
        _evaluators["now"], problems = Evaluator.load(libraries, make)
    return {"problems": _plain(problems)}


def check(argument: dict[str, Any]) -> dict[str, Any]:
    """`{name, path, text, parameters, vetted}` of a policy → `{problems}`; one without problems is kept."""
    return _attempted(lambda: {"problems": _plain(_evaluators["now"].add(**argument))})


def read(argument: dict[str, Any]) -> dict[str, Any]:
    """`{input_json, names}` → `{}`: the release, and which of the policies that were checked will judge it."""
    _evaluators["now"].read(**argument)
    return {}


def evaluate(argument: dict[str, Any]) -> dict[str, Any]:
    """`{name}` of a policy → `{found: {rule: items}, problems}`."""
    return {"found": {}} | _attempted(lambda: {"found": _evaluators["now"].evaluate(argument["name"]), "problems": []})


def load_program(argument: dict[str, Any]) -> dict[str, Any]:
    """`{modules: [[path, text]], data, documents, asked: {name: fields of Asked}, engine}` → `{problems}`.

    It is kept for the jobs after it, until the next `load_program`.
    """

    def loaded() -> dict[str, Any]:
        engine = maker(argument["engine"])()
        engine.load([(path, text) for path, text in argument["modules"]], argument["data"])
        engine.read(argument["documents"], {name: Asked(**asked) for name, asked in argument["asked"].items()})
        _programs["now"] = engine
        return {"problems": []}

    return _attempted(loaded)


def evaluate_program(argument: dict[str, Any]) -> dict[str, Any]:
    """`{name}` of what is asked → `{found: [[value], …], problems}`, with an empty list where it is undefined."""
    return {"found": []} | _attempted(lambda: {"found": _programs["now"].evaluate(argument["name"]), "problems": []})


def _attempted(work: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    try:
        return dict(work())
    except RegoError as error:
        return {"problems": _plain([error.problem])}


def _plain(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in problems]
