"""Examples of policies: what is compared, how a difference reads, and what is no example."""

from pathlib import Path

import pytest

from scanner.authoring.fixtures import cases_of
from scanner.authoring.testing import Wanted
from tests.authoring.folders import BUCKETS, details, results, run_in

BUCKET = 'resource "aws_s3_bucket" "b" {{\n  force_destroy = {}\n}}\n'
EXPECTED = """pass: [{address: aws_s3_bucket.b}]
fail: [{address: aws_s3_bucket.b, file: main.tf, line: 2}]
unknown: [{address: aws_s3_bucket.b, file: main.tf, line: 2, cause: var.force}]
"""
FILES = {
    "TST-001.rego": BUCKETS,
    "fixtures/TST-001/expected.yaml": EXPECTED,
    "fixtures/TST-001/pass/main.tf": BUCKET.format("false"),
    "fixtures/TST-001/fail/main.tf": BUCKET.format("true"),
    "fixtures/TST-001/unknown/main.tf": BUCKET.format("var.force") + '\nvariable "force" {}\n',
}
EXPECTED_FILE = "fixtures/TST-001/expected.yaml"


def test_examples_that_are_as_expected(tmp_path: Path) -> None:
    run = run_in(tmp_path / "rü les", FILES)
    assert run.problems == ()
    assert run.bare == ()
    assert results(run) == {f"TST-001/{status}": "passed" for status in ("pass", "fail", "unknown")}
    assert {outcome.path for outcome in run.outcomes} == {"rü les/fixtures/TST-001/expected.yaml"}
    assert [outcome.line for outcome in run.outcomes] == [1, 2, 3]


def test_a_difference_names_both_sides_and_the_line_as_it_is_written(tmp_path: Path) -> None:
    run = run_in(tmp_path, {**FILES, EXPECTED_FILE: EXPECTED.replace("line: 2}]\nunknown", "line: 1}]\nunknown")})
    assert results(run)["TST-001/fail"] == "failed"
    assert details(run, "TST-001/fail").splitlines() == [
        "- fail: aws_s3_bucket.b  main.tf:1",
        "+ fail: aws_s3_bucket.b  main.tf:2",
        "    it can be destroyed",
        "       2 | force_destroy = true",
    ]


def test_another_cause_is_a_difference(tmp_path: Path) -> None:
    run = run_in(tmp_path, {**FILES, EXPECTED_FILE: EXPECTED.replace("var.force", "var.other")})
    assert "cause: var.other" in details(run, "TST-001/unknown")
    assert "+ unknown: aws_s3_bucket.b  main.tf:2  cause: var.force" in details(run, "TST-001/unknown")


def test_what_passes_has_no_other_verdict(tmp_path: Path) -> None:
    both = BUCKET.format("false") + BUCKET.format("true").replace('"b"', '"c"')
    run = run_in(tmp_path, {**FILES, "fixtures/TST-001/pass/main.tf": both})
    assert details(run, "TST-001/pass").startswith("+ fail: aws_s3_bucket.c  main.tf:5")


def test_what_does_not_fail_any_more_is_said(tmp_path: Path) -> None:
    run = run_in(tmp_path, {**FILES, "fixtures/TST-001/fail/main.tf": BUCKET.format("false")})
    assert details(run, "TST-001/fail").splitlines()[0] == "- fail: aws_s3_bucket.b  main.tf:2"
    assert "  pass: aws_s3_bucket.b" in details(run, "TST-001/fail")


def test_an_input_of_which_nothing_is_judged(tmp_path: Path) -> None:
    run = run_in(tmp_path, {**FILES, "fixtures/TST-001/fail/main.tf": 'resource "aws_kms_key" "k" {\n}\n'})
    assert "nothing in it is of a type that the policy applies to" in details(run, "TST-001/fail")


def test_an_input_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    run = run_in(tmp_path, {**FILES, "fixtures/TST-001/fail/main.tf": "resource {"})
    assert results(run)["TST-001/fail"] == "error"


def test_examples_of_no_policy_and_policies_without_an_example(tmp_path: Path) -> None:
    files = {name.replace("fixtures/TST-001", "fixtures/TST-002"): text for name, text in FILES.items()}
    run = run_in(tmp_path, files)
    assert set(results(run).values()) == {"error"}
    assert "there is no policy TST-002; did you mean TST-001" in details(run, "TST-002/fail")
    assert run.bare == ("TST-001",)


def test_the_layout_of_this_repository(tmp_path: Path) -> None:
    files = {
        "policies/TST-001.rego": BUCKETS,
        **{f"fixtures/policies/{name.removeprefix('fixtures/')}": FILES[name] for name in FILES if "/" in name},
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    run = run_in(tmp_path / "policies", {})
    assert set(results(run).values()) == {"passed"}
    assert {outcome.path for outcome in run.outcomes} == {"fixtures/policies/TST-001/expected.yaml"}


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("pass: [", "expected.yaml cannot be read"),
        ("[]", "maps the names of folders"),
        ("", "maps the names of folders"),
        ("passes: []", "the name of a case begins with"),
        ("fail-more: []", "there is no such folder"),
        ("fail: {}", "a list of {address, file, line, cause}"),
        ("fail: [{file: main.tf}]", "a list of {address, file, line, cause}"),
        ("fail: [{address: a, cause: one, and two}]", "unknown key 'and two'"),
        ("fail: []\nfail: []", "has fail twice"),
        ("fail: []", "does not say what is expected of it"),
    ],
)
def test_what_is_no_example(tmp_path: Path, expected: str, said: str) -> None:
    for name in ("fail", "pass"):
        (tmp_path / name).mkdir()
    (tmp_path / "expected.yaml").write_text(expected, encoding="utf-8")
    assert any(said in case.mistake for case in cases_of(tmp_path))


def test_a_folder_without_expectations(tmp_path: Path) -> None:
    (tmp_path / "fail").mkdir()
    assert [case.mistake for case in cases_of(tmp_path)] == ["there is no expected.yaml"]


def test_parameters_of_an_example(tmp_path: Path) -> None:
    policy = BUCKETS.replace("#   reads:", "#   parameters: {allowed: false}\n#   reads:").replace(
        "== true", "== true\n\tnot input.parameters.allowed"
    )
    settings = "parameters: {TST-001: {allowed: true}}\n"
    files = {
        **FILES,
        "TST-001.rego": policy,
        EXPECTED_FILE: f"{EXPECTED}pass-allowed: [{{address: aws_s3_bucket.b}}]\n",
        "fixtures/TST-001/pass-allowed/main.tf": BUCKET.format("true"),
        "fixtures/TST-001/pass-allowed/releasegate.yaml": settings,
    }
    run = run_in(tmp_path, files, Wanted(coverage=True))
    assert set(results(run).values()) == {"passed"}
    (covered,) = run.coverage
    assert covered.percent == 100
