"""Lines of the scanned files for a report, with every secret masked and line numbers kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.core.location import Location
from scanner.core.resource import Release
from scanner.reports.file_lines import FileLines, columns, kept_file, masked_file, written_forms

__all__ = ["ExcerptLine", "Sources", "columns"]


@dataclass(frozen=True)
class ExcerptLine:
    """One line: `deciding` marks the one that decided, `start` to `end` (0-based) the part of it that did."""

    number: int
    text: str
    deciding: bool = False
    start: int = 0
    end: int = 0


class Sources:
    """The masked lines of the files of one release, scanned or saved; each file is masked once, when first asked for.

    Very long lines are shown in part. Of a saved release there are only the lines near the places that its findings,
    waivers and notifications speak of.
    """

    def __init__(self, release: Release) -> None:
        self._release = release
        self._secrets = written_forms(release.secrets)
        self._files: dict[str, FileLines] = {}

    def lines(self, path: str) -> Sequence[str]:
        """The masked lines of the file, without line ends; none for a file that was not read."""
        return self.file(path).shown

    def columns(self, location: Location) -> tuple[int, int | None] | None:
        """As `columns`, or None where `location` does not lie within the lines of a file that was read."""
        return self.file(location.path).columns(location)

    def text(self, location: Location) -> str:
        """The masked text of `location`; the whole of its lines where a mask has moved the columns, and nothing where
        it has more than 4,000 characters."""
        return self.file(location.path).text(location)

    def excerpt(self, location: Location, context: int) -> tuple[ExcerptLine, ...]:
        """The first line of `location` and `context` lines on either side, or as many more on the one side
        where the file ends on the other; nothing for a line that the file does not have. A saved release has three
        lines of context.
        """
        file = self.file(location.path)
        if location.start_line > len(file.shown):
            return ()
        text, start, end = file.deciding(location)
        return tuple(
            ExcerptLine(number, text, True, start, end)
            if number == location.start_line
            else ExcerptLine(number, file.shown[number - 1])
            for number in excerpt_lines(location, context, len(file.shown))
        )

    def file(self, path: str) -> FileLines:
        """The lines of one file, of which a file that was not read has none."""
        if path not in self._files:
            file = self._release.files_by_path.get(path)
            kept = file.kept if file else None
            self._files[path] = kept_file(kept) if kept else masked_file(file.text if file else "", self._secrets)
        return self._files[path]


def excerpt_lines(location: Location, context: int, count: int) -> range:
    """The numbers of the lines of an excerpt from a file of `count` lines."""
    size = 2 * context
    first = max(1, min(location.start_line - context, count - size))
    return range(first, min(count, first + size) + 1)
