"""What the gate makes of a scan on the command line: exit codes, folders, and `--show-config`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from scanner.cli import app
from scanner.cli.exit_codes import ExitCode, exit_code
from scanner.config import UsageError
from scanner.core.result import Decision, Verdict

REGISTRY = """\
resource "aws_ecr_repository" "{name}" {{
  name                 = "{name}"
  image_tag_mutability = "MUTABLE"
}}
"""

HOUSE = """\
id: house
prefix: HOUSE
title: Rules of the house
version: first edition
url: https://house.example
controls:
  - id: HOUSE-1
    title: Tags
    citation: House rule 1
    paraphrase: A tag that was pushed stays what it is.
    url: https://house.example
    evidence: automated
    policies: {VER-005: direct}
"""


@pytest.mark.parametrize(
    ("decision", "is_complete", "plain", "soft"),
    [
        (Decision.PASSED, True, 0, 0),
        (Decision.PASSED, False, 0, 0),  # the rules have accepted it
        (Decision.BLOCKED, True, 1, 0),
        (Decision.BLOCKED, False, 1, 3),
        (Decision.INCOMPLETE, False, 3, 3),
    ],
)
def test_soft_fail_hides_no_incomplete_scan(decision: Decision, is_complete: bool, plain: int, soft: int) -> None:
    verdict = Verdict(decision, ("because",), is_complete)
    assert (exit_code(verdict), exit_code(verdict, soft_fail=True)) == (plain, soft)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


def scan(*arguments: str | Path, environment: dict[str, str] | None = None) -> Done:
    done = CliRunner().invoke(app, ["scan", *map(str, arguments)], env=environment)
    if isinstance(done.exception, UsageError):
        raise done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def result(*arguments: str | Path) -> tuple[int, Any]:
    done = scan("-f", "json", "--no-progress", "--as-of", "2026-11-21", *arguments)
    return done.code, json.loads(done.stdout)


@pytest.fixture(name="monorepo", scope="module")
def _monorepo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two services with a mutable registry each (VER-005, high); the one in `a` is judged by rules of its own."""
    root = tmp_path_factory.mktemp("monorepo")
    (root / ".git").mkdir()
    for name in ("a", "b"):
        (root / "services" / name).mkdir(parents=True)
        (root / "services" / name / "main.tf").write_text(REGISTRY.format(name=name), encoding="utf-8")
    (root / "services" / "a" / "left-out.tf").write_text(REGISTRY.format(name="x"), encoding="utf-8")
    (root / "releasegate.yaml").write_text("check: [VER-005, ENC-002]\nfail_on: critical\n", encoding="utf-8")
    own = "fail_on: low\nexclude: [/left-out.tf]\nskip_check: [ENC-002]\n"
    (root / "services" / "a" / "releasegate.yaml").write_text(own, encoding="utf-8")
    return root


def test_a_folder_is_judged_by_the_same_in_a_scan_of_it_and_of_everything(monorepo: Path) -> None:
    code, whole = result(monorepo)
    reason, remark = whole["verdict"]["reasons"]
    assert (code, reason) == (1, "1 high failure at or above low in services/a")
    assert remark.startswith("the scanned tree says itself what it lets pass or leaves out: releasegate.yaml:1, ")
    assert whole["verdict"] == result(monorepo / "services" / "a")[1]["verdict"]
    code, other = result(monorepo / "services" / "b")
    assert (code, other["verdict"]["reasons"][0]) == (0, "no open failure at or above critical")
    assert [finding["resource"]["address"] for finding in other["findings"]] == ["aws_ecr_repository.b"]
    both = {finding["resource"]["address"] for finding in whole["findings"] if finding["policy"] == "VER-005"}
    assert both == {"aws_ecr_repository.a", "aws_ecr_repository.b"}


def test_what_a_folder_skips_is_met_nowhere(tmp_path: Path) -> None:
    house = tmp_path / "house" / "frameworks" / "house.yaml"
    house.parent.mkdir(parents=True)
    house.write_text(HOUSE, encoding="utf-8")
    root = tmp_path / "repository"
    for name in ("a", "b"):
        (root / name).mkdir(parents=True)
        text = REGISTRY.format(name=name).replace('"MUTABLE"', '"IMMUTABLE"')
        (root / name / "main.tf").write_text(text, encoding="utf-8")
    options = (root, "--policy", house.parent.parent, "--compliance", "house")
    assert _standing(result(*options, "--check", "VER-005")[1]) == ("met", "2 checks passed")
    (root / "a" / "releasegate.yaml").write_text("fail_on: low\nskip_check: [VER-005]\n", encoding="utf-8")
    (root / "releasegate.yaml").write_text("check: [VER-005]\n", encoding="utf-8")
    whole = result(*options)[1]
    assert _standing(whole) == ("not evaluated", "not evaluated: VER-005")
    assert [finding["resource"]["address"] for finding in whole["findings"]] == ["aws_ecr_repository.b"]
    told = {
        (note["location"]["path"], note["location"]["start_line"], note["message"]) for note in whole["notifications"]
    }
    assert told == {
        ("a/releasegate.yaml", 2, "the scanned tree sets skip_check for its own scan: VER-005"),
        ("releasegate.yaml", 1, "the scanned tree sets check for its own scan: VER-005"),
    }


def _standing(document: Any) -> tuple[str, str]:
    ((control,),) = (framework["controls"] for framework in document["frameworks"])
    return control["standing"], control["reason"]


def test_a_configuration_that_is_named_keeps_the_scanned_tree_out(monorepo: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate.yaml"
    gate.write_text("check: [VER-005]\nfail_on: critical\n", encoding="utf-8")
    code, whole = result(monorepo, "--config", gate)
    assert (code, whole["verdict"]["reasons"]) == (0, ["no open failure at or above critical"])
    assert len(whole["findings"]) == 3  # one of them in the file that the folder would leave out
    assert whole["notifications"] == []


def test_soft_fail_and_a_profile_end_to_end(monorepo: Path, tmp_path: Path) -> None:
    options = ["--check", "VER-005", "--profile", "prod", "--soft-fail", "--compliance", "gdpr"]
    report = tmp_path / "result.json"
    done = scan(monorepo / "services" / "b", *options, "-q", "-f", "json", "-o", report)
    assert done.code == ExitCode.PASSED
    assert done.stderr == "releasegate: the release is blocked, let through (soft fail, exit code 0)\n"
    written = json.loads(report.read_text(encoding="utf-8"))
    assert (written["verdict"]["decision"], written["verdict"]["profile"]) == ("BLOCKED", "prod")
    judged = {framework["id"] for framework in written["frameworks"]}
    assert judged == {"gdpr", "hipaa", "eu-ai-act"}  # what must be met is judged whatever --compliance names


def test_every_value_is_shown_with_where_it_was_set(monorepo: Path) -> None:
    arguments: list[str | Path] = [
        monorepo,
        "--show-config",
        "--profile",
        "prod",
        "--allow-unknown",
        "--build-arg",
        "API_TOKEN=verysecret",
    ]
    environment = {"RELEASEGATE_FAIL_ON": "low"}
    done = scan(*arguments, environment=environment)
    assert done.code == ExitCode.PASSED
    lines = [tuple(part.strip() for part in line.split(" # ")) for line in done.stdout.splitlines()]
    assert {
        ("fail_on: low", "environment RELEASEGATE_FAIL_ON"),
        ("allow_unknown: true", "option --allow-unknown"),
        ("max_waivers: 10", "profile prod"),
        ("check: [VER-005, ENC-002]", "releasegate.yaml:1"),
        ("exclude: [/services/a/left-out.tf]", "services/a/releasegate.yaml:2"),
        ("skip_check: [ENC-002]", "services/a/releasegate.yaml:3"),
        ("use_gitignore: true", "default"),
        ("API_TOKEN: '********'", "option --build-arg"),
    } <= set(lines)
    assert "verysecret" not in done.stdout
    shown = yaml.safe_load(done.stdout)
    assert shown["allow_unknown"] is True
    assert shown["dockerfile"]["build_args"] == {"API_TOKEN": "********"}
    assert shown["folders"]["services/a"]["skip_check"] == ["ENC-002"]
    assert scan(*arguments, environment=environment).stdout == done.stdout


def test_an_unknown_profile_is_a_usage_error(monorepo: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown profile 'prd' \(option --profile\): .*did you mean prod\?"):
        scan(monorepo, "--profile", "prd")
