"""Attribute paths and values that are not known."""

from typing import Any

import pytest

from scanner.core.values import ABSENT, AttributePath, Unresolved, format_path, parse_path, reach

X = Unresolved("var.x", "var.x has no default")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ('a["x.y/z"].b', ("a", "x.y/z", "b")),
        ("a[0][1]", ("a", 0, 1)),
        ('["k"][2]', ("k", 2)),
    ],
)
def test_a_path_is_read_and_written_alike(text: str, path: AttributePath) -> None:
    assert parse_path(text) == path
    assert parse_path(format_path(path)) == path


@pytest.mark.parametrize("text", ["", ".", "a.", "a..b", "a[", "a[x]", 'a["x]'])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="attribute path"):
        parse_path(text)


@pytest.mark.parametrize(
    ("value", "path", "expected"),
    [
        ({"a": {"b": 1}}, ("a", "b"), [(("a", "b"), 1)]),
        ({"a": [{"b": 1}, {"b": 2}]}, ("a", "b"), [(("a", 0, "b"), 1), (("a", 1, "b"), 2)]),
        ({"a": []}, ("a", "b"), [(("a", "b"), ABSENT)]),
        ({"a": None}, ("a",), [(("a",), ABSENT)]),
        ({}, ("a", "b"), [(("a",), ABSENT)]),
        ({"a": X}, ("a", "b"), [(("a",), X)]),
        ({"a": [1]}, ("a", 3), [(("a", 3), ABSENT)]),
        ({"a": "text"}, ("a", "b"), [(("a", "b"), ABSENT)]),
    ],
)
def test_reach(value: Any, path: AttributePath, expected: list[tuple[AttributePath, Any]]) -> None:
    assert list(reach(value, path)) == expected


def test_an_unresolved_value_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match=r"var\.x"):
        bool(X)
