"""Runs the programs that render charts and overlays: within limits, without a network, none of the scanned tree."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from scanner.config import KubernetesOptions
from scanner.core.notification import Level, Notification

if sys.platform == "linux":
    import resource

OUTPUT_LIMIT = 32 << 20
_COMPLAINT_LIMIT = 64 << 10
_CHUNK = 1 << 16
_SYSTEM_FOLDERS = ("/usr/local/bin", "/usr/bin", "/bin")
_NOWHERE = "http://127.0.0.1:9"  # the discard port: whoever asks the network through it is refused at once
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Failure:
    """A program gave no result: `reason` is one line of ours, `complaint` what it wrote to its error output."""

    reason: str
    complaint: str = ""


@dataclass(frozen=True)
class Limits:
    """What one run may cost: seconds, bytes of address space (enforced on Linux), bytes of output."""

    time: float
    memory: int
    output: int = OUTPUT_LIMIT


def trusted(options: KubernetesOptions, root: Path) -> tuple[KubernetesOptions, list[Notification]]:
    """The options without the programs that lie in the scanned tree, whose author would decide what they do."""
    told: list[Notification] = []

    def checked(program: Path | None) -> Path | None:
        if program is None or not _lies_in(root.resolve(), program):
            return program
        message = f"{program.name} on PATH lies in the scanned tree and was not run; take its folder from PATH"
        told.append(Notification(Level.ERROR, message, "parser"))
        return None

    usable = replace(
        options,
        helm=checked(options.helm),
        kustomize=checked(options.kustomize),
        kubectl=checked(options.kubectl),
    )
    return usable, told


def _lies_in(top: Path, program: Path) -> bool:
    # the folder is resolved by itself too, because a link in the tree leads where the tree's author wants
    return any(each.is_relative_to(top) for each in (program.parent.resolve() / program.name, program.resolve()))


def run(
    program: Path, arguments: Sequence[str], folder: Path, limits: Limits, more: Mapping[str, str] = _NOTHING
) -> str | Failure:
    """The output of the program, started in `folder` with an empty home and `more` in its environment.

    Bytes that are no UTF-8 come back as U+FFFD. Never raises for what the program does.
    """
    with tempfile.TemporaryDirectory(prefix="releasegate-", ignore_cleanup_errors=True) as home:
        try:
            process = subprocess.Popen(  # noqa: S603 - a program of the user's PATH, never one of the scanned tree
                [str(program), *arguments],
                cwd=folder,
                env={**_environment(program, Path(home)), **more},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # so that what it starts is stopped with it
            )
        except OSError as error:
            return Failure(f"{program.name} could not be started: {error.strerror}")
        with process:
            try:
                if sys.platform == "linux":
                    _limit_memory(process.pid, limits.memory)
                return _collect(process, program.name, limits)
            finally:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)


def _environment(program: Path, home: Path) -> dict[str, str]:
    """All that a program sees: no kubeconfig, no plugins, no settings of the user, no way to the network."""
    folders = [str(program.parent), *(each for each in _SYSTEM_FOLDERS if each != str(program.parent))]
    return {
        "PATH": os.pathsep.join(folders),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "KUBECONFIG": str(home / "none"),
        "HELM_NO_PLUGINS": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        **dict.fromkeys(("HOME", "TMPDIR"), str(home)),
        **{f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "STATE")},
        **{f"HELM_{name}_HOME": str(home / "helm" / name.lower()) for name in ("CACHE", "CONFIG", "DATA")},
        "HELM_PLUGINS": str(home / "helm" / "plugins"),
        **dict.fromkeys(_PROXIES, _NOWHERE),
        **dict.fromkeys((name.upper() for name in _PROXIES), _NOWHERE),
    }


if sys.platform == "linux":

    def _limit_memory(process: int, limit: int) -> None:
        """Set from outside: code between fork and exec could wait for ever on a lock of another thread."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            resource.prlimit(process, resource.RLIMIT_AS, (limit, limit))
            resource.prlimit(process, resource.RLIMIT_CORE, (0, 0))


def _collect(process: subprocess.Popen[bytes], name: str, limits: Limits) -> str | Failure:
    deadline = time.monotonic() + limits.time
    output, complaint = bytearray(), bytearray()
    assert process.stdout is not None  # noqa: S101 - both are pipes
    assert process.stderr is not None  # noqa: S101
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, output)
        selector.register(process.stderr, selectors.EVENT_READ, complaint)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                return Failure(f"{name} was stopped after {limits.time:g} s without a result")
            for key, _ in ready:
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif key.data is output:
                    output += chunk
                else:
                    complaint += chunk
                    if len(complaint) > _COMPLAINT_LIMIT:  # why it ended stands at the end, or at the beginning
                        del complaint[_COMPLAINT_LIMIT // 2 : -_COMPLAINT_LIMIT // 2]
            if len(output) > limits.output:
                return Failure(f"{name} was stopped after {limits.output >> 20} MiB of output")
    try:
        code = process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return Failure(f"{name} was stopped after {limits.time:g} s without a result")
    if code == 0:
        return output.decode(errors="replace")
    return Failure(_how_it_ended(name, code, bytes(complaint), limits), complaint.decode(errors="replace"))


def _how_it_ended(name: str, code: int, complaint: bytes, limits: Limits) -> str:
    if b"out of memory" in complaint or b"cannot allocate memory" in complaint:
        return f"{name} ran out of memory (limit {limits.memory >> 20} MiB)"
    return f"{name} was killed by signal {-code}" if code < 0 else f"{name} ended with status {code}"
