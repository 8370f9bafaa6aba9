"""Tests that are written in Rego, run by the real engine."""

import re
from pathlib import Path

import pytest

from scanner.authoring.policy_folder import policy_folder
from scanner.authoring.rego_program import Runner
from scanner.authoring.testing import Wanted, run_folder
from tests.authoring.folders import BUCKETS, details, folder_of, results, run_in

MAIN = """package main

import rego.v1

deny contains msg if {
	input.kind == "Deployment"
	not input.replicas
	msg := sprintf("%s has no replicas", [input.name])
}

limit("a") := 1

limit("b") := 2
"""
HEAD = "package main\n\nimport rego.v1\n\n"


def test_a_test_passes_when_it_holds_and_fails_when_it_is_undefined_or_false(tmp_path: Path) -> None:
    tests = """
test_holds if deny["x has no replicas"] with input as {"kind": "Deployment", "name": "x"}
test_undefined if deny["y"] with input as {"kind": "Deployment", "name": "x"}
test_false := false
"""
    run = run_in(tmp_path, {"main.rego": MAIN, "main_test.rego": HEAD + tests})
    assert run.problems == ()
    assert results(run) == {
        "data.main.test_holds": "passed",
        "data.main.test_undefined": "failed",
        "data.main.test_false": "failed",
    }
    assert details(run, "data.main.test_false") == "it is false"


def test_the_statement_that_failed_is_shown_with_its_sides(tmp_path: Path) -> None:
    tests = """
test_count if {
	x := {"kind": "Deployment", "name": "é"}
	print("denied:", deny) with input as x
	count(deny) == 2 with input as x # not reached before
	limit("a") == 5
}

test_not if {
	limit("a") == 1
	not deny["x has no replicas"] with input as {"kind": "Deployment", "name": "x"}
}

test_text if "a" == "b"
"""
    run = run_in(tmp_path, {"main.rego": MAIN, "main_test.rego": HEAD + tests})
    said = details(run, "data.main.test_count")
    assert "main_test.rego:9: count(deny) == 2 with input as x does not hold" in said
    assert re.search(r"left +1\n +right +2", said)
    assert "print: " in said
    assert 'denied: {"é has no replicas"}' in said
    assert "not deny" in details(run, "data.main.test_not")
    assert 'found  "x has no replicas"' in details(run, "data.main.test_not")
    assert re.search(r'left +"a"\n +right +"b"', details(run, "data.main.test_text"))


def test_every_definition_of_a_name_is_a_test_for_itself(tmp_path: Path) -> None:
    tests = 'test_limit if limit("a") == 1\n\ntest_limit if limit("b") == 1\n'
    more = 'test_limit if limit("b") == 3\n'
    run = run_in(tmp_path, {"main.rego": MAIN, "a_test.rego": HEAD + tests, "b_test.rego": HEAD + more})
    assert results(run) == {
        "data.main.test_limit": "passed",
        "data.main.test_limit#01": "failed",
        "data.main.test_limit#02": "failed",
    }
    assert 'limit("b") == 1 does not hold' in details(run, "data.main.test_limit#01")


def test_a_case_without_a_value_has_failed(tmp_path: Path) -> None:
    tests = """
cases := {"one": {"in": "a", "want": 1}, "two": {"in": "b", "want": 3}}

test_each[name] if {
	some name, case in cases
	limit(case.in) == case.want
}

test_said[name] := limit(case.in) == case.want if some name, case in cases

test_set contains name if {
	some name, case in cases
	limit(case.in) < 9
}

test_named["a"] if limit("a") == 1

test_named["b"] if limit("b") == 1

test_none[name] if {
	some name, case in {}
	limit(case.in) == case.want
}
"""
    run = run_in(tmp_path, {"main.rego": MAIN, "main_test.rego": HEAD + tests})
    assert results(run) == {
        "data.main.test_each": "failed",
        "data.main.test_said": "failed",
        "data.main.test_set": "passed",
        "data.main.test_named": "failed",
        "data.main.test_none": "failed",
    }
    for name in ("each", "said"):
        assert details(run, f"data.main.test_{name}").splitlines() == ['passed  "one"', 'failed  "two"']
    assert details(run, "data.main.test_named").splitlines() == ['passed  "a"', 'failed  "b"']
    assert details(run, "data.main.test_none") == "it has no case at all"


def test_what_is_put_off_is_said_and_not_run(tmp_path: Path) -> None:
    run = run_in(tmp_path, {"main_test.rego": f"{HEAD}todo_test_later if 1 == 2\n\ntest_now if 1 == 1\n"})
    assert results(run) == {"data.main.todo_test_later": "skipped", "data.main.test_now": "passed"}


def test_version_0_and_data_files(tmp_path: Path) -> None:
    files = {
        "old.rego": "package old\n\ndeny[msg] { input.port == data.ports.denied[_]; msg := \"port\" }\n",
        "old_test.rego": 'package old\n\ntest_port { deny["port"] with input as {"port": 22} }\n'
        'test_other { deny["port"] with input as {"port": 80} with data.ports.denied as [80] }\n',
        "ports/data.yaml": "denied: [22]\n",
    }  # fmt: skip
    assert set(results(run_in(tmp_path, files)).values()) == {"passed"}


def test_data_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("services: [21]\n", encoding="utf-8")
    files = {"main_test.rego": f"{HEAD}test_data if data.services == [21]\n"}
    assert results(run_in(tmp_path / "p", files)) == {"data.main.test_data": "failed"}
    run = run_in(tmp_path / "p", files, Wanted(data=(tmp_path / "more.yaml",)))
    assert results(run) == {"data.main.test_data": "passed"}


def test_a_policy_of_ours_is_tested_with_the_shipped_libraries(tmp_path: Path) -> None:
    test = """package releasegate.tst_001_test

import rego.v1

import data.releasegate.tst_001

bucket(value) := {"aws_s3_bucket": [{"key": "k", "attributes": {"force_destroy": value}}]}

test_destroyable if {
	count(tst_001.deny) == 1 with input.resources as bucket(true)
	count(tst_001.deny) == 0 with input.resources as bucket(false)
}
"""
    run = run_in(tmp_path, {"TST-001.rego": BUCKETS, "TST-001_test.rego": test})
    assert run.problems == ()
    assert results(run) == {"data.releasegate.tst_001_test.test_destroyable": "passed"}
    wrong = BUCKETS.replace("== true", "== false")
    run = run_in(tmp_path, {"TST-001.rego": wrong, "TST-001_test.rego": test})
    assert results(run) == {"data.releasegate.tst_001_test.test_destroyable": "failed"}


def test_what_is_broken_costs_itself_alone(tmp_path: Path) -> None:
    files = {
        "broken.rego": "package broken\n\ndeny contains msg if {\n",
        "main.rego": MAIN,
        "main_test.rego": f"{HEAD}test_good if limit(\"a\") == 1\n\ntest_call if nothing.like_it(1)\n\n"
        "test_divided if { x := 0; 1 / x == 1 }\n",
    }  # fmt: skip
    run = run_in(tmp_path, files)
    assert len(run.problems) == 1
    assert "broken.rego:" in run.problems[0]
    assert results(run)["data.main.test_good"] == "passed"
    assert results(run)["data.main.test_call"] == "error"
    assert "nothing.like_it" in details(run, "data.main.test_call")


def test_an_endless_test_costs_itself_alone(tmp_path: Path) -> None:
    endless = "test_endless if count([1 | some a in numbers.range(1, 5000); some b in numbers.range(1, 5000)]) == a\n"
    endless = endless.replace("== a", "== 1")
    files = {"main.rego": MAIN, "main_test.rego": f'{HEAD}{endless}\ntest_good if limit("a") == 1\n'}
    run = run_in(tmp_path, files, Wanted(runner=Runner(time_limit=1.0)))
    assert results(run) == {"data.main.test_endless": "error", "data.main.test_good": "passed"}
    assert "stopped after 1 s" in details(run, "data.main.test_endless")


@pytest.mark.parametrize(("pattern", "number"), [("test_one", 1), ("main", 2), ("nothing", 0)])
def test_some_of_the_tests(tmp_path: Path, pattern: str, number: int) -> None:
    files = {"main_test.rego": f"{HEAD}test_one if true\n\ntest_two if true\n"}
    assert len(run_in(tmp_path, files, Wanted(re.compile(pattern))).outcomes) == number


def test_tests_of_one_file(tmp_path: Path) -> None:
    files = {"a_test.rego": f"{HEAD}test_a if true\n", "sub/b_test.rego": f"{HEAD}test_b if true\n"}
    base = folder_of(tmp_path / "my rüles", {"lib/x.rego": "package lib.x\n", **files})
    for chosen, expected in (("a_test.rego", {"data.main.test_a"}), ("sub", {"data.main.test_b"})):
        assert set(results(run_folder(policy_folder(base / chosen), Wanted()))) == expected
