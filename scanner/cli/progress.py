"""One line on a terminal's standard error that says what is being done, and leaves nothing behind."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_CLEAR = "\r\x1b[2K"


@contextmanager
def progress_on_stderr(enabled: bool) -> Iterator[Callable[[str], None]]:
    """A function that shows a few words; silent when not `enabled` or when standard error is no terminal."""
    if not (enabled and sys.stderr is not None and sys.stderr.isatty()):
        yield lambda _: None
        return

    def show(words: str) -> None:
        room = max(1, shutil.get_terminal_size().columns - 3)  # a line that wraps would not be cleared as a whole
        said = words if len(words) <= room else words[: room - 1].rstrip() + "…"
        sys.stderr.write(f"{_CLEAR}{said} …")
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()
