"""What HashiCorp's own parser adds, and what is left when it fails."""

import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from scanner.core.location import Location
from scanner.isolation import Worker
from scanner.parsers.interface import ParseContext
from scanner.parsers.terraform import syntax_checks
from scanner.parsers.terraform.syntax_checks import SyntaxChecks
from tests.parsers.terraform.reading import FIXTURES, Reading, read, read_case, read_text

SUBNET = "aws_subnet.private[1]"


@pytest.fixture(scope="module")
def functions() -> Reading:
    return read_case("hints")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("cidr_block", "10.1.0.0/16"),
        ("template", "10.1.0.0/16!"),
        ("part", "net-10.0.0.1"),
        ("list[0]", "10.0.0.2"),
        ("directive", "full"),
        ("nested[0].host", "10.0.0.3"),
        ("single[0].host", "10.0.0.4"),
    ],
)
def test_functions_and_templates_everywhere_in_a_block(functions: Reading, path: str, expected: str) -> None:
    assert functions.value(SUBNET, path) == expected


@pytest.mark.parametrize("path", ["unknown", "mixed", "list[1]", "hidden"])
def test_nothing_is_made_up_for_a_missing_value(functions: Reading, path: str) -> None:
    assert functions.reason(SUBNET, path) == "var.open has no default"


def test_the_parser_is_not_loaded_into_this_process(functions: Reading) -> None:
    assert functions.told() == []
    assert "scanner.parsers.terraform.roots" in sys.modules
    code = "import sys, scanner.parsers.terraform; sys.exit('tfparse' in sys.modules)"
    with Worker(4 << 30) as worker:
        assert worker.call("tests.parsers.terraform.jobs:run", code, 30) == 0


@pytest.mark.parametrize("case", ["crash", "endless"])
def test_what_makes_the_evaluator_of_that_library_fail_does_not_reach_it(case: str) -> None:
    started = time.monotonic()
    reading = read_case(case, time_limit=30)
    assert time.monotonic() - started < 25
    assert reading.told() == []


@pytest.mark.parametrize(
    ("job", "said"),
    [("die", "was killed by signal 9"), ("sleep", "stopped after 0.5 s"), ("fail", "KeyError"), ("refuse", "no")],
)
def test_whatever_the_job_does_the_files_are_read(job: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax_checks, "JOB", f"tests.parsers.terraform.jobs:{job}")
    values = read_case("values", time_limit=0.5)
    ((level, place, message),) = values.told()
    assert (level, place) == ("error", "main.tf:1")
    assert message.startswith("Terraform's own parser could not check this file: ")
    assert said in message
    assert values.value("aws_s3_bucket.models", "bucket") == "triage-eu-central-1"
    assert values.line("aws_s3_bucket.models", "rule[0].apply[0].algorithm") == 48


def test_an_error_gives_up_what_nobody_waits_for_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax_checks, "JOB", "tests.parsers.terraform.jobs:sleep")
    texts = {f"{name}.tf": "" for name in "abc"}
    started = time.monotonic()
    with suppress(KeyError), SyntaxChecks(ParseContext(Path("/"), time_limit=60), size=1) as checks:
        under_way, waiting = checks.start(texts), checks.start(texts)
        time.sleep(0.5)
        raise KeyError
    assert time.monotonic() - started < 20
    assert [note.location for note in under_way.result()] == [Location(path, 1) for path in texts]
    assert waiting.cancelled()


def test_a_file_that_kills_the_parser_costs_the_others_nothing(tmp_path: Path) -> None:
    depth = 200_000
    (tmp_path / "deep.tf").write_text(f"locals {{\n  a = {'(' * depth}1{')' * depth}\n}}\n")
    (tmp_path / "wrong.tf").write_text('resource "x" "y" { a = 1 b = 2 }\n')
    reading = read_text(tmp_path, 'resource "x" "z" {\n  a = 1\n}\n')
    assert reading.value("x.z", "a") == 1
    told = {(level, place.partition(":")[0]) for level, place, _ in reading.told()}
    assert told == {("error", "deep.tf"), ("error", "wrong.tf")}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('resource "x" "y" {\n  a = 1\n  a = 2\n}\n', 3, "Attribute redefined"),
        ('resource "x" "y" { a = 1 b = 2 }\n', 1, "Invalid single-argument block definition"),
        ('resource "x" {\n}\n', 1, "Missing name for resource"),
        ('resorce "x" "y" {\n}\n', 1, "Unsupported block type"),
        ('resource "x" "y" {\n  a = "\\q"\n}\n', 2, "Invalid escape sequence"),
    ],
)
def test_what_terraform_would_not_plan_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    ((level, place, message),) = read_text(tmp_path, text).told()
    assert (level, place) == ("error", f"main.tf:{line}")
    assert message.startswith(said)
    assert message.endswith("; Terraform would not plan this")


@pytest.mark.parametrize("name", ["main.tf", "main.tofu"])
def test_every_kind_of_block_that_terraform_knows_is_fine(tmp_path: Path, name: str) -> None:
    text = """\
terraform {
  required_version = ">= 1.5"
}
provider "aws" {}
check "up" {
  assert {
    condition     = true
    error_message = "down"
  }
}
import {
  to = aws_s3_bucket.a
  id = "a"
}
moved {
  from = aws_s3_bucket.b
  to   = aws_s3_bucket.a
}
removed {
  from = aws_s3_bucket.c
}
resource "aws_s3_bucket" "a" {}
"""
    assert read_text(tmp_path, text, name).told() == []


def test_a_module_that_was_not_scanned_is_checked_too(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "acme/m/aws"\n}\n',
        ".terraform/modules/modules.json": '{"Modules": [{"Key": "m", "Dir": ".terraform/modules/m"}]}',
        ".terraform/modules/m/main.tf": 'resource "x" "y" {\n  a = 1\n  a = 2\n}\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    ((level, place, message),) = read(tmp_path).told()
    assert (level, place) == ("error", ".terraform/modules/m/main.tf:3")
    assert message.startswith("Attribute redefined")


def test_files_that_are_not_part_of_the_scan_have_no_influence(tmp_path: Path) -> None:
    outside = tmp_path / "outside.tf"
    outside.write_text('locals {\n  net = "192.168.0.0/16"\n}\n')
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "linked.tf").symlink_to(outside)
    (folder / "main.tf").write_text('resource "x" "y" {\n  a = cidrsubnet(local.net, 8, 1)\n}\n')
    reading = read(folder)
    assert reading.reason("x.y", "a") == "local.net is not declared"


def test_the_same_input_gives_the_same_result() -> None:
    first, second = read_case("modules").parsed, read_case("modules").parsed
    assert first == second
    assert repr(first.resources) == repr(second.resources)


def test_where_it_lies_is_told_in_characters(tmp_path: Path) -> None:
    reading = read(FIXTURES / "broken" / "bad")
    assert [(place, message.partition(";")[0]) for _, place, message in reading.told()] == [
        ("broken.tf:6", "Invalid expression")
    ]
