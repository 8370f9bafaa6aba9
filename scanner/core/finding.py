"""A finding: one policy on one resource, with its verdict and the line that decided it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from scanner.core.baseline import BaselineState
from scanner.core.location import Location
from scanner.core.policy import CHECKOV, Policy
from scanner.core.resource import Resource
from scanner.core.waiver import Waiver


class Status(StrEnum):
    """FAIL needs evidence in the input; what cannot be known statically is UNKNOWN, never PASS."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class RelatedLocation:
    """Another place that belongs to a finding, with a word on what stands there."""

    location: Location
    message: str


@dataclass(frozen=True)
class Finding:
    """One policy on one resource.

    `location` is the line of the deciding attribute, or of the block when the attribute is absent.
    `attribute` is that attribute's path as text, empty when the whole block decided. `cause` says for an
    UNKNOWN what is not known. `evidence` is what, beside rule, path and address, makes this finding
    itself: two findings that differ in it have different fingerprints, and it never holds a line number.
    `baseline_state` is None where nothing was compared. `also` are the ids of other policies that have judged the same
    and leave the word to this one.

    The fingerprint is made of policy, folder, resource, attribute and evidence. Of a Terraform block the file is no
    part, so that one which is moved to another file of its folder stays itself; the key of any other resource has it.
    The release as a whole is in no folder. Of Checkov the attribute is no part: which one its check names depends on
    what else is written, and on whether it has read the configuration or a plan.
    """

    policy: Policy
    resource: Resource
    status: Status
    message: str
    location: Location
    attribute: str = ""
    related_locations: tuple[RelatedLocation, ...] = ()
    cause: str = ""
    evidence: str = ""
    waiver: Waiver | None = None
    baseline_state: BaselineState | None = None
    also: tuple[str, ...] = ()
    fingerprint: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.fingerprint:
            # the release as a whole is said to stand at one of its files, and may stand at another tomorrow
            folder = "" if self.resource.format == "release" else self.location.path.rpartition("/")[0]
            attribute = "" if self.policy.engine == CHECKOV else self.attribute
            parts = (self.policy.id, folder, self.resource.key, attribute, self.evidence)
            object.__setattr__(self, "fingerprint", _digest(parts))

    @cached_property
    def sort_key(self) -> tuple[str, int, int, str, str, str]:
        where = self.location
        return (where.path, where.start_line, where.start_column, self.policy.id, self.resource.key, self.fingerprint)

    @property
    def is_open(self) -> bool:
        """Whether it needs someone's attention: neither passed nor waived, nor there before."""
        is_known = self.baseline_state is BaselineState.UNCHANGED
        return self.status is not Status.PASS and self.waiver is None and not is_known


def _digest(parts: Sequence[str]) -> str:
    """SHA-256 over the length-prefixed parts, so that no two lists of parts run into one another."""
    encoded = [part.encode(errors="surrogatepass") for part in parts]  # JSON manifests can carry half a character
    return hashlib.sha256(b"".join([b"%d:%b" % (len(part), part) for part in encoded])).hexdigest()
