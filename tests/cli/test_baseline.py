"""`baseline create`, and what `scan` makes of it; `scan --changed`."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scanner.cli import app
from scanner.cli.exit_codes import ExitCode
from tests.comparison.histories import CHECK, acl

OPTIONS = ("--check", CHECK, "--no-progress", "--as-of", "2026-11-21")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(acl(name))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def called(*arguments: str) -> Result:
    result = CliRunner().invoke(app, [*arguments, *OPTIONS])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def entries(file: Path) -> Sequence[str]:
    return [entry["path"] for entry in json.loads(file.read_text())["findings"]]


def test_what_is_there_is_written_down_and_blocks_no_more(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = root / ".releasegate/baseline.json"
    monkeypatch.chdir(root / "a")  # the file is in the root all the same
    result = called("baseline", "create", "..")
    assert (result.exit_code, result.stdout) == (ExitCode.PASSED, f"{file}: 2 findings\n")
    assert entries(file) == ["a/main.tf", "b/main.tf"]
    before = file.read_bytes()
    assert called("baseline", "create", "..").stdout == f"{file}: 2 findings, 0 added, 0 removed\n"
    assert file.read_bytes() == before
    monkeypatch.chdir(root)
    assert called("scan", "--baseline", str(file)).exit_code == ExitCode.PASSED
    assert called("scan").exit_code == ExitCode.BLOCKED
    (root / "b/main.tf").write_text(acl("b", "private"))
    (root / "a/more.tf").write_text(acl("more"))
    result = called("scan", "-f", "json", "--baseline", str(file))
    assert result.exit_code == ExitCode.BLOCKED
    assert [each["path"] for each in json.loads(result.stdout)["comparison"]["fixed"]] == ["b/main.tf"]
    assert "2 findings, 1 added, 1 removed" in called("baseline", "create").stdout


def test_a_scan_of_a_part_or_by_other_policies_calls_nothing_else_fixed(root: Path) -> None:
    called("baseline", "create", "-o", "known.json")
    (root / "a/main.tf").write_text("# nothing\n")
    (root / "b/main.tf").write_text("# nothing\n")
    part = called("scan", "-f", "json", "--baseline", "known.json", "a")
    assert [each["path"] for each in json.loads(part.stdout)["comparison"]["fixed"]] == ["a/main.tf"]
    arguments = ["scan", "-f", "json", "--baseline", "known.json", "--check", "NET-004", "--no-progress"]
    other = CliRunner().invoke(app, arguments)
    assert json.loads(other.stdout)["comparison"]["fixed"] == []


def test_a_baseline_of_a_scan_that_is_incomplete_says_so(root: Path) -> None:
    (root / "a/broken.tf").write_text('resource "x" {\n')
    result = called("baseline", "create", "-o", "known.json")
    assert result.exit_code == ExitCode.INCOMPLETE
    assert "a/broken.tf:" in result.stderr
    assert "the scan is incomplete" in result.stderr
    assert "b/main.tf" in entries(root / "known.json")


def test_a_file_that_is_no_baseline_is_not_overwritten(root: Path) -> None:
    result = CliRunner().invoke(app, ["baseline", "create", "-o", "a/main.tf", *OPTIONS])
    assert "no baseline" in str(result.exception)
    assert (root / "a/main.tf").read_text() == acl("a")


def test_changed_files_are_reported_with_their_roots_alone(root: Path) -> None:
    assert called("scan", "--changed", "a/main.tf", "-q").exit_code == ExitCode.BLOCKED
    result = called("scan", "--changed", "a/gone.txt", "-f", "json")
    assert result.exit_code == ExitCode.PASSED
    assert json.loads(result.stdout)["findings"] == []
    result = called("scan", "--changed", "b/main.tf", "-f", "json")
    assert [each["location"]["path"] for each in json.loads(result.stdout)["findings"]] == ["b/main.tf"]
    assert "1 open finding elsewhere" in result.stdout
    result = CliRunner().invoke(app, ["scan", "--changed", *OPTIONS])
    assert "--changed needs the files" in str(result.exception)
