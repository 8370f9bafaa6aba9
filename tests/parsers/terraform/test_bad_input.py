"""Configurations that are broken, incomplete or hostile: each is told, and nothing else is lost."""

import time
from pathlib import Path

import pytest

from scanner.core.values import leaves
from tests.parsers.terraform.reading import FIXTURES, read, read_case, read_text


def test_a_syntax_error_is_told_with_its_place() -> None:
    broken = read_case("broken")
    assert broken.told() == [
        (
            "error",
            "bad/broken.tf:6",
            "Invalid expression; Expected the start of an expression, but found an invalid expression token; Terraform"
            " would not plan this",
        )
    ]
    assert broken.parsed.notifications[0].location is not None
    assert broken.parsed.notifications[0].location.start_column == 12


def test_a_syntax_error_costs_only_the_block_around_it() -> None:
    broken = read_case("broken")
    assert broken.addresses() == ["aws_s3_bucket.first", "aws_s3_bucket.intact", "aws_s3_bucket.good"]
    assert broken.value("aws_s3_bucket.first", "bucket") == "first"
    assert broken.value("aws_s3_bucket.intact", "bucket") == "intact"
    assert broken.line("aws_s3_bucket.intact", "bucket") == 2
    assert broken.value("aws_s3_bucket.intact", "subnet") == "10.1.0.0/16"


def test_a_syntax_error_in_one_root_leaves_the_others_alone() -> None:
    assert read_case("broken").value("aws_s3_bucket.good", "subnet") == "10.1.0.0/16"


def test_every_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text('resource "x" "a" {\n  a = = 1\n}\n')
    (tmp_path / "b.tf").write_text('resource "x" "b" {\n\n  b = = 1\n}\n')
    reading = read_text(tmp_path, 'resource "x" "c" {\n  c = 1\n}\n', "c.tf")
    assert sorted(place for _, place, _ in reading.told()) == ["a.tf:2", "b.tf:3"]
    assert reading.addresses() == ["x.c"]


def test_modules_and_links_that_lead_outside_are_not_followed() -> None:
    outside = read_case("outside/root")
    assert outside.told() == [
        ("error", "main.tf:2", "module.outside: source ../../values leads outside of the repository; it was not read"),
        ("error", "main.tf:6", "module.linked: source ./linked leads outside of the repository; it was not read"),
    ]
    assert outside.addresses() == ["aws_s3_bucket.inside", "module.outside", "module.linked"]


def test_what_lies_inside_of_the_repository_is_followed() -> None:
    inside = read(FIXTURES / "outside" / "root", root=FIXTURES)
    assert "module.outside.aws_s3_bucket.models" in inside.addresses()
    assert inside.told() == []


def test_a_module_that_calls_itself_is_read_once() -> None:
    circle = read_case("circle")
    assert [address for address in circle.addresses() if "aws_s3_bucket" in address] == [
        "aws_s3_bucket.once",
        "aws_s3_bucket.a",
        "module.b.aws_s3_bucket.b",
    ]
    assert [(place, message.partition(":")[0]) for _, place, message in circle.told()] == [
        ("main.tf:2", "module.self"),
        ("b/main.tf:2", "module.b.module.a"),
    ]


def test_a_module_that_is_not_on_disk_is_named() -> None:
    remote = read_case("remote/root")
    assert remote.told() == [
        (
            "error",
            "main.tf:2",
            "module.vpc: source terraform-aws-modules/vpc/aws is not on disk; run terraform init, put a copy into a"
            " folder for --modules, or allow --download-modules",
        ),
        ("error", "main.tf:7", "module.missing: source ./nowhere holds no Terraform files"),
    ]
    assert remote.reason("aws_security_group.open", "vpc_id") == "module.vpc was not read"
    assert remote.value("module.vpc", "version") == "5.1.0"


@pytest.mark.parametrize(
    ("source", "reason"),
    [('"./${var.which}"', "var.which has no default"), ("[]", "no text"), ("null", "no text")],
)
def test_a_module_whose_source_is_not_known_is_named(source: str, reason: str, tmp_path: Path) -> None:
    reading = read_text(tmp_path, f'variable "which" {{}}\nmodule "m" {{\n  source = {source}\n}}\n')
    assert reading.told() == [("error", "main.tf:3", f"module.m: its source is not known: {reason}")]


def test_a_module_without_a_source_is_named(tmp_path: Path) -> None:
    reading = read_text(tmp_path, '\nmodule "m" {}\n')
    assert reading.told() == [("error", "main.tf:2", "module.m: its source is not known: no text")]


def test_override_files_change_what_is_there_and_duplicates_are_told() -> None:
    override = read_case("override")
    assert override.addresses() == ["aws_s3_bucket.models"]
    assert override.resource("aws_s3_bucket.models").attributes == {
        "bucket": "models",
        "acl": "public-read",
        "versioning": [{"enabled": False}],
    }
    assert override.place("aws_s3_bucket.models", "acl") == "models_override.tf:2"
    assert override.place("aws_s3_bucket.models", "bucket") == "main.tf:2"
    assert override.told() == [
        (
            "error",
            "main.tf:10",
            "aws_s3_bucket.models is declared twice, first at main.tf:1; only the first was read",
        ),
        ("error", "main.tf:20", "local.twice is declared twice, first at main.tf:15; only the first was read"),
    ]


def test_files_that_terraform_ignores_are_ignored(tmp_path: Path) -> None:
    (tmp_path / ".hidden.tf").write_text('resource "x" "hidden" {}\n')
    assert read_text(tmp_path, 'resource "x" "y" {}\n').addresses() == ["x.y"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "# only a comment",
        "locals {}",
        "terraform {}\n",
        'resource "a" {}\n',
        "resource {}\n",
        'variable {}\nlocals "x" {}\n',
        "a = 1\n",
        "}\n",
        "\x00",
        "resource",
        '"',
        "<<EOF",
        "x = <<EOF\n${\nEOF\n",
        'resource "a" "b" {\n  dynamic {\n  }\n  dynamic "x" {\n  }\n  dynamic "y" {\n    for_each = [1]\n  }\n}\n',
        'module "m" {}\n',
        'provider "aws" {\n  alias = var.x\n}\n',
        'resource "a" "b" {\n  count = "x"\n}\n',
        'resource "a" "b" {\n  count = -1\n}\n',
        'resource "a" "b" {\n  x = [for a in 1 : a]\n  y = {for a, b, c in d : a => b}\n}\n',
        'resource "a" "b" {\n  x = f(\n  y = 1\n}\n',
    ],
)
def test_no_text_raises(text: str, tmp_path: Path) -> None:
    reading = read_text(tmp_path, text)
    assert {level for level, _, _ in reading.told()} <= {"error"}


def test_an_empty_file_is_no_trouble(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "")
    assert (reading.addresses(), reading.told()) == ([], [])


def doubling(first: str, step: str) -> str:
    names = "\n".join(f"  a{index} = {step.format(index - 1)}" for index in range(1, 60))
    return f'locals {{\n  a0 = {first}\n{names}\n}}\nresource "x" "y" {{\n  a = local.a59\n}}\n'


@pytest.mark.parametrize(
    "text",
    [
        doubling('"0123456789"', '"${{local.a{0}}}${{local.a{0}}}"'),
        doubling("[1]", "[local.a{0}, local.a{0}]"),
        doubling("[1]", "concat(local.a{0}, local.a{0})"),
        doubling('"aa"', 'replace(local.a{0}, "a", local.a{0})'),
        doubling('"a"', 'join(local.a{0}, ["", "", ""])'),
    ],
    ids=["text", "lists", "concat", "replace", "join"],
)
def test_values_that_double_do_not_exhaust_the_scan(text: str, tmp_path: Path) -> None:
    started = time.monotonic()
    reading = read(_written(tmp_path, text), time_limit=1)
    assert time.monotonic() - started < 30
    reasons = {str(leaf) for _, leaf in leaves(reading.value("x.y", "a"))}
    assert len(reasons) == 1
    assert reasons.pop().endswith(("is too large to be read", "cannot be evaluated statically"))


def test_loops_in_loops_do_not_exhaust_the_scan(tmp_path: Path) -> None:
    loops = "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : a * b * c]]]"
    started = time.monotonic()
    reading = read(_written(tmp_path, f'resource "x" "y" {{\n  a = {loops}\n}}\n'), time_limit=1)
    assert time.monotonic() - started < 60
    assert reading.reason("x.y", "a").endswith("is too large to be read")


def test_modules_that_call_modules_do_not_exhaust_the_scan(tmp_path: Path) -> None:
    for index in range(30):
        (tmp_path / f"m{index}").mkdir()
        calls = "".join(f'module "{name}" {{\n  source = "../m{index + 1}"\n}}\n' for name in ("a", "b"))
        (tmp_path / f"m{index}" / "main.tf").write_text(calls if index < 29 else 'resource "x" "y" {}\n')
    started = time.monotonic()
    reading = read(tmp_path, time_limit=1)
    assert time.monotonic() - started < 60
    assert any("takes more steps" in message for _, _, message in reading.told())


def test_expressions_that_nest_deeply_are_told(tmp_path: Path) -> None:
    depth = 5000
    reading = read(_written(tmp_path, f"locals {{\n  a = {'(' * depth}1{')' * depth}\n}}\n"), time_limit=5)
    assert {level for level, _, _ in reading.told()} == {"error"}


def _written(folder: Path, text: str) -> Path:
    (folder / "main.tf").write_text(text)
    return folder
