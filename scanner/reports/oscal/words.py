"""How OSCAL spells things: identifiers, tokens, properties, times and marked-up text."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from scanner.core.location import Location
from scanner.reports.safe_text import OneLine, one_line

Json = dict[str, Any]

ABOUT = "https://pypi.org/project/releasegate/"
NAMESPACE = f"{ABOUT}ns/oscal"
"""Whose properties these are: OSCAL keeps names without a namespace for itself."""

_NO_TOKEN = re.compile(r"[^A-Za-z0-9_.-]+")
_MARKUP = re.compile(r"[\\`*~^\[\]{}]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_BASE: UUID = uuid5(NAMESPACE_URL, NAMESPACE)


def uuid_of(kind: str, name: str) -> str:
    """The same identifier for the same thing in every scan; nothing is drawn by lot."""
    return str(uuid5(_BASE, f"{kind}:{name}".encode(errors="replace").decode()))


PLAN = uuid_of("resource", "plan")
TOOL = uuid_of("component", "releasegate")
ORIGINS = [OneLine(actors=[{"type": "tool", "actor-uuid": TOOL}])]


def token(text: str) -> str:
    """`GDPR-32.1.a` for `GDPR-32(1)(a)`: OSCAL allows letters, digits, `_`, `-` and `.`, and no digit in front."""
    spelt = _NO_TOKEN.sub("_", text.replace(")(", ".").replace("(", ".").replace(")", "").strip())
    return spelt if re.match(r"[A-Za-z_]", spelt) else f"_{spelt}"


def props(values: Mapping[str, str]) -> list[Json]:
    """One property per value; OSCAL has none without a value."""
    return [OneLine(name=name, ns=NAMESPACE, value=value) for name, value in values.items() if value]


def line(text: str) -> str:
    """The text as the value of a property: one line without white space at its ends."""
    return one_line(text).strip()


@lru_cache(maxsize=4096)
def markup(text: str) -> str:
    """One line of OSCAL's Markdown that shows as `text` and styles, links and inserts nothing."""
    return _MARKUP.sub(r"\\\g<0>", line(text)).translate(_ENTITIES)


def moment(time: datetime) -> str:
    """With its offset, to the second."""
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def end_of(day: date) -> str:
    """The last second of the day: a waiver holds until then."""
    return f"{day.isoformat()}T23:59:59Z"


def href(location: Location) -> str:
    """The file relative to the root of the repository, with its line as code hosts write it."""
    last = f"-L{location.end_line}" if location.end_line != location.start_line else ""
    return f"{quote(location.path.encode('utf-8', 'surrogateescape'))}#L{location.start_line}{last}"
