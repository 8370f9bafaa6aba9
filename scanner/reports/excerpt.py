"""Lines of the scanned files for a report, with every secret masked and line numbers kept."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.core.location import Location
from scanner.core.resource import Release
from scanner.core.secrets import MASK, redact_lines

# A line of a multi-line secret is masked on its own too, because the source may indent it; shorter ones
# (`}`, a lone word) say nothing and occur everywhere.
_SECRET_LINE = 8

# In a line of ordinary length what stands around the deciding part can be seen anyhow; a plan is one line.
_LONG_LINE = 1000


@dataclass(frozen=True)
class ExcerptLine:
    """One line: `deciding` marks the one that decided, `start` to `end` (0-based) the part of it that did."""

    number: int
    text: str
    deciding: bool = False
    start: int = 0
    end: int = 0


class Sources:
    """The masked lines of the files of one release; each file is masked once, when it is first asked for."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._secrets = _written_forms(release.secrets)
        self._files: dict[str, tuple[Sequence[str], Sequence[str]]] = {}

    def lines(self, path: str) -> Sequence[str]:
        """The masked lines of the file, without line ends; none for a file that was not read."""
        return self._both(path)[1]

    def columns(self, location: Location) -> tuple[int, int | None] | None:
        """As `columns`, or None where `location` does not lie within the lines of a file that was read."""
        written = self._both(location.path)[0]
        if location.end_line > len(written):
            return None
        start, end = columns(location, len(written[location.end_line - 1]))
        backwards = location.start_line == location.end_line and end is not None and end <= start
        return None if backwards or start > len(written[location.start_line - 1]) else (start, end)

    def text(self, location: Location) -> str:
        """The masked text of `location`; the whole of its lines where a mask has moved the columns."""
        written, masked = self._both(location.path)
        lines = list(masked[location.start_line - 1 : location.end_line])
        found = self.columns(location)
        if found and lines == list(written[location.start_line - 1 : location.end_line]):
            start, end = found
            lines[-1] = lines[-1] if end is None else lines[-1][: end - 1]
            lines[0] = lines[0][start - 1 :]
        return "\n".join(lines)

    def excerpt(self, location: Location, context: int) -> tuple[ExcerptLine, ...]:
        """The first line of `location` and `context` lines on either side, or as many more on the one side
        where the file ends on the other; nothing for a line that the file does not have.
        """
        written, masked = self._both(location.path)
        if location.start_line > len(masked):
            return ()
        size = 2 * context
        first = max(1, min(location.start_line - context, len(masked) - size))
        last = min(len(masked), first + size)
        return tuple(
            _deciding(location, written[number - 1], masked[number - 1])
            if number == location.start_line
            else ExcerptLine(number, masked[number - 1])
            for number in range(first, last + 1)
        )

    def _both(self, path: str) -> tuple[Sequence[str], Sequence[str]]:
        if path not in self._files:
            file = self._release.files_by_path.get(path)
            text = file.text if file else ""
            self._files[path] = (_split(text), _split(redact_lines(text, self._secrets)))
        return self._files[path]


def columns(location: Location, length: int) -> tuple[int, int | None]:
    """The 1-based first column of `location` and the one after its last, None for the end of the line.

    A location that was given without an end reaches to the end of its line. `length` is that of the last
    line, which the end never exceeds.
    """
    one_line = location.start_line == location.end_line
    if location.end_column == (location.start_column if one_line else 1):
        return location.start_column, None
    return location.start_column, min(location.end_column, length) + 1


def _deciding(location: Location, written: str, masked: str) -> ExcerptLine:
    start, end = columns(location, len(written))
    if location.start_line != location.end_line:
        end = None
    text_start, text_end = len(masked) - len(masked.lstrip()), len(masked.rstrip())
    if written != masked and len(written) > _LONG_LINE:
        start, end = _moved(written, masked, start), None if end is None else _moved(written, masked, end)
        written = masked
    if written != masked or start - 1 < text_start or start > text_end:
        return ExcerptLine(location.start_line, masked, True, text_start, text_end)  # columns mean nothing there
    return ExcerptLine(location.start_line, masked, True, start - 1, text_end if end is None else end - 1)


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


def _split(text: str) -> Sequence[str]:
    """Lines as parsers count them: by LF, with a CR before it as part of the line's end."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines and not lines[-1] else lines


def _written_forms(secrets: Iterable[str]) -> frozenset[str]:
    """The secrets as a source file may spell them: escaped inside quotes, or line by line with an indent."""
    forms = set(secrets)
    for secret in secrets:
        forms.add(json.dumps(secret, ensure_ascii=False)[1:-1])
        if "\n" in secret:
            forms.update(line.strip() for line in secret.split("\n") if len(line.strip()) >= _SECRET_LINE)
    return frozenset(forms)
