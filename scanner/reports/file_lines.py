"""The masked lines of one file, made from its text or from what a saved result has kept of it.

What is shown of a very long line (a plan is one line) is only what stands around a location, and columns that a mask
has moved cannot be told from the masked line alone: both are looked up as a `KeptPart`, which a saved result has.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from scanner.core.kept_lines import KeptLines, KeptPart
from scanner.core.location import Location
from scanner.core.secrets import MASK, redact_lines

LONGEST_TEXT = 4000
"""Characters: no report shows a longer line, or text of a location, in whole."""

# A line of a multi-line secret is masked on its own too, because the source may indent it; shorter ones
# (`}`, a lone word) say nothing and occur everywhere.
_SECRET_LINE = 8

# In a line of ordinary length what stands around the deciding part can be seen anyhow; a plan is one line.
_LONG_LINE = 1000
_BEFORE_DECIDING = 1000


@dataclass(frozen=True)
class FileLines:
    """`shown` are the lines, masked and without line ends, of which very long ones are cut.

    `widths` has, for each line in which something is masked, how many columns it had. `part` gives what is shown of a
    location that starts or ends in a very long line, and None for any other.
    """

    shown: Sequence[str]
    widths: Mapping[int, int]
    part: Callable[[Location], KeptPart | None]

    def columns(self, location: Location) -> tuple[int, int | None] | None:
        """As the function `columns`, or None where `location` does not lie within the lines."""
        if location.end_line > len(self.shown):
            return None
        part = self.part(location)
        if part:
            return part.columns
        return _columns_within(location, self._width(location.start_line), self._width(location.end_line))

    def text(self, location: Location) -> str:
        """The masked text of `location`; the whole of its lines where a mask has moved the columns, and nothing where
        it is longer than any report shows."""
        part = self.part(location)
        if part:
            return part.text
        found = self.columns(location)
        if found and not self.widths.keys().isdisjoint(range(location.start_line, location.end_line + 1)):
            found = None
        return _text(self.shown[location.start_line - 1 : location.end_line], found)

    def deciding(self, location: Location) -> tuple[str, int, int]:
        """The first line of `location`, and from where to where (0-based, end excluded) it decided."""
        part = self.part(location)
        if part:
            return part.line, part.start, part.end
        number = location.start_line
        line = self.shown[number - 1]
        start, end = columns(location, self._width(number))
        return _marked(line, start, end if location.end_line == number else None, masked=number in self.widths)

    def _width(self, number: int) -> int:
        return self.widths.get(number, len(self.shown[number - 1]))


def masked_file(text: str, secrets: Iterable[str]) -> FileLines:
    """The lines of `text` with `secrets`, as `written_forms` gives them, masked."""
    written, masked = _split(text), _split(redact_lines(text, secrets))
    pairs = enumerate(zip(written, masked, strict=True), start=1)
    widths = {number: len(before) for number, (before, after) in pairs if before != after}

    def part(location: Location) -> KeptPart | None:
        if location.start_line > len(written):
            return None
        ends = (location.start_line, min(location.end_line, len(written)))
        return _part(location, written, masked) if any(len(written[end - 1]) > _LONG_LINE for end in ends) else None

    return FileLines([_cut(line) for line in masked], widths, part)


def kept_file(kept: KeptLines) -> FileLines:
    """The lines as a saved result has them; those that no report shows are empty."""
    return FileLines(_KeptText(kept), kept.widths, kept.parts.get)


class _KeptText(Sequence[str]):
    """All lines of a file of which few are kept; how many it has says the saved result, so that no room is made."""

    def __init__(self, kept: KeptLines) -> None:
        self._count, self._texts = kept.count, kept.texts

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self._texts.get(number + 1, "") for number in range(self._count)[index]]
        return self._texts.get(range(self._count)[index] + 1, "")


def columns(location: Location, length: int) -> tuple[int, int | None]:
    """The 1-based first column of `location` and the one after its last, None for the end of the line.

    A location that was given without an end reaches to the end of its line. `length` is that of the last
    line, which the end never exceeds.
    """
    one_line = location.start_line == location.end_line
    if location.end_column == (location.start_column if one_line else 1):
        return location.start_column, None
    return location.start_column, min(location.end_column, length) + 1


def written_forms(secrets: Iterable[str]) -> frozenset[str]:
    """The secrets as a source file may spell them: escaped inside quotes, or line by line with an indent."""
    forms = set(secrets)
    for secret in secrets:
        forms.add(json.dumps(secret, ensure_ascii=False)[1:-1])
        if "\n" in secret:
            forms.update(line.strip() for line in secret.split("\n") if len(line.strip()) >= _SECRET_LINE)
    return frozenset(forms)


def _columns_within(location: Location, first: int, last: int) -> tuple[int, int | None] | None:
    """`first` and `last` are the lengths of the first and the last line."""
    start, end = columns(location, last)
    backwards = location.start_line == location.end_line and end is not None and end <= start
    return None if backwards or start > first else (start, end)


def _text(lines: Sequence[str], found: tuple[int, int | None] | None) -> str:
    lines = list(lines)
    if found and lines:
        start, end = found
        lines[-1] = lines[-1] if end is None else lines[-1][: end - 1]
        lines[0] = lines[0][start - 1 :]
    text = "\n".join(lines)
    return text if len(text) <= LONGEST_TEXT else ""


def _marked(line: str, start: int, end: int | None, masked: bool) -> tuple[str, int, int]:
    """`start` and `end` as `columns` gives them, which mean nothing in a masked line."""
    text_start, text_end = len(line) - len(line.lstrip()), len(line.rstrip())
    if masked or start - 1 < text_start or start > text_end:
        return line, text_start, text_end
    return line, start - 1, text_end if end is None else end - 1


def _part(location: Location, written: Sequence[str], masked: Sequence[str]) -> KeptPart:
    first, last = location.start_line, location.end_line
    found = _columns_within(location, len(written[first - 1]), len(written[last - 1])) if last <= len(written) else None
    unmasked = written[first - 1 : last] == masked[first - 1 : last]
    text = _text(masked[first - 1 : last], found if unmasked else None)

    before, after = written[first - 1], masked[first - 1]
    start, end = columns(location, len(before))
    if first != last:
        end = None
    is_masked = before != after
    if is_masked and len(before) > _LONG_LINE:
        start, end = _moved(before, after, start), None if end is None else _moved(before, after, end)
        is_masked = False
    return KeptPart(found, text, *_window(*_marked(after, start, end, is_masked)))


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """As much of a very long line as is shown: what stands around its deciding part."""
    if len(line) <= LONGEST_TEXT:
        return line, start, end
    left = max(0, start - _BEFORE_DECIDING)
    head = "…" if left else ""
    drawn = head + _cut(line[left:])
    shift = len(head) - left
    return drawn, start + shift, min(end + shift, len(drawn))


def _moved(written: str, masked: str, column: int) -> int:
    """Where a 1-based column of a line lies once its secrets are masked; that of a secret is where its mask begins."""
    there = here = 0
    pieces = masked.split(MASK)
    for index, piece in enumerate(pieces):
        found = written.find(piece, there)
        if found < 0 or column - 1 < found:
            return here + 1 - (len(MASK) if index else 0)
        if column - 1 <= found + len(piece):
            return here + column - found
        there, here = found + len(piece), here + len(piece) + len(MASK)
    return len(masked) + 1


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_TEXT else line[:LONGEST_TEXT] + "…"


def _split(text: str) -> Sequence[str]:
    """Lines as parsers count them: by LF, with a CR before it as part of the line's end."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines and not lines[-1] else lines
