"""What the rule of a policy asks of the attribute that decided."""

from typing import Any

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.values import parse_path
from scanner.explaining.wanted import Wanted, tried, wanted
from tests.builders import policy, release, resource


def ask(rule: Any, path: str, attributes: dict[str, Any], **fields: Any) -> Wanted | None:
    return wanted(policy(rule, **fields), parse_path(path), attributes)


@pytest.mark.parametrize(
    ("rule", "text", "value"),
    [
        ({"path": "a", "equals": True}, "has to be true", "true"),
        ({"path": "a", "not_equals": True}, "must not be true", "false"),
        ({"not": {"path": "a", "equals": True}}, "must not be true", "false"),
        ({"path": "a", "in": ["x", "y"]}, 'has to be one of "x", "y"', None),
        ({"path": "a", "at_least": 180}, "has to be at least 180", "180"),
        ({"path": "a", "matches": "^x"}, 'has to match "^x"', None),
        ({"path": "a", "not_contains": "*"}, 'must not contain "*"', None),
        ({"path": "a", "equals": {"parameter": "size"}}, "has to be 5", "5"),
    ],
)
def test_the_wanted_value_is_said_in_words(rule: Any, text: str, value: str | None) -> None:
    attributes = {"a": True if "true" in text and "must" in text else ["*"] if "*" in text else "z"}
    found = ask(rule, "a", attributes, parameters={"size": 5})
    assert found is not None
    assert (found.text, found.value) == (text, value)


def test_what_may_not_be_written_at_all() -> None:
    found = ask({"path": "a.b", "exists": False}, "a.b", {"a": {"b": 1}})
    assert found is not None
    assert (found.is_unwanted, found.text) == (True, "must not be written")


def test_a_comparison_that_is_met_is_not_the_one() -> None:
    rule = {"all": [{"path": "a", "at_least": 1}, {"path": "a", "at_most": 3}]}
    found = ask(rule, "a", {"a": 9})
    assert found is not None
    assert found.operator == "at_most"
    assert not found.is_one_way


def test_elements_children_and_related_resources_are_looked_into() -> None:
    rule = {"every": "rules", "satisfies": {"path": "open", "equals": False}}
    found = ask(rule, "rules[1].open", {"rules": [{"open": False}, {"open": True}]})
    assert found is not None
    assert found.value == "false"
    related = {"any": [{"path": "b", "exists": True}, {"related": {"type": "t"}, "has": {"path": "a", "equals": "k"}}]}
    found = ask(related, "a", {"a": "z"})
    assert found is not None
    assert (found.value, found.is_one_way) == ('"k"', True)


def judged(rule: Any, attributes: dict[str, Any], path: str) -> Wanted | None:
    bucket = resource("bucket.a", attributes)
    failed = Finding(policy(rule), bucket, Status.FAIL, "wrong", bucket.location, attribute=path)
    return tried(failed, release(bucket), bucket, parse_path(path))


def test_of_several_ways_the_one_that_is_enough_is_named() -> None:
    exclusions = {"path": "filters", "exists": True}
    rule = {"any": [{"all": [{"path": "a", "equals": "X"}, exclusions]}, {"path": "a", "equals": "Y"}]}
    found = judged(rule, {"a": "Z"}, "a")
    assert found is not None
    assert (found.value, found.is_enough) == ('"Y"', True)


def test_what_alone_does_not_mend_it_is_not_called_enough() -> None:
    rule = {"all": [{"path": "a", "equals": True}, {"path": "b", "equals": True}]}
    found = judged(rule, {"a": False, "b": False}, "a")
    assert found is not None
    assert (found.value, found.is_enough) == ("true", False)


def test_what_is_not_written_is_tried_too() -> None:
    found = judged({"path": "a.b.c", "equals": True}, {"a": [{}]}, "a[0].b")
    assert found is not None
    assert found.is_enough


def test_rego_says_nothing_of_what_it_wants() -> None:
    assert wanted(policy("package x", id_="R-001"), ("other",), {}) is None
