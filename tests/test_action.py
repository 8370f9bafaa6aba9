"""The GitHub Action: its steps run as a runner would, with real GitHub files, and what linters say of it."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.action_runner import ACTION, ROOT, Run, run_action

BAD = 'resource "aws_ecr_repository" "a" {\n  name = "a"\n}\n'
GOOD = 'resource "aws_ecr_repository" "a" {\n  name                 = "a"\n  image_tag_mutability = "IMMUTABLE"\n}\n'
OTHER = BAD.replace('"a"', '"b"')


def act(folder: Path, **inputs: str) -> tuple[Run, list[Mapping[str, str]]]:
    """One run with releasegate installed already, and what was uploaded."""
    uploaded: list[Mapping[str, str]] = []

    def cached(given: Mapping[str, str]) -> Mapping[str, str]:
        assert re.fullmatch(r"releasegate-Linux-X64-[0-9a-f]{64}", given["key"])
        programs = Path(given["path"]) / "bin"
        programs.mkdir(parents=True, exist_ok=True)
        (programs / "releasegate").unlink(missing_ok=True)
        (programs / "releasegate").symlink_to(Path(sys.executable).parent / "releasegate")
        return {"cache-hit": "true"}

    def upload(given: Mapping[str, str]) -> Mapping[str, str]:
        assert (folder / "work" / given["sarif_file"]).is_file()
        uploaded.append(given)
        return {}

    named = {name.replace("_", "-"): value for name, value in inputs.items()}
    played = {
        "actions/setup-python": lambda _: {"python-path": sys.executable},
        "actions/cache": cached,
        "github/codeql-action/upload-sarif": upload,
    }
    return run_action(folder, named, played), uploaded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work" / "my infra").mkdir(parents=True)
    (tmp_path / "work" / ".git").mkdir()  # a checkout: the configuration at its root counts below it
    (tmp_path / "work" / "releasegate.yaml").write_text("check: [VER-005]\n", encoding="utf-8")
    return tmp_path


def test_a_blocked_release_is_uploaded_and_told_before_the_step_fails(folder: Path) -> None:
    (folder / "work" / "my infra" / "main.tf").write_text(BAD, encoding="utf-8")
    run, uploaded = act(folder, path="my infra\n", format="json=result.json\nhtml=page.html", category="mine")
    assert run.failed
    assert run.outputs == {
        "verdict": "BLOCKED",
        "exit-code": "1",
        "sarif-file": "releasegate.sarif",
        "findings": "1",
        "new-findings": "1",
        "incomplete": "false",
    }
    assert [(given["sarif_file"], given["category"]) for given in uploaded] == [("releasegate.sarif", "mine")]
    assert len(json.loads((folder / "work" / "releasegate.sarif").read_text())["runs"][0]["results"]) == 1
    assert "::error " in run.log
    assert "file=my infra/main.tf,line=1" in run.log
    assert "BLOCKED" in run.log
    assert "VER-005" in run.summary
    assert len(json.loads((folder / "work" / "result.json").read_text())["findings"]) == 1
    assert "VER-005" in (folder / "work" / "page.html").read_text()


def test_a_release_that_passes(folder: Path) -> None:
    (folder / "work" / "my infra" / "main.tf").write_text(GOOD, encoding="utf-8")
    run, uploaded = act(folder, path="my infra", upload_sarif="false")
    assert not run.failed
    assert (run.outputs["verdict"], run.outputs["exit-code"], run.outputs["findings"]) == ("PASSED", "0", "0")
    assert not uploaded
    assert "PASSED" in run.summary
    assert "Install releasegate" not in run.steps


def test_only_what_a_change_brings_blocks(folder: Path) -> None:
    work = folder / "work"
    (work / ".git").rmdir()
    (work / "my infra" / "main.tf").write_text(BAD, encoding="utf-8")
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(work))
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "old")):
        subprocess.run([*git, *words], check=True)
    run, _ = act(folder, path="my infra", diff_base="HEAD")
    assert (run.failed, run.outputs["findings"], run.outputs["new-findings"]) == (False, "1", "0")
    (work / "my infra" / "other.tf").write_text(OTHER, encoding="utf-8")
    run, _ = act(folder, path="my infra", diff_base="HEAD")
    assert (run.failed, run.outputs["findings"], run.outputs["new-findings"]) == (True, "2", "1")
    assert run.log.count("::error ") == 1


def test_a_scan_that_cannot_run_fails_the_step_and_leaves_no_report(folder: Path) -> None:
    (folder / "work" / "releasegate.sarif").write_text("of an earlier run", encoding="utf-8")
    run, uploaded = act(folder, path="nowhere")
    assert run.failed
    assert not uploaded
    assert (run.outputs["verdict"], run.outputs["exit-code"], run.outputs["incomplete"]) == ("", "2", "true")
    assert run.outputs["sarif-file"] == ""
    assert "nowhere does not exist" in run.log
    assert "exit code 2" in run.summary


def test_an_input_is_never_run(folder: Path) -> None:
    hostile = "$(touch pwned); `touch pwned`\n'; touch pwned; '\n--as-of"
    run, _ = act(folder, path=hostile, compliance="gdpr; touch pwned", diff_base="--output=pwned", args="a;touch pwned")
    assert run.outputs["exit-code"] == "2"
    run, _ = act(folder, sarif_file="a\nverdict=PASSED")
    assert (run.failed, run.outputs["verdict"]) == (True, "")
    run, _ = act(folder, version="1.0 --index-url https://evil.example")
    assert run.failed
    assert "Scan the release" not in run.steps
    assert not list(folder.rglob("pwned"))


def test_what_the_gate_goes_by_reaches_the_scan(folder: Path) -> None:
    (folder / "work" / "my infra" / "main.tf").write_text(GOOD, encoding="utf-8")
    run, _ = act(folder, path="my infra", base="no-such-revision")
    assert run.outputs["exit-code"] == "3"
    assert run.outputs["incomplete"] == "true"
    assert "no-such-revision" in run.log
    for name, value in [
        ("trust_key", "\nnot there.pem\n"),
        ("approved_versions", "not there.yaml"),
        ("baseline", "not there.json"),
        ("profile", "no such profile"),
        ("policy", "not there"),
        ("config", "not there.yaml"),
        ("fail_on", "whatever"),
        ("compliance", "no such law"),
        ("diff_base", "no-such-revision"),
        ("args", "--no-such-option"),
    ]:
        run, _ = act(folder, path="my infra", **{name: value})
        assert run.outputs["exit-code"] == "2", name


def test_no_expression_stands_in_a_script_and_no_result_in_the_environment() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert not [script for script in scripts if "${{" in script or "GITHUB_ENV" in script]


def test_other_actions_are_pinned_by_commit() -> None:
    used = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", name) for name in used)


def test_zizmor_finds_nothing() -> None:
    zizmor = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(
        [zizmor, "--offline", "--pedantic", "--no-progress", ROOT / "action.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing_in_the_scripts_or_is_missing() -> None:
    for step in ACTION["runs"]["steps"]:
        words = ["shellcheck", "--shell=bash", "--severity=warning", "-"]
        done = subprocess.run(words, input=step.get("run", ""), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def _example(action: str) -> str:
    """The workflow that the README shows, with `action` for its placeholder."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (workflow,) = re.finditer(r"```yaml\n(# \.github/workflows/.+?)```", text, re.DOTALL)
    return workflow[1].replace("<owner>/releasegate@<commit>", action)


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not installed")
def test_actionlint_knows_every_input_of_the_readmes_workflow_or_is_missing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "releasegate.yml").write_text(_example("./"), encoding="utf-8")
    shutil.copy(ROOT / "action.yml", tmp_path / "action.yml")
    done = subprocess.run(["actionlint", "-no-color"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_zizmor_finds_nothing_in_the_readmes_workflow(tmp_path: Path) -> None:
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    file = tmp_path / ".github" / "workflows" / "releasegate.yml"
    file.write_text(_example(f"acme/releasegate@{'0123abcd' * 5}"), encoding="utf-8")
    zizmor = Path(sys.executable).parent / "zizmor"
    done = subprocess.run([zizmor, "--offline", "--no-progress", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow  # it installs everything from the network
def test_the_installation_runs(folder: Path) -> None:
    (folder / "work" / "my infra" / "main.tf").write_text(GOOD, encoding="utf-8")
    played = {
        "actions/setup-python": lambda _: {"python-path": sys.executable},
        "actions/cache": lambda _: {},
        "github/codeql-action/upload-sarif": lambda _: {},
    }
    run = run_action(folder, {"path": "my infra"}, played)
    assert "Install releasegate" in run.steps
    assert (run.failed, run.outputs["verdict"]) == (False, "PASSED"), run.log
