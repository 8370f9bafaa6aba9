"""Chooses the lines of a file that a saved result keeps: all that a report can show of some places."""

from collections.abc import Collection, Iterator

from scanner.core.kept_lines import KeptLines
from scanner.core.location import Location
from scanner.reports.excerpt import excerpt_lines
from scanner.reports.file_lines import LONGEST_TEXT, FileLines

CONTEXT_LINES = 3
"""How many lines on either side of a place a report may show at most."""


def keep(file: FileLines, shown: Collection[Location]) -> KeptLines:
    """What is needed of the file to show the places."""
    numbers = sorted({number for where in shown for number in _numbers(where, file)})
    used: dict[int, int] = {}
    for where in shown:
        for line, column in ((where.start_line, where.start_column), (where.end_line, where.end_column)):
            used[line] = max(used.get(line, 0), column)
    parts = {where: part for where in sorted(shown) if (part := file.part(where))}
    return KeptLines(
        count=len(file.shown),
        texts={number: file.shown[number - 1] for number in numbers},
        widths={number: min(file.widths[number], used.get(number, 0)) for number in numbers if number in file.widths},
        parts=parts,
    )


def _numbers(where: Location, file: FileLines) -> Iterator[int]:
    """The lines of an excerpt, and of the place itself as far as its text is not too long to be shown."""
    count = len(file.shown)
    if where.start_line > count:
        return
    yield from excerpt_lines(where, CONTEXT_LINES, count)
    size = 1 - where.start_column
    for number in range(where.start_line, min(where.end_line + 1, count) + 1):
        yield number
        size += len(file.shown[number - 1]) + 1
        if size > LONGEST_TEXT + 1:
            break
    if where.end_line <= count:
        yield where.end_line
