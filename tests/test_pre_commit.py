"""The hooks for pre-commit, run by the real pre-commit in repositories made for the purpose."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
PROGRAMS = Path(sys.executable).parent

BAD = 'resource "aws_ecr_repository" "a" {\n  name = "a"\n}\n'
GOOD = 'resource "aws_ecr_repository" "a" {\n  name                 = "a"\n  image_tag_mutability = "IMMUTABLE"\n}\n'


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always")
    done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def pre_commit(folder: Path, *words: str) -> tuple[int, str]:
    environment = {
        "PATH": f"{PROGRAMS}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder.parent),
        "PRE_COMMIT_HOME": str(folder.parent / "store"),
    }
    done = subprocess.run(
        [PROGRAMS / "pre-commit", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two Terraform roots, one of them bad, and the hooks as they are, but for being installed already."""
    folder = tmp_path / "repository"
    for name, text in (("good", GOOD), ("bad", BAD)):
        (folder / name).mkdir(parents=True)
        (folder / name / "main.tf").write_text(text, encoding="utf-8")
    (folder / "releasegate.yaml").write_text("check: [VER-005]\n", encoding="utf-8")
    hooks = [{**hook, "language": "system"} for hook in HOOKS.values()]
    written = yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]})
    (folder / ".pre-commit-config.yaml").write_text(written, encoding="utf-8")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def test_only_the_roots_of_changed_files_are_reported(repository: Path) -> None:
    (repository / "good" / "main.tf").write_text(GOOD + "\n# a word\n", encoding="utf-8")
    git(repository, "add", ".")
    code, said = pre_commit(repository, "run", "releasegate", "-v")
    assert code == 0, said
    assert "bad/main.tf" not in said
    (repository / "bad" / "main.tf").write_text(BAD + "\n# a word\n", encoding="utf-8")
    git(repository, "add", ".")
    code, said = pre_commit(repository, "run", "releasegate")
    assert code == 1
    assert "bad/main.tf:1" in said
    code, said = pre_commit(repository, "run", "releasegate-full", "--files", "good/main.tf")
    assert code == 1
    assert "bad/main.tf:1" in said


def test_what_concerns_no_hook_runs_none(repository: Path) -> None:
    (repository / "notes.txt").write_text("a word\n", encoding="utf-8")
    git(repository, "add", ".")
    code, said = pre_commit(repository, "run", "releasegate")
    assert code == 0
    assert "no files to check" in said


def test_the_tests_of_policies_run(repository: Path) -> None:
    policies = repository / "policies"
    policies.mkdir()
    (policies / "house.rego").write_text('package main\n\ndeny contains "no" if input.x == 1\n', encoding="utf-8")
    test = 'package main_test\n\nimport data.main\n\ntest_it if count(main.deny) == {} with input as {{"x": 1}}\n'
    (policies / "house_test.rego").write_text(test.format(1), encoding="utf-8")
    git(repository, "add", ".")
    code, said = pre_commit(repository, "run", "releasegate-policies-test")
    assert code == 0, said
    (policies / "house_test.rego").write_text(test.format(2), encoding="utf-8")
    git(repository, "add", ".")
    code, said = pre_commit(repository, "run", "releasegate-policies-test")
    assert code == 1
    assert "test_it" in said


@pytest.mark.slow  # it installs everything from the network
def test_the_hooks_install_as_they_are(repository: Path) -> None:
    revision = git(ROOT, "rev-parse", "HEAD").strip()
    hooks = [{"id": "releasegate-full"}]
    written = yaml.safe_dump({"repos": [{"repo": str(ROOT), "rev": revision, "hooks": hooks}]})
    (repository / ".pre-commit-config.yaml").write_text(written, encoding="utf-8")
    git(repository, "add", ".")
    code, said = pre_commit(repository, "run", "--all-files")
    assert code == 1, said
    assert "bad/main.tf:1" in said
