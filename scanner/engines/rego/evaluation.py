"""Evaluates Rego policies over a release in a supervised worker process."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.core.finding import Finding
from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.engines.interface import Begin, EngineContext, Evaluation, Observe
from scanner.engines.rego.document import input_document, plain
from scanner.engines.rego.findings import applicable, findings_of
from scanner.engines.rego.session import LostError, Session
from scanner.engines.trouble import engine_error
from scanner.isolation import Worker, WorkerError

# Reading the libraries, or a large release, is one piece of work for all policies together.
_READING_TAKES = 6
# Each builds the tables of the libraries for itself, so that more of them would mostly do the same work.
_MOST_WORKERS = 2

# What is wrong, in one line, and where.
Trouble = tuple[str, Location | None]


@dataclass
class _Checked:
    """What is wrong with the libraries and with each policy, by id, and what it reads without asking.

    `lost` is why there is nobody left to ask.
    """

    libraries: Sequence[Trouble] = ()
    policies: dict[str, Sequence[Trouble]] = field(default_factory=dict)
    reads: dict[str, Sequence[str]] = field(default_factory=dict)
    lost: str = ""


@contextmanager
def opened(policies: Sequence[Policy], context: EngineContext) -> Iterator[Begin]:
    """The engine for these policies: its workers load and check them, and later judge, while the caller goes on.

    A policy that cannot be evaluated, or takes longer than the time limit, costs an error notification and
    nothing else: its worker is started again for the policies after it.
    """
    if not policies:
        yield lambda *_: Evaluation
        return
    with ExitStack() as stack:
        number = max(1, min(context.workers, _MOST_WORKERS, len(policies)))
        workers = [stack.enter_context(Worker(context.memory_limit)) for _ in range(number)]
        threads = stack.enter_context(ThreadPoolExecutor(max_workers=number))
        sessions = [Session(worker, context.time_limit) for worker in workers]
        checked = [threads.submit(_check, session, policies, context) for session in sessions]

        def begin(applicable: Sequence[Policy], release: Release, scope: Scope) -> Callable[[], Evaluation]:
            judging = _Judging(applicable, release, context.observe)
            text = threads.submit(lambda: json.dumps(input_document(release, scope, context.as_of)))
            parts = [
                threads.submit(judging.work, session, ready, text)
                for session, ready in zip(sessions, checked, strict=True)
            ]
            return lambda: judging.end([part.result() for part in parts])

        try:
            yield begin
        finally:
            for worker in workers:
                worker.close()


def _check(session: Session, policies: Sequence[Policy], context: EngineContext) -> _Checked:
    checked = _Checked()
    is_vetted = context.vetted.issuperset(policy.id for policy in policies)
    try:
        answer = session.tell(
            "load",
            {
                "libraries": context.libraries,
                "data": context.data,
                "vetted": is_vetted,
                "engine": plain_engine(context),
            },
            takes=_READING_TAKES,
        )
        checked.libraries = _troubles(answer)
        for policy in policies:
            argument = {
                "name": policy.id,
                "path": policy.location.path if policy.location else f"{policy.id}.rego",
                "text": policy.rule,
                "parameters": {name: plain(value) for name, value in policy.parameters.items()},
                "vetted": policy.id in context.vetted,
                "types": [] if policy.id in context.shipped or policy.reads else policy.applies_to.types,
            }
            answer, checked.policies[policy.id] = _about(policy, session.tell, "check", argument)
            checked.reads[policy.id] = answer["reads"] if answer else ()
    except WorkerError as error:
        checked.lost = str(error)
    return checked


def plain_engine(context: EngineContext) -> dict[str, Any]:
    """The engine that is wished for, as workers are told."""
    return {
        "name": context.rego.engine,
        "program": str(context.rego.opa or ""),
        "grants": list(context.rego.grants),
        "time_limit": context.time_limit,
        "observed": context.observe is not None,
    }


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
    return [(problem["message"], place_of(problem)) for problem in answer["problems"]]


def place_of(problem: Mapping[str, Any]) -> Location | None:
    """Where a `Problem` is that came from a worker."""
    if not problem["path"]:
        return None
    return Location(problem["path"], max(1, problem["line"]), max(1, problem["column"]))


class _Judging:
    """One release, judged by one policy after the other; each worker takes the next policy that is left."""

    def __init__(self, policies: Sequence[Policy], release: Release, observe: Observe | None = None) -> None:
        self._policies = policies
        self._observe = observe
        self._release = release
        self._resources = {policy.id: found for policy in policies if (found := applicable(policy, release))}
        self._left = deque(policies)
        self._found: dict[str, tuple[Sequence[Finding], Sequence[str], Sequence[Trouble]]] = {}
        self._notifications: dict[Notification, None] = {}
        self._failed: set[str] = set()

    def work(self, session: Session, ready: Future[_Checked], text: Future[str]) -> _Checked:
        """Judge by policies until none is left. `lost` of the answer says why the session was given up before.

        `text` is the input of all policies as JSON.
        """
        checked = ready.result()
        try:
            if checked.lost:
                raise LostError(checked.lost)
            names = [policy for policy in self._resources if not checked.policies[policy]]
            if names:
                session.tell("read", {"input_json": text.result(), "names": names}, takes=_READING_TAKES)
            while self._left:
                try:
                    policy = self._left.popleft()
                except IndexError:  # another worker has taken it
                    break
                try:
                    self._found[policy.id] = self._judged(session, policy, checked)
                except LostError:
                    self._left.appendleft(policy)
                    raise
        except WorkerError as error:
            return replace(checked, lost=str(error))
        return checked

    def end(self, parts: Sequence[_Checked]) -> Evaluation:
        """What all workers found, in the order of the policies."""
        for message, where in next((part.libraries for part in parts if part.libraries), ()):
            self._report(f"the library was not loaded: {message}", where)
        findings: list[Finding] = []
        for policy in self._policies:
            found, mistakes, troubles = self._found.get(policy.id, ((), (), ()))
            findings += found
            for mistake in mistakes:
                self._report(f"policy {policy.id} returned {mistake}", policy.location, policy)
            for message, where in troubles:
                self._report(f"{policy.id} was not evaluated: {message}", where, policy)
        left = [policy for policy in self._policies if policy.id not in self._found]
        if left:
            ids, error = ", ".join(policy.id for policy in left), next(part.lost for part in parts if part.lost)
            self._report(f"the Rego engine could not read the release ({error}); not evaluated: {ids}", None, *left)
        return Evaluation(tuple(findings), tuple(self._notifications), frozenset(self._failed))

    def _judged(
        self, session: Session, policy: Policy, checked: _Checked
    ) -> tuple[Sequence[Finding], Sequence[str], Sequence[Trouble]]:
        resources, troubles = self._resources.get(policy.id), checked.policies[policy.id]
        if troubles or not resources:
            return (), (), troubles
        answer, troubles = _about(policy, session.ask, "evaluate", {"name": policy.id})
        if answer and self._observe:
            self._observe(answer["observed"].get("covered", {}))
        if troubles:
            return (), (), troubles
        return *findings_of(policy, self._release, resources, answer["found"], checked.reads[policy.id]), ()

    def _report(self, message: str, where: Location | None, *failed: Policy) -> None:
        self._failed.update(policy.id for policy in failed)
        self._notifications[engine_error(message, where, self._release.secrets)] = None
