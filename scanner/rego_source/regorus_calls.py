"""The one place that imports regorus, Microsoft's Rego engine. For worker processes only: it is native code."""

import json
import re
from functools import cache
from typing import Any

import regorus

from scanner.rego_source.module import Module, Problem, RegoError
from scanner.rego_source.syntax import read_module

_PLACE = re.compile(r"^--> (?P<path>.*):(?P<line>\d+):(?P<column>\d+)$", re.MULTILINE)
_MESSAGE = re.compile(r"^error: (?P<message>.*)", re.MULTILINE | re.DOTALL)
_NO_SUCH_FUNCTION = "could not find function"
_LONGEST_LINE = 100_000
_LARGEST_FILE = 10_000_000
_MOST_LINES = 200_000


def new_engine() -> Any:
    """An engine for modules in Rego v1."""
    engine = regorus.Engine()
    engine.set_policy_length_config(max_col=_LONGEST_LINE, max_file_bytes=_LARGEST_FILE, max_lines=_MOST_LINES)
    engine.set_gather_prints(True)  # `print` in a policy must not fill the worker's standard error
    return engine


def add_module(engine: Any, path: str, text: str, is_v0: bool = False) -> None:
    """Have the engine take in a module in its own version of the language. Raises `RegoError`."""
    engine.set_rego_v0(is_v0)
    try:
        call(path, engine.add_policy, path, text)
    finally:
        engine.set_rego_v0(False)


def tree_of(path: str, text: str) -> tuple[Any, bool]:
    """The syntax tree of a module, and whether it is in Rego v0: what v1 refuses and v0 takes. Raises `RegoError`."""
    try:
        return _tree(path, text, is_v0=False), False
    except RegoError as error:
        try:
            return _tree(path, text, is_v0=True), True
        except RegoError:
            raise error from None


def _tree(path: str, text: str, *, is_v0: bool) -> Any:
    engine = new_engine()
    add_module(engine, path, text, is_v0)
    call(path, engine.eval_query_as_json, "true")  # compiles: names that are no variables come up here
    return json.loads(engine.get_ast_as_json())[0]["ast"]


def parse(path: str, text: str) -> Module:
    """The facts about a module. Raises `RegoError`."""
    tree, is_v0 = tree_of(path, text)
    return read_module(path, text, tree, is_v0)


def call(path: str, function: Any, *arguments: str) -> Any:
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
def builtins() -> frozenset[str]:
    """The functions that the engine says it has."""
    answer = json.loads(new_engine().eval_query_as_json("opa.runtime().builtins"))
    return frozenset(answer["result"][0]["expressions"][0]["value"])


@cache
def is_builtin(name: str) -> bool:
    """Whether the engine has a function of that name; for one that it does not list, its answer to a call counts."""
    if name in builtins():
        return True
    engine = new_engine()
    try:
        engine.add_policy("probe", f"package probe\nfound := {name}()")
        engine.eval_rule_as_json("data.probe.found")
    except RuntimeError as error:
        return _NO_SUCH_FUNCTION not in str(error)
    return True
