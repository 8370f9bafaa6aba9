"""Evaluates Rego policies over a release in a supervised worker process."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from scanner.core.finding import Finding
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource
from scanner.core.scope import Scope
from scanner.core.secrets import redact
from scanner.engines.interface import Begin, EngineContext, Evaluation
from scanner.engines.rego.document import input_document, plain
from scanner.engines.rego.findings import applicable, findings_of
from scanner.engines.rego.session import LostError, Session
from scanner.isolation import Worker, WorkerError

# Reading the libraries, or a large release, is one piece of work for all policies together.
_READING_TAKES = 6
_LONGEST_MESSAGE = 500

# What is wrong, in one line, and where.
Trouble = tuple[str, Location | None]


@dataclass
class _Checked:
    """What is wrong with the libraries and with each policy, by id; `lost` is why there is nobody left to ask."""

    libraries: Sequence[Trouble] = ()
    policies: dict[str, Sequence[Trouble]] = field(default_factory=dict)
    lost: str = ""


@contextmanager
def opened(policies: Sequence[Policy], context: EngineContext) -> Iterator[Begin]:
    """The engine for these policies: its worker loads and checks them, and later judges, while the caller goes on.

    A policy that cannot be evaluated, or takes longer than the time limit, costs an error notification and
    nothing else: the worker is started again for the policies after it.
    """
    if not policies:
        yield lambda *_: Evaluation
        return
    with Worker(context.memory_limit) as worker, ThreadPoolExecutor(max_workers=1) as thread:
        session = Session(worker, context.time_limit)
        checked = thread.submit(_check, session, policies, context.libraries)

        def begin(applicable: Sequence[Policy], release: Release, scope: Scope) -> Callable[[], Evaluation]:
            judging = _Judging(session, release)
            return thread.submit(lambda: judging.judge(applicable, scope, checked.result())).result

        try:
            yield begin
        finally:
            worker.close()


def _check(session: Session, policies: Sequence[Policy], libraries: Sequence[tuple[str, str]]) -> _Checked:
    checked = _Checked()
    try:
        answer = session.tell("load", {"libraries": libraries}, takes=_READING_TAKES)
        checked.libraries = _troubles(answer)
        for policy in policies:
            argument = {
                "name": policy.id,
                "path": policy.location.path if policy.location else f"{policy.id}.rego",
                "text": policy.rule,
                "parameters": {name: plain(value) for name, value in policy.parameters.items()},
            }
            checked.policies[policy.id] = _about(policy, session.tell, "check", argument)[1]
    except WorkerError as error:
        checked.lost = str(error)
    return checked


def _about(policy: Policy, say: Callable[[str, Any], Any], job: str, argument: Any) -> tuple[Any, Sequence[Trouble]]:
    """The worker's answer to a job about one policy, and what is wrong with it. Raises `LostError`."""
    try:
        answer = say(job, argument)
    except LostError:
        raise
    except WorkerError as error:
        return None, [(str(error), policy.location)]
    return answer, _troubles(answer)


def _troubles(answer: Mapping[str, Any]) -> Sequence[Trouble]:
    return [(problem["message"], _place(problem)) for problem in answer["problems"]]


def _place(problem: Mapping[str, Any]) -> Location | None:
    if not problem["path"]:
        return None
    return Location(problem["path"], max(1, problem["line"]), max(1, problem["column"]))


class _Judging:
    """One release, judged by one policy after the other."""

    def __init__(self, session: Session, release: Release) -> None:
        self._session = session
        self._release = release
        self._findings: list[Finding] = []
        self._notifications: dict[Notification, None] = {}
        self._failed: set[str] = set()

    def judge(self, policies: Sequence[Policy], scope: Scope, checked: _Checked) -> Evaluation:
        for message, where in checked.libraries:
            self._report(f"the library was not loaded: {message}", where)
        done = 0
        try:
            if checked.lost:
                raise LostError(checked.lost)
            usable = [policy for policy in policies if not checked.policies[policy.id]]
            judged = {policy.id: resources for policy in usable if (resources := applicable(policy, self._release))}
            if judged:
                text = json.dumps(input_document(self._release, scope))
                self._session.tell("read", {"input_json": text, "names": list(judged)}, takes=_READING_TAKES)
            for policy in policies:
                troubles = checked.policies[policy.id]
                if policy.id in judged:
                    troubles = self._judge(policy, judged[policy.id])
                for message, where in troubles:
                    self._report(f"{policy.id} was not evaluated: {message}", where, policy)
                done += 1
        except WorkerError as error:
            left = policies[done:]
            ids = ", ".join(policy.id for policy in left)
            self._report(f"the Rego engine could not read the release ({error}); not evaluated: {ids}", None, *left)
        return Evaluation(tuple(self._findings), tuple(self._notifications), frozenset(self._failed))

    def _judge(self, policy: Policy, resources: Mapping[str, Resource]) -> Sequence[Trouble]:
        answer, troubles = _about(policy, self._session.ask, "evaluate", {"name": policy.id})
        if not troubles:
            findings, mistakes = findings_of(policy, self._release, resources, answer["found"])
            self._findings += findings
            for mistake in mistakes:
                self._report(f"policy {policy.id} returned {mistake}", policy.location, policy)
        return troubles

    def _report(self, message: str, where: Location | None, *failed: Policy) -> None:
        """An error of the engine; its texts quote values of the input, so secrets are masked before it is shortened."""
        self._failed.update(policy.id for policy in failed)
        message = redact(" ".join(message.split()), self._release.secrets)
        if len(message) > _LONGEST_MESSAGE:
            message = message[:_LONGEST_MESSAGE] + "…"
        self._notifications[Notification(Level.ERROR, message, "engine", where)] = None
