"""A command of a shell: its words, what it reads, and what it writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.core.values import Unresolved


class ShellError(Exception):
    """Text that is too deeply nested to be read."""


@dataclass(frozen=True)
class ShellWord:
    """One word: its text without quotes, why it is not known (else ""), and the commands that are run to make it."""

    text: str
    offset: int
    unknown: str = ""
    commands: tuple["Command", ...] = ()

    def value(self) -> str | Unresolved:
        """The text, or that it is not known."""
        return Unresolved(self.text, self.unknown) if self.unknown else self.text


@dataclass(frozen=True)
class Command:
    """A simple command: its words, where in the text it begins, and whose output or which text it reads.

    `input` is a here-document or here-string, that begins at `input_offset`; `outputs` are the files that it writes.
    """

    words: tuple[ShellWord, ...]
    offset: int
    assigned: Mapping[str, ShellWord] = field(default_factory=dict)
    reads: "Command | None" = None
    input: str = ""
    input_offset: int = 0
    outputs: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(word.text for word in self.words)
