"""Functions over timestamps in the notation of RFC 3339."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from fractions import Fraction

from scanner.parsers.terraform.functions.signature import Function
from scanner.parsers.terraform.value_types import STRING
from scanner.parsers.terraform.values import EvaluationError, NotWorkedOutError, normal

_STAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_LONGEST_DURATION = 1 << 63
_TOKEN = re.compile(r"''|'(?:[^']|'')*'|'|([a-zA-Z])\1*|[^a-zA-Z']+")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _stamp(text: str) -> tuple[datetime, int]:
    """The moment to the second, in its own time zone, and the nanoseconds after it."""
    match = _STAMP.fullmatch(text)
    if match is None:
        raise EvaluationError("this is no timestamp")
    hours, minutes = int(match[9] or 0), int(match[10] or 0)
    if hours > 24 or minutes > 60:
        raise EvaluationError("this is no timestamp")
    offset = timedelta(hours=hours, minutes=minutes)
    if offset >= timedelta(days=1) or match[1] == "0000":
        raise NotWorkedOutError("this timestamp is too far from the present or from Greenwich")
    zone = timezone(-offset if match[8] == "-" else offset)
    try:
        found = datetime(*(int(match[index]) for index in range(1, 7)), tzinfo=zone)  # type: ignore[misc,arg-type]
    except ValueError:
        raise EvaluationError("there is no such date") from None
    return found, int(((match[7] or ".")[1:] + "0" * 9)[:9])


def _compare(left: str, right: str) -> int:
    first, second = _stamp(left), _stamp(right)
    return (first > second) - (first < second)


def _add(text: str, duration: str) -> str:
    moment, nanoseconds = _stamp(text)
    seconds = (nanoseconds + _nanoseconds(duration)) // 10**9
    try:
        return _written(moment + timedelta(seconds=seconds))
    except OverflowError:
        raise NotWorkedOutError("this timestamp is too far from the present") from None


def _nanoseconds(text: str) -> int:
    """A duration as Go reads it: `1h30m`, `-0.5s`."""
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in ("+", "-") else text
    parts = [*_DURATION.finditer(rest)]
    if rest == "0":
        return 0
    if not parts or "".join(part[0] for part in parts) != rest or len(rest) > 200:
        raise EvaluationError("this is no duration")
    total = sum(int(Fraction(f"0{part[1]}0" if "." in part[1] else part[1]) * _UNITS[part[2]]) for part in parts)
    if total >= _LONGEST_DURATION:
        raise EvaluationError("this duration is too long")
    return sign * total


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + _zone(moment, ":", "Z")


def _zone(moment: datetime, separator: str, greenwich: str = "") -> str:
    offset = int((moment.utcoffset() or timedelta()).total_seconds()) // 60
    if not offset and greenwich:
        return greenwich
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}{separator}{abs(offset) % 60:02d}"


def _format(template: str, text: str) -> str:
    moment, _ = _stamp(text)
    result = ""
    for match in _TOKEN.finditer(template):
        token = match[0]
        if match[1]:
            forms = _forms(moment)
            if token not in forms:
                raise EvaluationError(f"there is no date verb {token}")
            result += forms[token]
        elif token == "'":
            raise EvaluationError("a quoted part of the format has no end")
        elif token.startswith("'"):
            result += "'" if token == "''" else token[1:-1].replace("''", "'")
        else:
            result += token
    return normal(result)


def _forms(moment: datetime) -> dict[str, str]:
    """Every verb that there is, in each of its lengths."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    half = "PM" if moment.hour >= 12 else "AM"
    forms = {
        "YY": f"{moment.year % 100:02d}",
        "YYYY": f"{moment.year:04d}",
        "MMM": month[:3],
        "MMMM": month,
        "EEE": day[:3],
        "EEEE": day,
        "AA": half,
        "aa": half.lower(),
        "Z": _zone(moment, ":", "Z"),
        "ZZZ": _zone(moment, "", "UTC"),
        "ZZZZ": _zone(moment, ""),
        "ZZZZZ": _zone(moment, ":"),
    }
    numbers = {"M": moment.month, "D": moment.day, "h": moment.hour, "m": moment.minute, "s": moment.second}
    numbers["H"] = moment.hour % 12 or 12
    for letter, number in numbers.items():
        forms[letter], forms[letter * 2] = str(number), f"{number:02d}"
    return forms


FUNCTIONS: Mapping[str, Function] = {
    "formatdate": Function(_format, (STRING, STRING)),
    "timeadd": Function(_add, (STRING, STRING)),
    "timecmp": Function(_compare, (STRING, STRING)),
}
