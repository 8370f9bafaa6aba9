"""The library that orders versions, through the engine that ships."""

import json
from typing import Any

import pytest

from tests.engines.rego.asking import answer


def asked(function: str, *arguments: str | int) -> Any:
    """What the function gives, None where it is undefined."""
    return answer("versions", f"data.lib.versions.{function}({', '.join(json.dumps(each) for each in arguments)})")


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("7.2.0", "7.10.0"),
        ("7", "7.0.1"),
        ("9", "10"),
        (9, "10"),
        ("v1.9", "2"),
        ("1.0.0-alpha", "1.0.0-alpha.1"),
        ("1.0.0-alpha.1", "1.0.0-alpha.beta"),
        ("1.0.0-beta.2", "1.0.0-beta.11"),
        ("1.0.0-rc.1", "1.0.0"),
        ("2025-12-31", "2026-01-01"),
        ("99999999999999999999998", "99999999999999999999999"),
    ],
)
def test_the_order_of_versions(older: str | int, newer: str | int) -> None:
    assert (asked("compare", older, newer), asked("compare", newer, older)) == (-1, 1)


@pytest.mark.parametrize(("one", "other"), [("7.2", "7.2.0"), ("v7", "7"), ("07", "7"), ("1.0+a", "1.0+b"), ("a", "a")])
def test_equal_versions(one: str, other: str) -> None:
    assert asked("compare", one, other) == 0


@pytest.mark.parametrize(("one", "other"), [("autumn", "7"), ("7.2rc1", "7.2"), ("", "1"), ("1..2", "1"), ("a", "b")])
def test_what_has_no_order(one: str, other: str) -> None:
    assert asked("compare", one, other) is None


@pytest.mark.parametrize(
    ("version", "range_", "fits"),
    [
        ("7.2.0", "7.2.0", True),
        ("7.2", "7.2.0", True),
        ("7.2.1", "7.2.0", False),
        ("7.2.0", ">=7.1.0 <8.0.0", True),
        ("8.0.0", ">=7.1.0, <8.0.0", False),
        ("7.2.0", ">= 7.1 !=7.2.0", False),
        ("7.2.0", "7.2.*", True),
        ("7.20.0", "7.2.*", False),
        ("v7.2.0", "7.x", True),
        ("anything", "*", True),
        ("autumn", "autumn", True),
        ("autumn", "spring", False),
        ("autumn", "7.2.0", False),
        ("autumn", ">=7.0.0", None),
        ("autumn", ">=7.0.0 spring", False),
        ("7.2.0", "^7.0.0", None),
        ("7.2.0", " ", None),
    ],
)
def test_ranges(version: str, range_: str, fits: bool | None) -> None:
    assert asked("fits", version, range_) is fits
