"""Prints headings and wrapped paragraphs with hanging indents, without trailing spaces."""

import io
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text


@dataclass(frozen=True)
class Page:
    """A console that writes into memory."""

    console: Console

    def line(self, *parts: Text) -> None:
        """One line as it is, never wrapped."""
        self.console.print(Text.assemble(*parts), no_wrap=True, overflow="ignore", crop=False)

    def blank(self) -> None:
        self.line()

    def heading(self, title: str, style: str = "bold") -> None:
        self.blank()
        self.line(Text(title, style))

    def rule(self) -> None:
        self.blank()
        self.line(Text("─" * self.console.width, "dim"))

    def paragraph(self, text: Text, label: Text | None = None, indent: int = 0) -> None:
        """`text` behind its `label`, wrapped, with its further lines below its first."""
        label = label or Text()
        hang = indent + cell_len(label.plain)
        if hang > self.console.width // 2:
            label.rstrip()
            self.line(Text(" " * indent), label)
            label, hang = Text(), indent + 2
            indent = hang
        for number, line in enumerate(text.wrap(self.console, self.console.width - hang)):
            line.rstrip()
            self.line(Text(" " * (hang if number else indent)), Text() if number else label, line)

    def text(self) -> str:
        """What was printed so far."""
        assert isinstance(self.console.file, io.StringIO)  # noqa: S101 - the terminal report opens it so
        return self.console.file.getvalue()
