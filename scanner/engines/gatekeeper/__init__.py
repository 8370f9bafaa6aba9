"""Judges by policies that were written for Gatekeeper."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from scanner.core.finding import Finding
from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.engines.gatekeeper.judging import Review
from scanner.engines.interface import Begin, EngineContext, Evaluation
from scanner.engines.rego.programs import answers_of
from scanner.engines.trouble import engine_error


@contextmanager
def opened(policies: Sequence[Policy], context: EngineContext) -> Iterator[Begin]:
    """The engine for these policies; its process is started when there is something to judge."""
    del policies
    with ThreadPoolExecutor(max_workers=1) as thread:

        def begin(applicable: Sequence[Policy], release: Release, scope: Scope) -> Callable[[], Evaluation]:
            del scope
            return thread.submit(_evaluated, applicable, release, context).result if applicable else Evaluation

        yield begin


def _evaluated(policies: Sequence[Policy], release: Release, context: EngineContext) -> Evaluation:
    review = Review(policies, release)
    programs = list(review.programs())
    notifications: dict[Notification, None] = {}
    failed: set[str] = set()

    def report(message: str, where: Location | None, policy: Policy) -> None:
        failed.add(policy.id)
        if where is not None:  # a module is named after its file, and what it is in there
            where = replace(where, path=where.path.partition("#")[0])
        notifications[engine_error(message, where, release.secrets)] = None

    for answer in answers_of(programs, review.documents, context) if programs else ():
        policy = answer.question.policy
        for message, where in answer.troubles:
            report(f"{policy.id} was not evaluated: {message}", where or policy.location, policy)
        if not answer.troubles:
            for mistake in review.take(answer):
                report(f"{policy.id} was not evaluated as a whole: {mistake}", policy.location, policy)
    findings: list[Finding] = []
    for policy in policies:
        findings += review.findings(policy, is_whole=policy.id not in failed)
    return Evaluation(tuple(findings), tuple(notifications), frozenset(failed))
