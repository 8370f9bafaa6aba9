"""Which files the parser takes."""

import pytest

from scanner.parsers.terraform import TERRAFORM


@pytest.mark.parametrize(
    "path",
    ["main.tf", "a/b/main.tf", "main.tofu", "main.tf.json", "main.tofu.json", "terraform.tfvars", "x.auto.tfvars.json"],
)
def test_files_of_terraform(path: str) -> None:
    assert TERRAFORM.claims(path, b"")


@pytest.mark.parametrize("path", ["main.json", "main.yaml", "tf", "main.tf.bak", "terraform.tfstate", "main.hcl"])
def test_files_of_others(path: str) -> None:
    assert not TERRAFORM.claims(path, b'resource "a" "b" {}')


def test_the_format_is_terraform() -> None:
    assert TERRAFORM.format == "terraform"
