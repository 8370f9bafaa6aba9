"""Scans what a change starts from as well as what it leads to: only what is new between the two blocks."""

from scanner import pipeline
from scanner.config import Config
from scanner.core.result import ScanResult

__all__ = ["run"]


def run(config: Config, progress: pipeline.Progress = lambda _: None) -> ScanResult:
    """As `pipeline.run`; with `config.diff` what was there at the merge base is known.

    Raises `UsageError`, also for a revision that cannot be compared with.
    """
    if config.diff is None:
        return pipeline.run(config, progress)
    from scanner.comparison import difference  # noqa: PLC0415 - no other scan pays for it

    return difference.run(config, config.diff, progress)
