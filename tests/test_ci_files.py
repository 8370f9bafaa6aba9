"""What is given to users of other CI systems: GitLab's template and the container file."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE: dict[str, Any] = yaml.safe_load((ROOT / ".ci" / "gitlab.yml").read_text(encoding="utf-8"))
BAD = 'resource "aws_ecr_repository" "a" {\n  name = "a"\n}\n'


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text(BAD, encoding="utf-8")
    (tmp_path / "releasegate.yaml").write_text("check: [VER-005]\n", encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def run_jobs(folder: Path, **variables: str) -> tuple[int, int, str]:
    """The exit codes of both jobs and what the second says; every report that the first promises is there."""
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder), **variables}
    codes, said = [], ""
    for name in ("releasegate", "releasegate-gate"):
        script = "\n".join(TEMPLATE[name]["script"])
        words = ["sh", "-e", "-c", script]
        done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        codes.append(done.returncode)
        said = done.stdout + done.stderr
    artifacts = TEMPLATE["releasegate"]["artifacts"]
    promised = [*artifacts["paths"], *artifacts["reports"].values()]
    assert codes[0] or [name for name in promised if not (folder / name).is_file()] == []
    return codes[0], codes[1], said


def test_gitlabs_jobs_block_a_branch_by_all_and_a_merge_request_by_what_is_new(repository: Path) -> None:
    reported, decided, said = run_jobs(repository)
    assert (reported, decided) == (0, 1)
    assert "BLOCKED" in said
    (issue,) = json.loads((repository / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert issue["location"]["path"] == "main.tf"
    reported, decided, said = run_jobs(repository, CI_MERGE_REQUEST_DIFF_BASE_SHA=git(repository, "rev-parse", "HEAD"))
    assert (reported, decided) == (0, 0)
    assert json.loads((repository / "gl-code-quality-report.json").read_text(encoding="utf-8")) == []


def test_gitlabs_first_job_fails_where_nothing_could_be_scanned(repository: Path) -> None:
    reported, decided, _ = run_jobs(repository, CI_MERGE_REQUEST_DIFF_BASE_SHA="no-such-revision")
    assert (reported, decided) == (2, 2)


def test_the_container_file_passes_our_own_policies() -> None:
    from scanner.cli.options import day  # noqa: PLC0415 - for this test alone
    from scanner.config import Config  # noqa: PLC0415 - see above
    from scanner.core.finding import Status  # noqa: PLC0415 - see above
    from scanner.pipeline import run  # noqa: PLC0415 - see above

    result = run(Config(paths=(ROOT / ".ci" / "Containerfile",), as_of=day("2026-11-01")))
    judged = [finding for finding in result.findings if finding.resource.format == "dockerfile"]
    assert {finding.policy.id for finding in judged if finding.status is Status.PASS}
    assert [finding.policy.id for finding in judged if finding.status is not Status.PASS] == []
