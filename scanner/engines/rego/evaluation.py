"""Evaluates Rego policies over a release in a supervised worker process."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.core.finding import Finding
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource
from scanner.core.scope import Scope
from scanner.core.secrets import redact
from scanner.engines.interface import EngineContext, Evaluation
from scanner.engines.rego.document import input_document, plain
from scanner.engines.rego.findings import applicable, findings_of
from scanner.isolation import Worker, WorkerError

_JOBS = "scanner.engines.rego.worker"
# Reading the input of a large release is one piece of work for all policies together.
_LOADING_TAKES = 6
_LONGEST_MESSAGE = 500


@dataclass(frozen=True)
class _Scan:
    """What all policies have in common; `input_json` is made once."""

    release: Release
    context: EngineContext
    input_json: str


@dataclass(frozen=True)
class _Judged:
    """The outcome of one policy."""

    findings: tuple[Finding, ...] = ()
    problems: tuple[Notification, ...] = ()


def evaluate(policies: Sequence[Policy], release: Release, scope: Scope, context: EngineContext) -> Evaluation:
    """Every Rego policy on every resource it applies to.

    A policy that cannot be evaluated, or takes longer than the time limit, costs an error notification and
    nothing else: the worker is started again for the policies after it.
    """
    if not policies:
        return Evaluation()
    scan = _Scan(release, context, json.dumps(input_document(release, scope)))
    findings: list[Finding] = []
    notifications: dict[Notification, None] = {}
    failed: set[str] = set()
    with Worker(context.memory_limit) as worker:
        loaded = False
        for position, policy in enumerate(policies):
            if not loaded:
                try:
                    notifications |= dict.fromkeys(_load(worker, scan))
                except WorkerError as error:
                    rest = policies[position:]
                    notifications[_not_loaded(rest, error, scan)] = None
                    failed.update(each.id for each in rest)
                    break
            try:
                judged = _judge(worker, policy, scan)
                loaded = True
            except WorkerError as error:
                worker.stop()
                loaded = False
                judged = _Judged(problems=(_not_evaluated(policy, str(error), scan, policy.location),))
            findings += judged.findings
            notifications |= dict.fromkeys(judged.problems)
            if judged.problems:
                failed.add(policy.id)
    return Evaluation(tuple(findings), tuple(notifications), frozenset(failed))


def _load(worker: Worker, scan: _Scan) -> Iterator[Notification]:
    """Give the worker libraries and input; yields what is wrong with the libraries."""
    argument = {"libraries": scan.context.libraries, "input": scan.input_json}
    answer = worker.call(f"{_JOBS}:load", argument, scan.context.time_limit * _LOADING_TAKES)
    for problem in answer["problems"]:
        yield _error(f"the library was not loaded: {problem['message']}", scan, _place(problem))


def _judge(worker: Worker, policy: Policy, scan: _Scan) -> _Judged:
    resources = applicable(policy, scan.release)
    argument = {
        "path": policy.location.path if policy.location else f"{policy.id}.rego",
        "text": policy.rule,
        "parameters": {name: plain(value) for name, value in policy.parameters.items()},
        "run": bool(resources),
    }
    answer = worker.call(f"{_JOBS}:evaluate", argument, scan.context.time_limit)
    if answer["problems"]:
        problems = answer["problems"]
        notes = tuple(_not_evaluated(policy, each["message"], scan, _place(each)) for each in problems)
        return _Judged(problems=notes)
    if not resources:
        return _Judged()
    return _findings(policy, resources, answer["found"], scan)


def _findings(policy: Policy, resources: Mapping[str, Resource], found: Mapping[str, Any], scan: _Scan) -> _Judged:
    findings, mistakes = findings_of(policy, scan.release, resources, found)
    notes = tuple(_error(f"policy {policy.id} returned {mistake}", scan, policy.location) for mistake in mistakes)
    return _Judged(tuple(findings), notes)


def _place(problem: Mapping[str, Any]) -> Location | None:
    if not problem["path"]:
        return None
    return Location(problem["path"], max(1, problem["line"]), max(1, problem["column"]))


def _not_evaluated(policy: Policy, reason: str, scan: _Scan, where: Location | None) -> Notification:
    return _error(f"{policy.id} was not evaluated: {reason}", scan, where)


def _not_loaded(policies: Sequence[Policy], error: WorkerError, scan: _Scan) -> Notification:
    ids = ", ".join(policy.id for policy in policies)
    return _error(f"the Rego engine could not read the release ({error}); not evaluated: {ids}", scan, None)


def _error(message: str, scan: _Scan, where: Location | None) -> Notification:
    """An error of the engine; its texts quote values of the input, so secrets are masked before it is shortened."""
    message = redact(" ".join(message.split()), scan.release.secrets)
    if len(message) > _LONGEST_MESSAGE:
        message = message[:_LONGEST_MESSAGE] + "…"
    return Notification(Level.ERROR, message, "engine", where)
