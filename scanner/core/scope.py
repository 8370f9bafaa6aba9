"""What a release declares about itself; it decides which frameworks' clauses a finding touches."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.core.location import Location

DIMENSIONS = ("data", "risk_class", "role", "environment", "annex")


@dataclass(frozen=True)
class Scope:
    """The declared facts, by dimension; a dimension that nobody declared is missing from `declared`.

    `data` holds any of `public internal confidential restricted personal special phi`; `risk_class` one
    or more of `prohibited high limited minimal gpai`; `role` `provider deployer importer distributor`;
    `annex` `annex_iii` or `annex_i`; `environment` a free name. Several models in one release add up.
    """

    declared: Mapping[str, frozenset[str]] = field(default_factory=dict)
    evidence: tuple[Location, ...] = ()

    def values(self, dimension: str) -> frozenset[str]:
        return self.declared.get(dimension, frozenset())

    def meets(self, when: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether, for every dimension of `when`, one of its values is declared."""
        return all(self.values(dimension) & set(wanted) for dimension, wanted in when.items())
