"""One line on a terminal's standard error that says what is being done, and leaves nothing behind."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_CLEAR = "\r\x1b[2K"


@contextmanager
def progress_on_stderr(enabled: bool) -> Iterator[Callable[[str], None]]:
    """A function that shows a few words; silent when not `enabled` or when standard error is no terminal."""
    if not (enabled and sys.stderr.isatty()):
        yield lambda _: None
        return

    def show(words: str) -> None:
        sys.stderr.write(f"{_CLEAR}{words} …")
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()
