"""The fixtures of the policies as test cases: what a policy must find in each of its example inputs."""

import atexit
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scanner.config import Config, build
from scanner.core.bundle import Bundle
from scanner.core.finding import Finding, Status
from scanner.core.result import ScanResult
from scanner.pipeline import Evaluate, engines, judge, open_bundle

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures" / "policies"
AS_OF = date(2026, 11, 21)


@dataclass(frozen=True)
class Case:
    """One folder below `fixtures/policies/<policy>/` with the findings that are expected of it."""

    policy: str
    folder: Path
    expected: tuple[dict[str, Any], ...]

    @property
    def status(self) -> Status:
        return Status(self.folder.name.partition("-")[0])

    def __str__(self) -> str:
        return f"{self.policy}/{self.folder.name}"


def cases() -> Iterator[Case]:
    """Every case of every policy, in order."""
    for folder in sorted(path for path in FIXTURES.iterdir() if path.is_dir()):
        expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
        for name, findings in expected.items():
            yield Case(folder.name, folder / name, tuple(findings))


@cache
def scanned(policy: str, folder: Path) -> ScanResult:
    """The result of scanning one case by its own policy alone."""
    file = folder / "releasegate.yaml"
    config = build([folder], AS_OF, {"checks": (policy,)}, file if file.is_file() else None)
    if config.parameters:
        return judge(config, open_bundle(config))
    # The others share one bundle and its engines, which take longer to load than to judge by.
    return judge(config, _bundle(), evaluate=_evaluate())


@cache
def _bundle() -> Bundle:
    return open_bundle(Config(paths=(), as_of=AS_OF))


@cache
def _evaluate() -> Evaluate:
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(engines(_bundle().policies, _bundle(), AS_OF, workers=1))


def findings_of(case: Case) -> list[Finding]:
    """The findings of the case's status."""
    return [finding for finding in scanned(case.policy, case.folder).findings if finding.status is case.status]
