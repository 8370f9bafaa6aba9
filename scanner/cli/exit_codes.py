"""The one table of exit codes, whatever the output format."""

from collections.abc import Mapping
from enum import IntEnum

from scanner.core.result import Decision, Verdict


class ExitCode(IntEnum):
    """What the process says to its caller."""

    PASSED = 0
    BLOCKED = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERNAL = 4


BY_DECISION: Mapping[Decision, ExitCode] = {
    Decision.PASSED: ExitCode.PASSED,
    Decision.BLOCKED: ExitCode.BLOCKED,
    Decision.INCOMPLETE: ExitCode.INCOMPLETE,
}


def exit_code(verdict: Verdict, soft_fail: bool = False) -> ExitCode:
    """The code for a verdict. With `soft_fail` findings do not fail the caller, though what was not evaluated does."""
    if soft_fail and verdict.decision is Decision.BLOCKED:
        return ExitCode.PASSED if verdict.is_complete else ExitCode.INCOMPLETE
    return BY_DECISION[verdict.decision]
