"""Jobs for the tests of Checkov's worker: they watch what it does, from inside of its process."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from scanner.engines.checkov.worker import job

_WATCHED = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "pty.")
_heard: list[str] = []


def watch(_: object) -> bool:
    """Hear of what the process does from now on; whether Checkov was in it already."""
    sys.addaudithook(_hear)
    return any(name.partition(".")[0] == "checkov" for name in sys.modules)


def _hear(event: str, _: object) -> None:
    if event.startswith(_WATCHED):
        _heard.append(event)


def heard(_: object) -> list[str]:
    """All that was heard."""
    return list(_heard)


def said(argument: Any) -> list[Any]:
    """What a run gives, and what it lets through of what Python prints."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as errors:
        answer = job.run(argument)
    return [answer, out.getvalue() + errors.getvalue()]


def traces(_: object) -> list[str]:
    """Modules and import paths of the user's own checks that are still there."""
    modules = [name for name, module in sys.modules.items() if "fixtures" in str(getattr(module, "__file__", ""))]
    return [*modules, *(place for place in sys.path if "fixtures" in place)]


def without(place: str) -> None:
    """Start the run where something that is patched is not there any more."""
    module, _, name = place.partition(":")
    owner = import_module(module)
    original = vars(owner)[name]
    delattr(owner, name)
    try:
        import_module("scanner.engines.checkov.worker.running").verify_version()
    finally:
        setattr(owner, name, original)


def of_version(number: str) -> None:
    """Start the run with another version."""
    running: Any = import_module("scanner.engines.checkov.worker.running")
    real, running.version = running.version, number
    try:
        running.verify_version()
    finally:
        running.version = real


def open_for_writing(path: str) -> None:
    """Ends with `PermissionError` in a process that may not write."""
    Path(path).open("a").close()


def short_of_memory(argument: Any) -> Any:
    """A run in which a check finds no memory."""
    base: Any = import_module("checkov.common.checks.base_check").BaseCheck
    original = base.run

    def check(self: Any, *_: Any, **__: Any) -> None:
        raise MemoryError

    base.run = check
    try:
        return job.run(argument)
    finally:
        base.run = original


def in_another_century(argument: Any) -> Any:
    """A run long after all that the files name."""

    class Late(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(2300, 1, 1, tzinfo=tz)

    job.ready(None)
    check: Any = import_module("checkov.terraform.checks.resource.aws.TransferServerLatestPolicy")
    clock, check.datetime = check.datetime, Late
    try:
        return job.run(argument)
    finally:
        check.datetime = clock
