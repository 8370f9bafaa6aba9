"""What a scan says about waivers that do not count, that nothing needs, or that soon end."""

from collections.abc import Iterable
from datetime import date

from scanner.core.counting import count
from scanner.core.notification import Level, Notification
from scanner.core.waiver import WaiverState, WaiverUse

COMPONENT = "waivers"
SOON = 14
"""Days before its end from which on a waiver is announced to be over soon."""

_SILENT = (WaiverState.IN_FORCE, WaiverState.NOT_EVALUATED)


def notes_of(uses: Iterable[WaiverUse], today: date) -> list[Notification]:
    """A warning for each waiver that does not count, a note for one that covers nothing and one that ends soon."""
    notes = []
    for use in uses:
        waiver, left = use.waiver, (use.waiver.until - today).days
        if use.state not in _SILENT:
            level = Level.NOTE if use.state is WaiverState.UNUSED else Level.WARNING
            notes.append(Notification(level, use.why, COMPONENT, waiver.location))
        elif use.state is WaiverState.IN_FORCE and left <= SOON:
            end = "today" if not left else f"in {count(left, 'day')}, on {waiver.ends}"
            message = f"this waiver of {waiver.policy} ends {end}: mend the finding or renew the waiver"
            notes.append(Notification(Level.NOTE, message, COMPONENT, waiver.location))
    return notes
