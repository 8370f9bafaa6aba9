"""The way of one value through the files: its steps, and the ends where it is written or no longer known."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scanner.core.location import Location

MOST_STEPS = 40


class EndKind(StrEnum):
    """WRITTEN is text that can be changed; UNKNOWN is a value that nothing at hand says."""

    WRITTEN = "written"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Step:
    """One place on the way: `kind` in a word for programs, `message` in words, no place for what no file holds.

    `depth` is 0 on the way of the value itself, more where the way leads through what a value is made of. `name` is
    what is given a value there (`stage`, `the default of stage`).
    """

    kind: str
    message: str
    location: Location | None = None
    depth: int = 0
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Switch:
    """A condition that chose what is written: `otherwise` is the other branch, where that is written too."""

    condition: str
    holds: bool
    otherwise: Any
    location: Location


@dataclass(frozen=True)
class Gap:
    """A call that could give the variable `name` a value and does not, so that a default of the module counts."""

    name: str
    address: str
    location: Location


@dataclass(frozen=True)
class End:
    """Where a way ends. `name` is what the place is called (`var.encrypted`), `settled_by` what would make it known.

    `switch` says that a change here turns a condition, and does not set the value itself; `gap` that another place can
    set it without a change of what is written here for all.
    """

    kind: EndKind
    location: Location | None
    name: str = ""
    settled_by: tuple[str, ...] = ()
    depth: int = 0
    switch: Switch | None = None
    gap: Gap | None = None

    @property
    def place(self) -> Location | None:
        """Where a change mends it."""
        return self.gap.location if self.gap else self.location


@dataclass
class Way:
    """All steps from the deciding attribute to where its value is written, in that order."""

    steps: list[Step] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether it has become too long to be read."""
        return len(self.steps) >= MOST_STEPS

    def step(self, kind: str, message: str, location: Location | None, depth: int = 0, name: str = "") -> None:
        """Go on to a place."""
        step = Step(kind, message, location, depth, name)
        if step not in self.steps and not self.is_full:
            self.steps.append(step)

    def end(self, end: End) -> None:
        if end not in self.ends:
            self.ends.append(end)

    @property
    def origin(self) -> End | None:
        """The end of the value itself, else the first of what it is made of."""
        return min(self.ends, key=lambda end: end.depth, default=None)

    def is_at(self, location: Location) -> bool:
        """Whether the last step stands in that line already."""
        last = self.steps[-1].location if self.steps else None
        return last is not None and (last.path, last.start_line) == (location.path, location.start_line)
