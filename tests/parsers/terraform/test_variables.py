"""Values of variables: files that Terraform loads by itself, and types."""

from pathlib import Path

import pytest

from tests.parsers.terraform.reading import Reading, read_case, read_text

VOLUME = "aws_ebs_volume.data"


@pytest.fixture(scope="module")
def variables() -> Reading:
    return read_case("variables")


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("region", "from a.auto.tfvars"),
        ("size", 20),
        ("encrypted", True),
        ("name", "from json"),
        ("zones", ["a", "2"]),
    ],
)
def test_files_of_variables_and_types(variables: Reading, attribute: str, expected: object) -> None:
    found = variables.value(VOLUME, attribute)
    assert found == expected
    assert type(found) is type(expected)


def test_a_file_that_terraform_does_not_load_by_itself_gives_no_value(variables: Reading) -> None:
    assert variables.reason(VOLUME, "other") == "var.unused_elsewhere has no default"


def test_secrets_in_any_file_of_variables_are_kept(variables: Reading) -> None:
    assert "Winter-2025-pw" in variables.parsed.secrets


def test_variables_of_the_environment_have_no_effect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_VAR_cidr", "10.0.0.0/8")
    reading = read_text(tmp_path, 'variable "cidr" {}\nresource "x" "y" {\n  a = cidrsubnet(var.cidr, 8, 1)\n}\n')
    assert reading.reason("x.y", "a") == "var.cidr has no default"


@pytest.mark.parametrize(
    ("type_", "default", "expected"),
    [
        ("string", "12", "12"),
        ("string", "true", "true"),
        ("number", '"1.5"', 1.5),
        ("bool", '"false"', False),
        ("list(number)", '["1", 2]', [1, 2]),
        ("set(string)", '["b", "a", "b"]', ["a", "b"]),
        ("map(string)", "{ a = 1 }", {"a": "1"}),
        ("tuple([string, number])", '[1, "2"]', ["1", 2]),
        ("any", "[1, { a = true }]", [1, {"a": True}]),
        (
            "object({ a = string, b = optional(number, 5), c = optional(bool) })",
            '{ a = 1, dropped = "x" }',
            {"a": "1", "b": 5, "c": None},
        ),
        (
            "map(object({ size = optional(number, 1) }))",
            '{ x = {}, y = { size = "2" } }',
            {"x": {"size": 1}, "y": {"size": 2}},
        ),
    ],
)
def test_types(type_: str, default: str, expected: object, tmp_path: Path) -> None:
    text = f'variable "v" {{\n  type    = {type_}\n  default = {default}\n}}\nresource "x" "y" {{\n  a = var.v\n}}\n'
    assert read_text(tmp_path, text).resource("x.y").attributes == {"a": expected}


@pytest.mark.parametrize(("type_", "default"), [("number", '"many"'), ("bool", "[]"), ("list(string)", '"a"')])
def test_a_value_that_the_type_does_not_take(type_: str, default: str, tmp_path: Path) -> None:
    text = f'variable "v" {{\n  type    = {type_}\n  default = {default}\n}}\nresource "x" "y" {{\n  a = var.v\n}}\n'
    assert read_text(tmp_path, text).reason("x.y", "a") == "var.v is given a value that its type does not take"


def test_a_variable_of_another_one(tmp_path: Path) -> None:
    text = 'variable "a" {\n  default = "x"\n}\nlocals {\n  a = "${var.a}${local.b}"\n  b = upper(var.a)\n}\n'
    assert read_text(tmp_path, text + 'resource "x" "y" {\n  a = local.a\n}\n').value("x.y", "a") == "xX"


def test_locals_that_refer_to_each_other(tmp_path: Path) -> None:
    reading = read_text(tmp_path, 'locals {\n  a = local.b\n  b = local.a\n}\nresource "x" "y" {\n  a = local.a\n}\n')
    assert reading.reason("x.y", "a") == "local.a refers to itself"


def test_a_file_of_variables_that_is_broken(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('variable "a" {}\nresource "x" "y" {\n  a = var.a\n  b = lower("B")\n}\n')
    reading = read_text(tmp_path, "a = = 1\n", "terraform.tfvars")
    assert reading.reason("x.y", "a") == "var.a has no default"
    assert reading.value("x.y", "b") == "b"
    ((level, place, message),) = reading.told()
    assert (level, place) == ("error", "terraform.tfvars:1")
    assert message == "this is not valid HCL; the blocks around it were left out"


@pytest.mark.parametrize("value", ["[for x in [1] : x]", 'file("/etc/passwd")', "var.b", "range(9)"])
def test_a_file_of_variables_holds_plain_values(value: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('variable "a" {}\nresource "x" "y" {\n  a = var.a\n}\n')
    reading = read_text(tmp_path, f"a = {value}\n", "terraform.tfvars")
    assert reading.value("x.y", "a") == [1] or "cannot be used in a file of variables" in reading.reason("x.y", "a")
