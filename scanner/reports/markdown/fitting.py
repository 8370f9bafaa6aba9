"""Fits a page of Markdown into a limit: whole rows and blocks are left out, and how many is said."""

from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST_NOTE = 300


@dataclass(frozen=True)
class Part:
    """One part of a page. `items` are whole rows or blocks, the ones to keep first; each ends with a line end.

    `title` is always there, `head` and `tail` stand around the items, unless none of them has room. `total` is how many
    there are, where some have been left out already, `what` what they are called, and `rank` says which parts get room
    first: those of 0.
    """

    title: str
    head: str = ""
    items: Sequence[str] = ()
    tail: str = ""
    what: str = ""
    total: int = 0
    rank: int = 0


def fit(parts: Sequence[Part], limit: int, elsewhere: str) -> str:
    """The page, in no more than `limit` bytes of UTF-8, which are never fewer than its characters.

    `elsewhere` tells the reader where the rest is. Raises `ValueError` where not even titles, heads and tails fit.
    """
    room = limit - sum(_size(part.title) + _size(part.head) + _size(part.tail) + _LONGEST_NOTE for part in parts)
    if room < 0:
        raise ValueError(f"a page of {len(parts)} parts does not fit into {limit} bytes")
    shown = [0] * len(parts)
    for index in sorted(range(len(parts)), key=lambda number: parts[number].rank):
        for item in parts[index].items:
            if _size(item) > room:
                break
            room -= _size(item)
            shown[index] += 1
    pages = (_text(part, number, elsewhere) for part, number in zip(parts, shown, strict=True))
    return "\n".join(page.strip("\n") + "\n" for page in pages if page)


def _text(part: Part, shown: int, elsewhere: str) -> str:
    total = max(part.total, len(part.items))
    if not total:
        return f"{part.title}{part.head}{part.tail}"
    note = "" if shown == total else f"**{total - shown} of {total} {part.what} are left out here**; {elsewhere}.\n"
    body = f"{part.head}{''.join(part.items[:shown])}{part.tail}\n" if shown else ""
    return f"{part.title}{body}{note}"


def _size(text: str) -> int:
    return len(text.encode())
