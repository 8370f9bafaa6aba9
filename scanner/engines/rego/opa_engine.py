"""The `opa` program as a `RegoEngine`."""

import io
import json
import re
import tarfile
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from scanner.engines.rego.checks import REFUSED
from scanner.engines.rego.interface import Asked
from scanner.engines.rego.opa_program import OpaError, Run, StoppedError, evaluated, functions
from scanner.engines.rego.regorus_engine import LARGEST_ANSWER
from scanner.rego_source.module import Problem, RegoError
from scanner.rego_source.regorus_calls import add_modules, new_engine, tree_of

# Everything together may take as many time limits; `read` is given more of them.
_TOGETHER_TAKES = 4.0
_MARGIN = 0.8  # of a time limit: the worker is stopped when all of it is over
_LISTED = re.compile(r"/(?P<number>\d+)\.rego:(?P<line>\d+)(?::(?P<column>\d+))?: (?:(?P<code>\w+): )?(?P<message>.*)")
_FILE = re.compile(r"^/(?P<number>\d+)\.rego$")
_PACKAGE = re.compile(r"^package [\w.]+", re.MULTILINE)
_ASKED = "/asked.rego"
_UNDEFINED = "undefined function "


class OpaEngine:
    """All that is asked is asked in one run of the program, which has to read and compile everything for each.

    A question that fails or takes too long is left out of it and costs itself alone. `time_limit` is in seconds for
    each. Built-ins that meet a value they cannot work with end the evaluation, unless it is `lenient`.
    """

    reads_more = True

    def __init__(
        self, program: str, grants: Collection[str] = (), *, lenient: bool = False, time_limit: float = 10.0
    ) -> None:
        self._program = program
        self._grants = frozenset(grants)
        self._is_lenient = lenient
        self._time_limit = time_limit
        self._modules: Sequence[tuple[str, str]] = ()
        self._are_v0: Mapping[str, bool] = {}
        self._data: Mapping[str, Any] = {}
        self._documents: Sequence[str] = ()
        self._asked: Mapping[str, Asked] = {}
        self._answers: dict[str, list[list[Any]]] = {}
        self._problems: dict[str, Problem] = {}

    def is_builtin(self, name: str) -> bool:
        """Whether the program has a function of that name, granted or not."""
        try:
            return name in functions(self._program)
        except OpaError as error:
            raise RegoError(Problem(str(error), "")) from None

    def load(self, modules: Iterable[tuple[str, str]], data: Mapping[str, Any]) -> None:
        """See `RegoEngine`; what is wrong with the modules comes up in `read`."""
        texts = [(path, text.removeprefix("\ufeff")) for path, text in modules]
        self._modules = texts if self._is_lenient else [(path, _with_wide_not(text)) for path, text in texts]
        self._are_v0 = _versions(self._modules)
        self._data = data

    def read(self, documents: Sequence[str], asked: Mapping[str, Asked]) -> None:
        """See `RegoEngine`."""
        self._documents = documents
        self._asked = asked
        self._answers = {}
        self._problems = {}
        until = time.monotonic() + _TOGETHER_TAKES * self._time_limit * _MARGIN
        parts = [tuple(asked)]
        while parts:
            part = parts.pop()
            left = until - time.monotonic()
            if left <= 0 and part:
                return
            parts += self._attempt(part, min(left, 2 * self._time_limit))

    def evaluate(self, name: str) -> list[list[Any]]:
        """See `RegoEngine`."""
        if name not in self._answers and name not in self._problems:
            found = self._run((name,), self._time_limit * _MARGIN)
            if isinstance(found, _Failure):
                raise RegoError(found.problem)
            self._answers.update(found)
        if name in self._problems:
            raise RegoError(self._problems[name])
        answers = self._answers[name]
        if len(json.dumps(answers)) > LARGEST_ANSWER:
            message = f"it returns more than {LARGEST_ANSWER // 1_000_000} million characters"
            raise RegoError(Problem(message, self._asked[name].path))
        return answers

    def _attempt(self, names: tuple[str, ...], time_limit: float) -> list[tuple[str, ...]]:
        """Ask for these together; gives those, in parts, that have to be asked for again."""
        answers = self._run(names, time_limit)
        if not isinstance(answers, _Failure):
            self._answers.update(answers)
            return []
        if not answers.in_evaluation or not names:
            raise RegoError(answers.problem)
        if answers.name is None:
            half = len(names) // 2
            return [names[half:], names[:half]] if half else []
        if not answers.is_stopped:
            self._problems[answers.name] = answers.problem
        rest = tuple(name for name in names if name != answers.name)
        return [rest] if rest else []

    def _run(self, names: Sequence[str], time_limit: float) -> "dict[str, list[list[Any]]] | _Failure":
        query = _Query(self._asked, names, self._documents)
        try:
            run = Run(
                bundle=self._bundle(query.module),
                document=query.document,
                query=query.text,
                grants=self._grants,
                strict=not self._is_lenient,
                time_limit=time_limit,
            )
            answer = evaluated(self._program, run)
        except OpaError as error:
            path = self._asked[names[0]].path if len(names) == 1 else ""
            return _Failure(Problem(str(error), path), in_evaluation=True, is_stopped=isinstance(error, StoppedError))
        errors = answer.get("errors")
        return self._failure(errors[0], query, time_limit) if errors else query.answers(answer.get("result", []))

    def _bundle(self, asked: str) -> bytes:
        """The modules by their numbers, each in its own version of Rego, and the one that asks."""
        old = {f"/{number}.rego": 0 for number, (path, _) in enumerate(self._modules) if self._are_v0[path]}
        manifest = {"roots": [""], "rego_version": 1, "file_rego_versions": old}
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive:
            _put(archive, "/.manifest", json.dumps(manifest))
            _put(archive, "/data.json", json.dumps(self._data))
            _put(archive, _ASKED, asked)
            for number, (_, text) in enumerate(self._modules):
                _put(archive, f"/{number}.rego", text)
        return file.getvalue()

    def _failure(self, error: Mapping[str, Any], query: "_Query", time_limit: float) -> "_Failure":
        code, place = error.get("code", ""), error.get("location", {})
        places = [place, *(each["location"] for each in error.get("stack_trace", ()))]
        asked = next((query.rows.get(each["row"]) for each in places if each and each.get("file") == _ASKED), None)
        if code == "eval_cancel_error":
            path = self._asked[asked].path if asked else ""
            message = f"stopped after {time_limit:g} s without a result"
            return _Failure(Problem(message, path), asked, in_evaluation=True, is_stopped=True)
        file, line, column = place.get("file", ""), place.get("row", 0), place.get("col", 0)
        message = error["message"]
        listed = None if code else _LISTED.search(message)
        if listed:
            file, message = f"/{listed['number']}.rego", listed["message"]
            line, column = int(listed["line"]), int(listed["column"] or 1)
        elif not code:
            message = message.removeprefix("loading error: ")
        known = _FILE.match(file)
        if known:
            path = self._modules[int(known["number"])][0]
        else:
            path, line, column = (self._asked[asked].path if asked else ""), 0, 0
        problem = Problem(_said(message), path, line, column)
        return _Failure(problem, asked, in_evaluation=code.startswith("eval_"))


class _Failure:
    """Why there are no answers, and which question it was if that is known."""

    def __init__(
        self, problem: Problem, name: str | None = None, *, in_evaluation: bool, is_stopped: bool = False
    ) -> None:
        self.problem = problem
        self.name = name
        self.in_evaluation = in_evaluation
        self.is_stopped = is_stopped


class _Query:
    """One query for several questions; those over the same document share what rules give for it.

    Each expression is the body of a rule: in a comprehension OPA does not see what `with` takes from `data`.
    """

    def __init__(self, asked: Mapping[str, Asked], names: Sequence[str], documents: Sequence[str]) -> None:
        self._asked = {name: asked[name] for name in names}
        numbers = sorted({number for each in self._asked.values() for number in each.documents})
        self._places = {number: place for place, number in enumerate(numbers)}
        self.rows: dict[int, str] = {}
        rules = ["package releasegate_asked"]
        row = 2
        for index, (name, each) in enumerate(self._asked.items()):
            rules.append(f"asked{index} := found if found := {each.expression}")
            end = row + each.expression.count("\n") + 1
            self.rows.update(dict.fromkeys(range(row, end), name))
            row = end
        self.module = "\n".join(rules)
        is_one = len(numbers) == 1
        wanted = [documents[number] for number in numbers]
        self.document = wanted[0] if is_one else f'{{"documents": [{", ".join(wanted)}]}}'
        found = [
            f"found{place} := {{{self._wanted(number)}}}"
            + ("" if is_one else f" with input as input.documents[{place}]")
            for number, place in self._places.items()
        ]
        self.text = "\n".join(found) or "true"

    def _wanted(self, number: int) -> str:
        return ", ".join(
            f"{json.dumps(name)}: [found | found := data.releasegate_asked.asked{index}]"
            for index, (name, each) in enumerate(self._asked.items())
            if number in each.documents
        )

    def answers(self, result: Sequence[Mapping[str, Any]]) -> dict[str, list[list[Any]]]:
        found = result[0]["bindings"] if result else {}
        return {
            name: [found[f"found{self._places[number]}"][name] for number in each.documents]
            for name, each in self._asked.items()
        }


def _with_wide_not(text: str) -> str:
    """The module with the meaning of `not` that the built-in engine has: `not f(x)` holds where x is undefined.

    It is undefined there by OPA's default. The import stands in the line of the package, so that no line moves.
    """
    return _PACKAGE.sub(r"\g<0> import future.keywords.not", text, count=1)


def _put(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _versions(modules: Sequence[tuple[str, str]]) -> Mapping[str, bool]:
    """Whether each module is in Rego v0, by its path, as the built-in engine sees it."""
    try:
        return add_modules(new_engine(), modules)
    except RegoError:  # it may be that only OPA can read one of them
        return {path: _is_v0(path, text) for path, text in modules}


def _is_v0(path: str, text: str) -> bool:
    try:
        return tree_of(path, text)[1]
    except RegoError:
        return False


def _said(message: str) -> str:
    """The message in one line; a function that is not there is called what the built-in engine calls it."""
    message = " ".join(message.split())
    if not message.startswith(_UNDEFINED):
        return message
    name = message.removeprefix(_UNDEFINED)
    if name in REFUSED:
        return f"{name} is refused: {REFUSED[name]}"
    return f"the Rego engine has no function {name}"
