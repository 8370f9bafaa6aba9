"""The helpers of `policies/lib/` that are made for policies of others: values, containers, IAM, ranges and images."""

import json
from functools import cache
from typing import Any

import pytest
import regorus

from scanner.core.values import Unresolved
from scanner.engines.rego.document import plain
from tests.engines.rego.judging import POLICIES

LATER = plain(Unresolved("var.x", "var.x has no default"))
CONTAINER = {
    "key": "c",
    "parent": "w",
    "type": "container",
    "attributes": {
        "role": "init",
        "image": {"reference": "ghcr.io/acme/triage:1.2"},
        "env_values": {"MODE": "fast", "TOKEN": LATER},
        "resources": {"limits": {"memory": "4Gi", "cpu": LATER}},
        "security_context": {
            "privileged": True,
            "runAsUser": 10001,
            "capabilities": {"add": ["CAP_NET_ADMIN", LATER], "drop": ["all"]},
        },
    },
}
OPEN = {"key": "o", "parent": "w", "type": "container", "attributes": {"image": LATER, "security_context": LATER}}
FILLED_IN = {"key": "f", "parent": "w", "type": "container", "attributes": {"filled_in": LATER}}
STATEMENT = {
    "key": "s",
    "parent": "p",
    "type": "iam_statement",
    "attributes": {
        "effect": "Allow",
        "actions": ["s3:Put*", "ec2:*"],
        "resources": ["arn:aws:s3:::models/*"],
        "principals": ["*"],
    },
}
NEGATIVE = {
    "key": "n",
    "parent": "p",
    "type": "iam_statement",
    "attributes": {"effect": "Deny", "not_actions": ["s3:Get*"], "not_resources": ["arn:aws:s3:::a"]},
}
DOUBTFUL = {
    "key": "d",
    "parent": "p",
    "type": "iam_statement",
    "attributes": {"effect": "Allow", "not_actions": ["s3:Get*", LATER], "principals": ["*"], "conditions": {"a": {}}},
}
INPUT = {
    "resources": {
        "container": [CONTAINER, OPEN, FILLED_IN],
        "workload": [{"key": "w", "type": "workload", "attributes": {}}],
        "aws_iam_policy": [{"key": "p", "type": "aws_iam_policy", "attributes": {}}],
        "iam_statement": [STATEMENT, NEGATIVE, DOUBTFUL],
    },
    "links": [],
}
NAMES = {"c": CONTAINER, "o": OPEN, "f": FILLED_IN, "s": STATEMENT, "n": NEGATIVE, "d": DOUBTFUL}


@cache
def engine() -> Any:
    made = regorus.Engine()
    for name in ("releasegate", "containers", "iam", "images", "cidr"):
        made.add_policy(f"{name}.rego", (POLICIES / "lib" / f"{name}.rego").read_text(encoding="utf-8"))
    made.set_input_json(json.dumps(INPUT | {"as": NAMES}))
    return made


def answer(expression: str) -> Any:
    """What the expression gives, where `c` is the first container and so on; None where it is undefined."""
    imports = "; ".join(f"{name} := input[`as`].{name}" for name in NAMES)
    found = json.loads(engine().eval_query_as_json(f"{imports}; answer := {expression.replace('lib.', 'data.lib.')}"))
    return found["result"][0]["bindings"]["answer"] if found.get("result") else None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("lib.releasegate.unknown_cause(o.attributes.image)", "var.x has no default"),
        ("lib.releasegate.unknown_cause(c.attributes.image)", None),
        ('lib.releasegate.attribute(c, ["image", "reference"])', "ghcr.io/acme/triage:1.2"),
        ('lib.releasegate.attribute(c, ["image", "digest"])', None),
        ('lib.releasegate.attribute(o, ["image", "reference"])', None),
        ('lib.releasegate.is_absent(c, ["image", "digest"])', True),
        ('lib.releasegate.is_absent(c, ["image", "reference"])', None),
        ('lib.releasegate.is_absent(o, ["image", "digest"])', None),
        ('lib.releasegate.unknown_cause_at(o, ["image", "digest"])', "var.x has no default"),
        ('lib.releasegate.unknown_cause_at(c, ["image", "digest"])', None),
        ('lib.releasegate.unknown_cause_at(c, ["resources", "limits", "cpu"])', "var.x has no default"),
        ('{x.key | some x in lib.containers.of({"key": "w"})}', ["c", "f", "o"]),
        ("lib.containers.workload(c).key", "w"),
        ("lib.containers.image(c)", "ghcr.io/acme/triage:1.2"),
        ("lib.containers.image(o)", None),
        ("lib.containers.is_secondary(c)", True),
        ("lib.containers.is_privileged(c)", True),
        ("lib.containers.is_privileged(o)", None),
        ('lib.containers.unknown_cause(o, ["security_context", "privileged"])', "var.x has no default"),
        ('lib.containers.unknown_cause(f, ["security_context", "privileged"])', "var.x has no default"),
        ('lib.containers.unknown_cause(c, ["security_context", "privileged"])', None),
        ("lib.containers.is_non_root(c)", True),
        ("lib.containers.is_non_root(o)", None),
        ('lib.containers.adds_capability(c, "NET_ADMIN")', True),
        ('lib.containers.adds_capability(c, "SYS_ADMIN")', None),
        ("lib.containers.drops_all_capabilities(c)", True),
        ('lib.containers.limit(c, "memory")', "4Gi"),
        ('lib.containers.limit(c, "cpu")', None),
        ('lib.containers.variable(c, "MODE")', "fast"),
        ('lib.containers.variable(c, "TOKEN")', None),
        ('{x.key | some x in lib.iam.statements({"key": "p"})}', ["d", "n", "s"]),
        ("lib.iam.holder(s).key", "p"),
        ("lib.iam.allows(s)", True),
        ("lib.iam.allows(n)", None),
        ("lib.iam.denies(n)", True),
        ('lib.iam.is_about(s, "s3:PutObject")', True),
        ('lib.iam.is_about(s, "s3:GetObject")', None),
        ('lib.iam.is_about(n, "s3:PutObject")', True),
        ('lib.iam.is_about(n, "s3:GetObject")', None),
        ('lib.iam.is_about(d, "s3:PutObject")', None),
        ('lib.iam.reaches(s, "arn:aws:s3:::models/a")', True),
        ('lib.iam.reaches(s, "arn:aws:s3:::other/a")', None),
        ('lib.iam.reaches(n, "arn:aws:s3:::b")', True),
        ('lib.iam.reaches(n, "arn:aws:s3:::a")', None),
        ("lib.iam.is_administrative(s)", True),
        ("lib.iam.is_administrative(n)", None),
        ("lib.iam.is_for_everyone(s)", True),
        ("lib.iam.is_for_everyone(d)", None),
        ("lib.iam.unknown_cause(d)", "var.x has no default"),
        ("lib.iam.unknown_cause(s)", None),
    ],
)
def test_of_resources(expression: str, expected: Any) -> None:
    assert answer(expression) == expected


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("nginx", ["docker.io", "library/nginx", "", ""]),
        ("nginx:1.27", ["docker.io", "library/nginx", "1.27", ""]),
        ("vllm/vllm-openai:v0.8", ["docker.io", "vllm/vllm-openai", "v0.8", ""]),
        ("ghcr.io/acme/triage:1.2@sha256:0a", ["ghcr.io", "acme/triage", "1.2", "sha256:0a"]),
        ("localhost:5000/triage", ["localhost:5000", "triage", "", ""]),
        ("localhost/triage", ["localhost", "triage", "", ""]),
        ("not a reference", None),
    ],
)
def test_parts_of_an_image(reference: str, parts: list[str] | None) -> None:
    found = answer(f"lib.images.parts({json.dumps(reference)})")
    assert (found and [found[name] for name in ("registry", "repository", "tag", "digest")]) == parts


DIGEST = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        (f'lib.images.is_pinned("a/b@{DIGEST}")', True),
        (f'lib.images.is_pinned("a/b:1@{DIGEST}")', True),
        ('lib.images.is_pinned("a/b:1")', None),
        ('lib.images.is_pinned("a/b@sha256:0a")', None),
        ('lib.images.is_latest("a/b")', True),
        ('lib.images.is_latest("a/b:latest")', True),
        (f'lib.images.is_latest("a/b@{DIGEST}")', None),
        ('lib.images.is_latest("a/b:1")', None),
        ('lib.images.is_from("ghcr.io/acme/triage:1", ["ghcr.io/acme"])', True),
        ('lib.images.is_from("ghcr.io/acme/triage:1", ["ghcr.io/"])', True),
        ('lib.images.is_from("ghcr.io/acme-labs/triage:1", ["ghcr.io/acme"])', None),
        ('lib.images.is_from("nginx", ["docker.io/library"])', True),
        ("lib.images.is_from(o.attributes.image, [``])", None),
        ("lib.images.is_latest(o.attributes.image)", None),
        ('lib.cidr.is_range("10.0.0.0/8")', True),
        ('lib.cidr.is_range("2001:db8::/32")', True),
        ('lib.cidr.is_range("ten")', None),
        ("lib.cidr.is_range(o.attributes.image)", None),
        ('lib.cidr.is_world("0.0.0.0/0")', True),
        ('lib.cidr.is_world("::/0")', True),
        ('lib.cidr.is_world("10.0.0.0/8")', None),
        ("lib.cidr.is_world(o.attributes.image)", None),
        ('lib.cidr.is_single("192.0.2.7/32")', True),
        ('lib.cidr.is_single("2001:db8::/32")', None),
        ('lib.cidr.is_single("2001:db8::1/128")', True),
        ('lib.cidr.holds("10.0.0.0/8", "10.1.0.0/16")', True),
        ('lib.cidr.holds("10.0.0.0/8", "10.1.2.3")', True),
        ('lib.cidr.holds("10.0.0.0/8", "9.0.0.0/8")', None),
        ('lib.cidr.holds("10.1.0.0/16", "10.0.0.0/8")', None),
        ('lib.cidr.holds("2001:db8::/32", "2001:db8:1::/48")', True),
        ('lib.cidr.holds("0.0.0.0/0", "::1")', None),
        ('lib.cidr.overlap("10.0.0.0/8", "10.1.0.0/16")', True),
        ('lib.cidr.overlap("10.1.0.0/16", "10.0.0.0/8")', True),
        ('lib.cidr.overlap("10.0.0.0/16", "10.1.0.0/16")', None),
        ('lib.cidr.is_private("172.16.0.0/16")', True),
        ('lib.cidr.is_private("172.0.0.0/8")', None),
        ('lib.cidr.is_private("fd00::/8")', True),
        ('lib.cidr.is_private("8.8.8.8/32")', None),
    ],
)
def test_of_texts(expression: str, holds: bool | None) -> None:
    assert answer(expression) is holds
