"""The command as users run it, in this process: the same words and exit codes, without the start of an interpreter.

What depends on a process of its own (the installed program, its environment, its limits, how it dies) needs a real one.
"""

import contextlib
import io
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from scanner.cli import main


def run(*arguments: str | Path, cwd: str | Path | None = None, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run `releasegate` in the folder `cwd` with `given` as standard input; no stream of it is a terminal."""
    command = ["releasegate", *map(str, arguments)]
    with contextlib.chdir(cwd or "."), _streams(command, given) as (output, errors):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return subprocess.CompletedProcess(command, code, _text(output), _text(errors))


@contextlib.contextmanager
def _streams(command: Sequence[str], given: bytes) -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", command)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        patch.setattr(sys, "stdout", output)
        patch.setattr(sys, "stderr", errors)
        yield output, errors


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    content = stream.buffer
    assert isinstance(content, io.BytesIO)
    return content.getvalue().decode()
