"""The policies are read, and their engines started, once for all comparisons."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import pytest

from scanner import pipeline
from scanner.config import Config
from scanner.core.bundle import Bundle
from scanner.core.policy import Policy
from scanner.isolation import Worker
from scanner.parsers.terraform import syntax_checks
from tests.comparison.histories import AS_OF, CHECK, POD_CHECK

_OPEN, _ENGINES = pipeline.open_bundle, pipeline.engines
_SHARED = frozenset((CHECK, POD_CHECK, "SER-001"))


@cache
def _bundle() -> Bundle:
    return _OPEN(Config((), AS_OF))


@pytest.fixture(scope="session")
def _evaluate() -> Iterator[pipeline.Evaluate]:
    policies = [policy for policy in _bundle().policies if policy.id in _SHARED]
    with _ENGINES(policies, _bundle(), Config((), AS_OF), workers=1) as evaluate:
        yield evaluate


class _LongLived(Worker):
    """One that a scan does not stop."""

    def stop(self) -> None:
        pass

    def end(self) -> None:
        super().stop()


@pytest.fixture(scope="session")
def _worker() -> Iterator[Worker]:
    worker = _LongLived(4 << 30, forgets=True)
    yield worker
    worker.end()


@pytest.fixture(autouse=True)
def _one_bundle(monkeypatch: pytest.MonkeyPatch, _evaluate: pipeline.Evaluate, _worker: Worker) -> None:
    def opened(config: Config) -> Bundle:
        return _OPEN(config) if config.policy_directories else _bundle()

    def engines(policies: Sequence[Policy], *given: Any, **options: Any) -> AbstractContextManager[pipeline.Evaluate]:
        if {policy.id for policy in policies} <= _SHARED:
            return nullcontext(_evaluate)
        return _ENGINES(policies, *given, **options)

    monkeypatch.setattr(pipeline, "open_bundle", opened)
    monkeypatch.setattr(pipeline, "engines", engines)
    monkeypatch.setattr(syntax_checks, "Worker", lambda *_, **__: _worker)
