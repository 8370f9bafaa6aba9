"""Which version a module is in, what the engine would misread of it, and how what it lacks is named."""

import pytest

from scanner.rego_source.module import RegoError
from scanner.rego_source.regorus_calls import add_modules, new_engine, parse


@pytest.mark.parametrize(
    ("text", "is_v0"),
    [
        ("package a\np { true }", True),
        ("package a\np[x] { x := 1 }", True),
        ("package a\nimport future.keywords.in\np[x] { some x in [1] }", True),
        ("package a\np if true", False),
        ("package a\nimport rego.v1\np contains 1", False),
        ("package a\nimport future.keywords.if\np[x] if { x := 1 }", False),
        ("package a\np := 1", False),
        ("\ufeffpackage a\np { true }", True),
    ],
)
def test_the_version_is_seen_from_the_text(text: str, is_v0: bool) -> None:
    assert parse("a.rego", text).is_v0 is is_v0


def test_a_module_of_both_versions_is_in_that_of_its_package() -> None:
    facts, old = ("facts.rego", 'package a\nexempt["x"]\n'), ("old.rego", "package a\np { exempt[_] }")
    other = ("other.rego", 'package b\nexempt["x"]\n')
    said = ("said.rego", "package a\nimport rego.v1\nq := 1\n")
    assert add_modules(new_engine(), [facts, old, other, said]) == {
        "facts.rego": True, "old.rego": True, "other.rego": False, "said.rego": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        ('package a\np := $"{1}"', "the Rego engine has no string interpolation", 2),
        ("package a\np if { 1 == 1 and 2 == 2 }", "the Rego engine has no `and` and `or` between expressions", 2),
        ("package a\np[x] { x := 1 } { x := 2 }", "the Rego engine has no second body of a rule without its head", 2),
        ('package a\np := "a\tb"', "the Rego engine has no tab in a text", 2),
        (
            "package a\n\np := 18446744073709551617",
            "an integer beyond 64 bits would be rounded: 18446744073709551617",
            3,
        ),
        ("package a\np := [-9223372036854775809]", "an integer beyond 64 bits would be rounded", 2),
        ("package a\np if { 123456789012345678901 > 1 }", "an integer beyond 64 bits would be rounded", 2),
        ("package a\np := 9007199254740993.0", "a number would be rounded", 2),
        ("package a\n\0p := 1", "it has a NUL character", 2),
        ("package a\np { true", "expecting", 2),
    ],
)
def test_what_the_engine_would_misread_is_refused(text: str, says: str, line: int) -> None:
    with pytest.raises(RegoError) as refused:
        parse("a.rego", text)
    problem = refused.value.problem
    assert problem.message.startswith(says)
    assert (problem.path, problem.line) == ("a.rego", line)


@pytest.mark.parametrize(
    "number",
    [
        "18446744073709551615",
        "-9223372036854775808",
        "9007199254740993",
        "1e20",
        "0.1",
        "1.10",
        "100000000000000000000",
    ],
)
def test_numbers_that_are_exact_are_taken(number: str) -> None:
    assert parse("a.rego", f"package a\np := {number}").rules
