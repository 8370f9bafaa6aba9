"""What has to be known of a Rego module before it may run, whatever engine parsed it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
class Clause:
    """One definition of a rule, as it is written.

    `name` is relative to the package, `kind` the head's: `Set` (`name contains …`), `Compr` (`name := …`, `name[key]`),
    `Func`, or `Default`. `line` and `column` count from 1; `start`, `end` and `name_end` are offsets in the bytes of
    the file, of the clause and of its name, which stands first. `tree` is the engine's syntax tree of the clause.
    """

    name: Path
    kind: str
    line: int
    column: int
    start: int
    end: int
    name_end: int
    tree: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Module:
    """One parsed module.

    `package` is without `data`. `rules` are the names it defines relative to the package, each with whether
    every definition is a partial set (`name contains …`), and `functions` those of them that take arguments.
    `clauses` are all definitions in the order of the text. `is_v0` is whether it is written in Rego v0.
    """

    path: str
    package: Path
    rules: Mapping[Path, bool]
    functions: frozenset[Path]
    references: tuple[Reference, ...]
    clauses: tuple[Clause, ...] = ()
    is_v0: bool = False

    @property
    def definitions(self) -> frozenset[Path]:
        """The full names, from `data` on, of everything it defines."""
        return frozenset(("data", *self.package, *rule) for rule in self.rules)
