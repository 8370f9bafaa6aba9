"""Modules by their text: the engine's parser runs in a supervised process, one module at a time."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from scanner.isolation import Worker, WorkerError
from scanner.rego_source.module import Module, Problem, RegoError
from scanner.rego_source.syntax import package_of, read_module

_TIME_LIMIT = 10.0
_MEMORY_LIMIT = 2 << 30
_NAME = re.compile(r"^(?:default[ \t]+)?([A-Za-z_]\w*)", re.MULTILINE)
_UNDEFINED = re.compile(r"undefined variable `(\w+)`")


def parsed(texts: Iterable[tuple[str, str]], time_limit: float = _TIME_LIMIT) -> tuple[list[Module], list[Problem]]:
    """The modules among `(path, text)`, in order, and why the others are none. `time_limit` is in seconds for each.

    A module may use what another one of its package defines.
    """
    modules: list[Module] = []
    problems: list[Problem] = []
    texts = list(texts)
    defined = _defined(text for _, text in texts)
    with Worker(_MEMORY_LIMIT, forgets=True) as worker:
        for path, text in texts:
            try:
                argument = [path, text, sorted(defined[package_of(text)])]
                answer = worker.call("scanner.rego_source.parsing:tree", argument, time_limit)
            except WorkerError as error:
                problems.append(Problem(str(error), path))
                continue
            if answer["problem"]:
                problems.append(Problem(**answer["problem"]))
            else:
                modules.append(read_module(path, text, answer["tree"], answer["is_v0"]))
    return modules, problems


def _defined(texts: Iterable[str]) -> defaultdict[str, set[str]]:
    """The names that may be rules, by package: those that lines begin with."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for text in texts:
        names[package_of(text)].update(match[1] for match in _NAME.finditer(text))
    return names


def tree(argument: tuple[str, str, list[str]]) -> dict[str, Any]:
    """The job of the process: `[path, text, names]` → `{tree, is_v0, problem}`; `names` are those of its package."""
    from scanner.rego_source.regorus_calls import tree_of  # noqa: PLC0415 - native code, for the process alone

    path, text, names = argument
    end = text.count("\n") + 1
    left = set(names)
    while True:
        try:
            found, is_v0 = tree_of(path, text)
        except RegoError as error:
            undefined = _UNDEFINED.search(error.problem.message)
            if undefined is None or undefined[1] not in left:
                return {"tree": None, "is_v0": False, "problem": asdict(error.problem)}
            left.remove(undefined[1])
            text += f"\n{undefined[1]} = true\n"  # stands for the rule of another module
        else:
            found["rules"] = [rule for rule in found["rules"] if _line(rule) <= end]
            return {"tree": found, "is_v0": is_v0, "problem": None}


def _line(rule: Mapping[str, Any]) -> int:
    line: int = next(iter(rule.values()))["span"]["line"]
    return line
