"""regorus as a `RegoEngine`."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from scanner.engines.rego.checks import foreign_problems
from scanner.engines.rego.document import foreign_json
from scanner.engines.rego.interface import Asked
from scanner.rego_source.guarding import guarded, taken_apart
from scanner.rego_source.module import Module, Path, Problem, RegoError
from scanner.rego_source.regorus_calls import (
    UNCONVERTIBLE,
    add_attempts,
    add_module,
    add_walked,
    call,
    engine_with,
    is_builtin,
    new_engine,
    parse,
    trees,
)
from scanner.rego_source.walked import MODULE, WALKED

# What a policy may give back for all documents, as JSON: the scanning process must hold it several times over.
LARGEST_ANSWER = 20_000_000
_MOST_GUARDS = 500


class RegorusEngine:
    """Everything is compiled together once, and what rules give is kept for the expressions after it.

    For each policy anew both would take most of the time.

    regorus ends the evaluation where a built-in meets a value that it cannot work with. So does this engine, unless it
    is `lenient`: then the call is undefined, as in OPA, and modules are checked for functions that are refused (but for
    `grants`) or that there are not.
    """

    reads_more = False

    def __init__(self, *, lenient: bool = False, grants: Collection[str] = ()) -> None:
        self._is_lenient = lenient
        self._grants = grants
        self._functions: Mapping[str, frozenset[Path]] = {}  # those of a module's package, by the module's path
        self._is_observed = False
        self._printed: list[str] = []
        self._modules: tuple[tuple[str, str], ...] = ()
        self._data = "{}"
        self._documents: Sequence[str] = ()
        self._asked: Mapping[str, Asked] = {}
        self._engine: Any = None
        self._at: int | None = None  # the document that the engine has as its input
        self._takes_apart = False

    def is_builtin(self, name: str) -> bool:
        """See `RegoEngine`."""
        return is_builtin(name)

    def load(self, modules: Iterable[tuple[str, str]], data: Mapping[str, Any]) -> None:
        """See `RegoEngine`."""
        self._modules = tuple(modules)
        self._takes_apart = False
        try:
            self._data = foreign_json(data)
        except ValueError as error:
            raise RegoError(Problem(f"the data: {error}", "")) from None
        if self._is_lenient:
            self._check()
        self._engine = self._loaded()
        call("", self._engine.eval_query_as_json, "true")  # compiles

    def read(self, documents: Sequence[str], asked: Mapping[str, Asked]) -> None:
        """See `RegoEngine`."""
        self._documents = documents
        self._asked = asked
        self._at = None

    def evaluate(self, name: str) -> list[list[Any]]:
        """See `RegoEngine`."""
        asked = self._asked[name]
        answers: list[list[Any]] = []
        size = guards = 0
        while len(answers) < len(asked.documents):
            try:
                answer = self._evaluated(asked, asked.documents[len(answers)])
            except RegoError as error:
                guards += 1
                self._printed += self._engine.take_prints()
                is_guarded = guards <= _MOST_GUARDS and self._mend(error.problem)
                self._engine = self._loaded()  # nobody knows what is left in an engine that broke off
                self._at = None
                if not is_guarded:
                    raise
                continue
            size += len(answer)
            if size > LARGEST_ANSWER:
                raise RegoError(
                    Problem(f"it returns more than {LARGEST_ANSWER // 1_000_000} million characters", asked.path)
                )
            answers.append([row["bindings"]["found"] for row in json.loads(answer).get("result", ())])
        return answers

    def _evaluated(self, asked: Asked, document: int) -> str:
        if document != self._at:
            call(asked.path, self._engine.set_input_json, self._documents[document])
            self._at = document
        answer: str = call(asked.path, self._engine.eval_query_as_json, f"found := {asked.expression}")
        self._printed += self._engine.take_prints()
        if not self._is_observed:
            self._printed.clear()  # they would add up
        return answer

    def _check(self) -> None:
        modules = [parse(path, text, is_whole=False) for path, text in self._modules]
        for problem in foreign_problems(modules, self._grants, is_builtin):
            raise RegoError(problem)
        self._functions = {module.path: _functions_of(module.package, modules) for module in modules}

    def _mend(self, problem: Problem) -> bool:
        """Have the call that failed succeed or be undefined, where that is what OPA would make of it."""
        if not problem.message.startswith(UNCONVERTIBLE):
            return self._is_lenient and self._guard(problem)
        texts = dict(self._modules)
        tree = trees(self._engine).get(problem.path)
        text = taken_apart(texts[problem.path], tree, (problem.line, problem.column)) if tree else None
        if text is None:
            return False
        self._modules = tuple((texts | {problem.path: text}).items())
        self._takes_apart = True
        return True

    def _guard(self, problem: Problem) -> bool:
        """Have the call that failed be undefined; whether there is such a call."""
        place = (problem.line, problem.column) if problem.line else None
        texts = dict(self._modules)
        is_changed = False
        for path, tree in trees(self._engine).items():
            if place and path != problem.path:
                continue
            is_guarded = partial(_is_builtin, self._functions.get(path, frozenset()))
            text = guarded(texts[path], tree, place, problem.message, is_guarded)
            if text is not None:
                texts[path] = text
                is_changed = True
        self._modules = tuple(texts.items())
        return is_changed

    def observe(self) -> None:
        """From the next `load` on keep what policies print and which lines are evaluated."""
        self._is_observed = True

    def observations(self) -> dict[str, Any]:
        """`{printed: ["path:line: text"], covered: {path: lines}}` since the last call, when it is observed."""
        if not self._is_observed:
            return {"printed": [], "covered": {}}
        printed, self._printed = self._printed, []
        report = json.loads(self._engine.get_coverage_report_as_json())
        self._engine.clear_coverage_data()
        return {
            "printed": printed,
            "covered": {file["path"]: file["covered"] for file in report["files"] if file["path"] != WALKED},
        }

    def _loaded(self) -> Any:
        engine = engine_with(self._modules, self._empty)
        call("", engine.add_data_json, self._data)
        if self._takes_apart:
            add_module(engine, WALKED, MODULE)
        return engine

    def _empty(self) -> Any:
        engine = new_engine()
        engine.set_enable_coverage(self._is_observed)
        if self._is_lenient:
            add_attempts(engine)
        elif self._takes_apart:
            add_walked(engine)
        return engine


def _is_builtin(functions: Collection[Path], name: str) -> bool:
    """Whether a call of that name is one of a built-in, in a package with these functions."""
    return tuple(name.split(".")) not in functions and is_builtin(name)


def _functions_of(package: Path, modules: Iterable[Module]) -> frozenset[Path]:
    return frozenset(name for module in modules if module.package == package for name in module.functions)
