"""Where something stands in a source file."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Location:
    """A region of one file.

    Lines and columns are 1-based and inclusive, columns count characters, and `path` is relative to the
    repository root with forward slashes. Raises `ValueError` for a line or column below 1 or an end
    before the start, so that a wrong position is found where it is made and not in a report.
    """

    path: str
    start_line: int
    start_column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __post_init__(self) -> None:
        if not self.end_line:
            object.__setattr__(self, "end_line", self.start_line)
        if not self.end_column:
            same_line = self.end_line == self.start_line
            object.__setattr__(self, "end_column", self.start_column if same_line else 1)
        if min(self.start_line, self.start_column, self.end_line, self.end_column) < 1:
            raise ValueError(f"{self.path}: lines and columns start at 1: {self!r}")
        if (self.end_line, self.end_column) < (self.start_line, self.start_column):
            raise ValueError(f"{self.path}: a location ends before it starts: {self!r}")

    def __str__(self) -> str:
        return f"{self.path}:{self.start_line}"
