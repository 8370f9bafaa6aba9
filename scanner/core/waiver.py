"""A waiver: an accepted FAIL, where it is written, and what became of it in a scan."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scanner.core.location import Location


class WaiverSource(StrEnum):
    """INLINE is a comment in the scanned file, FILE an entry of a file of waivers."""

    INLINE = "inline"
    FILE = "file"


class WaiverState(StrEnum):
    """What became of a waiver. Only one IN_FORCE waives anything.

    NOT_EVALUATED is one of which this scan cannot say whether it is needed: its policy was not run, its files were not
    read, or what it speaks of is not known. All but these two are reported as a notification.
    """

    IN_FORCE = "in force"
    UNUSED = "unused"
    NOT_EVALUATED = "not evaluated"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"
    UNKNOWN_POLICY = "unknown policy"
    INVALID = "invalid"


@dataclass(frozen=True)
class Waiver:
    """Who accepts a FAIL of `policy`, why, and until when (inclusive); `location` is where that is written.

    `owner` answers for the risk, `approver` has allowed the waiver, `ticket` is where that was discussed. A waiver of a
    file covers what `address` and `path` (patterns, empty for any) describe; an inline one what it stands at. What
    could not be read of an INVALID one is empty, and its `until` then `date.min`.
    """

    policy: str
    reason: str
    until: date
    location: Location
    owner: str = ""
    approver: str = ""
    source: WaiverSource = WaiverSource.INLINE
    address: str = ""
    path: str = ""
    ticket: str = ""

    @property
    def ends(self) -> str:
        """The last day as text (YYYY-MM-DD), empty where none could be read."""
        return self.until.isoformat() if self.until > date.min else ""


@dataclass(frozen=True)
class WaiverUse:
    """What became of one waiver: `findings` are the fingerprints of those that it covers, sorted; `why` says in words
    what its state comes from, empty for one that is simply in force.

    Where the waiver could not be read as one, `waiver` holds what could, and `why` says what is wrong with it.
    """

    waiver: Waiver
    state: WaiverState
    findings: tuple[str, ...] = ()
    why: str = ""
