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


def run_job(folder: Path, **variables: str) -> int:
    """The exit code of the job's script; every report that it promises is there."""
    job = TEMPLATE["releasegate"]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-e", "-c", "\n".join(job["script"])],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    promised = [*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()]
    assert [name for name in promised if not (folder / name).is_file()] == [], done.stderr
    return done.returncode


def test_gitlabs_job_blocks_a_branch_by_all_and_a_merge_request_by_what_is_new(repository: Path) -> None:
    assert run_job(repository) == 1
    (issue,) = json.loads((repository / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert issue["location"]["path"] == "main.tf"
    assert run_job(repository, CI_MERGE_REQUEST_DIFF_BASE_SHA=git(repository, "rev-parse", "HEAD")) == 0
    assert json.loads((repository / "gl-code-quality-report.json").read_text(encoding="utf-8")) == []


def test_the_container_file_passes_our_own_policies() -> None:
    from scanner.cli.options import day  # noqa: PLC0415 - for this test alone
    from scanner.config import Config  # noqa: PLC0415 - see above
    from scanner.core.finding import Status  # noqa: PLC0415 - see above
    from scanner.pipeline import run  # noqa: PLC0415 - see above

    result = run(Config(paths=(ROOT / ".ci" / "Containerfile",), as_of=day("2026-11-01")))
    judged = [finding for finding in result.findings if finding.resource.format == "dockerfile"]
    assert {finding.policy.id for finding in judged if finding.status is Status.PASS}
    assert [finding.policy.id for finding in judged if finding.status is not Status.PASS] == []
