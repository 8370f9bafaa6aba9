"""What a renderer is: a scan result in, the text of one report out."""

from collections.abc import Callable
from dataclasses import dataclass

from scanner.core.result import ScanResult


@dataclass(frozen=True)
class RenderOptions:
    """How a report for people looks: columns, colour, and whether passes are listed too."""

    width: int = 100
    color: bool = False
    verbose: bool = False


Render = Callable[[ScanResult, RenderOptions], str]
