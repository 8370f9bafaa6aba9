"""What became of one test of a policy, whichever way it was written."""

from dataclasses import dataclass, field
from enum import StrEnum


class Result(StrEnum):
    """`ERROR` is a test that could not be run: nobody knows whether it would pass."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Outcome:
    """One test: `kind` is `rego` or `fixture`; `details` are lines for people, on what is not as it should be.

    `path` and `line` are where the test is written.
    """

    kind: str
    name: str
    result: Result
    path: str
    line: int = 1
    details: tuple[str, ...] = field(default=())

    @property
    def sort_key(self) -> tuple[str, str, int, str]:
        return (self.kind, self.path, self.line, self.name)
