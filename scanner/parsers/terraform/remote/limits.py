"""What one fetch of a module may take, and the error that says why it came to nothing."""

import time
from dataclasses import dataclass, field

from scanner.core.secrets import redact

_LONGEST_TEXT = 4000
_LONGEST_REASON = 300


class DownloadError(Exception):
    """A module that was not fetched; `str()` is one line that says why, with all secrets masked."""


@dataclass(frozen=True)
class Limits:
    """The largest download and the largest package, in bytes, and how many files and folders a package may hold."""

    download: int = 100 << 20
    unpacked: int = 500 << 20
    files: int = 20_000


@dataclass(frozen=True)
class Allowance:
    """What is left for one fetch: `time_limit` seconds from its making, `limits`, and whether plain http may be used.

    Plain http is for registries and servers on this very machine: an address elsewhere must never lead to one of them.
    """

    time_limit: float
    limits: Limits = field(default_factory=Limits)
    plain_http: bool = False
    started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """The seconds that are left. Raises `DownloadError` when there are none."""
        left = self.started + self.time_limit - time.monotonic()
        if left <= 0:
            raise DownloadError(f"it took longer than {self.time_limit:g} s")
        return left


def told(text: str, secrets: tuple[str, ...] = ()) -> str:
    """What somebody else's text says, fit for one line of ours: masked, printable and of reasonable length."""
    line = "".join(letter if letter.isprintable() else " " for letter in redact(text[:_LONGEST_TEXT], secrets))
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_REASON else line[: _LONGEST_REASON - 1] + "…"
