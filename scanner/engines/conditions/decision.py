"""What evaluating a condition yields: a value of three, and the attribute that decided it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from scanner.core.resource import Release, Resource
from scanner.core.values import ABSENT, AttributePath, Unresolved


class Decision(NamedTuple):
    """`value` is True, False or None for unknown.

    `resource` and `path` name the deciding attribute, which for a condition over related resources
    belongs to another resource than the judged one; `found` is its value (`ABSENT` when not written).
    """

    value: bool | None
    resource: Resource
    path: AttributePath = ()
    found: Any = ABSENT
    cause: str = ""

    def inverted(self) -> "Decision":
        """The same decision for the negated condition; unknown stays unknown."""
        flipped = None if self.value is None else not self.value
        return Decision(flipped, self.resource, self.path, self.found, self.cause)


class Subject(NamedTuple):
    """What a condition looks at: `value` at `base` within `resource`, in its release."""

    release: Release
    resource: Resource
    value: Any
    base: AttributePath = ()

    @classmethod
    def whole(cls, release: Release, resource: Resource) -> "Subject":
        """The resource from its root."""
        return cls(release, resource, resource.attributes)


def conjunction(decisions: Iterable[Decision], otherwise: Decision) -> Decision:
    """True when all are; the first False decides, then the first unknown. `otherwise` when there are none.

    No more decisions are asked for than it takes; the same goes for `disjunction`.
    """
    first = unknown = None
    for decision in decisions:
        if decision.value is False:
            return decision
        if decision.value is None:
            unknown = unknown or decision
        first = first or decision
    return unknown or first or otherwise


def disjunction(decisions: Iterable[Decision], otherwise: Decision) -> Decision:
    """True when one is; else the first unknown decides, then the first False whose attribute is written."""
    first = unknown = written = None
    for decision in decisions:
        if decision.value is True:
            return decision
        if decision.value is None:
            unknown = unknown or decision
        elif decision.found is not ABSENT:
            written = written or decision
        first = first or decision
    return unknown or written or first or otherwise


def unknown(subject: Subject, path: AttributePath, value: Unresolved) -> Decision:
    """The decision that an unresolved value forces."""
    return Decision(None, subject.resource, subject.base + path, value, value.reason)
