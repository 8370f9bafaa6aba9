import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from scanner.bundled import bundled_path
from scanner.core.baseline import BaselineState
from scanner.core.result import ScanResult
from scanner.reports.interface import RenderOptions
from scanner.reports.json_report import SCHEMA_VERSION, render

SCHEMA = json.loads(bundled_path("schemas", "result.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def _read(result: ScanResult) -> dict[str, Any]:
    report = json.loads(render(result, RenderOptions()))
    assert isinstance(report, dict)
    return report


def _finding(report: dict[str, Any], policy: str) -> dict[str, Any]:
    return next(finding for finding in report["findings"] if finding["policy"] == policy)


def test_reports_fit_the_schema(full: ScanResult, clean: ScanResult) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for result in (full, clean, replace(clean, findings=(), frameworks=(), roots=(), policies=())):
        VALIDATOR.validate(_read(result))


def test_the_schema_knows_the_version_and_refuses_what_it_does_not_know(full: ScanResult) -> None:
    report = _read(full)

    assert SCHEMA["properties"]["schema_version"]["enum"][-1] == report["schema_version"] == SCHEMA_VERSION
    with pytest.raises(ValidationError):
        VALIDATOR.validate({**report, "surprise": 1})
    with pytest.raises(ValidationError):
        VALIDATOR.validate({key: value for key, value in report.items() if key != "verdict"})


def test_every_finding_is_told_passes_too(full: ScanResult) -> None:
    report = _read(full)

    assert [finding["status"] for finding in report["findings"]] == ["fail", "fail", "pass", "fail", "unknown", "fail"]
    assert report["summary"] == {
        "findings": {"fail": 3, "unknown": 1, "known": 0, "waived": 1, "pass": 1},
        "failures_by_severity": {"critical": 2, "high": 0, "medium": 1, "low": 0},
        "notifications": {"error": 1, "warning": 1, "note": 1},
        "resources": 5,
    }


def test_a_finding_tells_its_line_its_clauses_and_where_else_to_look(full: ScanResult) -> None:
    finding = _finding(_read(full), "XFM-001")

    assert finding["location"] == {
        "path": "deploy/serving.yaml",
        "start_line": 9,
        "start_column": 7,
        "end_line": 9,
        "end_column": 43,
    }
    assert finding["excerpt"]["lines"][-1] == "      storageUri: s3://acme-models/triage/3"
    assert [entry["location"]["path"] for entry in finding["related_locations"]] == ["infra/main.tf"] * 2
    assert finding["clauses"][-1] == {
        "framework": "eu-ai-act",
        "control": "EUAIA-15(5)",
        "strength": "supporting",
        "upcoming": "2027-12-02",
    }


def test_a_waived_finding_tells_its_waiver(full: ScanResult) -> None:
    waivers = [finding["waiver"] for finding in _read(full)["findings"] if finding["waiver"]]

    assert [(waiver["until"], waiver["reason"]) for waiver in waivers] == [
        ("2027-01-31", "a static web site, public by design")
    ]


def test_controls_name_the_findings_they_rest_on(full: ScanResult) -> None:
    report = _read(full)
    gdpr = next(framework for framework in report["frameworks"] if framework["id"] == "gdpr")

    assert gdpr["standings"]["not met"] == 1
    assert _finding(report, "XFM-001")["fingerprint"] in gdpr["controls"][0]["findings"]


def test_fingerprints_are_those_of_the_findings_and_all_different(full: ScanResult) -> None:
    prints = [finding["fingerprint"] for finding in _read(full)["findings"]]

    assert sorted(prints) == sorted(finding.fingerprint for finding in full.findings)
    assert len(set(prints)) == len(prints)


def test_no_secret_is_in_the_report(full: ScanResult, make_result: Callable[..., ScanResult]) -> None:
    assert "hunter2" not in render(full, RenderOptions())
    token = "ghp_" + "a1B2" * 10
    assert token not in render(make_result(f'token = "{token}"\n'), RenderOptions())


def test_the_order_of_the_input_does_not_matter(full: ScanResult) -> None:
    shuffled = replace(
        full, findings=full.findings[::-1], notifications=full.notifications[::-1], policies=full.policies[::-1]
    )

    assert render(shuffled, RenderOptions()) == render(full, RenderOptions(width=40, color=True, verbose=True))


def test_resources_stand_once_and_findings_refer_to_them(full: ScanResult) -> None:
    report = _read(full)

    for finding in report["findings"]:
        resource = report["resources"][finding["resource"]["index"]]
        assert (resource["address"], resource["type"]) == (finding["resource"]["address"], finding["resource"]["type"])
    assert report["resources"][0] == {
        "key": "infra::aws_s3_bucket_acl.models",
        "address": "aws_s3_bucket_acl.models",
        "type": "aws_s3_bucket_acl",
        "format": "terraform",
        "origin": "infra",
        "location": {"path": "infra/main.tf", "start_line": 5, "start_column": 1, "end_line": 8, "end_column": 1},
    }


def test_files_have_the_lines_that_a_report_may_show(full: ScanResult) -> None:
    serving, main = _read(full)["files"]

    assert (serving["path"], serving["format"], serving["line_count"]) == ("deploy/serving.yaml", "kubernetes", 9)
    (excerpt,) = main["excerpts"]
    assert (excerpt["start_line"], len(excerpt["lines"])) == (1, 18)
    assert excerpt["lines"][10] == '  password          = "********"'
    assert main["masked"] == [{"line": 11, "width": 0}]


def test_known_findings_are_counted_apart(full: ScanResult) -> None:
    known = tuple(replace(finding, baseline_state=BaselineState.UNCHANGED) for finding in full.findings)

    assert _read(replace(full, findings=known))["summary"]["findings"] == {
        "fail": 0,
        "unknown": 0,
        "known": 4,
        "waived": 1,
        "pass": 1,
    }
