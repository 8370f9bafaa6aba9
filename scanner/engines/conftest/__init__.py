"""Judges by policies that were written for Conftest."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.engines.interface import Begin, EngineContext, Evaluation


@contextmanager
def opened(policies: Sequence[Policy], context: EngineContext) -> Iterator[Begin]:
    """The engine for these policies; its process is started when there is something to judge."""
    del policies, context

    def begin(applicable: Sequence[Policy], release: Release, scope: Scope) -> Callable[[], Evaluation]:
        del release, scope
        assert not applicable  # noqa: S101 - nobody makes such policies yet
        return Evaluation

    yield begin
