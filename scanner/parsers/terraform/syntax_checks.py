"""Checks directories by HashiCorp's own parser, several at a time, each in a worker process."""

import tempfile
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from queue import LifoQueue
from types import TracebackType
from typing import Any, Self

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.isolation import Worker, WorkerError
from scanner.parsers.interface import ParseContext

JOB = "scanner.parsers.terraform.hashicorp:check"

# Below so many characters a process takes longer to start than the work that it would take over.
_WORTH_A_WORKER = 500_000


class SyntaxChecks:
    """As many worker processes as there is work for, each with one directory at a time.

    `size` is the length of all texts together. Use as a context manager; when an error leaves it, checks that nobody
    waits for any more are given up.
    """

    def __init__(self, context: ParseContext, size: int) -> None:
        self._context = context
        number = min(context.workers, 1 + size // _WORTH_A_WORKER)
        self._workers = [Worker(context.memory_limit, forgets=True) for _ in range(max(1, number))]
        self._idle: LifoQueue[Worker] = LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._pool = ThreadPoolExecutor(len(self._workers))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        if error is not None:
            for worker in self._workers:
                worker.close()
        self._pool.shutdown()
        for worker in self._workers:
            worker.stop()

    def start(self, texts: Mapping[str, str]) -> Future[list[Notification]]:
        """Check the files of one directory, by path; gives an error for each in which something is wrong."""
        return self._pool.submit(self._check, texts)

    def _check(self, texts: Mapping[str, str]) -> list[Notification]:
        worker = self._idle.get()
        try:
            return self._checked(worker, texts)
        finally:
            self._idle.put(worker)

    def _checked(self, worker: Worker, texts: Mapping[str, str]) -> list[Notification]:
        names = {f"{index:06}{_ending(path)}": path for index, path in enumerate(texts)}
        try:
            with tempfile.TemporaryDirectory() as folder:
                job = {"folder": folder, "texts": {name: texts[path] for name, path in names.items()}}
                wrong: Mapping[str, Any] = worker.call(JOB, job, self._context.time_limit)
        except WorkerError as error:
            if len(texts) > 1:
                return [note for path, text in texts.items() for note in self._checked(worker, {path: text})]
            (path,) = texts
            message = f"Terraform's own parser could not check this file: {error}; it was read without that"
            return [Notification(Level.ERROR, message, "parser", Location(path, 1))]
        return [
            Notification(
                Level.ERROR, f"{message}; Terraform would not plan this", "parser", Location(names[name], line, column)
            )
            for name, (line, column, message) in wrong.items()
        ]


def _ending(path: str) -> str:
    return ".tf.json" if path.endswith(".json") else ".tf"
