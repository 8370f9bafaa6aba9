"""The two example releases, end to end: what is found, what the verdict is, and that it is always the same."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECTS = ROOT / "fixtures" / "projects"
COMMAND = Path(sys.executable).parent / "releasegate"
AS_OF = "2026-11-21"
BLOCKED, PASSED = 1, 0


@cache
def scan(project: str, cwd: Path = ROOT, seed: str = "0", engines: str = "own") -> tuple[int, Mapping[str, bytes]]:
    """The exit code and the reports of a run in the folder `cwd`, by format; the one for people on standard output."""
    with TemporaryDirectory() as folder:
        files = {format_: Path(folder) / format_ for format_ in ("json", "sarif")}
        written = [word for format_, file in files.items() for word in ("-f", format_, "-o", file)]
        done = subprocess.run(
            [COMMAND, "scan", PROJECTS / project, *written, "-f", "terminal", "--as-of", AS_OF, "--engine", engines],
            cwd=cwd,
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert done.stderr == b""
        return done.returncode, {"terminal": done.stdout} | {name: file.read_bytes() for name, file in files.items()}


@cache
def result(project: str, engines: str = "own") -> Mapping[str, Any]:
    code, reports = scan(project, engines=engines)
    return {**json.loads(reports["json"]), "exit_code": code}


def open_failures(project: str) -> list[tuple[str, str, str, int]]:
    return sorted(
        (each["policy"], each["resource"]["address"], each["location"]["path"], each["location"]["start_line"])
        for each in result(project)["findings"]
        if each["status"] == "fail"
    )


def test_the_faulty_release_is_blocked_by_exactly_its_faults() -> None:
    expected = yaml.safe_load((PROJECTS / "triage-model.expected.yaml").read_text(encoding="utf-8"))
    prefix = "fixtures/projects/triage-model/"
    found = [
        f"{policy} {path.removeprefix(prefix)}:{line} {address}"
        for policy, address, path, line in open_failures("triage-model")
    ]
    assert sorted(found) == sorted(expected["fail"])
    assert result("triage-model")["verdict"]["decision"] == "BLOCKED"
    assert result("triage-model")["exit_code"] == BLOCKED


def test_what_cannot_be_known_in_the_faulty_release_names_its_cause() -> None:
    expected = yaml.safe_load((PROJECTS / "triage-model.expected.yaml").read_text(encoding="utf-8"))
    unknown = [
        f"{each['policy']} {each['resource']['address']}: {each['cause']}"
        for each in result("triage-model")["findings"]
        if each["status"] == "unknown"
    ]
    assert sorted(unknown) == sorted(expected["unknown"])


def test_the_mended_release_passes_with_nothing_open_unknown_or_waived() -> None:
    mended = result("triage-model-fixed")
    others = [each for each in mended["findings"] if each["status"] != "pass"]
    assert others == []
    without, trusted = mended["notifications"]  # its own configuration names the keys whose signatures count
    assert (trusted["level"], "models.trusted_keys" in trusted["message"]) == ("note", True)
    assert (without["level"], "the engines that were chosen: own" in without["message"]) == ("note", True)
    assert (mended["verdict"]["decision"], mended["exit_code"]) == ("PASSED", PASSED)


@pytest.mark.xdist_group("checkov")
def test_the_mended_release_passes_with_checkov_too() -> None:
    mended = result("triage-model-fixed", "own,checkov")
    assert (mended["verdict"]["decision"], mended["exit_code"]) == ("PASSED", PASSED)
    assert [each["policy"] for each in mended["findings"] if each["status"] == "unknown"] == []
    failing = {each["severity"] for each in mended["findings"] if each["status"] == "fail"}
    assert failing == {"low", "medium"}
    by_checkov = [each for each in mended["findings"] if each["policy"].startswith("CKV")]
    assert {each["resource"]["format"] for each in by_checkov} == {"terraform", "kubernetes", "dockerfile"}


def test_the_mended_release_is_judged_on_every_layer() -> None:
    formats = {each["resource"]["format"] for each in result("triage-model-fixed")["findings"]}
    assert formats == {"terraform", "kubernetes", "dockerfile", "model"}


def test_two_runs_from_two_directories_give_the_same_bytes(tmp_path: Path) -> None:
    first = scan("triage-model")
    second = scan("triage-model", tmp_path, seed="2")
    # What was scanned is shown as the user would find it; nothing else may differ.
    assert str(tmp_path).encode() not in second[1]["terminal"]
    assert first == second


def test_no_report_names_a_secret() -> None:
    secrets = (PROJECTS / "triage-model.expected.yaml").read_text(encoding="utf-8")
    reports = scan("triage-model")[1].values()
    for secret in yaml.safe_load(secrets)["secrets"]:
        assert any(
            secret in path.read_text(encoding="utf-8")
            for path in (PROJECTS / "triage-model").rglob("*")
            if path.is_file()
        )
        assert not any(secret.encode() in report for report in reports), secret
