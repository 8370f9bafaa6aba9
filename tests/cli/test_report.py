"""`releasegate report`, as a user runs it, on the result of one scan."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scanner.cli.report import report
from scanner.config import UsageError

COMMAND = Path(sys.executable).parent / "releasegate"
BLOCKED, USAGE, INTERNAL = 1, 2, 4
MAIN_TF = 'resource "aws_s3_bucket" "modèles" {\n  bucket = "acme-models"\n}\n'


def run(*arguments: str | Path, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [COMMAND, *arguments], input=given, capture_output=True, check=False, env={**os.environ, **environment}
    )


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the reports of one scan that blocks."""
    folder = tmp_path_factory.mktemp("scanned")
    (folder / "main.tf").write_text(MAIN_TF, encoding="utf-8")
    reports: list[str | Path] = [
        "-f",
        "json",
        "-o",
        folder / "result.json",
        "-f",
        "terminal",
        "-o",
        folder / "report.txt",
    ]
    reports += ["-f", "sarif", "-o", folder / "github.sarif", "--sarif-for", "github"]
    done = run("scan", folder / "main.tf", "--as-of", "2026-11-21", *reports, SOURCE_DATE_EPOCH="1795219200")
    assert (done.returncode, done.stdout) == (BLOCKED, b""), done.stderr
    return folder


def test_a_saved_result_gives_the_reports_of_the_scan(scanned: Path, tmp_path: Path) -> None:
    wanted: list[str | Path] = [
        "-f",
        "terminal",
        "-o",
        tmp_path / "report.txt",
        "-f",
        "sarif",
        "-o",
        tmp_path / "github.sarif",
    ]
    done = run("report", scanned / "result.json", *wanted, "--sarif-for", "github", SOURCE_DATE_EPOCH="1795219200")

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    for name in ("report.txt", "github.sarif"):
        assert (tmp_path / name).read_bytes() == (scanned / name).read_bytes()


def test_it_reads_standard_input_and_exits_by_the_verdict_only_when_asked(scanned: Path) -> None:
    saved = (scanned / "result.json").read_bytes()
    shown, gated = run("report", "-", given=b"\xef\xbb\xbf" + saved), run("report", "-", "--gate", given=saved)

    assert (shown.returncode, gated.returncode) == (0, BLOCKED)
    assert shown.stdout == gated.stdout == (scanned / "report.txt").read_bytes()


def test_what_cannot_be_rendered_is_a_usage_error(scanned: Path, tmp_path: Path) -> None:
    result = scanned / "result.json"
    damaged = json.loads(result.read_bytes())
    damaged["verdict"]["decision"] = "FINE"
    (tmp_path / "damaged.json").write_text(json.dumps(damaged), encoding="utf-8")
    (tmp_path / "latin.json").write_bytes(b'{"a": "\xfc"}')

    assert _refusal(tmp_path / "damaged.json").startswith(f"{tmp_path}/damaged.json: verdict.decision: 'FINE' is not")
    assert _refusal(tmp_path / "latin.json").endswith("latin.json: not UTF-8 text, so it is no result of a scan")
    assert _refusal(tmp_path / "none.json").endswith("none.json cannot be read: No such file or directory")
    assert _refusal(result, formats=["htlm"]).startswith("unknown format 'htlm': expected terminal, json")
    assert _refusal(result, formats=["json", "sarif"]).startswith("only one report can go to standard output")
    same = [tmp_path / "a", tmp_path / "a"]
    assert _refusal(result, formats=["json", "sarif"], outputs=same).startswith(
        "two reports cannot go to the same file"
    )
    assert _refusal(result, sarif_for="gitub") == (
        "unknown reader 'gitub' of SARIF: expected github; did you mean github?"
    )


def _refusal(saved: Path, **options: Any) -> str:
    with pytest.raises(UsageError) as refused:
        report(saved, **options)
    return str(refused.value)


def test_the_time_of_a_report_is_what_source_date_epoch_says(scanned: Path) -> None:
    done = run("report", scanned / "result.json", SOURCE_DATE_EPOCH="yesterday")

    assert done.returncode == USAGE
    assert done.stderr == b"releasegate: error: SOURCE_DATE_EPOCH='yesterday' is no number of seconds since 1970\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_goes_away_sees_no_verdict_and_the_files_are_written(
    scanned: Path, tmp_path: Path, unbuffered: str
) -> None:
    reports = ("-f", "json", "-o", "-", "-f", "terminal", "-o", tmp_path / "again.txt")
    arguments: list[str | Path] = [COMMAND, "report", scanned / "result.json", "--gate", *reports]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.read(1) == b"{"
        process.stdout.close()
        told = process.stderr.read()

    assert (process.returncode, told) == (INTERNAL, b"")
    assert (tmp_path / "again.txt").read_bytes() == (scanned / "report.txt").read_bytes()
