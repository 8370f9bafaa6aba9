"""Options of the Checkov engine on the command line: which engines judge, and checks that a user has written."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scanner.cli.checkov_options import checkov, engines
from scanner.config import UsageError
from tests import command

BUCKETS = """\
resource "aws_s3_bucket" "good" {
  bucket = "acme-models"
  tags = { owner = "ml" }
}

resource "aws_s3_bucket" "bad" {
  bucket = "models"
}
"""
NAMED = """\
metadata:
  id: CKV2_HOUSE_1
  name: "Buckets are named after the house"
  category: CONVENTION
  severity: MEDIUM
  guideline: https://house.example/naming
definition:
  cond_type: attribute
  resource_types: [aws_s3_bucket]
  attribute: bucket
  operator: starting_with
  value: acme-
"""
OWNED = """\
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class Owned(BaseResourceCheck):
    def __init__(self):
        super().__init__("Buckets have an owner", "CKV_HOUSE_2", [CheckCategories.CONVENTION], ["aws_s3_bucket"])

    def scan_resource_conf(self, conf):
        self.evaluated_keys = ["tags/owner"]
        tags = conf.get("tags") or [{}]
        return CheckResult.PASSED if "owner" in tags[0] else CheckResult.FAILED


check = Owned()
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a release, and beside it checks for Checkov in `house`."""
    _write(tmp_path / "release" / "main.tf", BUCKETS)
    _write(tmp_path / "house" / "naming.yaml", NAMED)
    return tmp_path


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _scan(place: Path, *words: str | Path) -> tuple[int, dict[str, Any]]:
    """Scan the release by Checkov alone: the exit code and the result."""
    options = ["--engine", "checkov", "--no-cache", "--no-progress", "-f", "json", "-o", str(place / "result.json")]
    done = command.run("scan", ".", *options, *words, cwd=place / "release")
    assert done.returncode in (0, 1, 3), done.stderr
    return done.returncode, json.loads((place / "result.json").read_text(encoding="utf-8"))


def _told(result: dict[str, Any], id_: str) -> dict[str, str]:
    """The statuses of a check by the address of the resource."""
    return {each["resource"]["address"]: each["status"] for each in result["findings"] if each["policy"] == id_}


def _messages(result: dict[str, Any], component: str) -> list[str]:
    return [each["message"] for each in result["notifications"] if each["component"] == component]


BOTH = {"aws_s3_bucket.good": "pass", "aws_s3_bucket.bad": "fail"}
TESTS_WITH_A_PROCESS = pytest.mark.xdist_group("checkov")


@TESTS_WITH_A_PROCESS
def test_a_check_in_yaml_is_a_policy_like_any_other(place: Path) -> None:
    code, result = _scan(place, "--checkov-policies", "../house", "--check", "CKV2_HOUSE_1", "--fail-on", "medium")
    assert (code, _told(result, "CKV2_HOUSE_1")) == (1, BOTH)
    (failure,) = (each for each in result["findings"] if each["status"] == "fail")
    assert (failure["severity"], failure["location"]["start_line"], failure["attribute"]) == ("medium", 7, "bucket")
    (policy,) = result["policies"]
    assert policy["title"] == "Buckets are named after the house"
    assert policy["references"] == ["https://house.example/naming"]


@TESTS_WITH_A_PROCESS
def test_it_is_waived_by_its_id(place: Path) -> None:
    waiver = '# releasegate:ignore=CKV2_HOUSE_1 until=2999-01-01 reason="older than the house"'
    _write(place / "release" / "main.tf", BUCKETS.replace('= "models"', f'= "models" {waiver}'))
    code, result = _scan(place, "--checkov-policies", "../house", "--check", "CKV2_HOUSE_1", "--fail-on", "medium")
    assert code == 0
    assert [each["waiver"]["reason"] for each in result["findings"] if each["waiver"]] == ["older than the house"]


@TESTS_WITH_A_PROCESS
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("frameworks/soc2.yaml", "extends: soc2\ncontrols:\n  - {id: SOC2-CC8.1, policies: {CKV2_HOUSE_1: direct}}\n"),
        (
            "checkov.yaml",
            "areas:\n"
            "  NAME: {title: Names, rationale: A name says whose it is., clauses: {SOC2-CC8.1: direct}}\n"
            "checks:\n"
            "  - {id: CKV2_HOUSE_1, title: Names of the house, severity: critical, area: NAME,\n"
            "     types: [aws_s3_bucket], remediation: Name it acme-something.}\n",
        ),
    ],
)
def test_it_is_mapped_by_a_folder_of_policies(place: Path, file: str, text: str) -> None:
    _write(place / "rules" / file, text)
    words = ("--checkov-policies", "../house", "--policy", "../rules", "--check", "CKV2_HOUSE_1")
    code, result = _scan(place, *words)
    assert _told(result, "CKV2_HOUSE_1") == BOTH
    (failure,) = (each for each in result["findings"] if each["status"] == "fail")
    assert [each["control"] for each in failure["clauses"]] == ["SOC2-CC8.1"]
    is_in_map = file == "checkov.yaml"
    assert (code, failure["severity"]) == ((1, "critical") if is_in_map else (0, "medium"))
    (policy,) = result["policies"]
    assert policy["remediation"] == ("Name it acme-something." if is_in_map else "")


@TESTS_WITH_A_PROCESS
@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("  name:", "  title:", 1, "the metadata of a check of Checkov needs name, as text"),
        ("CKV2_HOUSE_3", '"A_\\u202E_B"', 2, "the id of a check of Checkov is one word"),
        ("  category: CONVENTION\n", "", 1, "the metadata of a check of Checkov needs category"),
        (
            "severity: MEDIUM",
            "severity: dreadful",
            5,
            "unknown severity 'dreadful': expected low, medium, high, critical",
        ),
        ("definition:", "definitions:", 1, "a check of Checkov needs metadata and definition"),
        ("metadata:", "metadata: [", 3, ""),
    ],
)
def test_a_broken_one_is_named_with_its_line_and_the_scan_incomplete(
    place: Path, old: str, new: str, line: int, said: str
) -> None:
    _write(place / "house" / "broken.yaml", NAMED.replace("HOUSE_1", "HOUSE_3").replace(old, new))
    code, result = _scan(place, "--checkov-policies", "../house", "--check", "CKV2_HOUSE_1")
    (note,) = (each for each in result["notifications"] if each["component"] == "bundle")
    assert (note["level"], note["location"]["path"]) == ("error", "house/broken.yaml")
    assert note["location"]["start_line"] == line
    assert said in note["message"]
    assert code == 3
    assert _told(result, "CKV2_HOUSE_1") == BOTH


@TESTS_WITH_A_PROCESS
def test_one_that_only_checkov_finds_broken_is_named_too(place: Path) -> None:
    _write(place / "house" / "broken.yaml", NAMED.replace("HOUSE_1", "HOUSE_3").replace("starting_with", "begins_with"))
    _, result = _scan(place, "--checkov-policies", "../house")
    assert not result["verdict"]["is_complete"]
    (message,) = (each for each in _messages(result, "engine") if "CKV2_HOUSE_3" in each)
    assert "house/broken.yaml" in message
    assert _told(result, "CKV2_HOUSE_1") == BOTH


@TESTS_WITH_A_PROCESS
def test_python_runs_only_with_the_flag_that_says_so(place: Path) -> None:
    _write(place / "house" / "__init__.py", "")
    _write(place / "house" / "owner.py", OWNED)
    _, without = _scan(place, "--checkov-policies", "../house")
    (message,) = _messages(without, "bundle")
    assert message.startswith("checks in Python (1 files) were not run; with --checkov-python they are")
    assert not _told(without, "CKV_HOUSE_2")
    _, with_it = _scan(place, "--checkov-policies", "../house", "--checkov-python")
    assert not _messages(with_it, "bundle")
    assert _told(with_it, "CKV_HOUSE_2") == BOTH
    assert _told(with_it, "CKV2_HOUSE_1") == BOTH
    (policy,) = (each for each in with_it["policies"] if each["id"] == "CKV_HOUSE_2")
    assert (policy["title"], policy["severity"], policy["mapped"]) == ("Buckets have an owner", "high", False)
    (failure,) = (each for each in with_it["findings"] if each["policy"] == "CKV_HOUSE_2" and each["status"] == "fail")
    assert failure["location"]["start_line"] == 6
    # The next scan in the same process knows nothing of it.
    assert not _told(_scan(place)[1], "CKV_HOUSE_2")


@pytest.mark.parametrize("is_trusted", [False, True])
def test_a_file_of_the_scanned_tree_cannot_have_python_run(place: Path, is_trusted: bool) -> None:
    settings = "checkov: {policies: [checks], run_python: true}\nengine: [own]\n"
    _write(place / "release" / "releasegate.yaml", settings)
    _write(place / "release" / "checks" / "naming.yaml", NAMED)
    options = ["--config", "releasegate.yaml"] if is_trusted else []
    done = command.run("scan", ".", "--no-progress", "--show-config", *options, cwd=place / "release")
    if is_trusted:
        assert done.returncode == 0
        assert "run_python: true" in " ".join(done.stdout.split())
    else:
        assert done.returncode == 2
        assert "has Python of the scanned tree run; that takes --checkov-python" in done.stderr


def test_a_file_of_the_scanned_tree_cannot_name_checks_outside_of_it(place: Path) -> None:
    _write(place / "release" / "releasegate.yaml", "checkov: {policies: [../house]}\n")
    (place / "release" / ".git").mkdir()
    done = command.run("scan", ".", "--no-progress", cwd=place / "release")
    assert done.returncode == 2
    assert "../house" in done.stderr


def test_a_folder_of_checks_that_is_not_there_is_a_usage_error(place: Path) -> None:
    done = command.run("scan", ".", "--checkov-policies", "../hose", "--no-progress", cwd=place / "release")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the folder of Checkov checks" in done.stderr


def test_an_id_that_checkov_has_cannot_be_taken(place: Path) -> None:
    _write(place / "house" / "naming.yaml", NAMED.replace("CKV2_HOUSE_1", "CKV_AWS_18"))
    done = command.run(
        "scan", ".", "--engine", "own", "--checkov-policies", "../house", "--no-progress", cwd=place / "release"
    )
    assert done.returncode in (1, 3)
    assert "CKV_AWS_18 is already defined in" in " ".join(done.stdout.split())


def test_engines_by_name() -> None:
    assert engines(["own", "checkov"]) == ("own", "checkov")
    with pytest.raises(UsageError, match=r"unknown engine 'chekov': expected own, checkov, .*; did you mean checkov"):
        engines(["chekov"])


@pytest.mark.parametrize(
    ("words", "used"),
    [
        ((), "[own]"),  # the environment of the tests
        (("--engine", "checkov", "--engine", "rego"), "[checkov, rego]"),
    ],
)
def test_an_option_wins_over_the_environment_and_that_over_the_file(
    place: Path, words: Sequence[str], used: str
) -> None:
    _write(place / "release" / "releasegate.yaml", "engine: [conditions]\n")
    done = command.run("scan", ".", "--show-config", "--no-progress", *words, cwd=place / "release")
    assert done.returncode == 0
    assert f"\nengine: {used} " in done.stdout


def test_options_by_the_names_of_the_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RELEASEGATE_CACHE", str(tmp_path))
    assert checkov(None, is_all=False, run_python=False, no_cache=False) == {
        "all_checks": None,
        "policies": (),
        "run_python": None,
        "cache": tmp_path / "checkov",
    }
    assert checkov([tmp_path], is_all=True, run_python=True, no_cache=True)["cache"] is None
