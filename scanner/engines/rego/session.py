"""What is said to the worker process of one scan, so that a new process can be told it again."""

from typing import Any

from scanner.isolation import Worker, WorkerError

_JOBS = "scanner.engines.rego.worker"


class LostError(WorkerError):
    """After a failure no new process could be brought to where the old one was; nothing more can be asked."""


class Session:
    """The jobs of `worker.py`, one after the other, in a process that is started again after a failure.

    `time_limit` is in seconds for one job. Every call raises `WorkerError` for a job that was not done.
    """

    def __init__(self, worker: Worker, time_limit: float) -> None:
        self._worker = worker
        self._time_limit = time_limit
        self._told: list[tuple[str, Any, float]] = []
        self._known = 0  # how much of it the process of now has heard

    def tell(self, job: str, argument: Any, *, takes: float = 1) -> Any:
        """A job that the ones after it build upon; it `takes` as many time limits."""
        answer = self.ask(job, argument, takes=takes)
        self._told.append((job, argument, takes))
        self._known += 1
        return answer

    def forget(self, kept: int = 0) -> None:
        """Build upon only the first `kept` of the jobs that were told so far."""
        del self._told[kept:]
        self._known = min(self._known, kept)

    def ask(self, job: str, argument: Any, *, takes: float = 1) -> Any:
        """A job that nothing builds upon."""
        while self._known < len(self._told):
            try:
                self._do(*self._told[self._known])
            except WorkerError as error:
                raise LostError(str(error)) from None
            self._known += 1
        return self._do(job, argument, takes)

    def _do(self, job: str, argument: Any, takes: float) -> Any:
        try:
            return self._worker.call(f"{_JOBS}:{job}", argument, self._time_limit * takes)
        except WorkerError:
            self._worker.stop()
            self._known = 0
            raise
