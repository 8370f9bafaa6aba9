"""Has Terraform's own parser look at directories, several at a time, and words what it finds wrong with them."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import LifoQueue
from types import TracebackType
from typing import Any, Self, TypeAlias

from scanner.core.location import Location
from scanner.isolation import JobRefusedError, Worker, WorkerError
from scanner.parsers.interface import ParseContext

JOB = "scanner.parsers.terraform.evaluate:evaluate"

_SYNTAX_ERROR = re.compile(
    r"^unable to create TerraformConverter: (?:failed to load tfvars from .*?: )?"
    r"(?P<file>.+?):(?P<line>\d+),(?P<column>\d+)-[\d,]+: (?P<message>.*)$",
    re.DOTALL,
)

# Below so many characters a process takes longer to start than the work that it would take over.
_WORTH_A_WORKER = 100_000

Evaluation: TypeAlias = Mapping[str, Any] | WorkerError


class Evaluators:
    """As many worker processes as there is work for, each with one directory at a time.

    `size` is the length of all configurations together. Use as a context manager; when it is left, evaluations that
    nobody waits for any more are given up.
    """

    def __init__(self, context: ParseContext, size: int) -> None:
        self._context = context
        number = min(context.workers, 1 + size // _WORTH_A_WORKER)
        self._workers = [Worker(context.memory_limit) for _ in range(max(1, number))]
        self._idle: LifoQueue[Worker] = LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._pool = ThreadPoolExecutor(len(self._workers))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.stop()
        self._pool.shutdown()
        for worker in self._workers:
            worker.stop()  # one that was just about to start

    def start(self, path: str, variables: Sequence[str]) -> Future[Evaluation]:
        """Evaluate the directory at `path` with the files of variables of these names in it."""
        return self._pool.submit(self._evaluate, path, variables)

    def _evaluate(self, path: str, variables: Sequence[str]) -> Evaluation:
        worker = self._idle.get()
        try:
            job = {"root": str(self._context.root / path), "variables": list(variables)}
            found = worker.call(JOB, job, self._context.time_limit)
        except WorkerError as error:
            return error
        finally:
            self._idle.put(worker)
        return found if isinstance(found, dict) else {}


def syntax_error(error: WorkerError, path: str) -> tuple[Location, str] | None:
    """Where in the directory at `path` which syntax is wrong; None for an error of another kind."""
    found = _SYNTAX_ERROR.match(str(error)) if isinstance(error, JobRefusedError) else None
    if found is None:
        return None
    file = posixpath.normpath(posixpath.join(path, found["file"]))
    where = Location(file, int(found["line"]), int(found["column"]))
    return where, " ".join(found["message"].split()).rstrip(".")
