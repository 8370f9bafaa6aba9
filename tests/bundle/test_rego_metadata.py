"""Rego policies are read from their OPA annotations, and every mistake has its line."""

import pytest

from scanner.bundle.errors import PolicyError
from scanner.bundle.rego_metadata import parse_policy
from scanner.core.location import Location
from scanner.core.policy import AppliesTo, Severity

TEXT = """\
# Copyright of somebody.

# METADATA
# title: Endpoints are registered
# description: |
#   Nobody answers for an endpoint
#   that nobody knows.
# related_resources:
#   - https://example.com/a
#   - {ref: https://example.com/b, description: more}
# authors: [Ada <ada@team.example>]
# custom:
#   id: TST-010
#   severity: high
#   applies_to: {types: [workload, model], format: kubernetes}
#   when: {data: [phi], role: provider}
#   parameters: {limit: 3, names: [a, b]}
#   remediation: Write a manifest.
#   reads: ["spec.a[0].b"]
#   aliases: [OLD-001]
#   deprecated: Use TST-011.

# METADATA
# scope: subpackages
# title: not about this package

package releasegate.tst_010 # the package

# METADATA
# title: about a rule
deny contains 1 if false
"""


def test_everything_that_the_annotations_say() -> None:
    policy = parse_policy(TEXT, "policies/TST-010.rego")
    assert (policy.id, policy.title, policy.severity) == ("TST-010", "Endpoints are registered", Severity.HIGH)
    assert (policy.engine, policy.rule) == ("rego", TEXT)
    assert policy.applies_to == AppliesTo(("workload", "model"), "kubernetes")
    assert policy.when == {"data": ("phi",), "role": ("provider",)}
    assert policy.rationale == "Nobody answers for an endpoint\nthat nobody knows."
    assert policy.remediation == "Write a manifest."
    assert policy.references == ("https://example.com/a", "https://example.com/b")
    assert policy.parameters == {"limit": 3, "names": ["a", "b"]}
    assert (policy.reads, policy.aliases, policy.deprecated) == (("spec.a[0].b",), ("OLD-001",), "Use TST-011.")
    assert policy.location == Location("policies/TST-010.rego", 13, 5, 13, 15)


def test_only_what_is_needed() -> None:
    text = (
        "# METADATA\r\n# title: T\r\n# custom: {id: TST-001, severity: low, applies_to: {types: [bucket]}}\r\n"
        "package releasegate.tst_001\r\n"
    )
    policy = parse_policy(text, "a.rego")
    assert (policy.rationale, policy.references, policy.parameters, policy.deprecated) == ("", (), {}, None)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("# title: Endpoints are registered\n", "", 3, "a policy needs title"),
        ("#   id: TST-010\n", "", 12, "a policy needs custom.id"),
        ("#   severity: high\n", "", 12, "a policy needs custom.severity"),
        (
            "#   applies_to: {types: [workload, model], format: kubernetes}\n",
            "",
            12,
            "a policy needs custom.applies_to",
        ),
        ("severity: high", "severity: hihg", 14, "unknown severity 'hihg': expected low, medium, high, critical; did"),
        ("severity: high", "severty: high", 14, "unknown key 'severty'"),
        ("# description: |", "# descripton: |", 5, "unknown key 'descripton'"),
        ("# title: Endpoints", "# title: [Endpoints", 5, "not YAML"),
        ("#   severity: high", "#   severity: high\n#   severity: low", 15, "custom.severity is written twice"),
        ("title: Endpoints are registered", "title: 3", 4, "title is a text; put it in quotes"),
        ("id: TST-010", "id: tst 10", 13, "'tst 10' is no policy id"),
        ("format: kubernetes}", "where: {}}", 15, "where is for YAML policies"),
        ("format: kubernetes}", "formt: kubernetes}", 15, "unknown key 'formt'"),
        ("types: [workload, model], ", "", 15, "applies_to needs a list of resource types"),
        ("types: [workload, model]", "types: [workload, 3]", 15, "types is a list of texts"),
        ("when: {data: [phi]", "when: {dat: [phi]", 16, "unknown dimension 'dat' in when"),
        ("when: {data: [phi]", "when: {data: []", 16, "data in when needs a value"),
        ("when: {data: [phi]", "when: {data: [3]", 16, "data is a list of texts"),
        ("parameters: {limit: 3, names: [a, b]}", "parameters: [limit]", 17, "parameters maps names to default values"),
        ("spec.a[0].b", "spec..b", 19, "empty part in attribute path 'spec..b'"),
        ("aliases: [OLD-001]", "aliases: OLD-001", 20, "aliases is a list"),
        ("- https://example.com/a", "- [3]", 9, "a related resource is a URL"),
        ("releasegate.tst_010", "releasegate.other", 27, "the package of TST-010 is releasegate.tst_010, not"),
        ("# custom:\n", "# custom: text\n", 13, "not YAML"),
        ("# METADATA\n# title: E", "# title: E", 26, "the package has no `# METADATA` comment"),
        ("# scope: subpackages\n", "", 23, "the package has a second `# METADATA` comment"),
        ("package releasegate", "import rego.v1\npackage releasegate", 27, "a Rego policy starts with its package"),
    ],
)
def test_a_mistake_has_its_line(old: str, new: str, line: int, said: str) -> None:
    assert old in TEXT
    with pytest.raises(PolicyError) as caught:
        parse_policy(TEXT.replace(old, new, 1), "a.rego")
    assert said in caught.value.message
    assert (caught.value.location.path, caught.value.location.start_line) == ("a.rego", line)


@pytest.mark.parametrize(
    ("text", "line"),
    [("", 1), ("# only a comment", 1), ("# METADATA\n\npackage x", 1), ("# METADATA\n# - a\npackage x", 1)],
)
def test_texts_that_are_no_policy(text: str, line: int) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "a.rego")
    assert caught.value.location == Location("a.rego", line)


def test_columns_are_those_of_the_file() -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(TEXT.replace("types: [workload, model]", "types: [workload, 3]"), "a.rego")
    assert caught.value.location.start_column == TEXT.splitlines()[14].index("model") + 1
