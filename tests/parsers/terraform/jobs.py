"""Jobs in place of the evaluation: they die, hang, fail and refuse."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def die(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sleep(_: object) -> None:
    time.sleep(60)


def fail(job: dict[str, Any]) -> Any:
    return job["nothing"]


def refuse(_: object) -> None:
    raise ValueError("no")


def run(code: str) -> int:
    """The exit status of a fresh interpreter that runs `code`."""
    root = Path(__file__).parents[3]
    return subprocess.run([sys.executable, "-c", code], cwd=root, check=False, stdin=subprocess.DEVNULL).returncode
