"""Text of others for a page: made harmless, cut to a length, split into what a template can set."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.reports.excerpt import ExcerptLine
from scanner.reports.safe_text import one_line, visible

_CODE = re.compile(r"`([^`]+)`")
_WEB = re.compile(r"https?://[^\s/?#\\]+[^\s\\]*")
_LONGEST_URL = 500
_ROOM = 220
_LEAD = 60


@dataclass(frozen=True)
class Piece:
    """A run of text; `is_code` when it stood between backticks."""

    text: str
    is_code: bool


@dataclass(frozen=True)
class CodeLine:
    """A line of source in three parts, the middle of which decided; `hit` where there is such a part."""

    number: int
    before: str
    marked: str
    after: str
    hit: bool


def prose(text: str) -> Sequence[Sequence[Piece]]:
    """The paragraphs of the text."""
    paragraphs = [one_line(part) for part in re.split(r"\n\s*\n", text) if part.strip()]
    return [[Piece(run, bool(i % 2)) for i, run in enumerate(_CODE.split(each)) if run] for each in paragraphs]


def web_url(url: str) -> str:
    """The address if a browser may be sent there, else nothing: only the web, and nothing that hides in it."""
    return url if _WEB.fullmatch(url) and len(url) <= _LONGEST_URL and visible(url) == url else ""


def shortened(text: str, room: int) -> str:
    """At most `room` characters of the text; the middle goes, for the ends tell names apart."""
    if len(text) <= room:
        return text
    head = (room - 1) // 2
    return f"{text[:head]}…{text[len(text) - (room - 1 - head) :]}"


def code_line(line: ExcerptLine) -> CodeLine:
    """The line as it is shown: tabs as spaces, and of a very long one what stands around the part that decided."""
    start, end = (line.start, line.end) if line.deciding else (0, 0)
    if len(line.text) <= _ROOM:
        parts = line.text[:start], line.text[start:end], line.text[end:]
    else:
        first = max(0, start - _LEAD)
        last = first + _ROOM
        end = min(end, last)
        parts = (
            ("…" if first else "") + line.text[first:start],
            line.text[start:end],
            line.text[end:last] + ("…" if last < len(line.text) else ""),
        )
    before, marked, after = (visible(part.replace("\t", "    ")) for part in parts)
    return CodeLine(line.number, before, marked, after, line.deciding)
