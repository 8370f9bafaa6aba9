"""Helps with a mistyped name."""

from collections.abc import Iterable
from difflib import get_close_matches


def closest(unknown: Iterable[object], known: Iterable[str]) -> str:
    """`; did you mean …?` for the first unknown name that is near a known one, else nothing."""
    known = list(known)
    for name in unknown:
        near = get_close_matches(str(name), known, n=1)
        if near:
            return f"; did you mean {near[0]}?"
    return ""
