"""A scan with Checkov among the engines: its findings are findings like any other, and what it found is kept."""

import json
import shutil
import subprocess
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scanner.isolation import Worker
from tests import command
from tests.checkov_parity.command import PROGRAM

pytestmark = pytest.mark.xdist_group("checkov")  # so that one process imports Checkov

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
RELEASE = FIXTURES / "checkov" / "release"
PLANNED = FIXTURES / "parsers" / "terraform" / "plan" / "basic"
SECRETS = (
    "not-a-real-password",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "not-a-real-secret-either",
)
_ENGINES = ("--engine", "own", "--engine", "checkov")
_FORMATS = ("json", "sarif", "terminal")


@dataclass(frozen=True)
class Scan:
    """One scan: its exit code, the saved result, all reports by format, and what the worker was asked to do."""

    code: int
    reports: Mapping[str, str]
    jobs: Sequence[str]

    @property
    def result(self) -> dict[str, Any]:
        return dict(json.loads(self.reports["json"]))

    def findings(self, id_: str) -> list[dict[str, Any]]:
        return [each for each in self.result["findings"] if each["policy"] == id_]

    def policy(self, id_: str) -> dict[str, Any]:
        (found,) = (each for each in self.result["policies"] if each["id"] == id_)
        return dict(found)

    @property
    def ids(self) -> set[str]:
        """The policies that have a finding."""
        return {each["policy"] for each in self.result["findings"]}


def _scan(folder: Path, *options: str | Path, engines: Sequence[str] = _ENGINES) -> Scan:
    """Scan a folder with its cache beside it; every format is rendered."""
    reports = folder.parent / "reports"
    reports.mkdir(exist_ok=True)
    words = [word for name in _FORMATS for word in ("-f", name, "-o", str(reports / name))]
    jobs: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        call = Worker.call

        def noted(self: Worker, function: str, argument: Any, time_limit: float) -> Any:
            if "checkov" in function:
                jobs.append(function.rpartition(":")[2])
            return call(self, function, argument, time_limit)

        patch.setattr(Worker, "call", noted)
        patch.setenv("RELEASEGATE_CACHE", str(folder.parent / "cache"))
        done = command.run("scan", ".", "--no-progress", *words, *engines, *options, cwd=folder)
    assert done.returncode in (0, 1, 3), done.stderr
    return Scan(done.returncode, {name: (reports / name).read_text(encoding="utf-8") for name in _FORMATS}, jobs)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copied = tmp_path_factory.mktemp("scan") / "release"
    shutil.copytree(RELEASE, copied)
    return copied


@pytest.fixture(scope="module")
def first(folder: Path) -> Scan:
    return _scan(folder)


@pytest.fixture(scope="module")
def second(first: Scan, folder: Path) -> Scan:
    return _scan(folder)


def test_a_finding_of_checkov_alone(first: Scan) -> None:
    (finding,) = first.findings("CKV_AWS_226")
    assert (finding["status"], finding["severity"]) == ("fail", "low")
    assert finding["resource"]["address"] == "aws_db_instance.outcomes"
    assert finding["attribute"] == "auto_minor_version_upgrade"
    assert finding["location"]["path"] == "infra/main.tf"
    assert finding["location"]["start_line"] == _line("infra/main.tf", "auto_minor_version_upgrade")
    assert [(each["control"], each["strength"]) for each in finding["clauses"]] == [("SOC2-CC7.1", "supporting")]
    policy = first.policy("CKV_AWS_226")
    assert policy["engine"] == "checkov"
    assert policy["remediation"].startswith("Write `auto_minor_version_upgrade = true`.")
    terminal = first.reports["terminal"]
    assert "CKV_AWS_226" in terminal
    assert "Write `auto_minor_version_upgrade = true`." in terminal


@pytest.mark.parametrize(
    ("id_", "address", "path", "text"),
    [
        ("CKV_AWS_45", "aws_lambda_function.notify", "infra/main.tf", "AWS_ACCESS_KEY_ID"),
        ("CKV_AWS_272", "aws_lambda_function.notify", "infra/main.tf", 'resource "aws_lambda_function"'),
        ("CKV_K8S_9", "triage/Deployment/gateway/pod/gateway", "deploy/gateway.yaml", "- name: gateway"),
        ("CKV2_DOCKER_2", "image/Dockerfile#0", "image/Dockerfile", "RUN apt-get"),
    ],
)
def test_a_finding_is_on_our_resource_and_its_line(first: Scan, id_: str, address: str, path: str, text: str) -> None:
    (finding,) = first.findings(id_)
    assert (finding["status"], finding["resource"]["address"]) == ("fail", address)
    assert (finding["location"]["path"], finding["location"]["start_line"]) == (path, _line(path, text))


def test_what_a_policy_of_ours_judges_too_is_told_once_with_both_ids(first: Scan) -> None:
    (finding,) = first.findings("ENC-012")
    assert (finding["status"], finding["also"]) == ("fail", ["CKV_AWS_16"])
    assert not first.findings("CKV_AWS_16")
    assert "also judged by CKV_AWS_16" in " ".join(first.reports["terminal"].split())
    assert "CKV_AWS_16" in first.reports["sarif"]


def test_a_value_that_is_not_known_is_unknown_with_its_cause(first: Scan) -> None:
    (finding,) = first.findings("CKV_AWS_157")
    assert (finding["status"], finding["cause"]) == ("unknown", "var.multi_az has no default")
    assert finding["location"]["start_line"] == _line("infra/main.tf", "multi_az                 ")


def test_a_waiver_by_checkov_s_id_holds(first: Scan) -> None:
    (finding,) = first.findings("CKV_AWS_161")
    assert finding["waiver"]["reason"] == "clients move to IAM with the next release"
    (waiver,) = first.result["waivers"]
    assert (waiver["waiver"]["policy"], waiver["state"]) == ("CKV_AWS_161", "in force")


def test_the_gate_counts_its_findings(first: Scan, folder: Path) -> None:
    assert first.code == 1
    alone = _scan(folder, "--check", "CKV2_DOCKER_2", "--fail-on", "critical")
    assert (alone.code, alone.ids) == (0, {"CKV2_DOCKER_2"})


def test_an_unmapped_check_does_not_run_by_itself(first: Scan) -> None:
    assert "CKV_AWS_23" not in first.ids
    assert "CKV_AWS_23" not in first.result["checkov"]["quiet_checks"]


@pytest.mark.parametrize("options", [("--check", "CKV_AWS_23"), ("--checkov-all",)])
def test_an_unmapped_check_runs_where_it_is_asked_for_and_is_marked(folder: Path, options: Sequence[str]) -> None:
    scan = _scan(folder, *options)
    (finding,) = scan.findings("CKV_AWS_23")
    assert (finding["status"], finding["severity"], finding["clauses"]) == ("fail", "low", [])
    assert scan.policy("CKV_AWS_23")["mapped"] is False
    assert "unmapped" in scan.reports["terminal"]


def test_a_check_can_be_left_out(first: Scan, folder: Path) -> None:
    left = _scan(folder, "--skip-check", "CKV_AWS_226", "--skip-check", "CKV_K8S_17")
    assert first.ids - left.ids == {"CKV_AWS_226", "CKV_K8S_17"}


def test_engines_are_chosen(first: Scan, folder: Path) -> None:
    own = _scan(folder, engines=("--engine", "own"))
    assert own.ids
    assert not any(id_.startswith("CKV") for id_ in own.ids)
    assert own.jobs == []
    alone = _scan(folder, engines=("--engine", "checkov"))
    assert all(id_.startswith("CKV") for id_ in alone.ids)
    # Nothing of ours has judged, so that what it says too is no longer folded into it.
    assert {"CKV_AWS_16", "CKV_AWS_226"} <= alone.ids
    kept = {each["fingerprint"] for each in first.result["findings"] if each["policy"].startswith("CKV")}
    assert kept <= {each["fingerprint"] for each in alone.result["findings"]}


@pytest.mark.parametrize("format_", _FORMATS)
def test_no_secret_is_in_a_report(first: Scan, format_: str) -> None:
    assert first.findings("CKV_AWS_45")  # which is about two of them
    assert [secret for secret in SECRETS if secret in first.reports[format_]] == []


def test_no_text_of_the_files_is_in_the_cache(first: Scan, folder: Path) -> None:
    kept = [zlib.decompress(file.read_bytes()[32:]) for file in (folder.parent / "cache").rglob("*.answer")]
    assert any(b"aws_lambda_function.notify" in content for content in kept)
    assert not [secret for secret in SECRETS for content in kept if secret.encode() in content]


def test_a_second_scan_has_the_same_bytes_and_asks_checkov_nothing(first: Scan, second: Scan) -> None:
    assert sorted(first.jobs) == ["ready", "run", "run", "run"]
    assert second.jobs == []
    assert second.reports == first.reports
    assert second.code == first.code


def test_what_was_found_in_other_files_is_not_used(second: Scan, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "release"
    shutil.copytree(folder, other)
    shutil.copytree(folder.parent / "cache", tmp_path / "cache")
    file = other / "infra" / "main.tf"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("upgrade          = false", "upgrade          = true"), encoding="utf-8")
    scan = _scan(other)
    assert scan.jobs == ["run"]  # the Terraform root; manifests and Dockerfile are as they were
    assert second.ids - scan.ids == set()
    assert [each["status"] for each in scan.findings("CKV_AWS_226")] == ["pass"]


def test_without_the_cache_nothing_is_kept_or_used(second: Scan, folder: Path) -> None:
    cache = folder.parent / "cache"
    before = {file: file.stat().st_mtime_ns for file in cache.rglob("*")}
    scan = _scan(folder, "--no-cache")
    assert scan.jobs.count("run") == 3
    assert {file: file.stat().st_mtime_ns for file in cache.rglob("*")} == before
    assert scan.reports == second.reports


def test_a_baseline_holds_when_lines_move(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "release"
    shutil.copytree(folder, other)
    shutil.copytree(folder.parent / "cache", tmp_path / "cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RELEASEGATE_CACHE", str(tmp_path / "cache"))
        command.run("baseline", "create", ".", *_ENGINES, cwd=other)
    (baseline,) = other.rglob("*baseline*.json")
    file = other / "infra" / "main.tf"
    file.write_text("# moved\n\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    scan = _scan(other, "--baseline", baseline)
    states = {
        each["baseline_state"] for each in scan.result["findings"] if each["status"] == "fail" and not each["waiver"]
    }
    assert states == {"unchanged"}
    assert scan.code == 0


def test_a_finding_is_the_same_from_a_plan(tmp_path: Path) -> None:
    """As long as the plan knows no more than the configuration does."""
    release = tmp_path / "release"
    shutil.copytree(PLANNED, release)
    (release / "plan.json").unlink()
    before = _scan(release)
    shutil.copy(PLANNED / "plan.json", release)
    after = _scan(release)
    assert after.jobs.count("run") == 1  # on the plan
    kinds = {each["policy"].startswith("CKV") for each in before.result["findings"] if each["status"] == "fail"}
    assert kinds == {True, False}
    assert _identities(before) == _identities(after)


def _identities(scan: Scan) -> set[tuple[str, str, str]]:
    return {(each["fingerprint"], each["status"], each["resource"]["address"]) for each in scan.result["findings"]}


@pytest.mark.slow
def test_checkov_by_itself_shows_what_no_report_of_ours_does(folder: Path) -> None:
    said = subprocess.run(
        [PROGRAM, "-d", folder, "-o", "json", "--skip-download", "--framework", "terraform", "kubernetes"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert [secret for secret in SECRETS if secret not in said] == []


def _line(path: str, text: str) -> int:
    lines = (RELEASE / path).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
