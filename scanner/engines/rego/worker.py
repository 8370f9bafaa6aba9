"""The Rego jobs of a worker process: `load` once, then `evaluate` for each policy."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from scanner.engines.rego import regorus_engine
from scanner.engines.rego.module import Problem, RegoError

_loaded: dict[str, regorus_engine.Loaded] = {}


def load(argument: dict[str, Any]) -> dict[str, Any]:
    """`{libraries: [[path, text]], input: JSON text}` → `{problems}`; kept until the next `load`."""
    _loaded["now"], problems = regorus_engine.load(argument["libraries"], argument["input"])
    return {"problems": _plain(problems)}


def evaluate(argument: dict[str, Any]) -> dict[str, Any]:
    """`{path, text, parameters, run}` → `{found: {rule: items}, problems}`."""
    try:
        found, problems = regorus_engine.evaluate(_loaded["now"], **argument)
    except RegoError as error:
        found, problems = {}, [error.problem]
    return {"found": found, "problems": _plain(problems)}


def _plain(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in problems]
