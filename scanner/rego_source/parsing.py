"""Modules by their text: the engine's parser runs in a supervised process, one module at a time."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from scanner.isolation import Worker, WorkerError
from scanner.rego_source.module import Module, Problem, RegoError
from scanner.rego_source.syntax import read_module

_TIME_LIMIT = 10.0
_MEMORY_LIMIT = 2 << 30


def parsed(texts: Iterable[tuple[str, str]], time_limit: float = _TIME_LIMIT) -> tuple[list[Module], list[Problem]]:
    """The modules among `(path, text)`, in order, and why the others are none. `time_limit` is in seconds for each."""
    modules: list[Module] = []
    problems: list[Problem] = []
    with Worker(_MEMORY_LIMIT) as worker:
        for path, text in texts:
            try:
                answer = worker.call("scanner.rego_source.parsing:tree", [path, text], time_limit)
            except WorkerError as error:
                problems.append(Problem(str(error), path))
                continue
            if answer["problem"]:
                problems.append(Problem(**answer["problem"]))
            else:
                modules.append(read_module(path, text, answer["tree"], answer["is_v0"]))
    return modules, problems


def tree(argument: tuple[str, str]) -> dict[str, Any]:
    """The job of the process: `[path, text]` → `{tree, is_v0, problem}`."""
    from scanner.rego_source.regorus_calls import tree_of  # noqa: PLC0415 - native code, for the process alone

    try:
        found, is_v0 = tree_of(*argument)
    except RegoError as error:
        return {"tree": None, "is_v0": False, "problem": asdict(error.problem)}
    return {"tree": found, "is_v0": is_v0, "problem": None}
