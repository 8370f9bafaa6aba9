"""The fixtures of the policies as test cases: what a policy must find in each of its example inputs."""

import atexit
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from scanner.authoring.fixtures import AS_OF, Case, Judge, cases_in
from scanner.core.finding import Finding
from scanner.core.result import ScanResult

__all__ = ["AS_OF", "FIXTURES", "ROOT", "Case", "cases", "findings_of", "scanned"]

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures" / "policies"


def cases() -> Iterator[Case]:
    """Every case of every policy, in order."""
    return cases_in(FIXTURES)


@cache
def scanned(policy: str, folder: Path) -> ScanResult:
    """The result of scanning one case by its own policy alone."""
    return judge().scanned(Case(policy, folder))


@cache
def judge() -> Judge:
    """The engines, opened once for all cases of one process."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(Judge())


def findings_of(case: Case) -> list[Finding]:
    """The findings of the case's status."""
    return [finding for finding in scanned(case.policy, case.folder).findings if finding.status is case.status]
