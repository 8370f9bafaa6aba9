"""`policies test`, `new`, `show`, `list` and `docs`, as somebody who writes policies runs them."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests import command

COMMAND = Path(sys.executable).parent / "releasegate"
PASSED, FAILED, USAGE, INCOMPLETE = 0, 1, 2, 3
TESTS = """package main

import rego.v1

test_good if true
"""


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return command.run("policies", *arguments, cwd=cwd)


def run_for_real(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, "policies", *arguments], capture_output=True, text=True, check=False, cwd=cwd)


@pytest.mark.slow
def test_from_nothing_to_a_policy_that_is_tested(tmp_path: Path) -> None:
    run = run_for_real
    made = run("new", "ORG-001", "--into", "my rüles", cwd=tmp_path)
    assert (made.returncode, made.stderr) == (PASSED, "")
    assert made.stdout.splitlines()[0] == "my rüles/ORG-001.rego"
    assert "releasegate policies test 'my rüles'" in made.stdout
    done = run("test", "my rüles", "--coverage", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (PASSED, "")
    assert "examples    3 passed" in done.stdout
    assert "my rüles/ORG-001.rego  100.0 %" in done.stdout
    assert str(tmp_path) not in done.stdout
    linted = run("lint", "my rüles", cwd=tmp_path)
    assert linted.returncode == PASSED

    policy = tmp_path / "my rüles" / "ORG-001.rego"
    policy.write_text(policy.read_text(encoding="utf-8").replace("== true", "== false"), encoding="utf-8")
    for where in (tmp_path, tmp_path / "my rüles"):
        done = run("test", *(["my rüles"] if where == tmp_path else []), cwd=where)
        assert done.returncode == FAILED
        assert "- fail: aws_s3_bucket.example  main.tf:3" in done.stdout

    shown = run("show", "org-001", "--policy", "my rüles", cwd=tmp_path)
    assert shown.returncode == PASSED
    assert "example      fail: my rüles/fixtures/ORG-001/fail" in shown.stdout
    assert "source       my rüles/ORG-001.rego" in shown.stdout
    assert "package releasegate.org_001" in shown.stdout
    assert "\nsource " not in run("show", "ORG-001", "--no-source", "--policy", "my rüles", cwd=tmp_path).stdout


def test_new_overwrites_nothing_and_suggests_an_id_that_is_free(tmp_path: Path) -> None:
    assert run("new", "ORG-001", "--yaml", "--type", "Deployment", cwd=tmp_path).returncode == PASSED
    again = run("new", "ORG-001", cwd=tmp_path)
    assert (again.returncode, again.stdout) == (USAGE, "")
    assert "ORG-001 is taken; the next one that is free is ORG-002" in again.stderr
    assert "the next one that is free is ENC-0" in run("new", "ENC-002", cwd=tmp_path).stderr
    (tmp_path / "ORG-002.rego").write_text("mine", encoding="utf-8")
    there = run("new", "ORG-002", cwd=tmp_path)
    assert there.returncode == USAGE
    assert "ORG-002.rego exists already; nothing was written" in there.stderr
    assert (tmp_path / "ORG-002.rego").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "fixtures" / "ORG-002").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", "ORG-001", "--type", "model_fil"], "did you mean model_file"),
        (["new", "ORG-001", "--severity", "hihg"], "did you mean high"),
        (["new", "ORG-001", "--title", "short"], "--title is one line"),
        (["new", "nonsense"], "such as NONSENSE-001"),
        (["test", "nowhere"], "nowhere does not exist"),
        (["test", "--run", "("], "is no regular expression"),
        (["test", "-f", "jsn"], "did you mean json"),
        (["test", "--timeout", "0"], "--timeout"),
        (["test", "--coverage", "--rego-engine", "opa"], "coverage"),
        (["list", "-f", "yaml"], "unknown format"),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_run_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "main.rego").write_text("package main\n\nimport rego.v1\n\ndeny contains 1 if false\n", "utf-8")
    done = run("test", cwd=tmp_path)
    assert done.returncode == INCOMPLETE
    assert "there was nothing to run" in done.stderr
    (tmp_path / "main_test.rego").write_text(TESTS.replace("test_good", "todo_test_good"), encoding="utf-8")
    assert run("test", cwd=tmp_path).returncode == INCOMPLETE


def test_what_could_not_be_run_weighs_more_than_what_failed(tmp_path: Path) -> None:
    (tmp_path / "main_test.rego").write_text(f"{TESTS}\ntest_bad if false\n", encoding="utf-8")
    assert run("test", cwd=tmp_path).returncode == FAILED
    (tmp_path / "broken.rego").write_text("package broken\n\nx if {\n", encoding="utf-8")
    done = run("test", cwd=tmp_path)
    assert done.returncode == INCOMPLETE
    assert "broken.rego:" in done.stdout


def test_the_usual_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "main_test.rego").write_text(TESTS, encoding="utf-8")
    done = run_for_real("test", "-v", cwd=tmp_path)
    assert done.returncode == PASSED
    assert done.stdout.splitlines()[:2] == ["policy", "  passed   data.main.test_good"]


def test_coverage_that_is_too_low(tmp_path: Path) -> None:
    rules = 'package main\n\nimport rego.v1\n\ndeny contains "x" if input.x\n\nother if input.y\n'
    (tmp_path / "main.rego").write_text(rules, encoding="utf-8")
    (tmp_path / "main_test.rego").write_text(f'{TESTS}\ntest_x if "x" in deny with input.x as true\n', encoding="utf-8")
    done = run("test", "--coverage-below", "60", cwd=tmp_path)
    assert done.returncode == FAILED
    assert "main.rego: 1 of 2 lines were reached, less than 60 %" in done.stderr
    assert "line 7: other (never reached)" in done.stdout
    assert run("test", "--coverage-below", "50", cwd=tmp_path).returncode == PASSED


def test_formats_for_programs(tmp_path: Path) -> None:
    (tmp_path / "main_test.rego").write_text(f'{TESTS}\ntest_bad if "\\u0001" == "b"\n', encoding="utf-8")
    done = run("test", "-f", "json", "--coverage", cwd=tmp_path)
    (found,) = json.loads(done.stdout)
    assert found["summary"]["rego"] == {"passed": 1, "failed": 1, "error": 0, "skipped": 0}
    assert [test["result"] for test in found["tests"]] == ["passed", "failed"]
    assert found["coverage"] == []
    assert run("test", "-f", "json", "--coverage", cwd=tmp_path).stdout == done.stdout
    suites = ElementTree.fromstring(run("test", "-f", "junit", cwd=tmp_path).stdout)  # noqa: S314 - our own
    (suite,) = suites
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")


def test_a_terminal_is_not_steered(tmp_path: Path) -> None:
    (tmp_path / "main_test.rego").write_text(f'{TESTS}\ntest_bad if "\\u001b[2J" == "b"\n', encoding="utf-8")
    assert "\x1b" not in run("test", cwd=tmp_path).stdout


def test_list_as_json_and_with_long_ids(tmp_path: Path) -> None:
    rule = 'package main\n\nimport rego.v1\n\ndeny contains "a long message about it" if input.kind == "Pod"\n'
    (tmp_path / "main.rego").write_text(rule, encoding="utf-8")
    listed = run("list", "--policy", ".", cwd=tmp_path)
    assert listed.returncode == PASSED
    columns = {line.index(" medium ") for line in listed.stdout.splitlines() if " medium " in line}
    assert len(columns) == 1
    found = json.loads(run("list", "-f", "json", "--policy", ".", cwd=tmp_path).stdout)
    (own,) = [each for each in found if each["language"] == "conftest"]
    shown = run("show", own["id"], "--policy", ".", cwd=tmp_path)
    assert shown.returncode == PASSED
    assert "deny contains" in shown.stdout
    assert "language     conftest" in shown.stdout


def test_docs(tmp_path: Path) -> None:
    done = run("docs", "-o", "out/pages", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (PASSED, "")
    pages = tmp_path / "out" / "pages"
    assert f"{len(list(pages.iterdir()))} pages" in done.stdout
    assert "[ENC-002](ENC-002.md)" in (pages / "README.md").read_text(encoding="utf-8")
