"""Waivers: read where they are written, held against the bundle's rules, and given to the findings they cover."""

from scanner.judging.waivers.applying import Scanned, apply_waivers
from scanner.judging.waivers.file import file_waivers
from scanner.judging.waivers.inline import inline_waivers
from scanner.judging.waivers.notes import notes_of
from scanner.judging.waivers.sorting import Waivers, sort_out

__all__ = ["Scanned", "Waivers", "apply_waivers", "file_waivers", "inline_waivers", "notes_of", "sort_out"]
