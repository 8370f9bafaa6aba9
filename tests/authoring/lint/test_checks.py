"""Every check finds what it is for, at its line, and leaves what is in order alone."""

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.authoring.lint import CODES, lint
from scanner.authoring.lint.condition_paths import condition_names
from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.rego_paths import declared_reads, named_attributes, rego_names, rego_reads
from scanner.authoring.lint.subject import Subject, subject_of
from scanner.authoring.policy_folder import policy_folder
from scanner.bundle.policies import parse_yaml_policy
from scanner.bundle.rego_metadata import parse_policy
from scanner.bundled import bundled_path
from scanner.cli import app
from scanner.core.notification import Level
from scanner.rego_source import parsed

_YAML = """\
id: TAG-001
title: Every bucket names its cost centre
severity: medium
applies_to:
  format: terraform
  types: [aws_s3_bucket]
parameters: {pattern: {default: "^CC-[0-9]{4}$", description: What it looks like}}
rule:
  all:
    - {path: tags_all.cost-centre, matches: {parameter: pattern}}
    - related: {kind: configures, type: aws_s3_bucket_versioning}
      has: {some: versioning_configuration, satisfies: {path: status, equals: Enabled}}
message: "{address} has no cost centre"
rationale: A bucket without a cost centre has no owner who would notice that it is still there.
remediation: Set the tag cost-centre to the number of the cost centre.
"""
_REGO = """\
# METADATA
# title: Every bucket has a name that people know
# description: A bucket without a name of its own is one that nobody finds.
# custom:
#   id: TAG-002
#   severity: medium
#   applies_to:
#     format: terraform
#     types: [aws_s3_bucket]
#   reads: [bucket]
#   parameters:
#     least: 3
#   remediation: Give it a name.
package releasegate.tag_002

import rego.v1

import data.lib.releasegate as lib

short(r) if count(r.attributes.bucket) < input.parameters.least

deny contains finding if {
	some r in input.resources.aws_s3_bucket
	lib.known(r.attributes.bucket)
	short(r)
	count(lib.linked_to(r.key, "configures")) == 0
	not "personal" in object.get(input.scope, "data", [])
	finding := {"resource": r.key, "attribute": "bucket", "message": "the name is short"}
}
"""


def _folder(tmp_path: Path, yaml: str = _YAML, rego: str = _REGO) -> Path:
    folder = tmp_path / "rules"
    (folder / "frameworks").mkdir(parents=True)
    (folder / "TAG-001.yaml").write_text(yaml, encoding="utf-8")
    (folder / "TAG-002.rego").write_text(rego, encoding="utf-8")
    mapping = "extends: soc2\ncontrols:\n  - id: SOC2-CC1.3\n    policies: {TAG-001: supporting, TAG-002: supporting}\n"
    (folder / "frameworks" / "soc2.yaml").write_text(mapping, encoding="utf-8")
    for policy in ("TAG-001", "TAG-002"):
        examples = folder / "fixtures" / policy
        for name in ("pass", "fail", "unknown"):
            (examples / name).mkdir(parents=True)
        (examples / "expected.yaml").write_text("pass: []\nfail: []\nunknown: []\n", encoding="utf-8")
    return folder


def _problems(folder: Path) -> list[LintProblem]:
    return lint(subject_of(policy_folder(folder)))


def _said(folder: Path) -> set[tuple[str, str, int]]:
    return {(each.code, each.location.path, each.location.start_line) for each in _problems(folder)}


def test_policies_in_order_give_nothing(tmp_path: Path) -> None:
    assert _said(_folder(tmp_path)) == set()


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("tags_all.cost-centre", "tag_all.cost-centre", "unknown-path", 10),
        ("path: status", "path: state", "unknown-path", 12),
        ("some: versioning_configuration", "some: version_configuration", "unknown-path", 12),
        ("kind: configures", "kind: configure", "unknown-link", 11),
        ("type: aws_s3_bucket_versioning", "type: aws_s3_bucket_versionning", "unknown-type", 11),
        ("types: [aws_s3_bucket]", "types: [aws_s3_buckets]", "unknown-type", 6),
        ("{parameter: pattern}", "abc", "unused-parameter", 7),
        ("{parameter: pattern}", "{parameter: patern}", "engine-error", 1),
        ("severity: medium", "severity: middle", "unusable-file", 3),
        ("id: TAG-001", "id: TAG-003", "file-name", 1),
    ],
)
def test_mistakes_in_conditions(tmp_path: Path, old: str, new: str, code: str, line: int) -> None:
    assert old in _YAML
    assert (code, "rules/TAG-001.yaml", line) in _said(_folder(tmp_path, yaml=_YAML.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("count(r.attributes.bucket)", "count(r.attributes.bukcet)", "unknown-path", 20),
        ('"attribute": "bucket"', '"attribute": "buckett"', "unknown-path", 28),
        ("reads: [bucket]", "reads: [buckt]", "unknown-path", 10),
        ("input.resources.aws_s3_bucket", "input.resources.aws_s3_bukcet", "unknown-type", 23),
        ("types: [aws_s3_bucket]", "types: [aws_s4_bucket]", "unknown-type", 9),
        ('"configures"', '"configurs"', "unknown-link", 26),
        ('object.get(input.scope, "data", [])', "input.scope.date", "unknown-scope", 27),
        ("input.parameters.least", "3", "unused-parameter", 12),
        ("	short(r)\n", "", "unused-rule", 20),
        ("	lib.known(r.attributes.bucket)\n", "	false\n", "never-true", 24),
        ("	short(r)\n", '	r.address == "a"\n	r.address == "b"\n', "never-true", 26),
        (
            "import data.lib.releasegate as lib",
            "import data.lib.releasegate as lib\nimport data.lib.days",
            "unused-import",
            19,
        ),
        ("short(r)\n\tcount", "no_such_function(r)\n\tcount", "engine-error", 25),
        ("input.parameters.least", "input.parameters.most", "engine-error", 20),
        ("severity: medium", "severity: middle", "unusable-file", 6),
    ],
)
def test_mistakes_in_rego(tmp_path: Path, old: str, new: str, code: str, line: int) -> None:
    assert old in _REGO
    assert (code, "rules/TAG-002.rego", line) in _said(_folder(tmp_path, rego=_REGO.replace(old, new, 1)))


def test_a_suggestion_names_what_is_near(tmp_path: Path) -> None:
    found = _problems(_folder(tmp_path, yaml=_YAML.replace("path: status", "path: statuss")))
    assert [each.message for each in found] == [
        "versioning_configuration[*].statuss: versioning_configuration[*] of aws_s3_bucket_versioning has no statuss; "
        "did you mean status?"
    ]


def test_a_type_without_a_schema_is_said_and_not_silently_green(tmp_path: Path) -> None:
    yaml = _YAML.replace("[aws_s3_bucket]", "[hcloud_server]")
    found = [each for each in _problems(_folder(tmp_path, yaml=yaml)) if each.code == "no-schema"]
    assert [each.severity for each in found] == [Level.NOTE]


def test_a_comment_takes_a_problem_out(tmp_path: Path) -> None:
    yaml = _YAML.replace("    - {path: tags_all", "    # lint:ignore=unknown-path\n    - {path: tag_all")
    assert _said(_folder(tmp_path, yaml=yaml)) == set()


def test_mapping_and_examples(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    file = folder / "frameworks" / "soc2.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("TAG-002:", "TAG-020:"), encoding="utf-8")
    (folder / "fixtures" / "TAG-001" / "unknown").rmdir()
    (folder / "fixtures" / "TAG-001" / "expected.yaml").write_text("pass: []\nfail: []\n", encoding="utf-8")
    (folder / "fixtures" / "TAG-009" / "pass").mkdir(parents=True)
    (folder / "fixtures" / "TAG-009" / "expected.yaml").write_text("pass: []\n", encoding="utf-8")
    assert {
        ("unknown-policy", "rules/frameworks/soc2.yaml", 4),
        ("unmapped", "rules/TAG-002.rego", 5),
        ("missing-unknown-fixture", "rules/TAG-001.yaml", 1),
        ("orphan-fixture", "rules/fixtures/TAG-009/expected.yaml", 1),
    } <= _said(folder)


def test_a_namespace_that_nobody_asks_for(tmp_path: Path) -> None:
    folder = tmp_path / "policy"
    folder.mkdir()
    (folder / "a.rego").write_text('package main\nimport rego.v1\ndeny contains "x" if input.a\n', encoding="utf-8")
    (folder / "b.rego").write_text('package other\nimport rego.v1\ndeny contains "x" if input.b\n', encoding="utf-8")
    said = _said(folder)
    assert ("never-evaluated", "policy/b.rego", 3) in said
    assert not any(path == "policy/a.rego" for _, path, _ in said)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _folder(tmp_path, yaml=_YAML.replace("path: status", "path: statuss"))
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    result = run.invoke(app, ["policies", "lint", str(folder)])
    assert result.exit_code == 1
    assert result.stdout.startswith("rules/TAG-001.yaml:12:57: error unknown-path versioning_configuration[*].statuss")
    assert result.stdout.endswith("1 error, 0 warnings, 0 notes\n")
    found = json.loads(run.invoke(app, ["policies", "lint", str(folder), "-f", "json"]).stdout)
    assert [each["code"] for each in found["problems"]] == ["unknown-path"]
    log = json.loads(run.invoke(app, ["policies", "lint", str(folder), "-f", "sarif"]).stdout)
    assert log["runs"][0]["results"][0]["ruleId"] == "unknown-path"
    explained = run.invoke(app, ["policies", "lint", "--explain"])
    assert explained.exit_code == 0
    assert {line.split()[0] for line in explained.stdout.splitlines()} == set(CODES)
    printed = json.loads(run.invoke(app, ["policies", "schema", "aws_s3_bucket"]).stdout)
    assert "aws_s3_bucket" in printed["properties"]["resources"]["properties"]


# --- The bundle that ships ------------------------------------------------------------------------


@cache
def _shipped() -> Subject:
    return subject_of(policy_folder(bundled_path()))


def test_the_shipped_bundle_is_clean() -> None:
    """Values that are not known have a test of their own."""
    found = [each for each in lint(_shipped()) if each.severity is not Level.NOTE and each.code != "unresolved-value"]
    assert not [f"{each.location}: {each.code} {each.message}" for each in found]


@pytest.mark.parametrize(
    ("policy_id", "pattern"),
    [
        ("ENC-002", r"path: ([a-z_]{6,})"),
        ("NET-007", r"path: ([a-z_]{6,})"),
        ("LOG-001", r"types: \[?\s*([a-z0-9_]{6,})"),
        ("API-004", r'"attribute": "metadata\.(annotations)"'),
        ("IAM-012", r"\.attributes\.([a-z_]{5,})"),
        ("SIG-005", r"\.attributes\.([a-z_]{5,})"),
        ("XFM-001", r'linked_(?:from|to)\([^,()]+, "([a-z_]+)"'),
    ],
)
def test_a_misspelt_name_in_a_shipped_policy_is_found(policy_id: str, pattern: str) -> None:
    policy = next(each for each in _shipped().bundle.policies if each.id == policy_id)
    label = policy.location.path if policy.location else ""
    text = _shipped().texts[label]
    found = re.search(pattern, text)
    assert found
    broken = f"{text[: found.start(1)]}{found[1][1]}{found[1][0]}{found[1][2:]}{text[found.end(1) :]}"
    is_yaml = label.endswith(".yaml")
    changed = parse_yaml_policy(broken, label, True) if is_yaml else parse_policy(broken, label)
    policies = tuple(changed if each.id == policy_id else each for each in _shipped().bundle.policies)
    folder = _shipped().folder
    subject = Subject(
        replace(folder, chosen=folder.root / label.partition("/")[2]),
        replace(_shipped().bundle, policies=policies),
        {**_shipped().texts, label: broken},
        _shipped().schemas,
    )
    if not is_yaml:  # parsed anew for one module alone
        subject.__dict__["modules"] = {**_shipped().modules, label: parsed([(label, broken)])[0][0]}
        subject.__dict__["libraries"] = _shipped().libraries
    checks = (condition_names, rego_reads, rego_names, declared_reads, named_attributes)
    assert [each for check in checks for each in check(subject) if each.severity is Level.ERROR]
