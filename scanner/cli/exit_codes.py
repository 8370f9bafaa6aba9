"""The one table of exit codes, whatever the output format."""

from collections.abc import Mapping
from enum import IntEnum

from scanner.core.result import Decision


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
