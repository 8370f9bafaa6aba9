"""A waiver as somebody wrote it, before anybody asks whether it counts."""

from dataclasses import dataclass

from scanner.core.waiver import Waiver


@dataclass(frozen=True)
class Written:
    """`why` says what keeps it from being a waiver at all, empty when nothing does; `line` is the line that an inline
    one speaks of, 0 for an entry of a file."""

    waiver: Waiver
    why: str = ""
    line: int = 0
