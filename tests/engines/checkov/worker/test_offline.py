"""Checkov's worker opens no socket, starts no program and writes no file, seen from inside and from outside."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM, TERRAFORM_PLAN, Checks, from_plain
from scanner.isolation import Worker, WorkerError

pytestmark = pytest.mark.xdist_group("checkov")

REPOSITORY = Path(__file__).parents[4]
OWN = REPOSITORY / "fixtures" / "checkov" / "worker"
FOLDERS = {
    TERRAFORM: OWN / "terraform",
    TERRAFORM_PLAN: REPOSITORY / "fixtures" / "parsers" / "terraform" / "plan" / "modules",
    KUBERNETES: OWN / "kubernetes",
    DOCKERFILE: OWN / "dockerfile",
}
JOBS = "tests.engines.checkov.worker.worker_jobs:"
RUN = "scanner.engines.checkov.worker.job:run"
LIMIT = 4 << 30

_TRACED = """
import json, sys
from scanner.isolation import Worker
with Worker({limit}) as worker:
    for framework, folder in json.loads(sys.argv[1]).items():
        checks = {{"ids": [], "is_all": True, "written": [], "python": []}}
        argument = {{"folder": folder, "framework": framework, "variable_files": [], "checks": checks}}
        print(len(worker.call("scanner.engines.checkov.worker.job:run", argument, 200)["records"]))
"""


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """A process of its own, which is heard before it imports anything of Checkov's."""
    with Worker(LIMIT) as each:
        assert each.call(JOBS + "watch", None, 20) is False
        yield each


def judge(worker: Worker, framework: str, checks: Checks) -> dict[str, str]:
    """What broke off."""
    argument = {"folder": str(FOLDERS[framework]), "framework": framework, "variable_files": [], "checks": vars(checks)}
    answer = from_plain(worker.call(RUN, argument, 60))
    assert answer.records
    return dict(answer.crashed)


def test_nothing_is_called_and_nothing_started(worker: Worker) -> None:
    for framework in FOLDERS:
        judge(worker, framework, Checks((), is_all=True))
    assert worker.call(JOBS + "heard", None, 20) == []


def test_what_is_forbidden_is_refused(worker: Worker, tmp_path: Path) -> None:
    """The same ears hear it when somebody tries."""
    crashed = judge(worker, TERRAFORM, Checks((), python=(str(OWN / "python"),)))
    assert {crashed[check] for check in ("OWN_SOCKET", "OWN_PROGRAM", "OWN_FILE")} == {"ForbiddenError"}
    heard = worker.call(JOBS + "heard", None, 20)
    assert {"socket.__new__", "subprocess.Popen"} <= set(heard)
    with pytest.raises(WorkerError, match="ForbiddenError: open"):
        worker.call(JOBS + "open_for_writing", str(tmp_path / "file"), 20)
    assert not (tmp_path / "file").exists()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not on PATH")
def test_the_system_is_asked_for_no_socket_and_no_program(tmp_path: Path) -> None:
    """Two programs are started: the traced one and the worker. Python's own start may look up the name of the user."""
    log = tmp_path / "log"
    folders = json.dumps({framework: str(folder) for framework, folder in FOLDERS.items()})
    traced = [sys.executable, "-c", _TRACED.format(limit=LIMIT), folders]
    strace = ["strace", "-f", "-qq", "-e", "trace=network,execve,execveat", "-o", str(log)]
    done = subprocess.run([*strace, *traced], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr:
        pytest.skip(f"strace may not trace here: {done.stderr.splitlines()[0]}")
    assert done.returncode == 0, done.stderr
    assert all(int(count) for count in done.stdout.split())
    lines = log.read_text().splitlines()
    assert len([line for line in lines if re.search(r"\bexecve(at)?\(.*= 0$", line)]) == 2
    assert [line for line in lines if re.search(r"\bsocket\((?!AF_UNIX)", line)] == []
    assert all("/var/run/nscd/socket" in line for line in lines if re.search(r"\bconnect\(", line))
