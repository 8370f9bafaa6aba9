"""`time.add_date` and `time.parse_duration_ns` with OPA's results; neither asks a clock."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from scanner.rego_source.arguments import integer, text

_START = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000
_HOUR = 3600 * _SECOND
_UNITS = {
    "ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000, "s": _SECOND, "m": 60 * _SECOND, "h": _HOUR,
    "d": 24 * _HOUR, "w": 7 * 24 * _HOUR, "y": 365 * 24 * _HOUR,
}  # fmt: skip
_PART = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|[smhdwy])", re.ASCII)
_DURATION = re.compile(rf"(?P<sign>[+-]?)(?P<parts>(?:{_PART.pattern})+)")
_SMALLEST, _LARGEST = -(1 << 63), (1 << 63) - 1
_LONGEST = 1_000


def _add_date(time: Any, years: Any, months: Any, days: Any) -> int:
    """A day that the month does not have runs over into the next month, as in Go."""
    seconds, rest = divmod(_utc(time), _SECOND)
    try:
        moment = _START + timedelta(seconds=seconds)
        month = moment.month - 1 + integer(months) + 12 * (moment.year + integer(years))
        first = moment.replace(year=month // 12, month=month % 12 + 1, day=1)
        moved = first + timedelta(days=moment.day - 1 + integer(days))
    except (OverflowError, ValueError) as error:
        raise ValueError(f"time outside of valid range: {error}") from None
    return _within((moved - _START) // timedelta(seconds=1) * _SECOND + rest)


def _utc(time: Any) -> int:
    """Nanoseconds; OPA's type for the argument has no other time zone, and refuses one when it loads a module."""
    if isinstance(time, list) and time[1:] in ([], [""], ["UTC"]):
        return integer(time[0] if time else None)
    return integer(time)


def _duration(value: Any) -> int:
    if value in ("0", "+0", "-0"):
        return 0
    found = _DURATION.fullmatch(text(value)) if len(text(value)) <= _LONGEST else None
    if found is None:
        raise ValueError(f"invalid duration {value[:80]!r}")
    total = sum(int(Fraction(number) * _UNITS[unit]) for number, unit in _PART.findall(found["parts"]))
    return _within(-total if found["sign"] == "-" else total)


def _within(nanoseconds: int) -> int:
    if not _SMALLEST <= nanoseconds <= _LARGEST:
        raise ValueError("time outside of valid range")
    return nanoseconds


EXTENSIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "time.add_date": (4, _add_date),
    "time.parse_duration_ns": (1, _duration),
}
