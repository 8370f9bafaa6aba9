import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scanner.core.baseline import BaselineState
from scanner.core.finding import Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Severity
from scanner.core.result import ScanResult
from scanner.reports.gitlab_codequality import render
from scanner.reports.interface import RenderOptions
from tests.reports.gitlab_rules import CODE_QUALITY
from tests.reports.pull_request import ADDED, one_new

Draft202012Validator.check_schema(CODE_QUALITY)


def _entries(result: ScanResult) -> list[dict[str, Any]]:
    """The report, which is what GitLab asks for."""
    entries = json.loads(render(result, RenderOptions()))
    Draft202012Validator(CODE_QUALITY).validate(entries)
    assert isinstance(entries, list)
    return entries


def test_a_failure_is_an_entry_at_its_line(full: ScanResult) -> None:
    entry = next(each for each in _entries(full) if each["check_name"] == "NET-003")

    assert entry["description"] == 'aws_s3_bucket_acl.models lets everyone read the bucket (acl = "public-read")'
    assert entry["location"] == {"path": "infra/main.tf", "lines": {"begin": 7, "end": 7}}


def test_the_fingerprint_is_that_of_the_finding(full: ScanResult) -> None:
    entries = _entries(full)
    found = {each["fingerprint"] for each in entries if not each["check_name"].startswith("releasegate")}

    assert found == {finding.fingerprint for finding in full.findings if finding.is_open}
    assert len({each["fingerprint"] for each in entries}) == len(entries)


@pytest.mark.parametrize(
    ("severity", "failed", "unknown"),
    [
        ("critical", "blocker", "major"),
        ("high", "critical", "major"),
        ("medium", "major", "major"),
        ("low", "minor", "minor"),
    ],
)
def test_severities_are_those_of_gitlab_and_an_unknown_is_at_most_major(
    make_result: Callable[..., ScanResult], severity: str, failed: str, unknown: str
) -> None:
    result = make_result("x\n")
    found = replace(result.findings[0], policy=replace(result.findings[0].policy, severity=Severity(severity)))
    undecided = replace(found, status=Status.UNKNOWN, cause="var.x has no default")

    assert _entries(replace(result, findings=(found,)))[0]["severity"] == failed
    (entry,) = _entries(replace(result, findings=(undecided,)))
    assert (entry["severity"], entry["description"]) == (unknown, "it is open (not known: var.x has no default)")


def test_known_waived_and_passed_findings_are_no_entries(full: ScanResult) -> None:
    known = tuple(replace(finding, baseline_state=BaselineState.UNCHANGED) for finding in full.findings[:3])
    result = replace(full, findings=(*known, *full.findings[3:]), notifications=())

    assert [each["check_name"] for each in _entries(result)] == ["ENC-002"]


def test_what_could_not_be_read_is_a_blocker_at_its_place(full: ScanResult) -> None:
    nowhere = Notification(Level.ERROR, "the worker was killed", "engine")
    of_bundle = Notification(Level.ERROR, "no rule", "bundle", Location("policies/X-1.yaml", 1))
    entries = _entries(replace(full, findings=(), notifications=(*full.notifications, nowhere, of_bundle)))

    ((name, severity, text, where),) = [
        (each["check_name"], each["severity"], each["description"], each["location"]) for each in entries
    ]
    assert (name, severity) == ("releasegate-parser", "blocker")
    assert text == "Not evaluated: unclosed block: the file was not read"
    assert where == {"path": "infra/broken.tf", "lines": {"begin": 3, "end": 3}}


def test_nothing_open_is_an_empty_list(clean: ScanResult) -> None:
    assert render(clean, RenderOptions()) == "[]\n"


def test_odd_paths_and_texts_are_taken_as_they_are(make_result: Callable[..., ScanResult]) -> None:
    path = "-a b/100%#ü\n日本.tf"
    (entry,) = _entries(make_result("x\n", path, message="\x1b[31m <b> \ud83d\n::error::x"))

    assert entry["location"]["path"] == path
    assert entry["description"] == "\\x1b[31m <b> \\ud83d \\x3a:error::x"


def test_of_a_pull_request_there_is_the_one_finding_that_it_adds(full: ScanResult) -> None:
    assert [each["description"] for each in _entries(one_new(full))] == [f"{ADDED} has no public access block"]
