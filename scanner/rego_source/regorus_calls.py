"""The one place that imports regorus, Microsoft's Rego engine. For worker processes only: it is native code."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import regorus

from scanner.rego_source.builtins import EXTENSIONS
from scanner.rego_source.guarding import ATTEMPT
from scanner.rego_source.module import Module, Problem, RegoError
from scanner.rego_source.numerals import BEYOND
from scanner.rego_source.syntax import inexact_number, package_of, read_module
from scanner.rego_source.walked import UNKEYED, WALKED, rebuilt

_PLACE = re.compile(r"^--> (?P<path>.*):(?P<line>\d+):(?P<column>\d+)$", re.MULTILINE)
_MESSAGE = re.compile(r"^error: (?P<message>.*)", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^extension '(?:releasegate_\w+|([\w.]+))' raises Python error: \w+: ")
UNCONVERTIBLE = "this function cannot be given "
# What is said of values that do not reach a function in Python, and what to say instead.
_UNCONVERTIBLE = {
    "unhashable type": f"{UNCONVERTIBLE}a set that holds arrays, objects or sets",
    "not an i64": f"{UNCONVERTIBLE}an integer beyond 64 bits",
}
_PANIC = "PanicException"  # pyo3 gives it no name that could be imported
_NO_SUCH_FUNCTION = "could not find function"
_LONGEST_LINE = 100_000
_LARGEST_FILE = 10_000_000
_MOST_LINES = 200_000
_SAYS_V1 = re.compile(r"^\s*import\s+(?:rego\.v1|future\.keywords)\b", re.MULTILINE)
# Of what v1 says of modules in v0.
_ONLY_V1 = ("keyword is required", "will be treated as identifier")
_LACKING = (
    (re.compile(r'\$["`]'), "string interpolation"),
    (re.compile(r"\}\s*\{"), "second body of a rule without its head"),
    (re.compile(r"\b(?:and|or)\b"), "`and` and `or` between expressions"),
    (re.compile(r'"[^"]*\t'), "tab in a text: write \\t"),
)


def new_engine() -> Any:
    """An engine for modules in Rego v1."""
    engine = regorus.Engine()
    engine.set_policy_length_config(max_col=_LONGEST_LINE, max_file_bytes=_LARGEST_FILE, max_lines=_MOST_LINES)
    engine.set_gather_prints(True)  # `print` in a policy must not fill the worker's standard error
    for name, (arity, function) in EXTENSIONS.items():
        engine.add_extension(name, arity, function)
    return engine


def add_module(engine: Any, path: str, text: str, is_v0: bool = False) -> None:
    """Have the engine take in a module in its own version of the language. Raises `RegoError`."""
    _check_text(path, text)
    engine.set_rego_v0(is_v0)
    try:
        call(path, engine.add_policy, path, _without_mark(text))
    finally:
        engine.set_rego_v0(False)


def engine_with(modules: Iterable[tuple[str, str]], make: Callable[[], Any] = new_engine) -> Any:
    """An engine that `make` gives, with modules as (path, text), each in its own version. Raises `RegoError`."""
    texts = list(modules)
    engine = make()
    try:
        for path, text in texts:
            add_module(engine, path, text)
    except RegoError:
        engine = make()
        add_modules(engine, texts)
    return engine


def add_modules(engine: Any, modules: Iterable[tuple[str, str]]) -> dict[str, bool]:
    """Have the engine take in modules as (path, text); gives, by path, whether a module is in Rego v0.

    A module that both versions take is in that of its package's others, unless it says v1. Raises `RegoError`.
    """
    texts = list(modules)
    are_v0 = {path: not _takes(path, text) for path, text in texts}
    old = {package_of(text) for path, text in texts if are_v0[path]}
    for path, text in texts:
        undecided = not are_v0[path] and package_of(text) in old and not _SAYS_V1.search(text)
        are_v0[path] = are_v0[path] or (undecided and _takes(path, text, is_v0=True))
        try:
            add_module(engine, path, text, are_v0[path])
        except RegoError as error:
            raise _of_both(path, text, error) from None
    return are_v0


def _takes(path: str, text: str, *, is_v0: bool = False) -> bool:
    """Whether a module is well formed in that version."""
    try:
        add_module(new_engine(), path, text, is_v0)
    except RegoError:
        return False
    return True


def tree_of(path: str, text: str, *, is_whole: bool = True) -> tuple[Any, bool]:
    """The syntax tree of a module, and whether it is in Rego v0: what v1 refuses and v0 takes. Raises `RegoError`.

    One that `is_whole` is all of its package, so that a name that it does not define is a mistake.
    """
    try:
        return _tree(path, text, is_v0=False, is_whole=is_whole), False
    except RegoError:
        try:
            return _tree(path, text, is_v0=True, is_whole=is_whole), True
        except RegoError as error:
            raise _of_both(path, text, error) from None


def _tree(path: str, text: str, *, is_v0: bool, is_whole: bool = True) -> Any:
    engine = new_engine()
    add_module(engine, path, text, is_v0)
    if is_whole:
        call(path, engine.eval_query_as_json, "true")  # compiles: names that are no variables come up here
    tree = json.loads(engine.get_ast_as_json())[0]["ast"]
    rounded = inexact_number(tree, _without_mark(text))
    if rounded:
        what = BEYOND if rounded[0].lstrip("-").isdecimal() else "a number"
        raise RegoError(Problem(f"{what} would be rounded: {rounded[0][:40]}", path, *rounded[1:]))
    return tree


def _of_both(path: str, text: str, of_v0: RegoError) -> RegoError:
    """What to say of a module that neither version takes: what the version says that it seems to be written in."""
    try:
        _tree(path, text, is_v0=False)
    except RegoError as error:
        of_v1 = error
    else:
        return of_v0
    if any(word in of_v1.problem.message for word in _ONLY_V1):
        return RegoError(_named_feature(of_v0.problem, text))
    return RegoError(_named_feature(of_v1.problem, text))


def _named_feature(problem: Problem, text: str) -> Problem:
    """The problem, by the name of what the engine lacks where that is why the module cannot be read."""
    lines = text.splitlines()
    line = lines[problem.line - 1] if 0 < problem.line <= len(lines) else ""
    for pattern, name in _LACKING:
        if pattern.search(line):
            return replace(problem, message=f"the Rego engine has no {name} ({problem.message})")
    return problem


def _check_text(path: str, text: str) -> None:
    """The engine would read nothing after a NUL, and say nothing of it."""
    if "\0" in text:
        raise RegoError(Problem("it has a NUL character", path, text.count("\n", 0, text.index("\0")) + 1, 1))


def _without_mark(text: str) -> str:
    """The text without a byte order mark, at the same offsets in its bytes."""
    return f"   {text[1:]}" if text.startswith("\ufeff") else text


def parse(path: str, text: str, *, is_whole: bool = True) -> Module:
    """The facts about a module; for `is_whole` see `tree_of`. Raises `RegoError`."""
    tree, is_v0 = tree_of(path, text, is_whole=is_whole)
    return read_module(path, text, tree, is_v0)


def call(path: str, function: Any, *arguments: str) -> Any:
    """Call the engine; its error texts become a `RegoError`. `path` is what is being worked on."""
    try:
        return function(*arguments)
    except RuntimeError as error:
        raise RegoError(_problem(str(error), path)) from None
    except UnicodeEncodeError:
        raise RegoError(Problem("it is not valid Unicode", path)) from None
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise RegoError(Problem(f"the Rego engine broke off: {' '.join(str(error).split())[:200]}", path)) from None


def _problem(text: str, path: str) -> Problem:
    """Place and message from what regorus says, without the stack trace of its own code."""
    text = text.partition("Stack backtrace:")[0].strip()
    said = _MESSAGE.search(text)
    message = _PYTHON.sub(_named, " ".join((said["message"] if said else text).split()))
    message = next((instead for said, instead in _UNCONVERTIBLE.items() if said in message), message)
    place = _PLACE.search(text)
    if place is None:
        return Problem(message, path)
    return Problem(message, place["path"], int(place["line"]), int(place["column"]))


def _named(extension: re.Match[str]) -> str:
    return f"{extension[1]}: " if extension[1] else ""  # ours say themselves what they are about


def add_attempts(engine: Any) -> None:
    """Give the engine the functions by which `guarding` calls built-ins: an array with the value, or an empty one."""
    for number, tried in enumerate(_tried(_attempt)):
        engine.add_extension(f"{ATTEMPT}{number}", number + 1, tried)
    for number, walked in enumerate(_tried(_leniently)):
        engine.add_extension(f"{WALKED}_{number}", number + 1, walked)


def add_walked(engine: Any) -> None:
    """Give the engine the functions that take arguments which were taken apart; an error ends the evaluation."""
    for number, walked in enumerate(_tried(_strictly)):
        engine.add_extension(f"{WALKED}_{number}", number + 1, walked)


def _strictly(name: str, arguments: tuple[Any, ...]) -> list[Any]:
    try:
        return [EXTENSIONS[name][1](*map(rebuilt, arguments))]
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _leniently(name: str, arguments: tuple[Any, ...]) -> list[Any]:
    return _attempt(name, tuple(map(rebuilt, arguments)))


def _attempt(name: str, arguments: tuple[Any, ...]) -> list[Any]:
    if name in EXTENSIONS:
        return _own_attempt(name, arguments)
    engine = _attempting()
    engine.set_input(list(arguments))
    terms = [f"input[{number}]" for number in range(len(arguments))]
    expression = f"{name}({', '.join(terms)})" if name.isidentifier() or "." in name else f" {name} ".join(terms)
    try:
        answer = engine.eval_query(f"found := {expression}")
    except RuntimeError as error:
        message = _problem(str(error), "").message
        if any(said in message for said in _NOT_OF_THE_VALUES):
            raise ValueError(message) from None
        return []
    return [row["bindings"]["found"] for row in answer["result"]]


def _own_attempt(name: str, arguments: tuple[Any, ...]) -> list[Any]:
    arity, function = EXTENSIONS[name]
    if len(arguments) != arity:
        raise ValueError(f"{name} takes {arity} arguments")
    try:
        return [function(*arguments)]
    except ValueError as error:
        if BEYOND in str(error) or UNKEYED in str(error):
            raise
        return []


def _tried(attempt: Callable[[str, tuple[Any, ...]], list[Any]]) -> tuple[Any, ...]:
    """Functions of a name and 0 to 6 arguments: the engine counts the parameters of what it calls."""
    return (
        lambda name: attempt(name, ()),
        lambda name, a: attempt(name, (a,)),
        lambda name, a, b: attempt(name, (a, b)),
        lambda name, a, b, c: attempt(name, (a, b, c)),
        lambda name, a, b, c, d: attempt(name, (a, b, c, d)),
        lambda name, a, b, c, d, e: attempt(name, (a, b, c, d, e)),
        lambda name, a, b, c, d, e, f: attempt(name, (a, b, c, d, e, f)),
    )


# Errors that say nothing of the values: OPA has the function, or refuses the call at load.
_NOT_OF_THE_VALUES = (
    _NO_SUCH_FUNCTION,
    UNCONVERTIBLE,
    BEYOND,
    UNKEYED,
    "expects 0",
    "expects 1",
    "expects 2",
    "expects 3",
)


@cache
def _attempting() -> Any:
    return new_engine()


def trees(engine: Any) -> dict[str, Any]:
    """The syntax trees of the modules in the engine, by path."""
    return {each["source"]["file"]: each["ast"] for each in json.loads(engine.get_ast_as_json())}


@cache
def builtins() -> frozenset[str]:
    """The functions that the engine says it has."""
    answer = json.loads(new_engine().eval_query_as_json("opa.runtime().builtins"))
    return frozenset(answer["result"][0]["expressions"][0]["value"])


@cache
def is_builtin(name: str) -> bool:
    """Whether the engine has a function of that name; for one that it does not list, its answer to a call counts."""
    if name in builtins() or name in EXTENSIONS:
        return True
    engine = new_engine()
    try:
        engine.add_policy("probe", f"package probe\nfound := {name}()")
        engine.eval_rule_as_json("data.probe.found")
    except RuntimeError as error:
        return _NO_SUCH_FUNCTION not in str(error)
    return True
