"""Policies that were written for Conftest, scanned as they are, with the results of Conftest itself."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scanner.bundle.conftest import conftest_policies
from scanner.config import Config, ConftestOptions
from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Release, Resource
from scanner.core.result import Decision, ScanResult
from scanner.engines.conftest.judging import judged
from scanner.engines.interface import EngineContext
from scanner.pipeline import judge, open_bundle
from tests.engines.conftest_cases import CASES, RECORDED, cases, conftest_says, options

PROGRAM = shutil.which("conftest")
SAID = json.loads(RECORDED.read_text(encoding="utf-8"))
TODAY = date(2026, 11, 1)
V1 = "package main\n\nimport rego.v1\n\n"


def scanned(policy: Path, files: Path, asked: ConftestOptions | None = None) -> ScanResult:
    """The files judged by the policies of the folder alone."""
    config = Config((files,), TODAY, policy_directories=(policy,), conftest=asked or ConftestOptions())
    bundle = open_bundle(config)
    ids = tuple(each.id for each in bundle.policies if each.engine == "conftest")
    nobody = () if ids else tuple(each.id for each in bundle.policies)
    return judge(replace(config, checks=ids, skip_checks=nobody), bundle)


def scanned_case(case: str, root: Path) -> ScanResult:
    shutil.copytree(CASES / case / "files", root, dirs_exist_ok=True)
    asked = options(case)
    asked["data"] = tuple(CASES / case / name for name in asked.get("data", ()))
    if "namespaces" in asked:
        asked["namespaces"] = tuple(asked["namespaces"])
    return scanned(CASES / case / "policy", root, ConftestOptions(**asked))


def scanned_texts(folder: Path, policies: Mapping[str, str], files: Mapping[str, str]) -> ScanResult:
    for top, texts in (("policy", policies), ("root", files)):
        for name, text in texts.items():
            (folder / top / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / top / name).write_text(text, encoding="utf-8")
    return scanned(folder / "policy", folder / "root")


def of(result: ScanResult, status: Status) -> list[Finding]:
    return [finding for finding in result.findings if finding.status is status]


def errors(result: ScanResult) -> list[Notification]:
    return [note for note in result.notifications if note.level is Level.ERROR]


def test_every_case_is_recorded() -> None:
    assert list(SAID) == cases()


@pytest.mark.parametrize("case", cases())
def test_the_results_are_those_of_conftest(case: str, tmp_path: Path) -> None:
    result = scanned_case(case, tmp_path)
    combined = options(case).get("combine", False)
    found: dict[str, list[list[str]]] = {"failures": [], "warnings": []}
    for finding in of(result, Status.FAIL):
        kind = "warnings" if finding.policy.rule.kind == "warn" else "failures"
        found[kind].append(["Combined" if combined else finding.location.path, finding.message])
    assert {kind: sorted(each) for kind, each in found.items()} == {kind: SAID[case][kind] for kind in found}
    assert not errors(result)
    assert not of(result, Status.UNKNOWN)
    exempt = {
        note.location.path for note in result.notifications if "an exception takes" in note.message and note.location
    }
    assert exempt == {path for path, _ in SAID[case]["exceptions"]}


@pytest.mark.skipif(PROGRAM is None, reason="conftest is not on PATH")
@pytest.mark.parametrize("case", cases())
def test_the_conftest_at_hand_says_what_is_recorded(case: str) -> None:
    assert PROGRAM is not None
    assert conftest_says(PROGRAM, case) == SAID[case]


def test_every_result_names_its_rule_its_severity_and_its_line(tmp_path: Path) -> None:
    result = scanned_case("kubernetes-v1", tmp_path)
    found = {
        (each.policy.id, each.policy.severity.value, each.resource.address, each.location.start_line)
        for each in of(result, Status.FAIL)
    }
    assert found == {
        ("main.deny_run_as_root", "critical", "default/Deployment/scorer", 1),
        ("main.deny_privileged", "high", "default/Deployment/scorer/pod/api", 9),
        ("limits.memory", "low", "default/Deployment/scorer", 1),
        ("main.warn.no-container-says-when-it-is-ready", "medium", "default/Deployment/scorer", 1),
        ("main.deny.use-a-deployment", "high", "default/Pod/debug", 28),
    }
    root = next(each for each in result.policies if each.id == "main.deny_run_as_root")
    assert root.title == "Containers do not run as root"
    assert root.rationale.startswith("A process that is root")
    assert root.references == ("https://kubernetes.io/docs/concepts/security/pod-security-standards/",)
    assert root.location is not None
    assert (root.location.path, root.location.start_line) == ("policy/policy.rego", 14)


def test_messages_lead_to_the_resources_of_terraform(tmp_path: Path) -> None:
    found = {
        (each.policy.id, each.resource.address, each.location.start_line)
        for each in of(scanned_case("terraform-v0", tmp_path), Status.FAIL)
    }
    assert found == {
        ("main.deny.alb-is-using-http-rather-than-https", "aws_alb_listener.front", 33),
        ("main.deny.bucket-is-not-encrypted", "aws_s3_bucket.models", 5),
        ("main.violation.asg-defines-a-fully-open-ingress", "aws_security_group_rule.open", 24),
        ("main.warn.has-no-owner", "aws_s3_bucket.logs", 12),
        (
            "main.deny.terraform-will-change-prohibited-resources-in-the-following",
            "main.tf",
            1,
        ),
    }


def test_messages_lead_to_lines_of_other_files(tmp_path: Path) -> None:
    lines = {
        (each.location.path, each.message[:12]): each.location.start_line
        for each in of(scanned_case("configurations", tmp_path), Status.FAIL)
    }
    assert lines["traefik.toml", "Following ci"] == 8
    assert lines["app.env", "the database"] == 1
    assert lines["grafana.ini", "Basic auth s"] == 1


def test_two_rules_without_names_are_told_apart_and_whatever_uses_them_still_works(tmp_path: Path) -> None:
    policy = V1 + (
        'deny contains "one" if input.one\n\n'
        'deny contains "two" if input.two\n\n'
        "deny contains msg if {\n\tinput.three\n\tmsg := input.three\n}\n\n"
        'warn contains "more than one" if count(deny) > 1'
    )
    result = scanned_texts(tmp_path, {"a.rego": policy}, {"a.json": '{"one": true, "two": true, "three": "x"}'})
    assert {(each.policy.id, each.message) for each in of(result, Status.FAIL)} == {
        ("main.deny.one", "one"),
        ("main.deny.two", "two"),
        ("main.deny", "x"),
        ("main.warn.more-than-one", "more than one"),
    }
    assert [each.location.start_line for each in result.policies if each.location] == [9, 5, 7, 14]


def test_ids_do_not_depend_on_the_order_of_the_rules(tmp_path: Path) -> None:
    one, two = 'deny contains "a b" if input.a\n', 'deny contains "c" if input.b\n'
    for name, text in (("first", one + two), ("second", two + "# a comment\n" + one)):
        result = scanned_texts(tmp_path / name, {"a.rego": V1 + text}, {"a.json": '{"a": 1}'})
        assert {each.policy.id for each in of(result, Status.FAIL)} == {"main.deny.a-b"}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("deny := true if input.a", "returned True, which is no set of messages"),
        ('deny := "text" if input.a', "returned 'text', which is no set of messages"),
        ("deny contains 1 if input.a", "returned 1, which is neither a text nor an object with the text msg"),
        ('deny contains {"message": "x"} if input.a', "neither a text nor an object with the text msg"),
        ('deny_a["k"] := 1 if input.a', "which is no set of messages"),
    ],
)
def test_what_is_no_message_is_an_error_that_names_the_rule(tmp_path: Path, rule: str, said: str) -> None:
    result = scanned_texts(tmp_path, {"a.rego": V1 + rule + "\n"}, {"a.json": '{"a": 1}'})
    assert any("main.deny" in note.message and said in note.message for note in errors(result))
    assert not result.findings
    assert result.verdict.decision is Decision.INCOMPLETE


def test_an_empty_message_is_none(tmp_path: Path) -> None:
    result = scanned_texts(tmp_path, {"a.rego": V1 + 'deny_a contains "" if input.a\n'}, {"a.json": '{"a": 1}'})
    assert [finding.status for finding in result.findings] == [Status.PASS]


@pytest.mark.parametrize("call", ['http.send({"url": "https://example.com"})', 'parse_config("yaml", input.a)'])
def test_a_function_that_is_not_there_is_refused_by_name(tmp_path: Path, call: str) -> None:
    policy = V1 + f'deny_a contains "x" if {{\n\tx := {call}\n\tx.a\n}}\n'
    result = scanned_texts(tmp_path, {"a.rego": policy}, {"a.json": '{"a": "b: 1"}'})
    assert any(call.partition("(")[0] in note.message and note.location for note in errors(result))
    assert not of(result, Status.PASS)


def test_a_rule_without_end_costs_itself_alone() -> None:
    policy = V1 + (
        'deny_endless contains "x" if {\n\tall := numbers.range(1, 20000)\n'
        "\tsome a in all\n\tsome b in all\n\tsome c in all\n\ta + b + c == -1\n}\n\n"
        'deny_fine contains "fine" if input.a\n'
    )
    policies, _ = conftest_policies([("a.rego", policy)], [], ConftestOptions())
    document = Resource("a.json", "document", "conftest", {"contents": {"a": 1}}, Location("a.json", 1))
    result = judged(policies, Release((document,)), EngineContext(time_limit=1.0))
    assert [(each.policy.id, each.status) for each in result.findings] == [("main.deny_fine", Status.FAIL)]
    assert [note.message for note in result.notifications] == [
        "main.deny_endless was not evaluated: stopped after 1 s without a result"
    ]
    assert result.failed == {"main.deny_endless"}


def test_a_module_that_cannot_be_read_takes_those_with_it_that_need_it(tmp_path: Path) -> None:
    policies = {
        "broken.rego": "package lib.broken\n\nhas(x) if {\n",
        "user.rego": V1 + 'import data.lib.broken\n\ndeny_a contains "a" if not broken.has(input)\n',
        "other.rego": V1.replace("main", "other") + 'deny_b contains "b" if input.a\n',
    }
    result = scanned_texts(tmp_path, policies, {"a.json": '{"a": 1}'})
    assert not result.findings
    messages = [note.message for note in errors(result)]
    assert any("it needs policy/broken.rego, which cannot be used" in message for message in messages)


def test_rules_of_other_namespaces_are_named_when_none_is_chosen(tmp_path: Path) -> None:
    result = scanned_texts(
        tmp_path, {"a.rego": 'package other\n\ndeny contains "x" if input.a\n'}, {"a.json": '{"a": 1}'}
    )
    (note,) = errors(result)
    assert "none of its rules is in the namespace main, but in other" in note.message
    assert (note.location and note.location.path) == "policy/a.rego"


def test_what_nobody_knows_yet_does_not_pass(tmp_path: Path) -> None:
    policy = V1 + (
        "deny_public contains msg if {\n\tsome name\n"
        '\tinput.resource.aws_s3_bucket[name][_].acl == "public-read"\n\tmsg := sprintf("%s is public", [name])\n}\n\n'
        "deny_private contains msg if {\n\tsome name\n"
        '\tinput.resource.aws_s3_bucket[name][_].acl != "private"\n\tmsg := sprintf("%s is open", [name])\n}\n\n'
        'deny_other contains "x" if input.resource.aws_instance\n'
    )
    files = {
        "main.tf": 'variable "acl" {}\n\nresource "aws_s3_bucket" "models" {\n  acl = var.acl\n}\n\n'
        'resource "aws_s3_bucket" "logs" {\n  acl = "public-read"\n}\n'
    }
    result = scanned_texts(tmp_path, {"a.rego": policy}, files)
    found = {
        (each.policy.id, each.resource.address): (each.status, each.location.start_line) for each in result.findings
    }
    assert found == {
        ("main.deny_public", "aws_s3_bucket.logs"): (Status.FAIL, 7),
        ("main.deny_public", "aws_s3_bucket.models"): (Status.UNKNOWN, 4),
        ("main.deny_private", "aws_s3_bucket.logs"): (Status.FAIL, 7),
        ("main.deny_private", "aws_s3_bucket.models"): (Status.UNKNOWN, 4),
        ("main.deny_other", "main.tf"): (Status.PASS, 1),
    }
    causes = {each.cause for each in of(result, Status.UNKNOWN)}
    assert causes == {"acl is seen as an expression: var.acl has no default"}


def test_what_a_message_says_of_a_resource_is_its_line(tmp_path: Path) -> None:
    head = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n"
    pod = f"{head}spec:\n  containers:\n  - name: api\n    image: acme/api:latest\n"
    policy = V1 + 'deny contains msg if msg := sprintf("%s runs %s", ["web", input.spec.containers[0].image])\n'
    (finding,) = of(scanned_texts(tmp_path, {"a.rego": policy}, {"pod.yaml": pod}), Status.FAIL)
    assert (finding.resource.address, finding.location.start_line) == ("default/Pod/web", 8)
    plain = V1 + 'deny contains msg if msg := sprintf("%s has a container and metadata", [input.metadata.name])\n'
    (finding,) = of(scanned_texts(tmp_path / "b", {"a.rego": plain}, {"pod.yaml": pod}), Status.FAIL)
    assert (finding.resource.address, finding.location.start_line) == ("default/Pod/web", 1)


def test_a_place_that_the_rule_names_itself_counts(tmp_path: Path) -> None:
    policy = V1 + 'deny_a contains {"msg": "m", "_loc": {"file": "b.ini", "line": 2}} if input.a\n'
    result = scanned_texts(tmp_path, {"a.rego": policy}, {"a.json": '{"a": 1}', "b.ini": "[x]\ny = 1\n"})
    (finding,) = of(result, Status.FAIL)
    assert (finding.location.path, finding.location.start_line, finding.resource.address) == ("b.ini", 2, "b.ini")


def test_an_unreadable_file_is_an_error_once(tmp_path: Path) -> None:
    files = {"a.ini": "[x\n", "b.tf": 'resource "a" "b" {\n  c = = 1\n}\n', "c.json": "{}"}
    result = scanned_texts(tmp_path, {"a.rego": V1 + 'deny_a contains "x" if input.zzz\n'}, files)
    assert [(note.location and note.location.path) for note in errors(result)] == ["a.ini", "b.tf"]
    assert result.verdict.decision is Decision.INCOMPLETE


def test_secrets_in_messages_are_masked(tmp_path: Path) -> None:
    policy = V1 + 'deny_a contains msg if msg := sprintf("the password is %s", [input.db.password])\n'
    result = scanned_texts(tmp_path, {"a.rego": policy}, {"a.ini": "[db]\npassword = correct-horse\n"})
    (finding,) = of(result, Status.FAIL)
    assert finding.message == "the password is ********"


def test_other_policies_see_no_documents(tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(CASES / "kubernetes-v0" / "files", root)
    alone = judge(Config((root,), TODAY), open_bundle(Config((root,), TODAY)))
    config = Config((root,), TODAY, policy_directories=(CASES / "kubernetes-v0" / "policy",))
    both = judge(config, open_bundle(config))
    others = [each for each in both.findings if each.policy.engine != "conftest"]
    assert [(each.fingerprint, each.status) for each in others] == [
        (each.fingerprint, each.status) for each in alone.findings
    ]
    assert both.release.links == alone.release.links


def test_ids_can_be_waived_and_skipped(tmp_path: Path) -> None:
    policy = V1 + 'deny contains msg if {\n\tinput.spec.replicas == 1\n\tmsg := "one replica is none"\n}\n'
    manifest = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n"
        '  # releasegate:ignore=main.deny.one-replica-is-none until=2027-01-01 reason="a test"\n  replicas: 1\n'
    )
    result = scanned_texts(tmp_path, {"a.rego": policy}, {"d.yaml": manifest})
    (finding,) = of(result, Status.FAIL)
    assert finding.waiver is not None
    config = Config(
        (tmp_path / "root",),
        TODAY,
        policy_directories=(tmp_path / "policy",),
        skip_checks=("MAIN.DENY.ONE-REPLICA-IS-NONE",),
    )
    assert not [each for each in judge(config, open_bundle(config)).findings if each.policy.engine == "conftest"]
