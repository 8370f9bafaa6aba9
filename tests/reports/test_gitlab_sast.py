import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scanner.core.baseline import BaselineState, Comparison
from scanner.core.control import ControlResult, Standing
from scanner.core.finding import Status
from scanner.core.location import Location
from scanner.core.result import ScanResult
from scanner.reports.gitlab_sast import render
from scanner.reports.interface import RenderOptions
from tests.reports.gitlab_rules import SAST
from tests.reports.pull_request import ADDED, one_new

Draft202012Validator.check_schema(SAST)
AT = datetime(2026, 11, 22, 1, 30, tzinfo=timezone(timedelta(hours=1)))


def _report(result: ScanResult) -> dict[str, Any]:
    """The report, which is what GitLab asks for."""
    report = json.loads(render(result, RenderOptions(time=AT)))
    Draft202012Validator(SAST).validate(report)
    assert isinstance(report, dict)
    return report


def _vulnerability(result: ScanResult, policy: str) -> dict[str, Any]:
    found = _report(result)["vulnerabilities"]
    return next(dict(each) for each in found if each["identifiers"][0]["value"] == policy)


def test_a_failure_is_a_vulnerability_at_its_line(full: ScanResult) -> None:
    found = _vulnerability(full, "NET-003")

    assert (found["name"], found["severity"]) == ("A model bucket is closed to the public", "Critical")
    assert found["location"] == {"file": "infra/main.tf", "start_line": 7, "end_line": 7}
    assert found["solution"].startswith('Set acl = "private".')
    assert found["links"] == [{"url": "https://docs.example/s3/acl"}, {"url": "https://docs.example/s3/block"}]
    assert found["description"].split("\n\n")[0] == (
        '`aws_s3_bucket_acl.models lets everyone read the bucket (acl = "public-read")`'
    )


def test_the_policy_is_the_first_identifier_and_the_clauses_follow(full: ScanResult) -> None:
    identifiers = _vulnerability(full, "NET-003")["identifiers"]

    assert identifiers[0] == {
        "type": "releasegate_policy",
        "name": "NET-003",
        "value": "NET-003",
        "url": "https://docs.example/s3/acl",
    }
    assert [each["value"] for each in identifiers[1:]] == ["GDPR-5(1)(f)", "SOC2-CC6.1", "GDPR-32(1)(a)"]
    assert identifiers[2]["type"] == "releasegate_soc2"


def test_no_more_identifiers_than_gitlab_keeps(full: ScanResult) -> None:
    soc2 = next(judged for judged in full.frameworks if judged.framework.id == "soc2")
    control = soc2.controls[0].control
    many = tuple(
        ControlResult(replace(control, id=f"SOC2-{number}"), Standing.NOT_MET, "", (full.findings[2],))
        for number in range(40)
    )
    found = _vulnerability(replace(full, frameworks=(replace(soc2, controls=many),)), "NET-003")

    assert len(found["identifiers"]) == 20
    assert "SOC2-39" in found["description"]


def test_the_fingerprint_is_what_a_vulnerability_is_found_again_by(full: ScanResult) -> None:
    moved = tuple(
        replace(finding, location=replace(finding.location, start_line=1, end_line=99)) for finding in full.findings
    )

    def identities(result: ScanResult) -> set[tuple[str, str]]:
        found = _report(result)["vulnerabilities"]
        return {(each["id"], each["tracking"]["items"][0]["signatures"][0]["value"]) for each in found}

    assert identities(full) == identities(replace(full, findings=moved))
    assert len(identities(full)) == 4


def test_an_unknown_is_of_unknown_severity_and_says_why(full: ScanResult) -> None:
    found = _vulnerability(full, "ENC-002")

    assert found["severity"] == "Unknown"
    assert "this high check is not decided: `var.encrypted has no default`" in found["description"]


def test_known_and_waived_findings_are_counted_in_a_message(full: ScanResult) -> None:
    known = tuple(replace(finding, baseline_state=BaselineState.UNCHANGED) for finding in full.findings[:3])
    report = _report(replace(full, findings=(*known, *full.findings[3:]), comparison=Comparison("main (1a2b3c4)")))

    assert [each["identifiers"][0]["value"] for each in report["vulnerabilities"]] == ["ENC-002"]
    texts = [each["value"] for each in report["scan"]["messages"] if each["level"] == "info"]
    assert texts[1:3] == ["left out: 3 known from main (1a2b3c4)", "left out: 1 waived"]


def test_messages_tell_the_verdict_and_what_the_scan_could_not_do(full: ScanResult, clean: ScanResult) -> None:
    messages = [(each["level"], each["value"]) for each in _report(full)["scan"]["messages"]]

    assert messages[0][1].startswith("BLOCKED: 2 critical failures at or above high; ")
    assert ("fatal", "infra/broken.tf:3: parser: unclosed block: the file was not read") in messages
    assert ("warn", "policies/own/X-1.yaml:1: bundle: this policy has no severity") in messages
    assert _report(clean)["scan"]["messages"] == [
        {"level": "info", "value": "PASSED: no open failure at or above high"}
    ]


def test_the_status_says_whether_everything_was_read(full: ScanResult, clean: ScanResult) -> None:
    unread = full
    undecided = replace(full, notifications=())
    nothing = replace(clean, findings=())

    statuses = [_report(each)["scan"]["status"] for each in (unread, undecided, clean, nothing)]
    assert statuses == ["failure", "success", "success", "failure"]


def test_the_time_is_the_one_that_is_given_in_utc(clean: ScanResult) -> None:
    scan = _report(clean)["scan"]

    assert scan["start_time"] == scan["end_time"] == "2026-11-22T00:30:00"
    default = json.loads(render(clean, RenderOptions()))["scan"]
    assert default["start_time"] == datetime.fromtimestamp(0, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize("text", ["`rm -rf` ](http://x)", "<script>", "\x1b[31m\n# Heading\n\ud83d", "@all /close"])
def test_text_of_the_scanned_tree_is_code_in_the_description(make_result: Callable[..., ScanResult], text: str) -> None:
    path = f"-a b/{text}%#ü.tf"
    result = make_result("x\n", path, message=text, cause=text, status=Status.UNKNOWN, location=Location(path, 1))
    found = _report(result)["vulnerabilities"][0]

    first, cause, *_ = found["description"].split("\n\n")
    assert first[0] == first[-1] == cause[-1] == "`"
    assert "`" not in first[1:-1]
    assert "\n" not in first
    assert found["location"]["file"] == path.replace("\ud83d", "\ufffd")


def test_texts_keep_to_gitlabs_limits(make_result: Callable[..., ScanResult]) -> None:
    result = make_result("x\n")
    policy = replace(result.findings[0].policy, title="t" * 400, remediation="r" * 8_000, references=("a book",))
    found = _report(replace(result, findings=(replace(result.findings[0], policy=policy),)))["vulnerabilities"][0]

    assert (len(found["name"]), len(found["solution"])) == (255, 7_000)
    assert "links" not in found
    assert "url" not in found["identifiers"][0]


def test_of_a_pull_request_there_is_the_one_finding_that_it_adds(full: ScanResult) -> None:
    report = _report(one_new(full))

    (found,) = report["vulnerabilities"]
    assert found["description"].startswith(f"`{ADDED} has no public access block`")
    assert "left out: 200 known from main (1a2b3c4)" in [each["value"] for each in report["scan"]["messages"]]
