"""Judges by policies that were written for Conftest."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.engines.conftest.judging import judged
from scanner.engines.interface import Begin, EngineContext, Evaluation


@contextmanager
def opened(policies: Sequence[Policy], context: EngineContext) -> Iterator[Begin]:
    """The engine for these policies; its process is started when there is something to judge."""
    if not policies:
        yield lambda *_: Evaluation
        return
    with ThreadPoolExecutor(max_workers=1) as threads:

        def begin(applicable: Sequence[Policy], release: Release, scope: Scope) -> Callable[[], Evaluation]:
            del scope
            return threads.submit(judged, applicable, release, context).result

        yield begin
