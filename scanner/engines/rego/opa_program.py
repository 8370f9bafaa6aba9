"""Runs the `opa` program: what it can do, and one evaluation of a query over a bundle."""

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from typing import IO, Any

from scanner.engines.rego.checks import REFUSED

# The first that knows `import future.keywords.not`, by which `not` means what it means to the built-in engine.
OLDEST = (1, 17)
_VERSION = re.compile(r"^Version: (\d+)\.(\d+)", re.MULTILINE)
_VERSION_TAKES = 20.0
_GRACE = 1.0  # seconds, to say itself what it was doing when its time was over
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux' prctl


class OpaError(Exception):
    """The program did not do what it was asked for; `str()` says why in one line."""


class StoppedError(OpaError):
    """It was stopped because it took too long."""


def check_version(program: str) -> None:
    """Raises `OpaError` for a program that is too old, or that is no `opa`."""
    found = _VERSION.search(_run([program, "version"], b"", (), _VERSION_TAKES).decode(errors="replace"))
    wanted = ".".join(map(str, OLDEST))
    if found is None:
        raise OpaError(f"{program} does not say which version of OPA it is; {wanted} or later is needed")
    if (int(found[1]), int(found[2])) < OLDEST:
        raise OpaError(f"{program} is OPA {found[1]}.{found[2]}; {wanted} or later is needed")


@cache
def _all_capabilities(program: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(_run([program, "capabilities", "--current"], b"", (), _VERSION_TAKES))
    return found


def functions(program: str) -> frozenset[str]:
    """The names of all built-in functions. Raises `OpaError`."""
    return frozenset(each["name"] for each in _all_capabilities(program)["builtins"])


@dataclass(frozen=True)
class Run:
    """One evaluation of `query` over the JSON `document` as input, with a bundle in OPA's own form.

    Functions that are refused do not exist for it, but for `grants`. When it is `strict`, a built-in that fails ends
    the evaluation. `time_limit` is in seconds.
    """

    bundle: bytes
    document: str
    query: str
    grants: Collection[str]
    strict: bool
    time_limit: float


def evaluated(program: str, run: Run) -> Mapping[str, Any]:
    """What `opa eval` says: `{result: …}`, or `{errors: […]}`. Raises `OpaError`."""
    everything = _all_capabilities(program)
    allowed = [each for each in everything["builtins"] if each["name"] not in REFUSED or each["name"] in run.grants]
    hosts: dict[str, list[str]] = {} if "http.send" in run.grants else {"allow_net": []}
    capabilities = json.dumps({**everything, "builtins": allowed, **hosts})
    with ExitStack() as stack:
        bundle, document, allowing = (
            _file(stack, content) for content in (run.bundle, run.document.encode(), capabilities.encode())
        )
        command = [
            program, "eval", "--stdin", "--format", "json", "--timeout", f"{max(1, int(run.time_limit * 1000))}ms",
            "--bundle", _path(bundle), "--input", _path(document), "--capabilities", _path(allowing),
            *(["--strict-builtin-errors"] if run.strict else []),
        ]  # fmt: skip
        files = (bundle.fileno(), document.fileno(), allowing.fileno())
        said = _run(command, run.query.encode(), files, 1.05 * run.time_limit + _GRACE)
    try:
        answer = json.loads(said)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise OpaError("opa did not answer in JSON")
    return answer


def _file(stack: ExitStack, content: bytes) -> IO[bytes]:
    """A file without a name, which no way of ending can leave behind."""
    file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    file.write(content)
    file.seek(0)
    return file


def _path(file: IO[bytes]) -> str:
    return f"/dev/fd/{file.fileno()}"


def _run(command: Sequence[str], said: bytes, files: Sequence[int], time_limit: float) -> bytes:
    """What a program prints. It sees nothing of the environment or the working directory, and dies with this one."""
    try:
        with subprocess.Popen(  # noqa: S603 - a program that the user names, without a shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=files,
            env={},
            cwd="/",
            preexec_fn=_dying_with_parent(),  # noqa: PLW1509 - what runs it has one thread
        ) as process:
            try:
                printed, complaint = process.communicate(said, time_limit)
            except subprocess.TimeoutExpired:
                process.kill()
                raise StoppedError(f"stopped after {time_limit:g} s without a result") from None
    except OSError as error:
        raise OpaError(f"{command[0]} cannot be run: {error.strerror}") from None
    if process.returncode < 0:
        raise OpaError(f"opa was killed by signal {-process.returncode}")
    if not printed:
        first = next((line for line in complaint.decode(errors="replace").splitlines() if line.strip()), "")
        raise OpaError(f"opa ended with status {process.returncode}: {first[:500]}")
    return printed


def _dying_with_parent() -> Callable[[], Any] | None:
    """What a new process does first so that it is killed when the one that started it is."""
    if sys.platform != "linux":
        return None
    return partial(_die_with, ctypes.CDLL(None), os.getpid())


def _die_with(library: ctypes.CDLL, parent: int) -> None:
    library.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it was killed meanwhile
        os.kill(os.getpid(), signal.SIGKILL)
