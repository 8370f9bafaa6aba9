"""Supervised worker processes for native code: a crash, a hang or a memory blow-up costs one piece of work.

A worker is a fresh Python interpreter that imports only what its jobs need. Requests and answers are one
line of JSON each, so that nothing a worker says can run in the parent. The worker is started with `-P` and
never has the working directory on its import path: files of the scanned tree are not importable.
"""

import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

# The package is made by hand, because its public names would import half of it, which few jobs need.
_BOOTSTRAP = """
import sys, types
folder, memory_limit = sys.argv[1:]
sys.path.append(folder)
package = sys.modules["scanner"] = types.ModuleType("scanner")
package.__path__ = [f"{folder}/scanner"]
from scanner.isolation import serve
serve(int(memory_limit))
"""
_CHUNK = 1 << 20
_LONGEST_COMPLAINT = 500
_MOST_READ = 4096
_MOST_KEPT = 8

# All that a worker sees of the environment: what an interpreter needs to start. The rest would let the machine decide
# the result (Terraform's evaluator takes TF_VAR_… for variables), and in a folder for temporary files the evaluator
# would look for modules that some other tool may have left there. Native code reads the environment it is born with.
_ENVIRONMENT = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
_NO_FOLDER = f"{os.devnull}/none"


class WorkerError(Exception):
    """A piece of work was not done; `str()` says why in one line. The worker itself is usable again."""


class JobRefusedError(WorkerError):
    """The job ran and reported bad input itself: `str()` is its own message."""


class _Process:
    """A started interpreter that answers one request at a time.

    `memory_limit` is in bytes, `purpose` what it is used for. `is_at_work` is true from a request until its answer is
    whole; whoever waits for the answer ends the process then, so that nobody closes a pipe that is being read.
    `has_failed` says that a job was not done.
    """

    def __init__(self, memory_limit: int, purpose: str) -> None:
        self.memory_limit = memory_limit
        self.purpose = purpose
        self.environment = _environment()
        self.is_at_work = False
        self.has_failed = False
        self._errors = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by end()
        package_parent = str(Path(__file__).resolve().parent.parent)
        self._popen = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-c", _BOOTSTRAP, package_parent, str(memory_limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=self.environment,
        )

    def exchange(self, request: bytes, time_limit: float) -> bytes:
        """The answer to a request, both one line. Raises `TimeoutError`, `BrokenPipeError` or `EOFError`."""
        deadline = time.monotonic() + time_limit
        assert self._popen.stdin is not None  # noqa: S101 - both are pipes
        assert self._popen.stdout is not None  # noqa: S101
        self._errors.seek(0)  # what earlier jobs have said is no reason why this one fails
        self._errors.truncate()
        self._popen.stdin.write(request)
        self._popen.stdin.flush()
        answer = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._popen.stdout, selectors.EVENT_READ)
            while not answer.endswith(b"\n"):
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise TimeoutError
                chunk = os.read(self._popen.stdout.fileno(), _CHUNK)
                if not chunk:
                    raise EOFError
                answer += chunk
        return bytes(answer)

    def last_words(self) -> str:
        """Why it died, as far as its exit status and the first line of its complaint tell."""
        code = self._popen.wait()
        self._errors.seek(0)
        lines = self._errors.read(_MOST_READ).decode(errors="replace").strip().splitlines()
        said = [line for line in lines if not line.startswith("time=")]  # a log with clock times is no complaint
        how = f"was killed by {_signal(-code)}" if code < 0 else f"ended with status {code}"
        if any("out of memory" in line or "MemoryError" in line for line in said):
            how = f"ran out of memory (limit {self.memory_limit >> 20} MiB)"
        first = next((line.strip() for line in said if line.strip()), "")
        return f"the worker process {how}" + (f": {first}" if first else "")

    def is_like_new(self) -> bool:
        """Whether it lives, has done all that it was asked for, and has nearly the room that a new one has."""
        if self.has_failed or self._popen.poll() is not None:
            return False
        size, resident = _memory(self._popen.pid)
        # Terraform's evaluator alone reserves 1.7 GiB of addresses, and uses little of it.
        return size < self.memory_limit // 4 * 3 and resident < self.memory_limit // 8

    def kill(self) -> None:
        """Have whoever waits for an answer learn that there will be none."""
        self._popen.kill()

    def end(self) -> None:
        """Leave nothing of it behind; nobody may be waiting for an answer."""
        self._popen.kill()
        self._popen.communicate()
        self._errors.close()


_keeping = threading.Lock()
_kept: list[_Process] | None = None


@contextmanager
def processes_kept() -> Iterator[None]:
    """Within it a process whose jobs leave nothing behind is kept for the next worker, which then need not start one.

    For whoever scans many releases one after the other; all are stopped in the end.
    """
    global _kept  # noqa: PLW0603 - processes are a resource of the whole program
    with _keeping:
        is_outermost = _kept is None
        if is_outermost:
            _kept = []
    try:
        yield
    finally:
        left: list[_Process] = []
        if is_outermost:
            with _keeping:
                left, _kept = _kept or [], None
        for process in left:
            process.end()


def _keep(process: _Process) -> None:
    """Keep a process for another worker where that is wished for and it is fit for it; end it otherwise."""
    surplus = process
    if process.is_like_new():
        with _keeping:
            if _kept is not None:
                _kept.append(process)
                if len(_kept) <= _MOST_KEPT:
                    return
                surplus = _kept.pop(0)
    surplus.end()


def _take_kept(memory_limit: int, purpose: str) -> _Process | None:
    """A process that another worker has left and that a new one would be like, if there is one that is still alive."""
    environment = _environment()
    while True:
        with _keeping:
            wanted = (memory_limit, purpose, environment)
            kept = reversed(_kept or ())
            process = next((it for it in kept if (it.memory_limit, it.purpose, it.environment) == wanted), None)
            if process is None or _kept is None:
                return None
            _kept.remove(process)
        if process.is_like_new():
            return process
        process.end()


class Worker:
    """One supervised process that runs jobs one after the other, started again after a failure.

    `memory_limit` is in bytes of address space (enforced on Linux). `forgets` says that no job leaves anything behind
    in the process, so that it may be kept, for a worker of the same `purpose`. Use as a context manager, so that the
    process never outlives its work.
    """

    def __init__(self, memory_limit: int, *, forgets: bool = False, purpose: str = "") -> None:
        self._memory_limit = memory_limit
        self._purpose = purpose
        self._forgets = forgets
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def call(self, function: str, argument: Any, time_limit: float) -> Any:
        """Run `module:function(argument)` in the process and give back its result (both plain JSON values).

        `time_limit` is in seconds. Raises `JobRefusedError` with the job's own words when it raised
        `ValueError`, and `WorkerError` when it crashed, ran too long or ran out of memory, and after `close`.
        """
        request = json.dumps([function, argument]).encode() + b"\n"
        with self._turn, self._at_work() as process:
            try:
                outcome, value = json.loads(process.exchange(request, time_limit))
            except TimeoutError:
                raise WorkerError(f"stopped after {time_limit:g} s without a result") from None
            except (BrokenPipeError, EOFError):
                raise WorkerError(process.last_words()) from None
            process.has_failed |= outcome == "failed"
        if outcome == "refused":
            raise JobRefusedError(value)
        if outcome == "failed":
            raise WorkerError(value)
        return value

    def close(self) -> None:
        """Have no more work done: a call that another thread waits for fails at once, and so does every later one."""
        with self._lock:
            self._is_closed = True
            if self._process is not None:
                self._process.kill()

    def stop(self) -> None:
        """Kill the process, if there is one, or keep it for another worker."""
        with self._lock:
            process, self._process = self._process, None
            if process is None:
                return
            if process.is_at_work:  # for another thread, which ends it
                process.kill()
                return
            may_be_kept = self._forgets and not self._is_closed
        if may_be_kept:
            _keep(process)
        else:
            process.end()

    @contextmanager
    def _at_work(self) -> Iterator[_Process]:
        """The process for one job, started where there is none; it is ended unless there is an answer."""
        with self._lock:
            if self._is_closed:
                raise WorkerError("the work was broken off")
            if self._process is None:
                self._process = _take_kept(self._memory_limit, self._purpose) if self._forgets else None
            if self._process is None:
                self._process = _Process(self._memory_limit, self._purpose)
            process = self._process
            process.is_at_work = True
        is_answered = False
        try:
            yield process
            is_answered = True
        finally:
            with self._lock:
                process.is_at_work = False
                is_ours = self._process is process
                if is_ours and not is_answered:
                    self._process = None
            if not (is_ours and is_answered):
                process.end()


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {"TMPDIR": _NO_FOLDER}


def _memory(process: int) -> tuple[int, int]:
    """The address space of a process and how much of it is in memory, in bytes; 0 where the system does not tell.

    There it does not limit them either.
    """
    try:
        size, resident = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[:2]
    except (OSError, ValueError):
        return 0, 0
    return int(size) * resource.getpagesize(), int(resident) * resource.getpagesize()


def _signal(number: int) -> str:
    """A signal by number and name, and what most often is behind it in native code."""
    known = {each.value: each.name for each in signal.Signals}
    causes = {signal.SIGSEGV.value: "endless or too deep recursion?", signal.SIGKILL.value: "by the system?"}
    said = ", ".join(filter(None, (known.get(number), causes.get(number))))
    return f"signal {number}" + (f" ({said})" if said else "")


def serve(memory_limit: int) -> None:
    """The worker's side: read jobs from standard input until it closes.

    Standard output is kept for answers alone; whatever native code prints goes to standard error.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.chdir("/")  # where the program was started is nothing that a job may depend on
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory_limit, memory_limit))
    for line in sys.stdin.buffer:
        answers.write(json.dumps(_run(line)).encode() + b"\n")
        answers.flush()


def _run(line: bytes) -> tuple[str, Any]:
    function, argument = json.loads(line)
    module_name, _, name = function.partition(":")
    try:
        return "done", getattr(import_module(module_name), name)(argument)
    except ValueError as error:
        return "refused", str(error)
    except MemoryError:
        return "failed", "ran out of memory"
    except Exception as error:  # noqa: BLE001 - a worker answers every request; the parent reports it
        # An OSError would name the file by its absolute path.
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return "failed", f"{type(error).__name__}: {said}".splitlines()[0][:_LONGEST_COMPLAINT]
