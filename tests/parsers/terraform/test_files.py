"""Functions that read files."""

from pathlib import Path

import pytest

from tests.parsers.terraform.reading import FIXTURES, Reading, read_case, read_text

POLICY = "aws_s3_bucket_policy.read"


@pytest.fixture(scope="module")
def files() -> Reading:
    return read_case("files/root")


def test_a_file_in_the_repository(files: Reading) -> None:
    text = (FIXTURES / "files" / "root" / "policies" / "read.json").read_text(encoding="utf-8")
    assert files.value(POLICY, "policy") == text
    assert files.value(f"{POLICY}/statement[0]", "actions") == ["s3:GetObject"]
    assert files.resource(f"{POLICY}/statement[0]").location.start_line == 2


def test_templates(files: Reading) -> None:
    assert files.value(POLICY, "known") == "hello triage, yes"
    assert files.reason(POLICY, "text") == "var.open has no default"


def test_whether_a_file_exists(files: Reading) -> None:
    assert files.value(POLICY, "exists") == [True, False]
    assert files.value(POLICY, "missing") == "fallback"


def test_other_functions_are_left_to_the_evaluator(files: Reading) -> None:
    assert files.value(POLICY, "digest") == "4328abdbb8d95f221c0486b5e8d2f749"


def test_where_it_all_stands(files: Reading) -> None:
    assert files.value(POLICY, "here") == "."
    assert files.reason(POLICY, "cwd") == "path.cwd depends on where Terraform runs"


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [
        ("outside", "../../values/main.tf leads outside of the repository"),
        ("linked", "linked.txt leads outside of the repository"),
    ],
)
def test_nothing_outside_is_read(files: Reading, attribute: str, reason: str) -> None:
    assert files.reason(POLICY, attribute) == reason


@pytest.mark.parametrize(
    "call",
    [
        'file("/etc/passwd")',
        'filebase64("../../../../../../../../etc/passwd")',
        'file(pathexpand("~/.ssh/id_rsa"))',
        'templatefile("/etc/passwd", {})',
        'fileset("/etc", "*")',
        'file("/dev/zero")',
        'file("folder")',
    ],
)
def test_no_way_leads_out(call: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert read_text(tmp_path, f'resource "x" "y" {{\n  a = {call}\n}}\n').reason("x.y", "a")


def test_a_file_beside_a_module(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "name.txt").write_text("from the module")
    (tmp_path / "m" / "main.tf").write_text('resource "x" "y" {\n  a = file("${path.module}/name.txt")\n}\n')
    reading = read_text(tmp_path, 'module "m" {\n  source = "./m"\n}\n')
    assert reading.value("module.m.x.y", "a") == "from the module"
