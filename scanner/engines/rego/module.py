"""What has to be known of a Rego module before it may run, whatever engine parsed it."""

from collections.abc import Mapping
from dataclasses import dataclass

Path = tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """Why a module cannot be used or its evaluation broke off: one line, and where; line 0 when that is not known."""

    message: str
    path: str
    line: int = 0
    column: int = 0


class RegoError(Exception):
    """The engine refused a module or gave up evaluating it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True)
class Reference:
    """A name used in a module: imports are replaced by what they stand for, and it ends before the first variable."""

    path: Path
    line: int
    column: int
    is_call: bool = False


@dataclass(frozen=True)
class Module:
    """One parsed module.

    `package` is without `data`. `rules` are the names it defines relative to the package, each with whether
    every definition is a partial set (`name contains …`), and `functions` those of them that take arguments.
    """

    path: str
    package: Path
    rules: Mapping[Path, bool]
    functions: frozenset[Path]
    references: tuple[Reference, ...]

    @property
    def definitions(self) -> frozenset[Path]:
        """The full names, from `data` on, of everything it defines."""
        return frozenset(("data", *self.package, *rule) for rule in self.rules)
