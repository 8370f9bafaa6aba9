import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanner.core.baseline import BaselineState, Comparison, KnownFinding
from scanner.core.location import Location
from scanner.core.result import ScanResult
from scanner.core.waiver import Waiver, WaiverSource
from scanner.reports.interface import RenderOptions
from scanner.reports.sarif import render
from tests.reports.pull_request import ADDED, one_new

UNTIL = date(2027, 1, 31)


def _run(result: ScanResult) -> dict[str, Any]:
    (run,) = json.loads(render(result, RenderOptions()))["runs"]
    assert isinstance(run, dict)
    return run


def _compared(result: ScanResult, state: BaselineState) -> ScanResult:
    fixed = KnownFinding("infra/old.tf", "ENC-002", "aws_db_instance.old", "", "fail", "f" * 64)
    findings = tuple(replace(finding, baseline_state=state) for finding in result.findings)
    return replace(result, findings=findings, comparison=Comparison("main (1a2b3c4)", (fixed,)))


def test_a_waiver_of_a_file_is_external_and_says_who_answers_for_it(make_result: Callable[..., ScanResult]) -> None:
    at = Location(".releasegate/waivers.yaml", 4)
    waiver = Waiver(
        "NET-004", "a web site", UNTIL, at, "web team", "ciso", WaiverSource.FILE, "aws_s3_bucket.*", "a/**"
    )
    run = _run(make_result("x\n", waiver=waiver))

    ((suppression,),) = [result["suppressions"] for result in run["results"]]
    assert (suppression["kind"], suppression["justification"]) == ("external", "a web site")
    assert suppression["properties"] == {
        "until": "2027-01-31",
        "owner": "web team",
        "approver": "ciso",
        "address": "aws_s3_bucket.*",
        "path": "a/**",
    }
    place = suppression["location"]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (".releasegate/waivers.yaml", 4)


def test_a_file_of_waivers_outside_the_repository_is_not_named(make_result: Callable[..., ScanResult]) -> None:
    waiver = Waiver("NET-004", "a web site", UNTIL, Location("/etc/waivers.yaml", 4), source=WaiverSource.FILE)
    log = render(make_result("x\n", waiver=waiver), RenderOptions())

    assert "/etc" not in log
    assert '"kind": "external"' in log


def test_a_known_finding_is_suppressed_and_says_where_it_is_known_from(make_result: Callable[..., ScanResult]) -> None:
    (result,) = _run(_compared(make_result("x\n"), BaselineState.UNCHANGED))["results"]

    assert result["baselineState"] == "unchanged"
    (suppression,) = result["suppressions"]
    assert suppression["kind"] == "external"
    assert suppression["justification"] == "Known from main (1a2b3c4); nobody has accepted it"


def test_a_new_finding_is_not_suppressed(make_result: Callable[..., ScanResult]) -> None:
    (result,) = _run(_compared(make_result("x\n"), BaselineState.NEW))["results"]

    assert result["baselineState"] == "new"
    assert "suppressions" not in result


def test_a_known_finding_that_is_waived_too_has_both_suppressions(make_result: Callable[..., ScanResult]) -> None:
    waived = make_result("x\n", waiver=Waiver("NET-004", "a web site", UNTIL, Location("infra/main.tf", 1)))
    (result,) = _run(_compared(waived, BaselineState.UNCHANGED))["results"]

    assert [each["kind"] for each in result["suppressions"]] == ["inSource", "external"]


def test_what_is_fixed_is_no_result_because_it_has_no_line_any_more(make_result: Callable[..., ScanResult]) -> None:
    run = _run(_compared(make_result("x\n"), BaselineState.NEW))

    assert len(run["results"]) == 1
    assert run["properties"]["comparedWith"] == "main (1a2b3c4)"
    assert run["properties"]["fixed"] == [
        {
            "policy": "ENC-002",
            "path": "infra/old.tf",
            "address": "aws_db_instance.old",
            "status": "fail",
            "fingerprint": "f" * 64,
        }
    ]


def test_the_run_says_what_the_gate_decided_and_by_which_profile(full: ScanResult) -> None:
    verdict = replace(full.verdict, profile="prod", is_complete=False)
    properties = _run(replace(full, verdict=verdict))["properties"]

    assert (properties["verdict"], properties["profile"], properties["isComplete"]) == ("BLOCKED", "prod", False)
    assert properties["reasons"] == list(full.verdict.reasons)
    assert not {"profile", "fixed", "comparedWith"} & set(_run(full)["properties"])


def test_sarif_for_a_reader_that_nobody_knows_is_refused(full: ScanResult) -> None:
    with pytest.raises(ValueError, match="bitbucket"):
        render(full, RenderOptions(sarif_for="bitbucket"))


def test_of_a_pull_request_a_viewer_shows_the_one_finding_that_it_adds(full: ScanResult) -> None:
    run = _run(one_new(full))

    (shown,) = [result for result in run["results"] if "suppressions" not in result]
    assert (shown["locations"][0]["logicalLocations"][0]["name"], shown["baselineState"]) == (ADDED, "new")
    assert (len(run["results"]), len(run["properties"]["fixed"])) == (201, 3)
