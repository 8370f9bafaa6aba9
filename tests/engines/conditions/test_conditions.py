"""The YAML conditions: three values, the attribute that decides, quantifiers, links and parameters."""

from typing import Any

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.resource import Release
from scanner.core.values import Unresolved
from scanner.engines.conditions import evaluate
from scanner.engines.interface import Evaluation
from tests.builders import link, policy, release, resource

P, F, U = Status.PASS, Status.FAIL, Status.UNKNOWN
UNKNOWN = Unresolved("var.x", "var.x has no default")


def judged(of: Release, rule: Any, **fields: Any) -> Evaluation:
    return evaluate([policy(rule, **fields)], of)


def one(attributes: dict[str, Any], rule: Any, **fields: Any) -> Finding:
    lines = fields.pop("lines", None)
    (found,) = judged(release(resource("bucket.a", attributes, lines=lines)), rule, **fields).findings
    return found


@pytest.mark.parametrize(
    ("attributes", "rule", "expected"),
    [
        ({"a": "x"}, {"path": "a", "equals": "x"}, P),
        ({"a": "y"}, {"path": "a", "equals": "x"}, F),
        ({}, {"path": "a", "equals": "x"}, F),
        ({"a": None}, {"path": "a", "equals": "x"}, F),
        ({"a": UNKNOWN}, {"path": "a", "equals": "x"}, U),
        ({}, {"path": "a", "equals": "x", "default": "x"}, P),
        ({"a": True}, {"path": "a", "equals": True}, P),
        ({"a": 1}, {"path": "a", "equals": True}, F),
        ({"a": "true"}, {"path": "a", "equals": True}, P),
        ({"a": "443"}, {"path": "a", "equals": 443}, P),
        ({"a": "y"}, {"path": "a", "not_equals": "x"}, P),
        ({}, {"path": "a", "not_equals": "x"}, P),
        ({"a": UNKNOWN}, {"path": "a", "not_equals": "x"}, U),
        ({"a": "x"}, {"path": "a", "in": ["x", "y"]}, P),
        ({"a": "z"}, {"path": "a", "not_in": ["x", "y"]}, P),
        ({"a": "abc"}, {"path": "a", "matches": "^a.c$"}, P),
        ({"a": "abc"}, {"path": "a", "not_matches": "b"}, F),
        ({"a": ["x", "y"]}, {"path": "a", "contains": "y"}, P),
        ({"a": ["x", UNKNOWN]}, {"path": "a", "contains": "x"}, P),
        ({"a": ["x", UNKNOWN]}, {"path": "a", "contains": "y"}, U),
        ({"a": ["x", UNKNOWN]}, {"path": "a", "not_contains": "y"}, U),
        ({"a": ["x", UNKNOWN]}, {"path": "a", "not_contains": "x"}, F),
        ({"a": "abc"}, {"path": "a", "starts_with": "ab"}, P),
        ({"a": "abc"}, {"path": "a", "ends_with": "ab"}, F),
        ({"a": 7}, {"path": "a", "at_least": 7}, P),
        ({"a": "6"}, {"path": "a", "at_least": 7}, F),
        ({"a": "many"}, {"path": "a", "at_most": 7}, F),
        ({"a": UNKNOWN}, {"path": "a", "exists": True}, U),
        ({}, {"path": "a", "exists": False}, P),
        ({"a": []}, {"path": "a", "empty": True}, P),
        ({"a": UNKNOWN}, {"path": "a", "known": False}, P),
        # A name applied to a list is applied to every element.
        ({"a": [{"b": 1}, {"b": 1}]}, {"path": "a.b", "equals": 1}, P),
        ({"a": [{"b": 1}, {"b": 2}]}, {"path": "a.b", "equals": 1}, F),
        ({"a": [{"b": 1}, {"b": UNKNOWN}]}, {"path": "a.b", "equals": 1}, U),
        ({"a": [{"b": 2}, {"b": UNKNOWN}]}, {"path": "a.b", "equals": 1}, F),
        ({"a": []}, {"path": "a.b", "equals": 1}, F),
        ({"a": [{"b": 1}, {"b": 2}]}, {"path": "a[1].b", "equals": 2}, P),
    ],
)
def test_comparison(attributes: dict[str, Any], rule: Any, expected: Status) -> None:
    assert one(attributes, rule).status is expected


TRUE: dict[str, Any] = {"path": "yes", "exists": True}
FALSE: dict[str, Any] = {"path": "no", "exists": True}
DONT_KNOW: dict[str, Any] = {"path": "unknown", "equals": 1}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"all": [TRUE, TRUE]}, P),
        ({"all": [TRUE, FALSE]}, F),
        ({"all": [TRUE, DONT_KNOW]}, U),
        ({"all": [DONT_KNOW, FALSE]}, F),
        ({"any": [FALSE, TRUE]}, P),
        ({"any": [FALSE, DONT_KNOW]}, U),
        ({"any": [DONT_KNOW, TRUE]}, P),
        ({"any": [FALSE, FALSE]}, F),
        ({"not": TRUE}, F),
        ({"not": FALSE}, P),
        ({"not": DONT_KNOW}, U),
        ({}, P),
    ],
)
def test_logic_is_three_valued(rule: Any, expected: Status) -> None:
    assert one({"yes": 1, "unknown": UNKNOWN}, rule).status is expected


@pytest.mark.parametrize(
    ("items", "some", "every", "none"),
    [
        ([1, 2], P, F, F),
        ([1, 1], P, P, F),
        ([2, 3], F, F, P),
        ([], F, P, P),
        ([UNKNOWN], U, U, U),
        ([UNKNOWN, 1], P, U, F),
        ([UNKNOWN, 2], U, F, U),
    ],
)
def test_quantifiers(items: list[Any], some: Status, every: Status, none: Status) -> None:
    attributes = {"list": [{"v": item} for item in items]}
    for word, expected in (("some", some), ("every", every), ("none", none)):
        assert one(attributes, {word: "list", "satisfies": {"path": "v", "equals": 1}}).status is expected, word


def test_the_deciding_attribute_gives_the_line() -> None:
    attributes = {"a": "x", "rules": [{"port": 443}, {"port": 22}]}
    lines = {"a": 2, "rules": 3, "rules[1]": 6, "rules[1].port": 7}
    rule = {"all": [{"path": "a", "equals": "x"}, {"none": "rules", "satisfies": {"path": "port", "equals": 22}}]}
    found = one(attributes, rule, lines=lines, message="{address} opens {value} by {attribute}")
    assert (found.location.start_line, found.attribute) == (7, "rules[1].port")
    assert found.message == "bucket.a opens 22 by rules[1].port"


def test_an_absent_attribute_gives_the_nearest_line_that_is_written() -> None:
    found = one({"a": {"b": {}}}, {"path": "a.b.c", "equals": 1}, lines={"a": 2, "a.b": 3})
    assert found.location.start_line == 3
    assert one({}, {"path": "a", "equals": 1}).location.start_line == 1


def test_an_unknown_names_its_cause() -> None:
    found = one({"a": UNKNOWN}, {"path": "a", "equals": 1}, lines={"a": 4})
    assert (found.status, found.cause, found.location.start_line) == (U, "var.x has no default", 4)


def test_where_narrows_and_an_unknown_where_is_unknown() -> None:
    where = {"path": "kind", "equals": "model"}
    of = release(
        resource("bucket.a", {"kind": "model"}),
        resource("bucket.b", {"kind": "log"}),
        resource("bucket.c", {"kind": UNKNOWN}),
    )
    found = {
        each.resource.address: each.status for each in judged(of, {"path": "x", "exists": False}, where=where).findings
    }
    assert found == {"bucket.a": P, "bucket.c": U}


def test_related_resources_decide_with_their_own_line() -> None:
    bucket = resource("bucket.a", line=10)
    block = resource("block.a", {"public": True}, line=20, lines={"public": 21})
    other = resource("block.b", {"public": False}, line=30)
    rule = {
        "related": {"type": "block", "kind": "configures", "direction": "to"},
        "every": {"path": "public", "equals": False},
    }
    of = release(bucket, block, other, links=[link(block, "configures", bucket), link(other, "references", bucket)])
    (found,) = judged(of, rule).findings
    assert (found.status, found.location.start_line) == (F, 21)
    assert found.attribute == "block.a.public"
    assert [each.location.start_line for each in found.related_locations] == [10]


@pytest.mark.parametrize(("word", "expected"), [("has", F), ("every", P), ("none", P)])
def test_no_related_resource(word: str, expected: Status) -> None:
    (found,) = judged(release(resource("bucket.a")), {"related": {"type": "block"}, word: {}}).findings
    assert found.status is expected


@pytest.mark.parametrize(
    ("word", "on", "expected"),
    [
        ("has", True, U),
        ("has", False, F),
        ("every", True, P),
        ("every", False, U),
        ("none", True, U),
        ("none", False, P),
    ],
)
def test_a_related_resource_that_may_not_exist_settles_nothing(word: str, on: bool, expected: Status) -> None:
    bucket = resource("bucket.a")
    block = resource("block.a[*]", {"on": on}, type_="block", presence=UNKNOWN)
    of = release(bucket, block, links=[link(block, "configures", bucket)])
    (found,) = judged(of, {"related": {"type": "block"}, word: {"path": "on", "equals": True}}).findings
    assert found.status is expected
    assert found.cause == ("var.x has no default" if expected is U else "")


def test_parent_and_children() -> None:
    pod = resource("pod.a", {"host": True})
    box = resource("box.a", {"root": True}, parent=pod)
    of = release(pod, box)
    assert judged(of, {"parent": {"path": "host", "equals": True}}, types=["box"]).findings[0].status is P
    assert (
        judged(of, {"children": {"type": "box"}, "none": {"path": "root", "equals": True}}, types=["pod"])
        .findings[0]
        .status
        is F
    )
    assert judged(of, {"parent": {}}, types=["pod"]).findings[0].status is F


@pytest.mark.parametrize(
    ("value", "shown"), [(False, "false"), ("x", "x"), (["a", 1], '["a", 1]'), (None, "absent"), (0, "0")]
)
def test_a_message_shows_values_as_files_write_them(value: Any, shown: str) -> None:
    found = one({"a": value}, {"path": "a", "equals": "y"}, message="a is {value}")
    assert found.message == f"a is {shown}"


def test_parameters() -> None:
    rule = {"path": "days", "at_least": {"parameter": "minimum"}}
    assert one({"days": 90}, rule, parameters={"minimum": 90}).status is P
    found = one({"days": 89}, rule, parameters={"minimum": 90}, message="{value} is below {minimum}")
    assert (found.status, found.message) == (F, "89 is below 90")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"pth": "a"}, "expected one of"),
        ({"path": "a"}, "exactly one operator"),
        ({"path": "a", "equals": 1, "in": [1]}, "exactly one operator"),
        ({"path": "a..b", "equals": 1}, "empty part"),
        ({"path": "a", "in": "x"}, "needs a list"),
        ({"path": "a", "matches": "("}, "regular expression"),
        ({"path": "a", "at_least": "x"}, "needs a number"),
        ({"path": "a", "equals": {"parameter": "nope"}}, "no parameter 'nope'"),
        ({"all": []}, "not empty"),
        ({"all": [{"path": "a", "equals": 1, "x": 2}]}, "rule.all[0]: unknown key 'x'"),
        ({"related": {"typ": "x"}, "has": {}}, "unknown key 'typ'"),
        ({"related": {}, "some": {}}, "exactly one of has, every, none"),
        ("yes", "a condition is a mapping"),
    ],
)
def test_a_malformed_rule_is_said_and_others_go_on(rule: Any, said: str) -> None:
    good = policy({"path": "a", "exists": False}, id_="TST-002")
    evaluation = evaluate([policy(rule), good], release(resource("bucket.a")))
    (note,) = evaluation.notifications
    assert said in note.message
    assert note.message.startswith("TST-001 was not evaluated: ")
    assert evaluation.failed == {"TST-001"}
    assert [each.policy.id for each in evaluation.findings] == ["TST-002"]
