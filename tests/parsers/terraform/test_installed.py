"""Whether what `terraform init` has put on disk is what a call asks for now."""

import pytest

from scanner.parsers.terraform.installed import Installed, installed, is_of

REGISTRY = "registry.terraform.io/acme/vpc/aws"
GIT = "git::https://github.com/acme/vpc.git?ref=v1"


@pytest.mark.parametrize(
    ("source", "version", "have", "expected"),
    [
        ("acme/vpc/aws", "~> 2.0", Installed("d", REGISTRY, "2.3.1"), True),
        ("acme/vpc/aws", "~> 2.0", Installed("d", "registry.opentofu.org/acme/vpc/aws", "2.3.1"), True),
        ("acme/vpc/aws", "3.0.0", Installed("d", REGISTRY, "2.3.1"), False),
        ("acme/vpc/aws", None, Installed("d", REGISTRY, "2.3.1"), True),
        ("acme/vpc/aws", "2.0.0", Installed("d", REGISTRY), True),
        ("acme/vpc/aws", "no version", Installed("d", REGISTRY, "2.3.1"), True),
        ("acme/vpc/aws//modules/a", None, Installed("d", f"{REGISTRY}//modules/a", "1.0.0"), True),
        ("acme/vpc/aws//modules/a", None, Installed("d", f"{REGISTRY}//modules/b", "1.0.0"), False),
        ("evil/vpc/aws", "2.3.1", Installed("d", REGISTRY, "2.3.1"), False),
        ("github.com/acme/vpc?ref=v1", None, Installed("d", GIT), True),
        ("github.com/acme/vpc?ref=v2", None, Installed("d", GIT), False),
        ("git::https://github.com/acme/vpc.git", None, Installed("d", GIT), False),
        ("acme/vpc/aws", None, Installed("d"), True),
        ("no source", None, Installed("d", "no source"), True),
        ("no source", None, Installed("d", REGISTRY), False),
    ],
)
def test_a_record_is_held_against_the_call(source: str, version: str | None, have: Installed, expected: bool) -> None:
    assert is_of(have, source, version) is expected


def test_a_record_that_is_damaged_is_none() -> None:
    assert installed('{"Modules": [{"Key": "m", "Source": null, "Dir": "x"}]}') == {"m": Installed("x")}
    for text in ("", "[]", "{}", '{"Modules": 1}', '{"Modules": [1]}', '{"Modules": [{"Key": "m"}]}', "[" * 100_000):
        assert installed(text) == {}
