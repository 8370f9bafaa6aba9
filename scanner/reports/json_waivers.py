"""The small parts of the JSON report that several of its sections have: places, days, waivers and what is fixed."""

from datetime import date
from typing import Any

from scanner.core.baseline import Comparison
from scanner.core.location import Location
from scanner.core.waiver import Waiver, WaiverUse
from scanner.reports.safe_text import OneLine

Json = dict[str, Any]


def location(where: Location) -> Json:
    """A region of a file."""
    return OneLine(
        path=where.path,
        start_line=where.start_line,
        start_column=where.start_column,
        end_line=where.end_line,
        end_column=where.end_column,
    )


def place(where: Location | None) -> Json | None:
    """A region of a file, where there is one."""
    return location(where) if where else None


def day(when: date | None) -> str | None:
    """`2027-12-02`, or nothing."""
    return when.isoformat() if when else None


def waiver(accepted: Waiver) -> Json:
    """All that a waiver says, and where."""
    return {
        "policy": accepted.policy,
        "reason": accepted.reason,
        "until": accepted.ends or None,
        "owner": accepted.owner,
        "approver": accepted.approver,
        "ticket": accepted.ticket,
        "source": accepted.source.value,
        "address": accepted.address,
        "path": accepted.path,
        "location": location(accepted.location),
    }


def waiver_use(use: WaiverUse) -> Json:
    """A waiver with what became of it."""
    return {"state": use.state.value, "why": use.why, "findings": list(use.findings), "waiver": waiver(use.waiver)}


def comparison(compared: Comparison) -> Json:
    """What the scan was held against, and what is gone since."""
    fixed = [
        OneLine(
            path=each.path,
            policy=each.policy,
            address=each.address,
            attribute=each.attribute,
            status=each.status,
            fingerprint=each.fingerprint,
        )
        for each in compared.fixed
    ]
    return {"source": compared.source, "fixed": fixed}
