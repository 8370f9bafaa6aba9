"""The Rego jobs of a worker process.

For the policies of releasegate: `load`, `check` for each policy, `read`, and `evaluate` for each policy again.
For those that were written for other programs: `keep_documents`, then for each program `load_program`, and
`evaluate_program` for each of its policies.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from scanner.engines.rego.engines import maker
from scanner.engines.rego.evaluator import Evaluator
from scanner.engines.rego.interface import Asked, RegoEngine
from scanner.engines.rego.regorus_engine import RegorusEngine
from scanner.rego_source.module import Problem, RegoError

_evaluators: dict[str, Evaluator] = {}
_programs: dict[str, RegoEngine] = {}
_documents: list[str] = []


def load(argument: dict[str, Any]) -> dict[str, Any]:
    """`{libraries: [[path, text]], data, vetted, engine}` → `{problems}`; kept for the jobs until the next `load`.

    With `vetted` the libraries are taken as they are, and so must be every policy after them.
    """
    problems: list[Problem] = []
    make, grants = _maker(argument["engine"]), argument["engine"].get("grants", ())
    libraries = [(path, text) for path, text in argument["libraries"]]
    if argument.get("vetted"):
        _evaluators["now"] = Evaluator.take(libraries, make)
    else:
        _evaluators["now"], problems = Evaluator.load(libraries, make, grants)
    _evaluators["now"].data = argument.get("data", {})
    return {"problems": _plain(problems)}


def check(argument: dict[str, Any]) -> dict[str, Any]:
    """`{name, path, text, parameters, vetted, types}` of a policy → `{problems, reads}`; it is kept if it has none.

    `reads` are the attributes of resources of these types that decide in it without being asked whether they are known.
    """
    evaluator = _evaluators["now"]
    answer = _attempted(lambda: {"problems": _plain(evaluator.add(**argument))})
    return {**answer, "reads": evaluator.reads.get(argument["name"], ())}


def read(argument: dict[str, Any]) -> dict[str, Any]:
    """`{input_json, names}` → `{}`: the release, and which of the policies that were checked will judge it."""
    _evaluators["now"].read(**argument)
    return {}


def evaluate(argument: dict[str, Any]) -> dict[str, Any]:
    """`{name}` of a policy → `{found: {rule: items}, problems, observed}`."""
    evaluator = _evaluators["now"]
    answer = _attempted(lambda: {"found": evaluator.evaluate(argument["name"]), "problems": []})
    return {"found": {}, **answer, "observed": evaluator.observations()}


def keep_documents(argument: dict[str, Any]) -> dict[str, Any]:
    """`{documents}` → `{}`: what the programs after it are evaluated over, as JSON."""
    _documents[:] = argument["documents"]
    return {}


def load_program(argument: dict[str, Any]) -> dict[str, Any]:
    """`{modules: [[path, text]], data, documents, asked: {name: fields of Asked}, engine}` → `{problems}`.

    It is kept for the jobs after it, until the next `load_program`. Without `documents` it is about those kept before.
    """

    def loaded() -> dict[str, Any]:
        engine = _maker(argument["engine"])()
        engine.load([(path, text) for path, text in argument["modules"]], argument["data"])
        asked = {name: Asked(**each) for name, each in argument["asked"].items()}
        engine.read(argument.get("documents", _documents), asked)
        _programs["now"] = engine
        return {"problems": []}

    return _attempted(loaded)


def evaluate_program(argument: dict[str, Any]) -> dict[str, Any]:
    """`{name}` of what is asked → `{found: [[value], …], problems, observed}`, an empty list where it is undefined."""
    engine = _programs["now"]
    answer = _attempted(lambda: {"found": engine.evaluate(argument["name"]), "problems": []})
    observed = engine.observations() if isinstance(engine, RegorusEngine) else {}
    return {"found": [], **answer, "observed": observed}


def _maker(engine: Mapping[str, Any]) -> Callable[[], RegoEngine]:
    """As `maker`; with `observed` the engine that is built in says what it evaluated."""

    def made() -> RegoEngine:
        one = make()
        if isinstance(one, RegorusEngine):
            one.observe()
        return one

    make = maker(engine)
    return made if engine.get("observed") else make


def _attempted(work: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    try:
        return dict(work())
    except RegoError as error:
        return {"problems": _plain([error.problem])}


def _plain(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in problems]
