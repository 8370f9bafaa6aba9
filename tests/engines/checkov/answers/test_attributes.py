"""What the keys by which Checkov names attributes lead to in our resources."""

from typing import Any

import pytest

from scanner.core.values import ABSENT, Unresolved, format_path
from scanner.engines.checkov.answers.attributes import hole_of, holes, seen, steps_of

UNKNOWN = Unresolved("var.x", "var.x has no default")


def read(attributes: dict[str, Any], *keys: str) -> list[tuple[str, Any]]:
    return [(format_path(each.path), each.value) for each in seen(attributes, keys)]


@pytest.mark.parametrize(
    ("key", "steps"),
    [
        ("rule/[0]/sse_algorithm", ("rule", 0, "sse_algorithm")),
        ("site_config/0/ftps_state", ("site_config", 0, "ftps_state")),
        ("route/*/cidr_block", ("route", "*", "cidr_block")),
        ("statement[?(@/effect == Allow)]/actions[*]", ("statement", "actions", "*")),
        ("parameter[?(@/name=='rds/force_ssl')]/value", ("parameter", "value")),
        ("settings/database_flags[?(@/name == a & @/value == on)]", ("settings", "database_flags")),
        ("", ()),
    ],
)
def test_every_notation_becomes_steps(key: str, steps: tuple[str | int, ...]) -> None:
    assert steps_of(key) == steps


BLOCKS: dict[str, Any] = {
    "rule": [{"algorithm": "aws:kms"}, {"algorithm": "AES256"}],
    "https": True,
    "ranges": ["a", "b"],
    "tags": {"x": 1},
}


@pytest.mark.parametrize(
    ("key", "path", "value"),
    [
        ("rule/[1]/algorithm", "rule[1].algorithm", "AES256"),
        ("https/[0]", "https", True),
        ("ranges", "ranges", ["a", "b"]),
        ("ranges/[0]", "ranges", ["a", "b"]),
        ("ranges/[1]", "ranges[1]", "b"),
        ("tags/[0]/x", "tags.x", 1),
        ("https/[0]/POSTGRES", "https", True),
        ("versioning/[0]/enabled", "versioning.enabled", ABSENT),
        ("rule/[0]/key/[0]/id", "rule[0].key.id", ABSENT),
        ("rule/[7]/algorithm", "rule.algorithm", ABSENT),
    ],
)
def test_a_key_leads_to_the_attribute_or_to_where_it_would_be(key: str, path: str, value: Any) -> None:
    assert read(BLOCKS, key) == [(path, value)]


def test_a_name_that_meets_a_list_leads_to_each_element() -> None:
    expected = [("rule[0].algorithm", "aws:kms"), ("rule[1].algorithm", "AES256")]
    assert read(BLOCKS, "rule/algorithm") == expected
    assert read(BLOCKS, "rule/*/algorithm") == expected
    assert read({"rule": []}, "rule/algorithm") == [("rule.algorithm", ABSENT)]


def test_the_way_ends_at_what_is_not_known() -> None:
    assert read({"rule": UNKNOWN}, "rule/[0]/algorithm") == [("rule", UNKNOWN)]
    assert read({"rule": [{"a": 1}, UNKNOWN]}, "rule/[1]/a") == [("rule[1]", UNKNOWN)]
    assert read({"rule": [UNKNOWN]}, "rule/[3]/a") == [("rule[0]", UNKNOWN)]


def test_what_is_looked_for_in_a_document_is_the_document() -> None:
    assert read({"policy": "{}"}, "policy/[0]/Statement/[0]/Principal") == [("policy", "{}")]


def test_null_is_not_written_and_the_choice_of_a_graph_check_is_no_attribute() -> None:
    assert read({"key": None}, "key", "resource_type", "networking") == [("key", ABSENT)]
    assert read({"key": {"a": None}}, "key/a/b") == [("key.a.b", ABSENT)]
    assert read({"resource_type": "KeyVaults"}, "resource_type") == [("resource_type", "KeyVaults")]


def test_two_keys_of_one_attribute_are_one() -> None:
    assert read({"a": [{"b": 1}]}, "a/b", "a/[0]/b") == [("a[0].b", 1)]


def test_what_is_not_known_is_told_apart_by_depth() -> None:
    cases: list[tuple[Any, list[str], list[str]]] = [
        (UNKNOWN, ["a"], ["a"]),
        (["x", UNKNOWN], ["a[1]"], ["a[1]"]),
        ([{"b": UNKNOWN}], [], ["a[0].b"]),
        ("x", [], []),
    ]
    for value, at_all, inside in cases:
        each = seen({"a": value}, ["a"])[0]
        assert [format_path(hole.path) for hole in filter(None, [hole_of(each)])] == at_all
        assert [format_path(hole.path) for hole in holes(each)] == inside
