"""The input document: nothing is lost on the way into the engine and back."""

import json
import math
from datetime import date
from typing import Any

import pytest

from scanner.core.finding import Status
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.core.values import Unresolved
from scanner.engines.rego.document import input_document, plain
from tests.builders import link, release, resource
from tests.engines.rego.judging import findings, judged, rego

ECHO = 'deny contains {"resource": r.key, "message": r.attributes.text} if { some r in input.resources.bucket }'


@pytest.mark.parametrize(
    "text",
    [
        "quotes \" ' `",
        "lines\nand\r\nmore\ttabs",
        "emoji 😀 and Ærø",
        "control \x00\x01\x1f\x7f\x85",
        "\u2028\u2029\ufeff",
        "back\\slash \\n \\u0041 ${x} %s %d",
        "<undefined>",
    ],
)
def test_texts_come_back_as_they_went_in(text: str) -> None:
    (found,) = findings(rego(ECHO), release(resource("bucket.a", {"text": text})))
    assert found.message == text


def test_texts_of_the_policy_come_back_as_they_are_written() -> None:
    policy = rego(
        'deny contains {"resource": r.key, "message": "é😀 \\"q\\"\\n"} if { some r in input.resources.bucket }'
    )
    assert findings(policy, release(resource("bucket.a")))[0].message == 'é😀 "q"\n'


@pytest.mark.parametrize("number", [0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1])
def test_integers_of_64_bits_are_exact(number: int) -> None:
    same = f"r.attributes.size == {number}"
    other = f"r.attributes.size == {number - 1 if number > 0 else number + 1}"
    body = 'deny contains {{"resource": r.key, "message": "m"}} if {{ some r in input.resources.bucket; {} }}'
    policies = [rego(body.format(same), id_="TST-001"), rego(body.format(other), id_="TST-002")]
    found = findings(policies, release(resource("bucket.a", {"size": number})))
    assert [each.status for each in found] == [Status.FAIL, Status.PASS]


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 1 << 20_000], ids=["above", "below", "vast"])
def test_larger_integers_are_unknown_and_not_rounded(number: int) -> None:
    body = """deny contains {"resource": r.key, "message": "m", "attribute": "size"} if {
        some r in input.resources.bucket
        not r.attributes.size == 5
    }"""
    (found,) = findings(rego(body), release(resource("bucket.a", {"size": number})))
    assert (found.status, found.cause) == (Status.UNKNOWN, "integer beyond 64 bits")


def test_values_without_a_place_in_json_are_unresolved() -> None:
    assert plain(math.inf)["reason"] == "not a finite number"
    assert plain("lone \ud800")["$unresolved"] == "lone \\ud800"
    assert plain(b"x")["reason"] == "a value of type bytes has no place in JSON"
    assert plain({"a": date(2026, 11, 21)})["a"]["$unresolved"] == "date"
    assert plain(Unresolved("var.a", "no default")) == {"$unresolved": "var.a", "reason": "no default"}


def test_null_counts_as_absent_but_keeps_its_place_in_a_list() -> None:
    assert plain({"a": None, "b": [None, 1], 3: True}) == {"b": [None, 1], "3": True}


def test_a_very_deep_value_is_unresolved_and_the_rest_is_judged() -> None:
    deep: Any = "end"
    for _ in range(500):
        deep = [deep]
    (found,) = findings(rego(ECHO), release(resource("bucket.a", {"deep": deep, "text": "here"})))
    assert found.message == "here"
    assert "nested deeper than 100 levels" in json.dumps(plain(deep))


def test_the_document() -> None:
    whole = resource("bucket.a", {"acl": "private"})
    part = resource("part.p", parent=whole)
    document = input_document(
        release(whole, part, links=[link(part, "references", whole)]), Scope({"data": frozenset("ba")})
    )
    assert document == {
        "resources": {
            "bucket": [
                {
                    "key": ".::bucket.a", "address": "bucket.a", "type": "bucket", "format": "terraform",
                    "path": "main.tf", "attributes": {"acl": "private"},
                }
            ],
            "part": [
                {
                    "key": ".::part.p", "address": "part.p", "type": "part", "format": "terraform",
                    "path": "main.tf", "attributes": {}, "parent": ".::bucket.a",
                }
            ],
        },
        "links": [{"source": ".::part.p", "kind": "references", "target": ".::bucket.a"}],
        "scope": {"data": ["a", "b"]},
        "parameters": {},
    }  # fmt: skip
    assert input_document(Release(), Scope())["resources"] == {}


def test_a_policy_sees_the_day_of_the_scan_and_no_other_clock() -> None:
    body = """deny contains finding if {
      some bucket in input.resources.bucket
      finding := {"resource": bucket.key, "message": input.as_of}
    }"""
    (found,) = judged(rego(body), release(resource("bucket.a")), as_of=date(2026, 11, 21)).findings
    assert found.message == "2026-11-21"
    assert "as_of" not in input_document(Release(), Scope())
