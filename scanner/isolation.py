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
from typing import IO, Any, Self

_BOOTSTRAP = "import sys; sys.path.append(sys.argv[1]); from scanner.isolation import serve; serve(int(sys.argv[2]))"
_CHUNK = 1 << 20
_LONGEST_COMPLAINT = 500

# All that a worker sees of the environment: what an interpreter needs to start. The rest would let the machine decide
# the result (Terraform's evaluator takes TF_VAR_… for variables), and in a folder for temporary files the evaluator
# would look for modules that some other tool may have left there. Native code reads the environment it is born with.
_ENVIRONMENT = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
_NO_FOLDER = f"{os.devnull}/none"


class WorkerError(Exception):
    """A piece of work was not done; `str()` says why in one line. The worker itself is usable again."""


class JobRefusedError(WorkerError):
    """The job ran and reported bad input itself: `str()` is its own message."""


_Kept = tuple[int, subprocess.Popen[bytes], IO[bytes]]
_kept: list[_Kept] | None = None


@contextmanager
def processes_kept() -> Iterator[None]:
    """Within it a process whose jobs leave nothing behind is kept for the next worker, which then need not start one.

    For whoever scans many releases one after the other; all are stopped in the end.
    """
    global _kept  # noqa: PLW0603 - processes are a resource of the whole program
    if _kept is not None:
        yield
        return
    kept = _kept = []
    try:
        yield
    finally:
        _kept = None
        for _, process, errors in kept:
            _end(process, errors)


class Worker:
    """One supervised process that runs jobs one after the other, restarted after a failure.

    `memory_limit` is in bytes of address space (enforced on Linux). `forgets` says that no job leaves anything behind
    in the process, so that it may be kept. Use as a context manager, so that the process never outlives its work.
    """

    def __init__(self, memory_limit: int, *, forgets: bool = False) -> None:
        self._memory_limit = memory_limit
        self._forgets = forgets
        self._at_work = False
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process without waiting for it; `call` does this by itself when needed.

        Raises `WorkerError` after `close`.
        """
        if self._closed.is_set():
            raise WorkerError("the work was broken off")
        if self._process is not None or self._take_kept():
            return
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        package_parent = str(Path(__file__).resolve().parent.parent)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-c", _BOOTSTRAP, package_parent, str(self._memory_limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {"TMPDIR": _NO_FOLDER},
        )
        if self._closed.is_set():  # meanwhile
            self._process.kill()

    def call(self, function: str, argument: Any, time_limit: float) -> Any:
        """Run `module:function(argument)` in the process and give back its result (both plain JSON values).

        `time_limit` is in seconds. Raises `JobRefusedError` with the job's own words when it raised
        `ValueError`, and `WorkerError` when it crashed, ran too long or ran out of memory.
        """
        with self._lock:
            self.start()
            process = self._process
            self._at_work = True
        assert process is not None  # noqa: S101 - start() has just set it
        try:
            line = self._exchange(process, json.dumps([function, argument]).encode() + b"\n", time_limit)
        except TimeoutError:
            self.stop()
            raise WorkerError(f"stopped after {time_limit:g} s without a result") from None
        except (BrokenPipeError, EOFError):
            raise WorkerError(self._last_words()) from None
        outcome, value = json.loads(line)
        self._at_work = outcome == "failed"  # what has failed once is not kept
        if outcome == "refused":
            raise JobRefusedError(value)
        if outcome == "failed":
            raise WorkerError(value)
        return value

    def close(self) -> None:
        """Have no more work done: a call that another thread waits for fails at once, and so does every later one."""
        self._closed.set()
        process = self._process
        if process is not None:
            process.kill()

    def stop(self) -> None:
        """Kill the process, if there is one, or keep it for another worker."""
        with self._lock:
            process, errors = self._process, self._errors
            self._process = self._errors = None
            may_be_kept = self._forgets and not self._at_work and not self._closed.is_set()
        if process is None or errors is None:
            return
        if may_be_kept and _kept is not None:
            _kept.append((self._memory_limit, process, errors))
        else:
            _end(process, errors)

    def _take_kept(self) -> bool:
        """Go on with a process that another worker has left, if there is one that is still alive."""
        while self._forgets and _kept:
            try:
                limit, process, errors = _kept.pop()
            except IndexError:  # another thread was faster
                return False
            if limit == self._memory_limit and process.poll() is None:
                errors.seek(0)
                errors.truncate()
                self._process, self._errors = process, errors
                return True
            _end(process, errors)
        return False

    def _exchange(self, process: subprocess.Popen[bytes], request: bytes, time_limit: float) -> bytes:
        deadline = time.monotonic() + time_limit
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(request)
        process.stdin.flush()
        answer = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not answer.endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                chunk = os.read(process.stdout.fileno(), _CHUNK)
                if not chunk:
                    raise EOFError
                answer += chunk
        return bytes(answer)

    def _last_words(self) -> str:
        """Why the process died, as far as its exit status and the first line of its complaint tell."""
        process, errors = self._process, self._errors
        assert process is not None  # noqa: S101 - a call is under way
        assert errors is not None  # noqa: S101
        code = process.wait()
        errors.seek(0)
        lines = errors.read(4096).decode(errors="replace").strip().splitlines()
        said = [line for line in lines if not line.startswith("time=")]  # a log with clock times is no complaint
        self.stop()
        how = f"was killed by {_signal(-code)}" if code < 0 else f"ended with status {code}"
        if any("out of memory" in line or "MemoryError" in line for line in said):
            how = f"ran out of memory (limit {self._memory_limit >> 20} MiB)"
        first = next((line.strip() for line in said if line.strip()), "")
        return f"the worker process {how}" + (f": {first}" if first else "")


def _end(process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
    process.kill()
    process.communicate()
    errors.close()


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
