"""Rego that is tested: the modules and data of a folder, evaluated one expression after the other in a worker."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.config import RegoOptions
from scanner.engines.interface import EngineContext
from scanner.engines.rego.evaluation import plain_engine
from scanner.engines.rego.session import Session
from scanner.isolation import Worker, WorkerError
from scanner.rego_source import Problem

_MEMORY_LIMIT = 4 << 30
_LOADING_TAKES = 6
# What `input` is where a test does not put something in its place.
_NO_INPUT = "{}"


@dataclass(frozen=True)
class RegoProgram:
    """Modules as (path, text), and the data document beside them.

    One that is `foreign` was written for another program: what a built-in cannot do is undefined there, no error.
    """

    modules: tuple[tuple[str, str], ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    foreign: bool = False

    def with_texts(self, texts: Mapping[str, str]) -> "RegoProgram":
        """The same with other texts for the modules of some paths."""
        return replace(self, modules=tuple((path, texts.get(path, text)) for path, text in self.modules))


@dataclass(frozen=True)
class Said:
    """What an expression gave: one value, or none where it is undefined, and what was seen on the way.

    `covered` are the lines that were evaluated, by the path of the module.
    """

    values: Sequence[Any] = ()
    problems: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()
    covered: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """A program that is ready, or the `problems` that kept it from it."""

    session: Session
    problems: tuple[str, ...] = ()

    def ask(self, name: str) -> Said:
        """What the expression of that name gives. Raises `WorkerError` when it crashes or takes too long."""
        answer = self.session.ask("evaluate_program", {"name": name})
        observed = answer.get("observed", {})
        return Said(
            values=answer["found"][0] if answer["found"] else (),
            problems=tuple(_told(answer["problems"])),
            printed=tuple(observed.get("printed", ())),
            covered=observed.get("covered", {}),
        )


@dataclass(frozen=True)
class Runner:
    """How Rego is run for tests; `time_limit` is in seconds for each expression."""

    time_limit: float = 10.0
    rego: RegoOptions = field(default_factory=RegoOptions)

    @contextmanager
    def loaded(self, program: RegoProgram, asked: Mapping[str, str]) -> Iterator[Loaded]:
        """The program in a worker of its own, with the expressions that it will be asked for, by name."""
        engine = plain_engine(EngineContext(rego=self.rego, observe=lambda _: None, time_limit=self.time_limit))
        argument = {
            "modules": list(program.modules),
            "data": program.data,
            "documents": [_NO_INPUT],
            "asked": {name: {"expression": expression} for name, expression in asked.items()},
            "engine": engine | {"lenient": program.foreign},
        }
        with Worker(_MEMORY_LIMIT) as worker:
            session = Session(worker, self.time_limit)
            problems = _load(session, argument)
            if problems and program.foreign:
                # A function that is missing keeps all of it from being loaded; this way, only those that call it fail.
                session = Session(worker, self.time_limit)
                problems = _load(session, argument | {"engine": engine})
            yield Loaded(session, tuple(problems))


def _load(session: Session, argument: Mapping[str, Any]) -> list[str]:
    try:
        return _told(session.tell("load_program", argument, takes=_LOADING_TAKES)["problems"])
    except WorkerError as error:
        return [str(error)]


def _told(problems: Iterable[Mapping[str, Any]]) -> list[str]:
    return [problem_text(Problem(**problem)) for problem in problems]


def problem_text(problem: Problem) -> str:
    """The problem in one line, with its place."""
    if not problem.path:
        return problem.message
    return f"{problem.path}:{problem.line or 1}: {problem.message}"
