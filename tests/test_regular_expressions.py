"""No regular expression of the package uses what Python 3.11.0 to 3.11.4 match wrongly (python/cpython#106052)."""

import ast
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import scanner

opcodes: Any = import_module("re._constants")
_parser: Any = import_module("re._parser")

_WORKER = "scanner.engines.checkov.worker"  # imports Checkov, which belongs in no other process
_SINGLE = (opcodes.IN, opcodes.LITERAL, opcodes.NOT_LITERAL, opcodes.ANY)


def _patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    for module in pkgutil.walk_packages(scanner.__path__, "scanner."):
        if not module.name.endswith("__main__") and not module.name.startswith(_WORKER):
            for name, value in vars(import_module(module.name)).items():
                held = (
                    value.values()
                    if isinstance(value, dict)
                    else value
                    if isinstance(value, tuple | list)
                    else (value,)
                )
                yield from ((f"{module.name}.{name}", each) for each in held if isinstance(each, re.Pattern))


def _gives_nothing_back(part: Any) -> Iterator[bool]:
    """For each atomic group and each possessive repeat whether it is more than one character at a time."""
    for operation, argument in part:
        if operation is opcodes.ATOMIC_GROUP:
            yield True
        if operation is opcodes.POSSESSIVE_REPEAT:
            body = argument[2]
            yield len(body) != 1 or body[0][0] not in _SINGLE
        for each in argument if isinstance(argument, tuple) else ():
            if isinstance(each, _parser.SubPattern):
                yield from _gives_nothing_back(each)
            elif isinstance(each, list):
                for branch in each:
                    yield from _gives_nothing_back(branch if isinstance(branch, _parser.SubPattern) else ())


def test_no_group_gives_nothing_back() -> None:
    found = list(_patterns())
    assert len(found) > 100
    assert [name for name, each in found if any(_gives_nothing_back(_parser.parse(each.pattern, each.flags)))] == []


def test_nor_does_one_of_what_is_not_imported_here() -> None:
    (folder,) = import_module(_WORKER).__path__
    calls = [
        node
        for file in Path(folder).glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"
    ]
    patterns = [ast.literal_eval(call.args[0]) for call in calls]
    assert patterns
    assert [each for each in patterns if any(_gives_nothing_back(_parser.parse(each)))] == []


def test_the_check_itself() -> None:
    wrong = (r"(?:a|bc)*+", r"(?>ab)", r"x(?:y(?:a?b)++|z)", r"(?=(?:ab)*+)")
    assert all(any(_gives_nothing_back(_parser.parse(each))) for each in wrong)
    assert not any(any(_gives_nothing_back(_parser.parse(each))) for each in (r"[ab]*+", r"(?:a*+b)*", r"\s++"))
