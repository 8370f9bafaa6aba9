"""The page against rich's own console, which does the same for a line or two."""

import io
import random

import pytest
from rich.console import Console
from rich.text import Text

from scanner.reports.terminal_page import Page, Segment

STYLES = ["", "bold", "dim", "cyan", "bold red", "bold white on red", "default"]
LETTERS = [*"abcdefghij.-/:", *"      "]
WIDE = [*LETTERS, *"日本é│…👩", "\ufe0f", "\u0301", "👩\u200d💻"]


def by_rich(text: list[Segment], label: list[Segment], indent: int, page: Page, color: bool) -> str:
    """A paragraph whose label takes less than half of the width."""
    console = Console(
        file=io.StringIO(),
        width=page.width,
        color_system="standard" if color else None,
        force_terminal=color,
        legacy_windows=False,
        _environ={},
    )
    before = Text().append(" " * indent).append(Text.assemble(*label))
    hang = Text(" " * before.cell_len)
    for number, line in enumerate(Text.assemble(*text).wrap(console, page.width - before.cell_len)):
        line.rstrip()
        console.print((hang if number else before) + line, no_wrap=True, overflow="ignore", crop=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def segments(source: random.Random, letters: list[str], most: int, longest: int) -> list[Segment]:
    return [
        ("".join(source.choices(letters, k=source.randint(0, longest))), source.choice(STYLES))
        for _ in range(source.randint(0, most))
    ]


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("letters", [LETTERS, WIDE], ids=["ascii", "wide"])
@pytest.mark.parametrize("width", [40, 47, 100])
def test_a_paragraph_is_wrapped_and_coloured_as_by_rich(width: int, letters: list[str], color: bool) -> None:
    source = random.Random(width)  # noqa: S311 - the same texts in every run
    for _ in range(300):
        text = segments(source, letters, 4, source.choice([5, 30, 200]))
        label = segments(source, LETTERS, 2, 5)
        indent = source.choice([0, 2, 4])
        page = Page(width, color=color)
        page.paragraph(text, label, indent)

        assert page.text() == by_rich(text, label, indent, page, color)


def test_a_label_that_takes_more_than_half_of_the_width_has_its_own_line() -> None:
    page = Page(40, color=False)
    page.paragraph([("text", "")], [("a label of more than half", "bold"), ("  ", "")], indent=2)

    assert page.text() == "  a label of more than half\n    text\n"


@pytest.mark.parametrize("color", [False, True])
def test_a_line_is_never_wrapped(color: bool) -> None:
    page = Page(40, color=color)
    page.line(("x" * 100, ""), ("", "bold"))

    assert page.text() == "x" * 100 + "\n"


def test_what_is_printed_once_is_repeated_without_being_drawn_again() -> None:
    page = Page(40, color=False)
    drawn = []

    def draw() -> None:
        drawn.append(1)
        page.line(("a", ""))
        page.line(("b", ""))

    page.once("key", draw)
    page.line(("between", ""))
    page.once("key", draw)
    page.once("nothing", lambda: None)
    page.once("nothing", lambda: None)

    assert page.text() == "a\nb\nbetween\na\nb\n"
    assert len(drawn) == 1
