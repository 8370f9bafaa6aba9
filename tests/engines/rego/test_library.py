"""The helpers of `policies/lib/releasegate.rego`, and that they are fast on a large release."""

import time
from itertools import pairwise

import pytest

from scanner.core.finding import Status
from scanner.core.values import Unresolved
from tests.builders import link, release, resource
from tests.engines.rego.judging import findings, rego

HEAD = "import data.lib.releasegate as lib\n"
LATER = Unresolved("var.x", "var.x has no default")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("lib.known(a.text)", True),
        ("lib.known(a.later)", False),
        ("lib.known(a.nothing)", False),
        ("lib.known(a.off)", True),
        ("lib.unresolved(a.later)", True),
        ("lib.unresolved(a.text)", False),
        ("lib.unresolved(a.nothing)", False),
        ('lib.cause(a.later) == "var.x has no default"', True),
        ('lib.resource(b.key).address == "bucket.a"', True),
        ('lib.resource("nowhere")', False),
        ('{r.address | some r in lib.children(b.key)} == {"part.p"}', True),
        ('lib.children("nowhere") == set()', True),
        ('{r.address | some r in lib.linked_from(b.key, "references")} == {"key.k"}', True),
        ('{r.address | some r in lib.linked_to(b.key, "configures")} == {"key.k"}', True),
        ('lib.linked_from(b.key, "configures") == set()', True),
        ('lib.has_wildcard("s3:*")', True),
        ('lib.has_wildcard("s3:Get?bject")', True),
        ('lib.has_wildcard("s3:GetObject")', False),
        ("lib.has_wildcard(a.later)", False),
        ('lib.action_matches("s3:*", "s3:PutObject")', True),
        ('lib.action_matches("S3:put*", "s3:PutObject")', True),
        ('lib.action_matches("s3:Put*", "s3:GetObject")', False),
        ('lib.action_matches("*", "s3:GetObject")', True),
        ('lib.action_matches("s3:GetObject", "s3:GetObjectAcl")', False),
        ('lib.action_matches("s.:GetObject", "s3:GetObject")', False),
        ('lib.action_matches("s?:GetObject", "s3:GetObject")', True),
        ('lib.action_matches(a.later, "s3:GetObject")', False),
        ('lib.arn_matches("arn:aws:s3:::m/*", "arn:aws:s3:::m/a/b")', True),
        ('lib.arn_matches("arn:aws:s3:::m/*", "arn:aws:s3:::M/a")', False),
        ('lib.arn_matches("arn:aws:s3:::a.b", "arn:aws:s3:::axb")', False),
        ('lib.cidr_is_world("0.0.0.0/0")', True),
        ('lib.cidr_is_world("::/0")', True),
        ('lib.cidr_is_world("10.0.0.0/8")', False),
        ("lib.cidr_is_world(a.later)", False),
        ("lib.port_range_covers(0, 65535, 22)", True),
        ('lib.port_range_covers("22", "22", 22)', True),
        ("lib.port_range_covers(23, 80, 22)", False),
        ("lib.port_range_covers(-1, -1, 22)", True),
        ("lib.port_range_covers(a.later, 80, 22)", False),
        ('lib.port_range_covers("ssh", "ssh", 22)', False),
    ],
)
def test_helpers(condition: str, holds: bool) -> None:
    body = """deny contains {{"resource": b.key, "message": "holds"}} if {{
        some b in input.resources.bucket
        a := b.attributes
        {}
    }}"""
    bucket = resource("bucket.a", {"text": "t", "off": False, "later": LATER})
    key = resource("key.k")
    links = [link(bucket, "references", key), link(key, "configures", bucket)]
    policy = rego(HEAD + body.format(condition))
    # A user's policy that does not ask would be UNKNOWN; what the helper itself says shows in one of ours.
    judged = release(bucket, key, resource("part.p", parent=bucket), links=links)
    (found,) = findings(policy, judged, shipped=frozenset({policy.id}))
    assert found.status is (Status.FAIL if holds else Status.PASS)


def test_fifty_policies_with_links_over_a_thousand_resources() -> None:
    buckets = [resource(f"bucket.b{n}", {"acl": "public" if n % 10 == 0 else "private"}) for n in range(1000)]
    links = [link(one, "references", other) for one, other in pairwise(buckets)]
    body = """deny contains {"resource": r.key, "message": sprintf("%s refers to a public bucket", [r.address])} if {
        some r in input.resources.bucket
        some other in lib.linked_from(r.key, "references")
        lib.known(other.attributes.acl)
        other.attributes.acl == "public"
    }"""
    policies = [rego(HEAD + body, id_=f"TST-{n:03}") for n in range(1, 51)]
    started = time.monotonic()
    found = findings(policies, release(*buckets, links=links))
    assert (
        time.monotonic() - started < 30
    )  # takes one to two seconds; scanning the lists for each resource takes more than a minute
    assert sum(each.status is Status.FAIL for each in found) == 50 * 99
    assert len(found) == 50 * 1000


def test_nothing_has_children_in_a_release_without_parts() -> None:
    body = """deny contains {"resource": r.key, "message": "m"} if {
        some r in input.resources.bucket
        count(lib.children(r.key)) == 0
    }"""
    assert [each.status for each in findings(rego(HEAD + body), release(resource("bucket.a")))] == [Status.FAIL]
