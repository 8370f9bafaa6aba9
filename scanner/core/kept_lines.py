"""What a saved result keeps of a scanned file in place of its text: the masked lines that a report may show."""

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.core.location import Location


@dataclass(frozen=True)
class KeptPart:
    """What can be shown of a location on a very long line, of which no more is kept.

    `columns` and `text` are those of the location. `line` is what is shown of its first line; from `start` to before
    `end` (0-based) of that decided.
    """

    columns: tuple[int, int | None] | None
    text: str
    line: str
    start: int
    end: int


@dataclass(frozen=True)
class KeptLines:
    """The masked lines of a file of `count` lines.

    `texts` are those that may be shown, by number. `widths` says of those in which a secret is masked how many columns
    they had, no further than a location reaches, so that it does not tell how long the secret is. `parts` are the
    locations on very long lines.
    """

    count: int
    texts: Mapping[int, str]
    widths: Mapping[int, int]
    parts: Mapping[Location, KeptPart]
