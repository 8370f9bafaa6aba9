"""Lays out lines, headings and wrapped paragraphs with hanging indents for a terminal, without trailing spaces.

A report may have hundreds of thousands of lines, and rich's own console does far more for each than they need. Styles
are named in rich's words and become what rich makes of them; widths are rich's too.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cache
from itertools import pairwise

from rich.cells import cell_len, chop_cells
from rich.color import ColorSystem
from rich.style import Style

# A text without line end and its style, "" for none: ("CRITICAL", "bold white on red").
Segment = tuple[str, str]

_WORD = re.compile(r"\s*\S+\s*")


class Page:
    """What is printed in a given width, in cells of the terminal, with or without colour; kept in memory."""

    def __init__(self, width: int, *, color: bool) -> None:
        self.width = width
        self._drawn = _colored if color else _plain
        self._printed: list[str] = []
        self._repeated: dict[Hashable, list[str]] = {}

    def line(self, *segments: Segment) -> None:
        """One line as it is, never wrapped."""
        self._printed.append(self._drawn(segments))

    def blank(self) -> None:
        self.line()

    def heading(self, title: str, style: str = "bold") -> None:
        self.blank()
        self.line((title, style))

    def rule(self) -> None:
        self.blank()
        self.line(("─" * self.width, "dim"))

    def paragraph(
        self, text: Sequence[Segment], label: Sequence[Segment] = (), indent: int = 0, further: int = 0
    ) -> None:
        """`text` behind its `label`, wrapped, its further lines below its first or `further` cells to the right."""
        hang = indent + (width_of(_plain(label)) if label else 0) + further
        if hang > self.width // 2:
            self.line((" " * indent, ""), *_cut(label, 0, len(_plain(label).rstrip())))
            label, indent, hang = (), indent + 2, indent + 2
        first, *others = _wrapped(text, self.width - hang)
        self.line((" " * indent, ""), *label, *first)
        for line in others:
            self.line((" " * hang, ""), *line)

    def once(self, key: Hashable, draw: Callable[[], None]) -> None:
        """What `draw` prints; for a `key` that was there before the same is printed again without drawing it."""
        if key not in self._repeated:
            start = len(self._printed)
            draw()
            lines = self._printed[start:]
            del self._printed[start:]
            self._repeated[key] = ["\n".join(lines)] if lines else []
        self._printed += self._repeated[key]

    def text(self) -> str:
        """All that was printed so far."""
        return "\n".join([*self._printed, ""])


def width_of(text: str) -> int:
    """How many cells the text takes; it holds nothing that moves the cursor."""
    return len(text) if text.isascii() else cell_len(text)


def _plain(segments: Sequence[Segment]) -> str:
    return "".join([text for text, _ in segments])


def _colored(segments: Sequence[Segment]) -> str:
    return "".join([text.join(_codes(style)) for text, style in segments if text])


@cache
def _codes(style: str) -> tuple[str, str]:
    """What stands before and after a text of this style."""
    before, _, after = Style.parse(style).render("x", color_system=ColorSystem.STANDARD).partition("x")
    return before, after


def _wrapped(segments: Sequence[Segment], width: int) -> list[Sequence[Segment]]:
    text = _plain(segments)
    if width_of(text) <= width and not text[-1:].isspace():
        return [segments]
    places = [0, *_breaks(text, width), len(text)]
    return [_cut(segments, start, start + len(text[start:end].rstrip())) for start, end in pairwise(places)]


def _breaks(text: str, width: int) -> Iterator[int]:
    """Where the lines after the first start: at words, and within a word that no line has room for."""
    filled = 0
    size = len if text.isascii() else cell_len
    for match in _WORD.finditer(text):
        start, word = match.start(), match[0]
        length = size(word.rstrip())
        if filled + length <= width:
            filled += size(word)
        elif length <= width:
            yield start
            filled = size(word)
        else:
            for piece in chop_cells(word, width):
                if start:
                    yield start
                start += len(piece)
                filled = size(piece)


def _cut(segments: Sequence[Segment], start: int, end: int) -> Sequence[Segment]:
    """The characters from `start` to `end` of all the segments together."""
    cut = []
    position = 0
    for text, style in segments:
        cut.append((text[max(0, start - position) : max(0, end - position)], style))
        position += len(text)
    return cut
