"""The supervised worker: results, refusals, crashes, hangs, memory, and a fresh start after each."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from scanner.isolation import JobRefusedError, Worker, WorkerError

JOBS = "tests.isolation_jobs:"


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    # The worker appends the package's parent folder to its path; the tests stand beside the package.
    monkeypatch.chdir("/")
    with Worker(memory_limit=2 << 30) as started:
        yield started


@pytest.mark.parametrize("value", [{"a": [1, None, "é\u2028\n\U0001f600"]}, [], "x" * 3_000_000])
def test_gives_back_what_the_job_returns(worker: Worker, value: Any) -> None:
    assert worker.call(JOBS + "echo", value, time_limit=20) == value


def test_bad_input_is_the_jobs_own_word(worker: Worker) -> None:
    with pytest.raises(JobRefusedError, match="line 3: no"):
        worker.call(JOBS + "refuse", "line 3: no", time_limit=20)
    assert worker.call(JOBS + "echo", 1, time_limit=20) == 1


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ("die", f"was killed by signal {signal.SIGKILL.value}"),
        ("quit_silently", "ended with status 7"),
        ("complain_and_quit", "ended with status 2: panic: boom"),
        ("fail", "KeyError: 'x'"),
        ("open_nothing", "^FileNotFoundError: No such file or directory$"),
        ("fill_memory", "ran out of memory"),
        ("sleep", "stopped after 0.3 s without a result"),
    ],
)
def test_trouble_is_said_and_the_next_job_runs(worker: Worker, job: str, said: str) -> None:
    assert worker.call(JOBS + "echo", 0, time_limit=20) == 0
    limit = 0.3 if job == "sleep" else 20
    with pytest.raises(WorkerError, match=said):
        worker.call(JOBS + job, None, time_limit=limit)
    assert worker.call(JOBS + "echo", 1, time_limit=20) == 1


def test_what_a_job_prints_is_no_answer(worker: Worker) -> None:
    assert worker.call(JOBS + "chatter", None, time_limit=20) == "quiet"


def test_no_process_is_left_behind() -> None:
    with Worker(memory_limit=2 << 30) as started:
        pid = started.call(JOBS + "pid", None, time_limit=20)
        os.kill(pid, 0)
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the worker outlived its work")


def test_closing_breaks_off_the_call_of_another_thread_and_refuses_the_next(worker: Worker) -> None:
    worker.call(JOBS + "echo", 0, time_limit=20)
    with ThreadPoolExecutor(max_workers=1) as thread:
        under_way = thread.submit(worker.call, JOBS + "sleep", None, 60)
        time.sleep(0.2)
        worker.close()
        with pytest.raises(WorkerError, match=f"killed by signal {signal.SIGKILL.value}"):
            under_way.result(timeout=20)
    with pytest.raises(WorkerError, match="broken off"):
        worker.call(JOBS + "echo", 1, time_limit=20)


def test_the_working_directory_is_not_importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "evil.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with Worker(memory_limit=2 << 30) as started, pytest.raises(WorkerError, match="No module named 'evil'"):
        started.call("evil:run", None, time_limit=20)
