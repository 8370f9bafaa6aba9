"""What of the Rego of policies its tests and examples reach."""

from pathlib import Path

from scanner.authoring.coverage import Unreached
from scanner.authoring.testing import Wanted
from tests.authoring.folders import BUCKETS, run_in

COVERAGE = Wanted(coverage=True)
RULES = """package main

import rego.v1

deny contains msg if {
	input.a
	msg := "a"
}

warn contains msg if {
	input.b
	msg := "b"
}

level(1) := "low"

level(2) := "high"

never if {
	input.c
	input.d
}
"""
TESTS = """package main

import rego.v1

test_deny if deny["a"] with input as {"a": true}

test_warn if count(warn) == 0 with input as {"a": true}
"""


def test_rules_and_lines_that_no_test_reaches(tmp_path: Path) -> None:
    (file,) = run_in(tmp_path / "p", {"main.rego": RULES, "main_test.rego": TESTS}, COVERAGE).coverage
    assert file.path == "p/main.rego"
    assert file.unreached == (
        Unreached("warn", 10, is_tried=True),
        Unreached("level", 15),
        Unreached("level", 17),
        Unreached("never", 19),
    )
    assert set(file.missed) == {10, 12, 15, 17, 20, 21}
    assert file.covered == {5, 6, 7, 11}
    assert round(file.percent) == 40


def test_tests_and_examples_count_together(tmp_path: Path) -> None:
    files = {
        "TST-001.rego": BUCKETS,
        "fixtures/TST-001/expected.yaml": "pass: [{address: aws_s3_bucket.b}]\n",
        "fixtures/TST-001/pass/main.tf": 'resource "aws_s3_bucket" "b" {\n  force_destroy = false\n}\n',
    }
    (partly,) = run_in(tmp_path / "p", files, COVERAGE).coverage
    assert partly.unreached == (Unreached("deny", 16, is_tried=True),)
    test = """package releasegate.tst_001_test

import rego.v1

import data.releasegate.tst_001

test_deny if {
	buckets := [{"key": "k", "attributes": {"force_destroy": true}}]
	count(tst_001.deny) == 1 with input.resources as {"aws_s3_bucket": buckets}
}
"""
    (whole,) = run_in(tmp_path / "p", {"TST-001_test.rego": test}, COVERAGE).coverage
    assert (whole.percent, whole.unreached) == (100, ())


def test_version_0_and_nothing_reached(tmp_path: Path) -> None:
    files = {
        "old.rego": 'package old\n\ndeny[msg] {\n\tinput.a\n\tmsg := "a"\n}\n',
        "other_test.rego": "package other\n\nimport rego.v1\n\ntest_true if true\n",
    }
    (file,) = run_in(tmp_path, files, COVERAGE).coverage
    assert (file.percent, file.unreached) == (0, (Unreached("deny", 3),))


def test_without_being_asked_nothing_is_counted(tmp_path: Path) -> None:
    assert run_in(tmp_path, {"main.rego": RULES, "main_test.rego": TESTS}).coverage == ()
