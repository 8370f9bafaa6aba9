"""What a renderer is: a scan result in, the text of one report out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from scanner.core.result import ScanResult


@dataclass(frozen=True)
class RenderOptions:
    """How a report looks: for people columns, colour, and whether passes are listed too.

    `sarif_for` names who reads SARIF: empty for the full record, `github` for code scanning there. `time` is what a
    report shows that has to show one; nothing else may look at a clock.
    """

    width: int = 100
    color: bool = False
    verbose: bool = False
    sarif_for: str = ""
    time: datetime = datetime(1970, 1, 1, tzinfo=UTC)


Render = Callable[[ScanResult, RenderOptions], str]
