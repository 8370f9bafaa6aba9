"""Rego that was written for another program: modules and documents in, the value of each expression out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.core.location import Location
from scanner.core.policy import Policy
from scanner.engines.interface import EngineContext
from scanner.engines.rego.evaluation import Trouble, place_of, plain_engine
from scanner.engines.rego.session import LostError, Session
from scanner.isolation import Worker, WorkerError

_LOADING_TAKES = 6
# Whoever proposes a change can bring such rules with it, and each that is stopped has used up its whole time.
_MOST_STOPS = 3
_MOST_STOPS_IN_ALL = 10


_GIVEN_UP: Sequence[Trouble] = (("too many policies before it had to be stopped", None),)


@dataclass(frozen=True)
class Question:
    """What decides a policy: an expression over the documents of these numbers."""

    policy: Policy
    expression: str
    documents: Sequence[int]


@dataclass(frozen=True)
class Program:
    """Modules as (path, text) that are evaluated together with `data` over documents, which are JSON."""

    modules: Sequence[tuple[str, str]]
    documents: Sequence[str]
    questions: Sequence[Question]
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """For each of the question's documents the value, or none where it is undefined; or what is wrong, and where."""

    question: Question
    values: Sequence[Sequence[Any]] = ()
    troubles: Sequence[Trouble] = ()


def answers(program: Program, context: EngineContext) -> Iterator[Answer]:
    """An answer to every question, in order, each within the time limit.

    A question that runs too long, crashes the engine or fails costs itself alone.
    """
    yield from answers_of([program], program.documents, context)


def answers_of(programs: Iterable[Program], documents: Sequence[str], context: EngineContext) -> Iterator[Answer]:
    """As `answers`, of programs that know nothing of one another, over the same documents in one process.

    The `documents` of the programs themselves do not count.
    """
    with Worker(context.memory_limit) as worker:
        session = Session(worker, context.time_limit)
        try:
            session.tell("keep_documents", {"documents": list(documents)}, takes=_LOADING_TAKES)
        except WorkerError as error:
            troubles = [(str(error), None)]
            yield from (Answer(each, troubles=troubles) for program in programs for each in program.questions)
            return
        stops = 0
        for program in programs:
            session.forget(kept=1)
            for answer, is_stopped in _answered(session, program, context, _MOST_STOPS_IN_ALL - stops):
                stops += is_stopped
                yield answer


def _answered(
    session: Session, program: Program, context: EngineContext, stops_left: int
) -> Iterator[tuple[Answer, bool]]:
    """The answers, each with whether its question had to be stopped."""
    troubles = _load(session, program, context) if stops_left > 0 else _GIVEN_UP
    stops_left = min(stops_left, _MOST_STOPS)
    for question in program.questions:
        if troubles:
            yield Answer(question, troubles=troubles), False
            continue
        try:
            answer = session.ask("evaluate_program", {"name": question.policy.id})
        except LostError as error:
            troubles = [(str(error), None)]
            yield Answer(question, troubles=troubles), True
        except WorkerError as error:
            stops_left -= 1
            troubles = troubles if stops_left > 0 else _GIVEN_UP
            yield Answer(question, troubles=[(str(error), question.policy.location)]), True
        else:
            if context.observe:
                context.observe(answer["observed"].get("covered", {}))
            yield Answer(question, answer["found"], _troubles(answer)), False


def _load(session: Session, program: Program, context: EngineContext) -> Sequence[Trouble]:
    argument = {
        "modules": list(program.modules),
        "data": program.data,
        "asked": {
            question.policy.id: {
                "expression": question.expression,
                "documents": list(question.documents),
                "path": question.policy.location.path if question.policy.location else "",
            }
            for question in program.questions
        },
        "engine": {**plain_engine(context), "lenient": True},
    }
    try:
        return _troubles(session.tell("load_program", argument, takes=_LOADING_TAKES))
    except WorkerError as error:
        return [(str(error), None)]


def _troubles(answer: Mapping[str, Any]) -> list[tuple[str, Location | None]]:
    return [(problem["message"], place_of(problem)) for problem in answer["problems"]]
