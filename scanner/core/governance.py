"""What a bundle says about waivers: which findings may be accepted at all, where, by whom and for how long."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.core.location import Location
from scanner.core.policy import Severity


class Place(StrEnum):
    """Where a waiver may be written."""

    ANYWHERE = "anywhere"
    FILE = "file"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class GovernanceRule:
    """One rule about the waivers of some policies; `location` is where it stands in the bundle.

    It speaks of the policies whose id matches one of `rules` (patterns) and whose severity is one of `severities`;
    an empty list leaves nothing out. `owners` and `approvers` are patterns of which one has to match; where there are
    any, and where `requires` names it, the field has to be given. `max_days` counts from the day of the scan. `note`
    is what whoever broke the rule is told.
    """

    location: Location
    rules: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    allow: Place = Place.ANYWHERE
    owners: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    max_days: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Governance:
    """The rules of every source: a waiver has to keep each that speaks of its policy, so the strictest wins."""

    rules: tuple[GovernanceRule, ...] = ()
