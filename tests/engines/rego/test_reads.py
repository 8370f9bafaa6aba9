"""Where a path of `reads` meets a value that is not known."""

from typing import Any

import pytest

from scanner.core.values import Unresolved
from scanner.engines.rego.reads import first_unknown

LATER = Unresolved("var.x", "var.x has no default")


@pytest.mark.parametrize(
    ("attributes", "read", "at"),
    [
        ({"a": LATER}, "a", ("a",)),
        ({"a": LATER}, "a.b[*].c", ("a",)),
        ({"a": {"b": LATER}}, "a.b", ("a", "b")),
        ({"a": [{"b": 1}, {"b": LATER}]}, "a.b", ("a", 1, "b")),
        ({"a": [{"b": 1}, {"b": LATER}]}, "a[*].b", ("a", 1, "b")),
        ({"a": [{"b": 1}, LATER]}, "a[*].b", ("a", 1)),
        ({"a": ["x", LATER]}, "a[*]", ("a", 1)),
        ({"a": {"x": 1, "y": LATER}}, "a[*]", ("a", "y")),
        ({"a": [1, LATER]}, "a[1]", ("a", 1)),
        ({"a.b": LATER}, '["a.b"]', ("a.b",)),
        ({"a": 1 << 70}, "a", ("a",)),
        ({"a": {"b": 1, "c": LATER}}, "a.b", None),
        ({"a": {"c": LATER}}, "a", None),
        ({"a": [1, LATER]}, "a[0]", None),
        ({"a": "text"}, "a[*].b", None),
        ({"a": None}, "a.b", None),
        ({}, "a", None),
    ],
)
def test_finds_what_is_not_known(attributes: dict[str, Any], read: str, at: tuple[str | int, ...] | None) -> None:
    found = first_unknown(attributes, ["nothing", read])
    assert (found and found[:2]) == (at and (read, at))
