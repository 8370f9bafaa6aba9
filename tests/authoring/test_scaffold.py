"""A new policy is right as it is written: it passes its tests and the lint."""

from pathlib import Path

import pytest

from scanner.authoring.lint import lint
from scanner.authoring.lint.subject import subject_of
from scanner.authoring.policy_folder import policy_folder
from scanner.authoring.scaffold import NewPolicy, checked_id, files_for, title_for
from scanner.authoring.starters import starter
from scanner.authoring.testing import Wanted
from scanner.config import UsageError
from scanner.core.notification import Level
from scanner.core.policy import Severity
from tests.authoring.folders import results, run_in

TYPES = (
    "aws_s3_bucket", "container", "dockerfile_stage", "model", "Deployment", "Namespace", "Gadget", "aws_kms_key",
    "google_storage_bucket", "azurerm_storage_account", "acme_thing",
)  # fmt: skip
# Nobody has mapped the policy yet; no schema says what a made-up type has; nothing in the manifest of a model can be
# unknown, and neither can a placeholder in YAML.
EXPECTED_WARNINGS = {"unmapped", "no-schema", "missing-unknown-fixture"}


@pytest.mark.parametrize("is_yaml", [False, True], ids=["rego", "yaml"])
def test_what_is_written_passes_its_tests_and_the_lint(tmp_path: Path, is_yaml: bool) -> None:
    files: dict[str, str] = {}
    for number, type_ in enumerate(TYPES, 1):
        begin = starter(type_)
        assert begin is not None
        title = title_for(begin) if number % 2 else 'It has "quotes", a colon: and a # sign'
        files |= files_for(NewPolicy(f"ORG-{number:03}", title, Severity.LOW, begin, is_yaml))
    run = run_in(tmp_path, files, Wanted(coverage=True))
    assert run.problems == ()
    assert run.bare == ()
    assert {name: result for name, result in results(run).items() if result != "passed"} == {}
    assert {f"ORG-{number:03}/fail" for number in range(1, len(TYPES) + 1)} <= results(run).keys()
    assert {file.path: file.percent for file in run.coverage if file.percent < 100} == {}
    problems = lint(subject_of(policy_folder(tmp_path)))
    assert [problem for problem in problems if problem.severity is Level.ERROR] == []
    assert {problem.code for problem in problems} <= EXPECTED_WARNINGS


@pytest.mark.parametrize("type_", ["model_file", "model_fil", "workload", "release", "thing", "aws s3", ""])
def test_types_that_there_is_nothing_to_begin_with_for(type_: str) -> None:
    assert starter(type_) is None


@pytest.mark.parametrize(
    ("given", "known", "said"),
    [
        ("ORG-001", ["ORG-001", "ORG-007"], "ORG-001 is taken; the next one that is free is ORG-008"),
        ("org-1", ["ORG-001"], "such as ORG-002"),
        ("My rule", [], "such as MY-RULE-001"),
        ("5", [], "such as ORG-5-001"),
        ("ENC-0a1", ["ENC-012"], "such as ENC-013"),
    ],
)
def test_an_id_that_cannot_be_used(given: str, known: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        checked_id(given, known)


def test_an_id_in_any_case_of_letters() -> None:
    assert checked_id("org-a1-001", []) == "ORG-A1-001"
