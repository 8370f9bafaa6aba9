"""What evaluating a condition yields: a value of three, and the attribute that decided it."""

from dataclasses import dataclass
from typing import Any

from scanner.core.resource import Release, Resource
from scanner.core.values import ABSENT, AttributePath, Unresolved


@dataclass(frozen=True)
class Decision:
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


@dataclass(frozen=True)
class Subject:
    """What a condition looks at: `value` at `base` within `resource`, in its release."""

    release: Release
    resource: Resource
    value: Any
    base: AttributePath = ()

    @classmethod
    def whole(cls, release: Release, resource: Resource) -> "Subject":
        """The resource from its root."""
        return cls(release, resource, resource.attributes)


def conjunction(decisions: list[Decision], otherwise: Decision) -> Decision:
    """True when all are; the first False decides, then the first unknown. `otherwise` for an empty list."""
    for wanted in (False, None):
        for decision in decisions:
            if decision.value is wanted:
                return decision
    return decisions[0] if decisions else otherwise


def disjunction(decisions: list[Decision], otherwise: Decision) -> Decision:
    """True when one is; else the first unknown decides, then the first False whose attribute is written."""
    for wanted in (True, None):
        for decision in decisions:
            if decision.value is wanted:
                return decision
    for decision in decisions:
        if decision.found is not ABSENT:
            return decision
    return decisions[0] if decisions else otherwise


def unknown(subject: Subject, path: AttributePath, value: Unresolved) -> Decision:
    """The decision that an unresolved value forces."""
    return Decision(None, subject.resource, subject.base + path, value, value.reason)
