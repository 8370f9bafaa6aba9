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
    """What became of a waiver; every state but IN_FORCE waives nothing and is reported as a notification."""

    IN_FORCE = "in force"
    UNUSED = "unused"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"
    UNKNOWN_POLICY = "unknown policy"
    INVALID = "invalid"


@dataclass(frozen=True)
class Waiver:
    """Who accepts a FAIL of `policy`, why, and until when (inclusive); `location` is where that is written.

    `owner` answers for the risk, `approver` has allowed the waiver. A waiver of a file covers what `address` and
    `path` (patterns, empty for any) describe; an inline one what it stands at.
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


@dataclass(frozen=True)
class WaiverUse:
    """What became of one waiver: `findings` are the fingerprints of those that it covers, sorted.

    Where the waiver could not be read as one, `waiver` holds what could, and `why` says what is wrong with it.
    """

    waiver: Waiver
    state: WaiverState
    findings: tuple[str, ...] = ()
    why: str = ""
