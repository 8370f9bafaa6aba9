"""A policy that does not ask whether a value is known neither passes nor fails by one that nobody knows."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.scope import Scope
from scanner.core.values import Unresolved
from scanner.engines.rego.document import input_document
from scanner.engines.rego.evaluator import Evaluator
from scanner.engines.rego.findings import applicable, findings_of
from scanner.rego_source.dataflow_unknowns import derived_reads
from scanner.rego_source.regorus_calls import parse
from tests.builders import release, resource
from tests.engines.rego.judging import LIBRARY, rego

P, F, U = Status.PASS, Status.FAIL, Status.UNKNOWN
LATER = Unresolved("var.x", "var.x has no default")
NAMELESS = '"resource": b.key, "message": "m"'


def verdict(body: str, attributes: Mapping[str, Any]) -> Finding:
    """What a policy with this `deny` says of one bucket, with the reads that are derived from its module."""
    policy = rego(f"import data.lib.releasegate as lib\n{body}")
    module = parse("policy.rego", policy.rule)
    derived = derived_reads(module, policy.applies_to.types, [parse(*LIBRARY)])
    bucket = release(resource("bucket.a", attributes))
    evaluator, _ = Evaluator.load([LIBRARY])
    assert evaluator.add(policy.id, "policy.rego", policy.rule, {}) == []
    evaluator.read(json.dumps(input_document(bucket, Scope())), [policy.id])
    judged = applicable(policy, bucket)
    found, mistakes = findings_of(policy, bucket, judged, evaluator.evaluate(policy.id), derived)
    assert not mistakes
    [finding] = found
    return finding


@pytest.mark.parametrize(
    ("condition", "attributes", "status"),
    [
        ("not b.attributes.versioning", {"versioning": True}, P),
        ("not b.attributes.versioning", {}, F),
        ("not b.attributes.versioning", {"versioning": LATER}, U),
        ('b.attributes.acl == "public-read"', {"acl": LATER}, U),
        ('b.attributes.sse != "aws:kms"', {"sse": "AES256"}, F),
        ('b.attributes.sse != "aws:kms"', {"sse": LATER}, U),
        ("b.attributes.days < 30", {"days": LATER}, U),
        ("b.attributes.public", {"public": LATER}, U),
        ("some r in b.attributes.rules; r.open", {"rules": [{"open": LATER}]}, U),
        ("some r in b.attributes.rules; r.open", {"rules": LATER}, U),
        ("some r in b.attributes.rules; r.open == true", {"rules": [{"open": False, "name": LATER}]}, P),
        ('b.attributes.acl == "public"; b.attributes.name', {"acl": "private", "name": LATER}, U),
        ('b.attributes.acl == "public"; sprintf("%v", [b.attributes.name])', {"acl": "public", "name": LATER}, F),
        ('b.attributes.acl == "public"; sprintf("%v", [b.attributes.name])', {"acl": "private", "name": LATER}, P),
    ],
)
def test_an_unknown_that_decides_is_unknown(condition: str, attributes: dict[str, Any], status: Status) -> None:
    body = f"deny contains {{{NAMELESS}}} if {{ some b in input.resources.bucket; {condition} }}"
    finding = verdict(body, attributes)
    assert finding.status is status
    assert finding.cause == ("var.x has no default" if status is U else "")


def test_a_failure_that_names_its_attribute_stays() -> None:
    """What is seen in the input is no less true because something else is not seen."""
    body = """
deny contains {"resource": b.key, "message": "m", "attribute": "acl"} if {
	some b in input.resources.bucket
	b.attributes.acl == "public"
}

deny contains {"resource": b.key, "message": "m", "attribute": "sse"} if {
	some b in input.resources.bucket
	b.attributes.sse == "none"
}
"""
    assert verdict(body, {"acl": "public", "sse": LATER}).status is F
    assert verdict(body, {"acl": "private", "sse": LATER}).status is U


def test_what_the_policy_asks_itself_is_left_to_it() -> None:
    body = f"""
deny contains {{{NAMELESS}}} if {{
	some b in input.resources.bucket
	lib.known(b.attributes.acl)
	b.attributes.acl == "public"
}}
"""
    assert verdict(body, {"acl": LATER}).status is P


def test_the_place_is_that_of_the_unknown_value() -> None:
    body = f"deny contains {{{NAMELESS}}} if {{ some b in input.resources.bucket; b.attributes.rules[_].open == 1 }}"
    assert verdict(body, {"rules": [{"open": 2}, {"open": LATER}]}).attribute == "rules[1].open"
