"""Jobs for the tests of the supervised worker: well behaved and otherwise."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

_held: list[bytes] = []


def echo(value: Any) -> Any:
    return value


def refuse(message: str) -> None:
    raise ValueError(message)


def open_nothing(_: object) -> Any:
    return Path("/no/such/folder/file").read_bytes()


def fail(_: object) -> Any:
    empty: dict[str, int] = {}
    return empty["x"]


def die(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def quit_silently(_: object) -> None:
    os._exit(7)


def complain_and_quit(_: object) -> None:
    sys.stderr.write("panic: boom\n\ngoroutine 1\n")
    sys.stderr.flush()
    os._exit(2)


def complain(words: str) -> None:
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def fill_memory(_: object) -> int:
    return len(bytearray(64 << 30))


def sleep(_: object) -> None:
    time.sleep(60)


def chatter(_: object) -> str:
    os.write(1, b"native noise on standard output\n")
    return "quiet"


def pid(_: object) -> int:
    return os.getpid()


def hold(size: int) -> int:
    """Memory that is still in use when the job is done."""
    _held.append(b"x" * size)
    return len(_held)


def environment(_: object) -> list[str]:
    return sorted(os.environ)


def folder(_: object) -> str:
    return str(Path.cwd())
