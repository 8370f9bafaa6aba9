"""releasegate: reads one AI release as a system, judges it by policies as code, and blocks it when it must.

`scan(config)` is the whole of the public API: a frozen `Config` in, a frozen `ScanResult` out.
"""

from scanner.config import Config, UsageError
from scanner.core.result import ScanResult
from scanner.version import VERSION as __version__  # noqa: N811 - the name that Python's tools look for

__all__ = ["Config", "ScanResult", "UsageError", "__version__", "scan"]


def scan(config: Config) -> ScanResult:
    """One scan. Raises `UsageError` for a path, policy, framework or revision that does not exist."""
    from scanner.comparison import run  # noqa: PLC0415 - the command line imports this package before it knows what is asked

    return run(config)
