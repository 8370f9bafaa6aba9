"""Where Checkov is not installed a scan works all the same; where it is, only its own processes import it."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import command
from tests.environments import environment

PROJECT = Path(__file__).resolve().parents[3]
RELEASE = PROJECT / "fixtures" / "checkov" / "release"

# Each word for word as it is typed; `init` needs a model that is not there, which it says after all its imports.
_NEEDS_NO_CHECKOV = """
import contextlib, io, sys
from scanner.cli import main
for words in (["--version"], ["--help"], ["policies", "list"], ["controls", "list"], ["init", "model", "nowhere"]):
    sys.argv = ["releasegate", *words]
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        main()
import scanner.engines.checkov.evaluation  # all of the engine that the main process has
print(*sorted(name for name in sys.modules if name.partition(".")[0] == "checkov"))
"""


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("without"), "checkov")


def test_a_scan_without_it_is_that_of_the_own_engines_and_says_so_once(without: Path, tmp_path: Path) -> None:
    words = ["scan", str(RELEASE), "--no-progress", "--no-cache", "-f", "json", "-o", str(tmp_path / "without.json")]
    alone = subprocess.run(
        [without, "-m", "scanner", *words], capture_output=True, text=True, check=False, cwd=tmp_path, env={"PATH": ""}
    )
    own = command.run(
        "scan", RELEASE, "--no-progress", "-f", "json", "-o", tmp_path / "own.json", "--engine", "own", cwd=tmp_path
    )
    found, expected = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("without", "own"))
    assert (alone.returncode, found["verdict"]) == (own.returncode, expected["verdict"])
    assert [each["fingerprint"] for each in found["findings"]] == [each["fingerprint"] for each in expected["findings"]]
    said = [each["message"] for each in found["notifications"] if "Checkov" in each["message"]]
    assert len(said) == 1
    assert said[0].startswith("Checkov is not installed, so its ")
    assert said[0].endswith("or do without by --engine own")
    assert alone.stderr.count("Checkov is not installed") <= 1


@pytest.mark.parametrize(
    "asked", [("--check", "CKV_AWS_26"), ("--check", "CKV_AWS_26,VER-005"), ("--engine", "checkov")]
)
def test_nobody_can_ask_for_its_checks_without_it_and_pass(
    without: Path, tmp_path: Path, asked: tuple[str, str]
) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_sns_topic" "alerts" {\n  name = "alerts"\n}\n')
    done = subprocess.run(
        [without, "-m", "scanner", "scan", ".", *asked, "--no-progress"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={"PATH": ""},
    )  # fmt: skip
    assert done.returncode == 3
    assert "Checkov is not installed" in done.stdout + done.stderr


def test_commands_that_need_no_checkov_do_not_import_it(tmp_path: Path) -> None:
    words = [sys.executable, "-X", "importtime", "-c", _NEEDS_NO_CHECKOV]
    done = subprocess.run(
        words, capture_output=True, text=True, check=True, cwd=tmp_path, env={"PYTHONPATH": str(PROJECT)}
    )
    assert done.stdout.strip() == ""
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "scanner.engines.checkov.evaluation" in imported
    assert not [name for name in imported if name.partition(".")[0] == "checkov"]


def test_only_what_the_worker_runs_imports_it() -> None:
    folder = PROJECT / "scanner"
    naming = (file for file in folder.rglob("*.py") if "checkov" in file.read_text(encoding="utf-8"))
    importing = {_module(file) for file in naming if "checkov" in _imported(file)}
    assert importing
    ours = {_module(file): _imported_from_us(file) for file in (folder / "engines" / "checkov").rglob("*.py")}
    assert importing <= ours.keys()
    reached: set[str] = set()
    waiting = ["scanner.engines.checkov.evaluation"]
    while waiting:
        name = waiting.pop()
        if name in ours and name not in reached:
            reached.add(name)
            waiting += ours[name]
    assert len(reached) > 5
    assert not reached & importing


def _module(file: Path) -> str:
    return ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def _names(file: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [str(node.module), *(f"{node.module}.{each.name}" for each in node.names)]
    return found


def _imported(file: Path) -> set[str]:
    return {name.partition(".")[0] for name in _names(file)}


def _imported_from_us(file: Path) -> list[str]:
    return [name for name in _names(file) if name.startswith("scanner.")]
