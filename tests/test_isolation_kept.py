"""What is kept of one worker for the next: a process that is as good as a new one, and no other."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from scanner import isolation
from scanner.isolation import JobRefusedError, Worker, WorkerError, processes_kept

JOBS = "tests.isolation_jobs:"
LIMIT = 2 << 30


@pytest.fixture(autouse=True)
def _nothing_kept_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What other tests have left is out of sight, and these leave nothing."""
    monkeypatch.setattr(isolation, "_kept", None)
    with processes_kept():
        yield


def pid(worker: Worker) -> int:
    number: int = worker.call(JOBS + "pid", None, time_limit=20)
    return number


def pid_of_the_next(limit: int = LIMIT, *, forgets: bool = True) -> int:
    with Worker(limit, forgets=forgets) as worker:
        return pid(worker)


def is_gone(number: int) -> bool:
    """Ended and awaited: not even a zombie is left."""
    return not psutil.pid_exists(number)


def test_the_next_worker_goes_on_with_the_process() -> None:
    first = pid_of_the_next()
    assert pid_of_the_next() == first
    with Worker(LIMIT, forgets=True) as one, Worker(LIMIT, forgets=True) as other:
        assert pid(one) == first != pid(other)


def test_a_worker_whose_jobs_leave_something_behind_gives_and_takes_none() -> None:
    first = pid_of_the_next()
    other = pid_of_the_next(forgets=False)
    assert other != first
    assert is_gone(other)
    assert pid_of_the_next() == first


def test_nothing_is_kept_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_kept", None)
    first = pid_of_the_next()
    assert is_gone(first)


def test_all_are_ended_at_last_and_an_inner_block_ends_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_kept", None)
    with ExitStack() as late:
        with processes_kept():
            with processes_kept():
                first = pid_of_the_next()
            assert pid_of_the_next() == first
            worker = late.enter_context(Worker(LIMIT, forgets=True))
            assert pid(worker) == first
            second = pid_of_the_next()
        assert is_gone(second)
        assert pid(worker) == first  # it was in use when the block ended
    assert is_gone(first)


def test_a_limit_of_its_own_means_a_process_of_its_own() -> None:
    large, small = pid_of_the_next(LIMIT), pid_of_the_next(LIMIT // 2)
    assert large != small
    assert [pid_of_the_next(LIMIT), pid_of_the_next(LIMIT // 2)] == [large, small]


@pytest.mark.parametrize("job", ["fail", "fill_memory", "die", "quit_silently", "sleep"])
def test_what_has_failed_is_not_kept_even_when_later_jobs_are_done(job: str) -> None:
    with Worker(LIMIT, forgets=True) as worker:
        first = pid(worker)
        with pytest.raises(WorkerError):
            worker.call(JOBS + job, None, time_limit=0.3 if job == "sleep" else 20)
        last = pid(worker)
        assert last == first or is_gone(first)
    is_kept = pid_of_the_next()
    assert is_kept != first
    assert is_gone(first)
    assert (is_kept == last) == (last != first)  # one that was started after the failure is as good as new


def test_bad_input_is_no_failure_of_the_process() -> None:
    with Worker(LIMIT, forgets=True) as worker:
        first = pid(worker)
        with pytest.raises(JobRefusedError):
            worker.call(JOBS + "refuse", "line 3: no", time_limit=20)
    assert pid_of_the_next() == first


def test_one_that_was_broken_off_is_not_kept() -> None:
    with Worker(LIMIT, forgets=True) as worker:
        first = pid(worker)
        worker.close()
    assert is_gone(first)
    assert pid_of_the_next() != first


def test_one_that_died_while_nobody_needed_it_is_not_taken() -> None:
    first = pid_of_the_next()
    died = psutil.Process(first)
    died.kill()
    while died.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert pid_of_the_next() != first
    assert is_gone(first)


def test_one_that_has_grown_is_not_kept() -> None:
    with Worker(LIMIT, forgets=True) as worker:
        first = pid(worker)
        worker.call(JOBS + "hold", LIMIT // 8, time_limit=20)
        assert pid(worker) == first
    assert is_gone(first) == (sys.platform == "linux")


def test_another_environment_means_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    first = pid_of_the_next()
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("PYTHONPATH", "/nonexistent")
        assert pid_of_the_next() != first
    assert pid_of_the_next() == first
    monkeypatch.setenv("TF_VAR_nobody", "asks")  # which no process sees
    with Worker(LIMIT, forgets=True) as worker:
        assert "TF_VAR_nobody" not in worker.call(JOBS + "environment", None, time_limit=20)


def test_an_earlier_job_has_no_part_in_a_later_complaint() -> None:
    with Worker(LIMIT, forgets=True) as worker:
        worker.call(JOBS + "complain", "panic: earlier", time_limit=20)
    with Worker(LIMIT, forgets=True) as worker:
        worker.call(JOBS + "complain", "panic: in the same worker", time_limit=20)
        with pytest.raises(WorkerError, match=r"ended with status 2: panic: boom$"):
            worker.call(JOBS + "complain_and_quit", None, time_limit=20)
        with pytest.raises(WorkerError, match=r"ended with status 7$"):
            worker.call(JOBS + "quit_silently", None, time_limit=20)


def test_where_it_was_started_makes_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Worker(LIMIT, forgets=True) as worker:
        assert worker.call(JOBS + "folder", None, time_limit=20) == os.sep


def test_many_threads_have_a_process_each_and_few_are_kept() -> None:
    def work(_: int) -> int:
        with Worker(LIMIT, forgets=True) as worker:
            answers = [worker.call(JOBS + "echo", number, time_limit=60) for number in range(20)]
            assert answers == list(range(20))
            return pid(worker)

    with ThreadPoolExecutor(max_workers=3) as threads:
        used = set(threads.map(work, range(30)))
    assert len(used) <= 3
    kept = isolation._kept or []
    assert 1 <= len(kept) <= 3


def test_no_more_are_kept_than_are_of_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_MOST_KEPT", 2)
    with ExitStack() as stack:
        used = [pid(stack.enter_context(Worker(LIMIT, forgets=True))) for _ in range(3)]
    assert [is_gone(number) for number in used] == [False, False, True]  # the one that came last is the oldest


def test_calls_of_several_threads_wait_for_one_another() -> None:
    with Worker(LIMIT, forgets=True) as worker, ThreadPoolExecutor(max_workers=4) as threads:
        asked = [f"{number} " * 5000 for number in range(40)]
        assert list(threads.map(lambda each: worker.call(JOBS + "echo", each, time_limit=60), asked)) == asked


def test_stopping_while_another_thread_waits_ends_its_call_and_its_process() -> None:
    with Worker(LIMIT, forgets=True) as worker, ThreadPoolExecutor(max_workers=1) as thread:
        first = pid(worker)
        under_way = thread.submit(worker.call, JOBS + "sleep", None, 60)
        time.sleep(0.2)
        worker.stop()
        with pytest.raises(WorkerError, match="killed by signal 9"):
            under_way.result(timeout=20)
        assert is_gone(first)
        assert pid(worker) != first  # it can be used again


def test_stopping_again_and_again_while_others_call_loses_no_process() -> None:
    with Worker(LIMIT, forgets=True) as worker, ThreadPoolExecutor(max_workers=2) as threads:

        def ask(number: int) -> bool:
            try:
                return bool(worker.call(JOBS + "echo", number, time_limit=20) == number)
            except WorkerError as error:
                return "killed by signal 9" in str(error)

        answers = threads.map(ask, range(60))
        for _ in range(6):
            time.sleep(0.05)
            worker.stop()
        assert all(answers)
    kept = [each._popen.pid for each in isolation._kept or []]
    children = {child.pid for child in psutil.Process().children() if "scanner.isolation" in " ".join(child.cmdline())}
    assert set(kept) <= children
    assert not [child for child in children if psutil.Process(child).status() == psutil.STATUS_ZOMBIE]


def test_none_outlives_a_program_that_is_killed() -> None:
    code = (
        "import sys, time; from scanner.isolation import Worker, processes_kept\n"
        "with processes_kept():\n"
        "    with Worker(2 << 30, forgets=True) as worker:\n"
        "        print(worker.call('tests.isolation_jobs:pid', None, 20), flush=True)\n"
        "    time.sleep(60)\n"
    )
    root = str(Path(__file__).resolve().parent.parent)
    program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=root, text=True)
    with program:
        assert program.stdout is not None
        kept = int(program.stdout.readline())
        assert psutil.pid_exists(kept)
        program.kill()
    for _ in range(100):
        if is_gone(kept) or psutil.Process(kept).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.05)
    pytest.fail("it waits for a program that is gone")
