"""`policies list`, `policies show` and `controls list`, as a user runs them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import run

COMMAND = Path(sys.executable).parent / "releasegate"
USAGE = 2


def test_policies_list() -> None:
    done = subprocess.run([COMMAND, "policies", "list"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert re.fullmatch(r"and [0-9]+ checks of Checkov, which --engine checkov lists\n", done.stderr)
    assert "VER-005   high      yaml  Registries enforce tag immutability" in done.stdout
    assert "CKV" not in done.stdout


def test_policies_list_of_an_engine() -> None:
    done = run("policies", "list", "--engine", "checkov")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert all(line.startswith("CKV") for line in lines)
    assert [line.endswith(" (unmapped)") for line in lines if line.startswith(("CKV_AWS_18 ", "CKV_ALI_1 "))] == [
        True,
        False,
    ]


@pytest.mark.parametrize("name", ["VER-005", "ver-005"])
def test_policies_show(name: str) -> None:
    done = run("policies", "show", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert "applies to   aws_ecr_repository" in done.stdout
    assert "SOC2-CC8.1" in done.stdout


def test_controls_list() -> None:
    done = run("controls", "list", "--compliance", "soc2,GDPR")
    assert (done.returncode, done.stderr) == (0, "")
    assert "SOC2-CC8.1" in done.stdout
    assert "GDPR-32(1)(a)" in done.stdout
    assert "HIPAA" not in done.stdout
    assert "~ENC-002" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["policies", "show", "VER-0055"], "unknown policy 'VER-0055'; did you mean VER-005?"),
        (["controls", "list", "--compliance", "hipa"], "unknown framework 'hipa'; did you mean hipaa?"),
    ],
)
def test_an_unknown_name_is_one_line_and_exit_2(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_listing_says_what_of_the_bundle_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "A-001.yaml").write_text("id: A-001\n", encoding="utf-8")
    for command in (["policies", "list"], ["controls", "list"]):
        assert "A-001.yaml:1" in run(*command, "--policy", str(tmp_path)).stderr


def test_a_long_id_of_another_program_moves_no_other_title(tmp_path: Path) -> None:
    rule = 'deny contains "every workload has to name a team that answers for it by day and by night" if input.kind'
    (tmp_path / "a.rego").write_text(f"package main\nimport rego.v1\n{rule}\n", encoding="utf-8")
    listed = run("policies", "list", "--policy", str(tmp_path)).stdout.splitlines()
    assert any(line.startswith("VER-005   high      yaml     Registries enforce") for line in listed)
    (long,) = [line for line in listed if line.startswith("main.deny.")]
    assert " high      conftest every workload" in long
