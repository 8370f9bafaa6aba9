"""A policy: one rule as data, whatever language its body is written in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scanner.core.location import Location


class Severity(StrEnum):
    """How bad a FAIL of the policy is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(Severity).index(self)


CHECKOV = "checkov"
"""The engine whose policies are the checks of Checkov; of these there are hundreds."""

NEEDS = ("artifacts",)
"""What a policy can need."""


@dataclass(frozen=True)
class AppliesTo:
    """Which resources a policy judges: those of one of `types`, in `format` when it is given.

    `where` is a condition (see `scanner/engines/conditions.py`) that narrows them further.
    """

    types: tuple[str, ...]
    format: str | None = None
    where: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Policy:
    """One rule. `rule` is the condition tree of a YAML policy or the module text of a Rego one.

    `when` lists what the release must declare for the policy to apply at all, by dimension
    (`{"data": ("personal", "phi")}`): one of the values in each dimension suffices. `reads` names the
    attributes (Rego only) whose unresolved value must keep a resource from passing. `needs` says what must be looked
    into beside the text of manifests: `artifacts` are the bytes of model files, which need not be read. `same_as` are
    policies that judge the same setting and whose word counts where both have judged it. One that is not `is_mapped`
    evidences no control, of whatever framework, and is evaluated only when that is asked for.
    """

    id: str
    title: str
    severity: Severity
    engine: str
    applies_to: AppliesTo
    rule: Any = field(repr=False, compare=False)
    message: str = ""
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rationale: str = ""
    remediation: str = ""
    references: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    location: Location | None = None
    aliases: tuple[str, ...] = ()
    deprecated: str | None = None
    same_as: tuple[str, ...] = ()
    is_mapped: bool = True
