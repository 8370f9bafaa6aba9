"""The GitHub Action: its scan step run by bash as a runner would, with real GitHub files."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}

BAD = 'resource "aws_ecr_repository" "a" {\n  name = "a"\n}\n'
GOOD = 'resource "aws_ecr_repository" "a" {\n  name                 = "a"\n  image_tag_mutability = "IMMUTABLE"\n}\n'


def scan(folder: Path, **inputs: str) -> tuple[int, dict[str, str], str]:
    """Exit code, step outputs and standard output of the scan step."""
    temp = folder / "runner temp"
    (temp / "releasegate" / "bin").mkdir(parents=True)
    (temp / "releasegate" / "bin" / "releasegate").symlink_to(Path(sys.executable).parent / "releasegate")
    step = STEPS["Scan the release"]
    environment = {name: inputs.get(value[len("${{ inputs.") : -len(" }}")], "") for name, value in step["env"].items()}
    for name, spec in ACTION["inputs"].items():
        for variable, value in step["env"].items():
            if value == f"${{{{ inputs.{name} }}}}" and name not in inputs:
                environment[variable] = spec["default"]
    output = folder / "github-output"
    output.touch()
    runner = {"RUNNER_TEMP": str(temp), "GITHUB_OUTPUT": str(output), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder / "work",
        env={**environment, **runner},
        capture_output=True,
        text=True,
        check=False,
    )
    outputs = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
    return done.returncode, outputs, done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work" / "my infra").mkdir(parents=True)
    (tmp_path / "work" / ".git").mkdir()  # a checkout: the configuration at its root counts below it
    (tmp_path / "work" / "releasegate.yaml").write_text("check: [VER-005]\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("text", "code", "word"), [(BAD, 1, "BLOCKED"), (GOOD, 0, "PASSED")])
def test_the_verdict_is_the_steps_and_sarif_is_always_written(folder: Path, text: str, code: int, word: str) -> None:
    (folder / "work" / "my infra" / "main.tf").write_text(text, encoding="utf-8")
    returned, outputs, said = scan(folder, path="my infra\n")
    assert (returned, outputs) == (code, {"exit-code": str(code), "sarif-file": "releasegate.sarif"})
    assert word in said
    results = json.loads((folder / "work" / "releasegate.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert len(results) == code


def test_an_input_is_never_run(folder: Path) -> None:
    returned, outputs, _ = scan(folder, path="$(touch pwned); `touch pwned`", compliance="gdpr; touch pwned")
    assert (returned, outputs["exit-code"]) == (2, "2")
    assert not list(folder.rglob("pwned"))


def test_what_models_are_held_against_reaches_the_scan(folder: Path) -> None:
    (folder / "work" / "my infra" / "main.tf").write_text(GOOD, encoding="utf-8")
    returned, _, said = scan(folder, path="my infra", base="no-such-revision")
    assert returned == 3
    assert "no-such-revision" in said
    for name in ("trust-key", "approved-versions"):
        (folder / name).mkdir()
        (folder / name / "work").symlink_to(folder / "work")
        returned, _, _ = scan(folder / name, path="my infra", **{name: "\nnot there.pem\n"})
        assert returned == 2, name


def test_no_expression_stands_in_a_script() -> None:
    assert all("${{" not in step["run"] for step in STEPS.values())
