"""Version constraints: the cases of go-version's own documentation and tests, and Terraform's rule on pre-releases."""

import pytest

from scanner.parsers.terraform.remote.versions import (
    VersionError,
    compare,
    exact_version,
    newest,
    parse_constraints,
    parse_version,
    satisfies,
)


@pytest.mark.parametrize(
    ("constraint", "yes", "no"),
    [
        ("1.2.3", "1.2.3 v1.2.3 1.2.3+build", "1.2.4 1.2.3-beta 1.2"),
        ("= 1.2", "1.2.0 1.2", "1.2.1"),
        ("!= 1.2.3", "1.2.4 0.1", "1.2.3"),
        ("> 1.2.3", "1.2.4 2.0 1.2.3.1", "1.2.3 1.2.2"),
        (">= 1.2.3", "1.2.3 10.0.0", "1.2.2"),
        ("< 1.2.3", "1.2.2 0.9", "1.2.3"),
        ("<= 1.2.3", "1.2.3 1.0", "1.2.4"),
        ("~> 1", "1.0.0 1.9.9 2.0.0 7.1", "0.9.9"),
        ("~> 1.2", "1.2.0 1.2.9 1.10.0", "1.1.9 2.0.0"),
        ("~> 1.2.3", "1.2.3 1.2.30", "1.2.2 1.3.0 2.2.3"),
        ("~> 1.2.3.4", "1.2.3.4 1.2.3.9", "1.2.3 1.2.4 1.2.3.3"),
        ("~> 1.2.3.0", "1.2.3.0 1.2.3.1", "1.2.3"),
        ("~> 1.0.0", "1.0.7", "1.1.0"),
        (">= 1.0, < 2.0", "1.0.0 1.9", "0.9 2.0.0"),
        (">=1.0,!=1.5.0 , <2", "1.4 1.6", "1.5.0 2.0"),
        ("~> 3.0, != 3.1.0", "3.0.1 3.2", "3.1.0 4.0"),
        ("=1.0.0-beta.1", "1.0.0-beta.1", "1.0.0-beta.2 1.0.0"),
        (">= 1.0.0-beta.1", "1.0.0 1.1.0", "1.0.0-beta.2 1.1.0-beta.1"),
        ("~> 1.0.0-beta.1", "", "1.0.0 1.0.0-beta.2"),
        (">= 1.0", "1.0.0", "2.0.0-rc1"),
    ],
)
def test_constraints(constraint: str, yes: str, no: str) -> None:
    constraints = parse_constraints(constraint)
    assert [each for each in yes.split() if not satisfies(parse_version(each), constraints)] == []
    assert [each for each in no.split() if satisfies(parse_version(each), constraints)] == []


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (None, "2.10.0"),
        ("~> 1.0", "1.9.3"),
        ("< 2.9", "2.2.0"),
        ("2.11.0-beta.2", "2.11.0-beta.2"),
        (">= 2.11.0-beta.1", None),
        ("> 3", None),
        ("2.2", "2.2.0"),
    ],
)
def test_the_newest_that_satisfies(constraint: str | None, expected: str | None) -> None:
    versions = ["1.9.3", "2.2.0", "latest", "2.10.0", "1.10", "2.11.0-beta.2", "main"]
    if constraint == "~> 1.0":
        versions.remove("1.10")
    assert newest(versions, constraint) == expected
    assert newest(reversed(versions), constraint) == expected


def test_the_newest_is_given_as_it_is_written() -> None:
    assert newest(["v1.0", "v1.2"], ">= 1.1") == "v1.2"


def test_order() -> None:
    ordered = ["0.9", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.10"]
    ordered += ["1.0.0", "1.0.0.1", "1.0.1", "1.2", "1.10", "10"]
    versions = [parse_version(each) for each in ordered]
    for index, version in enumerate(versions):
        found = [compare(version, other) for other in versions]
        assert found == [1] * index + [0] + [-1] * (len(ordered) - index - 1), ordered[index]
    assert compare(parse_version("1.0+a"), parse_version("1.0.0+b")) == 0
    assert compare(parse_version("1.0.0"), parse_version("1.0.0.0")) == 0


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("1.2.3", "1.2.3"),
        ("= v1.2", "1.2.0"),
        ("= 1.2.3, >= 1.0", "1.2.3"),
        ("= 1.2.3, >= 2.0", None),
        ("=1.2.3-rc.1+x", "1.2.3-rc.1+x"),
        (">= 1.2.3, <= 1.2.3", None),
        ("~> 1.2.3", None),
        (None, None),
    ],
)
def test_exact(constraint: str | None, expected: str | None) -> None:
    assert exact_version(constraint) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "latest",
        "1.x",
        "^1.0",
        "~1.2",
        "=> 1.0",
        "== 1.0",
        ">= 1.0,",
        "1.0 2.0",
        "1..0",
        "v",
        "~>",
        "99999999999999999999",
        "1" * 300,
    ],
)
def test_what_is_no_constraint(text: str) -> None:
    with pytest.raises(VersionError):
        parse_constraints(text)
