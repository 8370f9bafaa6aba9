"""Refuses what a process that judges files has no need for: sockets, other programs, and files written anywhere.

It is an audit hook, which nothing can take off again. It is a net under the project and Checkov, and no sandbox: Python
code that means harm gets past it through native code.
"""

import os
import sys
from typing import Any

_NETWORK = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "telnetlib.")
_PROGRAMS = ("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.")
_CHANGES = (
    *("os.chflags", "os.chmod", "os.chown", "os.kill", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir"),
    *("os.setxattr", "os.removexattr", "os.symlink", "os.truncate", "os.utime"),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_BYTECODE = "__pycache__"


class ForbiddenError(PermissionError):
    """Something was tried that this process may not do; `str()` is the event by Python's name."""


class Guard:
    """The hook. `refused` are the events that it has stopped, in their order.

    Until `close`, bytecode of modules may be written: without it every start of the process compiles Checkov anew.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []
        self._is_closed = False
        sys.addaudithook(self._hear)

    def close(self) -> None:
        """From now on nothing is written at all."""
        sys.dont_write_bytecode = True
        self._is_closed = True

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            is_open_already = isinstance(path, int)
            if is_open_already or not isinstance(flags, int) or not flags & _WRITING or self._is_bytecode(path):
                return
        elif event.startswith(_CHANGES):
            if self._is_bytecode(arguments[0]):
                return
        elif not event.startswith(_NETWORK) and not event.startswith(_PROGRAMS):
            return
        self.refused.append(event)
        raise ForbiddenError(event)

    def _is_bytecode(self, path: Any) -> bool:
        return not self._is_closed and isinstance(path, str) and _BYTECODE in path
