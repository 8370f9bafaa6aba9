"""The trap of deciding by a value that nobody knows, as `policies lint` finds it."""

from dataclasses import replace

import pytest

from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.knowledge import may_be_unknown
from scanner.authoring.lint.unresolved import CODE, unresolved_problems
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.policy import AppliesTo
from scanner.rego_source.regorus_calls import parse
from tests.engines.rego.judging import LIBRARY, rego

HEAD = "import data.lib.releasegate as lib\n"


def problems(body: str, *reads: str, types: tuple[str, ...] = ("aws_s3_bucket",)) -> list[LintProblem]:
    policy = replace(rego(HEAD + body), reads=reads, applies_to=AppliesTo(types))
    assert policy.location
    module = parse(policy.location.path, policy.rule)
    return list(unresolved_problems(policy, module, [parse(*LIBRARY)]))


def deny(condition: str, attribute: str = "", type_: str = "aws_s3_bucket") -> str:
    named = f', "attribute": "{attribute}"' if attribute else ""
    finding = f'{{"resource": b.key, "message": "m"{named}}}'
    return f"deny contains {finding} if {{\n\tsome b in input.resources.{type_}\n\t{condition}\n}}\n"


@pytest.mark.parametrize(
    "condition",
    [
        "not b.attributes.acl",
        'b.attributes.acl == "public"',
        'b.attributes.acl != "private"',
        "b.attributes.acl < 3",
        "b.attributes.acl",
        'startswith(b.attributes.acl, "public")',
        'b.attributes.acl in {"public"}',
        'not "private" in {b.attributes.acl}',
        'acl := b.attributes.acl; acl != "private"',
        'object.get(b.attributes, "acl", "private") != "private"',
    ],
)
def test_a_value_that_may_be_unknown_must_not_decide(condition: str) -> None:
    [problem] = problems(deny(condition))
    assert (problem.code, problem.severity) == (CODE, Level.WARNING)
    assert problem.location == Location("policies/TST-001.rego", 6, problem.location.start_column)
    assert problem.message.startswith("acl may be unknown")


def test_a_deny_that_names_the_attribute_becomes_an_unknown_by_itself() -> None:
    """The engine sees to it where an unknown value makes `deny` hold; where it does not, nothing would be said."""
    assert problems(deny('b.attributes.acl != "private"', "acl")) == []
    assert problems(deny('not b.attributes.acl == "private"', "acl")) == []
    assert len(problems(deny('b.attributes.acl == "public"', "acl"))) == 1
    assert len(problems(deny("not b.attributes.acl", "acl"))) == 1
    assert len(problems(deny('b.attributes.acl != "private"', "policy"))) == 1


def test_what_the_policy_asks_or_declares_is_settled() -> None:
    condition = 'b.attributes.acl == "public"'
    unknown = """
unknown contains {"resource": b.key, "message": "m", "cause": cause, "attribute": "acl"} if {
	some b in input.resources.aws_s3_bucket
	cause := lib.unknown_cause(b.attributes.acl)
}
"""
    assert problems(deny(condition) + unknown) == []
    assert problems(deny(f"lib.known(b.attributes.acl); {condition}")) == []
    assert problems(deny(condition), "acl") == []
    assert problems(deny('b.attributes.rule[_].acl == "public"'), "rule.acl") == []
    assert len(problems(deny(condition), "policy")) == 1


def test_only_what_the_policy_judges_counts() -> None:
    other = "some k in input.resources.aws_kms_key; k.attributes.enabled == true"
    assert problems(deny(other)) == []


def test_what_is_always_known_may_decide() -> None:
    assert problems(deny("not b.attributes.serving", type_="workload"), types=("workload",)) == []
    assert len(problems(deny('b.attributes.storage_uri == "x"', type_="workload"), types=("workload",))) == 1
    assert may_be_unknown("container", ("arguments", None))
    assert not may_be_unknown("container", ("arguments",))
    assert not may_be_unknown("iam_statement", ("attribute",))
    assert not may_be_unknown("Deployment", ("spec", "replicas"))


def test_a_skip_by_an_unknown_value_is_a_trap_too() -> None:
    skip = "skip contains b.key if {\n\tsome b in input.resources.aws_s3_bucket\n\tb.attributes.temporary\n}\n"
    [problem] = problems(deny("b.path == `x`") + skip)
    assert "`skip`" in problem.message


def test_a_trap_in_a_library_is_shown_at_the_policy() -> None:
    library = "package lib.acme\nimport rego.v1\nis_public(r) if r.attributes.acl == `public`\n"
    policy = rego("import data.lib.acme\n" + deny("acme.is_public(b)"))
    policy = replace(policy, applies_to=AppliesTo(("aws_s3_bucket",)))
    module = parse("policies/TST-001.rego", policy.rule)
    [problem] = unresolved_problems(policy, module, [parse("acme.rego", library)])
    assert problem.location.path == "policies/TST-001.rego"
    assert "acme.rego:3" in problem.message
