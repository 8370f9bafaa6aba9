import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.core.result import ScanResult
from scanner.reports import RENDERERS
from scanner.reports.interface import RenderOptions


def test_each_format_renders(full: ScanResult) -> None:
    reports = {name: render(full, RenderOptions()) for name, render in RENDERERS.items()}

    assert list(reports)[:3] == ["terminal", "json", "sarif"]
    assert "BLOCKED" in reports["terminal"]
    assert json.loads(reports["json"])["verdict"]["decision"] == "BLOCKED"
    assert json.loads(reports["sarif"])["version"] == "2.1.0"


@pytest.mark.parametrize("name", list(RENDERERS))
def test_a_report_ends_with_one_line_end_and_names_no_absolute_path(full: ScanResult, name: str) -> None:
    report = RENDERERS[name](full, RenderOptions())

    assert report.endswith("\n")
    assert not report.endswith("\n\n")
    assert str(Path.cwd()) not in report
    assert "file:/" not in report


@pytest.mark.parametrize("name", list(RENDERERS))
def test_a_report_can_be_written_as_utf_8_whatever_was_scanned(
    make_result: Callable[..., ScanResult], name: str
) -> None:
    half = "half a pair \ud83d"
    report = RENDERERS[name](make_result(half, message=half, cause=half, attribute="a"), RenderOptions())

    # The outputs of a step are words and numbers alone.
    assert ("half a pair" in report.encode().decode()) is (name != "github-outputs")


@pytest.mark.parametrize("name", list(RENDERERS))
def test_a_second_process_writes_the_same_bytes(full: ScanResult, name: str) -> None:
    code = (
        "import importlib.util, sys; from scanner.reports import RENDERERS;"
        "from scanner.reports.interface import RenderOptions;"
        "spec = importlib.util.spec_from_file_location('results', sys.argv[1]);"
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module);"
        "sys.stdout.buffer.write(RENDERERS[sys.argv[2]](module.FULL, RenderOptions()).encode())"
    )
    conftest = Path(__file__).with_name("conftest.py")
    answer = subprocess.run([sys.executable, "-c", code, conftest, name], capture_output=True, check=True)

    assert answer.stdout.decode() == RENDERERS[name](full, RenderOptions())


def test_the_table_costs_neither_rich_nor_sarif_om() -> None:
    code = "import sys, scanner.reports; print({'rich', 'sarif_om'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout == "set()\n"
