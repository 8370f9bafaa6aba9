"""Frameworks, their controls, and how a control stands after a scan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from scanner.core.finding import Finding


class Evidence(StrEnum):
    """How much of a control a static check can show."""

    AUTOMATED = "automated"
    PARTIAL = "partial"
    MANUAL = "manual"


class Strength(StrEnum):
    """`direct`: the clause asks for what the policy checks. `supporting`: the clause is broader than the check."""

    DIRECT = "direct"
    SUPPORTING = "supporting"


class Standing(StrEnum):
    """How a control stands; one without an applicable resource is `not evaluated`, never `met`."""

    MET = "met"
    NOT_MET = "not met"
    WAIVED = "waived"
    NOT_EVALUATED = "not evaluated"
    NEEDS_A_HUMAN = "needs a human"


@dataclass(frozen=True)
class Control:
    """One clause of a framework, in our own words, with the policies that evidence it.

    `applies_from` maps a declared annex (or `any`) to the date from which the clause binds. `kind` is HIPAA's
    `standard`, `required` or `addressable`, else empty; `note` holds what is uncertain about the clause. In the result
    of a scan `policies` leaves out checks of Checkov that found nothing, and `further` says how many these are.
    """

    framework: str
    id: str
    title: str
    paraphrase: str
    url: str
    evidence: Evidence
    citation: str = ""
    policies: Mapping[str, Strength] = field(default_factory=dict)
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    applies_from: Mapping[str, date] = field(default_factory=dict)
    kind: str = ""
    note: str = ""
    further: int = 0


@dataclass(frozen=True)
class Framework:
    """A law or standard: `when` says what a release must declare for the framework to speak of it."""

    id: str
    prefix: str
    title: str
    version: str
    url: str
    controls: tuple[Control, ...] = field(repr=False)
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class ControlResult:
    """How one control stands: `reason` says in one line why, `upcoming` is the date when it does not bind yet."""

    control: Control
    standing: Standing
    reason: str
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    upcoming: date | None = None


@dataclass(frozen=True)
class FrameworkResult:
    """All the controls of one framework; when it does not apply `reason` says why and `controls` is empty."""

    framework: Framework
    applies: bool
    reason: str
    controls: tuple[ControlResult, ...] = ()
