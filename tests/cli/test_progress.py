"""The line of progress: on a terminal alone, never wider than that, and gone in the end."""

import io
import os
import sys

import pytest

from scanner.cli.progress import progress_on_stderr


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_is_never_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((20, 24)))
    with progress_on_stderr(enabled=True) as progress:
        progress("Checkov judges the Terraform root infra/prod; 2 of 9 done")
        progress("short")
    lines = [line for line in screen.getvalue().split("\r\x1b[2K") if line]
    assert lines == ["Checkov judges t… …", "short …"]
    assert screen.getvalue().endswith("\r\x1b[2K")


@pytest.mark.parametrize("stream", [None, io.StringIO()])
def test_nothing_is_said_where_there_is_no_terminal(
    stream: io.StringIO | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_on_stderr(enabled=True) as progress:
        progress("reading")
    assert stream is None or not stream.getvalue()
