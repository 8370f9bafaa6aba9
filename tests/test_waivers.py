"""Waivers in whole scans: one entry for a resource, however it was read, and rules of a bundle that bind them."""

import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scanner.bundle.errors import BundleError
from scanner.bundle.governance import parse_governance
from scanner.config import Config, UsageError
from scanner.core.baseline import Known
from scanner.core.finding import Finding, Status
from scanner.core.notification import Level
from scanner.core.result import ScanResult
from scanner.core.waiver import WaiverSource, WaiverState
from scanner.judging.baseline import known_findings
from scanner.pipeline import judge, open_bundle, run

ROOT = Path(__file__).resolve().parent.parent
PLANNED = ROOT / "fixtures" / "parsers" / "terraform" / "plan"
AS_OF = date(2026, 11, 21)
UNTIL = "2027-01-31"
SCRATCH = "module.training.module.scratch.aws_s3_bucket.this"
IN_FORCE = WaiverState.IN_FORCE


def waivers_file(root: Path, *entries: Mapping[str, Any]) -> None:
    (root / ".releasegate").mkdir(parents=True, exist_ok=True)
    written = [{"reason": "accepted by the board", "until": UNTIL, **entry} for entry in entries]
    (root / ".releasegate" / "waivers.yaml").write_text(json.dumps({"waivers": written}, indent=1))


def scan(root: Path, **more: Any) -> ScanResult:
    (root / ".git").mkdir(exist_ok=True)
    return run(Config(**{"paths": (root,), "as_of": AS_OF, **more}))


def failed(result: ScanResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.status is Status.FAIL]


def waived(result: ScanResult) -> list[tuple[str, str]]:
    return sorted((each.policy.id, each.resource.address) for each in failed(result) if each.waiver)


@pytest.mark.parametrize(
    ("name", "has_files", "has_plan"),
    [("configuration", True, False), ("plan", False, True), ("both", True, True)],
)
def test_one_entry_means_the_same_in_files_in_a_plan_in_modules_and_their_instances(
    tmp_path: Path, name: str, has_files: bool, has_plan: bool
) -> None:
    """`training` has for_each, `scratch` in it too, `mirror` has count, `models` none of them."""
    root = tmp_path / name
    root.mkdir()
    if has_files:
        shutil.copytree(PLANNED / "modules", root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("plan.json"))
    if has_plan:
        shutil.copy(PLANNED / "modules" / "plan.json", root)
    waivers_file(
        root,
        {"rules": "VER-006", "address": SCRATCH},
        {"rules": ["REG-001"], "address": 'module.training["nlp"].module.*.aws_s3_bucket.this'},
        {"rules": ["TLS-003"], "address": "module.models.aws_s3_bucket.this"},
        {"rules": ["TLS-003"], "address": "module.mirror.aws_s3_bucket.this", "until": "2026-11-20"},
        {"rules": ["TLS-003"], "address": "module.mirror[9].aws_s3_bucket.this"},
    )
    result = scan(root, checks=("VER-006", "REG-001", "TLS-003"))
    nlp = 'module.training["nlp"]'
    assert waived(result) == [
        ("REG-001", f"{nlp}.module.data.aws_s3_bucket.this"),
        ("REG-001", f'{nlp}.module.scratch["checkpoints"].aws_s3_bucket.this'),
        ("REG-001", f'{nlp}.module.scratch["runs"].aws_s3_bucket.this'),
        ("TLS-003", "module.models.aws_s3_bucket.this"),
        ("VER-006", f'{nlp}.module.scratch["runs"].aws_s3_bucket.this'),
        ("VER-006", 'module.training["vision"].module.scratch["runs"].aws_s3_bucket.this'),
    ]
    assert [(use.waiver.policy, use.state, len(use.findings)) for use in result.waivers] == [
        ("VER-006", IN_FORCE, 2),
        ("REG-001", IN_FORCE, 3),
        ("TLS-003", IN_FORCE, 1),
        ("TLS-003", WaiverState.EXPIRED, 0),
        ("TLS-003", WaiverState.UNUSED, 0),
    ]
    assert [note.level for note in result.notifications if note.component == "waivers"] == [Level.WARNING, Level.NOTE]


MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: triage}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        # releasegate:ignore=WKL-003 until=2027-01-31 reason="writes a cache" owner=ml-platform
        - {name: vllm, image: "vllm/vllm-openai:v0.9.0", args: [--model=/models/triage]}
"""


@pytest.fixture
def served(tmp_path: Path) -> Path:
    (tmp_path / "api.yaml").write_text(MANIFEST)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(
        'resource "aws_ecr_repository" "app" {\n  for_each = {a = 1, b = 2}\n}\n'
    )
    return tmp_path


CHECKS = ("WKL-001", "WKL-003", "WKL-006", "VER-005")


def states(result: ScanResult) -> list[tuple[str, str, str]]:
    return [(use.waiver.policy, use.waiver.source.value, use.state.value) for use in result.waivers]


def test_an_address_of_kubernetes_a_path_and_a_comment(served: Path) -> None:
    waivers_file(
        served,
        {"rules": "WKL-001", "address": "triage/Deployment/api", "owner": "ml-platform", "approver": "ciso"},
        {"rules": ["WKL-003", "WKL-006"], "path": "*.yaml"},
        {"rules": "VER-005", "address": "aws_ecr_repository.app", "path": "infra/"},
        {"rules": "VER-555", "path": "**"},
        {"rules": "VER-005", "path": "**", "reason": " "},
    )
    result = scan(served, checks=CHECKS)
    assert {finding.waiver is not None for finding in failed(result)} == {True}
    sources = {(each.policy.id, each.waiver.source) for each in failed(result) if each.waiver}
    assert ("WKL-003", WaiverSource.INLINE) in sources  # closer than the entry, which is in use all the same
    assert ("WKL-006", WaiverSource.FILE) in sources
    assert states(result) == [
        ("WKL-001", "file", "in force"),
        ("WKL-003", "file", "in force"),
        ("WKL-006", "file", "in force"),
        ("VER-005", "file", "in force"),
        ("VER-555", "file", "unknown policy"),
        ("VER-005", "file", "invalid"),
        ("WKL-003", "inline", "in force"),
    ]
    named = next(each.waiver for each in failed(result) if each.policy.id == "WKL-001")
    assert named is not None
    assert (named.owner, named.approver) == ("ml-platform", "ciso")
    without = scan(served, checks=CHECKS, inline_waivers=False)
    assert {each.waiver.source for each in failed(without) if each.waiver} == {WaiverSource.FILE}
    assert "inline" not in {source for _, source, _ in states(without)}


def test_what_a_scan_leaves_out_makes_no_waiver_unused_and_what_is_known_makes_none_either(served: Path) -> None:
    waivers_file(
        served,
        {"rules": "WKL-001", "address": "triage/Deployment/api"},
        {"rules": "VER-005", "address": "aws_ecr_repository.app"},
        {"rules": "VER-005", "path": "infra/"},
    )
    part = scan(served, paths=(served / "api.yaml",), checks=("WKL-001", "VER-005"))
    assert [state for _, _, state in states(part)] == ["in force", "not evaluated", "not evaluated", "not evaluated"]
    skipped = scan(served, checks=("VER-005",))
    assert [state for _, _, state in states(skipped)] == ["not evaluated", "in force", "in force", "not evaluated"]
    assert not [note for note in (*part.notifications, *skipped.notifications) if note.component == "waivers"]

    (served / ".releasegate" / "waivers.yaml").rename(served / "kept")
    before = known_findings(scan(served, checks=("VER-005",)).findings)
    (served / "kept").rename(served / ".releasegate" / "waivers.yaml")
    config = Config((served,), AS_OF, checks=("VER-005",))
    result = judge(config, open_bundle(config), known=Known(before, "the baseline"))
    assert [state for _, _, state in states(result)][1] == "in force"


def test_a_file_that_is_no_yaml_is_not_passed_over(served: Path) -> None:
    (served / ".releasegate").mkdir()
    (served / ".releasegate" / "waivers.yaml").write_text("waivers:\n  - {rules: [}\n")
    more = served / "more.yaml"
    more.write_text(json.dumps({"waivers": [{"rules": "VER-005", "path": "**", "reason": "x", "until": UNTIL}]}))
    result = scan(served, checks=("VER-005",), waiver_files=(more,))
    (trouble,) = [note for note in result.notifications if note.level is Level.ERROR]
    assert str(trouble.location) == ".releasegate/waivers.yaml:2"
    assert trouble.message.startswith("no waiver of this file counts: not YAML")
    assert not result.verdict.is_complete
    assert all(finding.waiver for finding in failed(result))


GOVERNANCE = """\
waivers:
  - severities: [high, critical]
    allow: file
    approvers: ["*@security.example"]
    note: ask security@
  - rules: [WKL-006]
    allow: nowhere
"""


def test_every_bundle_s_rules_bind_waivers_and_are_part_of_what_is_judged_by(served: Path) -> None:
    for name, text in (("house", GOVERNANCE), ("team", "waivers: [{max_days: 60, rules: ['VER-*']}]\n")):
        (served.parent / f"{served.name}-{name}").mkdir()
        (served.parent / f"{served.name}-{name}" / "governance.yaml").write_text(text)
    folders = tuple(served.parent / f"{served.name}-{name}" for name in ("house", "team"))
    approved = {"approver": "Jane@Security.example"}
    waivers_file(
        served,
        {"rules": "WKL-001", "path": "**", **approved},
        {"rules": "WKL-001", "path": "*.yaml", "approver": "me@elsewhere.example"},
        {"rules": "WKL-006", "path": "**", **approved},
        {"rules": "VER-005", "path": "**", **approved},
    )
    result = scan(served, checks=CHECKS, policy_directories=folders)
    assert [state for _, _, state in states(result)] == ["in force", "forbidden", "forbidden", "forbidden", "in force"]
    whys = [use.why for use in result.waivers]
    house, team = (f"{folder.name}/governance.yaml" for folder in folders)
    assert whys[1].endswith(f"(that is *@security.example), by {house}:2 (ask security@)")
    assert whys[2].endswith(f"WKL-006 must not be waived, by {house}:6")
    assert whys[3].endswith(f"has to end within 60 days, this one ends on {UNTIL}, by {team}:1")
    assert {each.policy.id for each in failed(result) if not each.waiver} == {"WKL-006", "VER-005"}

    digest = result.bundle_digest
    (folders[1] / "governance.yaml").write_text("waivers: [{max_days: 90, rules: ['VER-*']}]\n")
    bundle = open_bundle(Config((), AS_OF, policy_directories=folders))
    assert bundle.digest != digest
    assert [rule.max_days for rule in bundle.governance.rules] == [None, None, 90]

    (folders[1] / "governance.yaml").write_text("waivers: [{max_dais: 90}]\n")
    with pytest.raises(UsageError, match=r"governance.yaml:1:.*did you mean max_days"):
        open_bundle(Config((), AS_OF, policy_directories=folders))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("waivers: []\n", "should be non-empty"),
        ("waivers: [{rules: [A]}]\n", "is not valid under any of the given schemas"),
        ("waivers: [{allow: never}]\n", "is not one of"),
        ("waivers: [{max_days: -1}]\n", "less than the minimum"),
        ("waivers: [{max_days: 1, max_days: 2}]\n", "given twice"),
        ("waivers: {\n", "not YAML"),
    ],
)
def test_rules_that_cannot_be_read_are_refused(text: str, said: str) -> None:
    with pytest.raises(BundleError, match=said):
        parse_governance(text, "house/governance.yaml")
