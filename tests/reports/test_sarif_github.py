import json
import random
import string
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.core.baseline import BaselineState
from scanner.core.finding import Finding, Status
from scanner.core.policy import Severity
from scanner.core.result import ScanResult
from scanner.reports import sarif_github
from scanner.reports.interface import RenderOptions
from scanner.reports.sarif import render
from scanner.reports.sarif_github import MOST_BYTES, compressed_size, cut
from tests.builders import finding, policy, resource
from tests.reports.pull_request import ADDED, one_new

POLICIES = {severity: policy(id_=f"TST-{severity}", severity=severity) for severity in Severity}


def _run(result: ScanResult) -> dict[str, Any]:
    (run,) = json.loads(render(result, RenderOptions(sarif_for="github")))["runs"]
    assert isinstance(run, dict)
    return run


def _findings(severities: Sequence[Severity], status: Status = Status.FAIL) -> tuple[Finding, ...]:
    return tuple(
        finding(status, of=POLICIES[severity], on=resource(f"bucket.b{number}"), line=number + 1)
        for number, severity in enumerate(severities)
    )


def _with(full: ScanResult, findings: Sequence[Finding]) -> ScanResult:
    return replace(full, findings=tuple(findings), policies=tuple(POLICIES.values()), frameworks=(), notifications=())


def test_only_what_is_open_becomes_an_alert(full: ScanResult) -> None:
    known = replace(full.findings[0], baseline_state=BaselineState.UNCHANGED)
    run = _run(replace(full, findings=(known, *full.findings[1:])))

    assert [result["ruleId"] for result in run["results"]] == ["NET-003", "ENC-002", "NET-004"]
    assert not any({"suppressions", "baselineState"} & set(result) for result in run["results"])
    assert run["properties"]["leftOut"] == {"known": 1, "waived": 1, "cut": {}}


def test_an_unknown_stays_so_that_no_alert_is_closed_by_it(full: ScanResult) -> None:
    unknown = next(result for result in _run(full)["results"] if result["ruleId"] == "ENC-002")

    assert (unknown["kind"], unknown["level"]) == ("review", "none")
    assert "Not known: var.encrypted has no default." in unknown["message"]["text"]


def test_an_alert_is_found_again_by_the_findings_own_fingerprint(full: ScanResult) -> None:
    fingerprints = {finding.fingerprint for finding in full.findings if finding.is_open}
    run = _run(full)

    assert {each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]} == fingerprints
    assert "primaryLocationLineHash" not in render(full, RenderOptions())


def test_what_code_scanning_does_not_read_is_left_out(full: ScanResult) -> None:
    log = render(full, RenderOptions(sarif_for="github"))
    place = _run(full)["results"][0]["locations"][0]["physicalLocation"]

    assert place["artifactLocation"] == {"uri": "deploy/serving.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 9, "startColumn": 7, "endColumn": 44}
    assert not {"snippet", "contextRegion"} & set(place)
    assert "artifacts" not in json.loads(log)["runs"][0]


def test_an_incomplete_scan_is_not_called_successful_whoever_reads_it(full: ScanResult) -> None:
    assert _run(full)["invocations"][0]["executionSuccessful"] is False


def test_thirty_thousand_findings_are_cut_to_what_github_takes_and_the_cut_is_said(full: ScanResult) -> None:
    severities = [Severity.LOW] * 10_000 + [Severity.CRITICAL] * 12_000 + [Severity.MEDIUM] * 8_000
    result = _with(full, _findings(severities))
    run = _run(result)

    assert len(run["results"]) == 25_000
    assert run["properties"]["leftOut"]["cut"] == {"low": 5_000}
    assert {each["ruleId"] for each in run["results"][:12_000]} == {"TST-critical"}
    note, warning = sorted(run["invocations"][0]["toolExecutionNotifications"], key=lambda each: str(each["level"]))
    assert (note["level"], warning["level"]) == ("note", "warning")
    assert "the most severe 5,000 of these 25,000 results" in note["message"]["text"]
    assert warning["message"]["text"].startswith(
        "GitHub takes 25,000 results: 5,000 of 30,000 open findings are not in its SARIF (5,000 low), the least severe"
    )


@pytest.mark.parametrize(
    ("limit", "pairs"),
    [(1_000_000, 200), pytest.param(MOST_BYTES, 2_000, marks=pytest.mark.slow)],
    ids=["1 MB", "10 MB"],
)
def test_text_that_does_not_compress_is_cut_to_what_github_takes(
    full: ScanResult, monkeypatch: pytest.MonkeyPatch, limit: int, pairs: int
) -> None:
    monkeypatch.setattr(sarif_github, "MOST_BYTES", limit)
    source = random.Random(7)  # noqa: S311 - noise, not a secret
    letters = string.ascii_letters + string.digits + "-_"
    noisy = [
        replace(
            each, message="".join(source.choices(letters, k=1_900)), cause="".join(source.choices(letters, k=1_900))
        )
        for each in _findings([Severity.LOW, Severity.HIGH] * pairs)
    ]

    log = render(_with(full, noisy), RenderOptions(sarif_for="github"))
    size, (run,) = compressed_size(log), json.loads(log)["runs"]

    assert limit * 0.65 < size <= limit
    (left_out,) = run["properties"]["leftOut"]["cut"].items()
    assert left_out == ("low", 2 * pairs - len(run["results"]))
    assert [each["ruleId"] for each in run["results"][:pairs]] == ["TST-high"] * pairs
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith(f"GitHub takes {limit // 1_000_000} MB, compressed: ")


@settings(max_examples=25, deadline=None)
@given(severities=st.lists(st.sampled_from(list(Severity)), max_size=12), room=st.integers(0, 12))
def test_the_most_severe_are_kept_and_every_other_one_is_counted(
    full: ScanResult, severities: list[Severity], room: int
) -> None:
    result = _with(full, _findings(severities))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sarif_github, "MOST_RESULTS", room)
        kept, made = _run(result)["results"], cut(result)

    expected = sorted(severities, key=list(Severity).index, reverse=True)
    assert [each["ruleId"] for each in kept] == [f"TST-{severity}" for severity in expected[:room]]
    assert sum(made.left_out.values()) == len(severities) - len(kept)
    assert bool(made.message) is (len(severities) > room)


def test_a_log_that_is_too_large_without_any_result_is_still_written(
    make_result: Callable[..., ScanResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sarif_github, "MOST_BYTES", 10)
    run = _run(make_result("x\n"))

    assert run["results"] == []
    assert run["properties"]["leftOut"]["cut"] == {"critical": 1}


def test_of_a_pull_request_there_is_the_one_finding_that_it_adds(full: ScanResult) -> None:
    run = _run(one_new(full))

    (result,) = run["results"]
    assert result["locations"][0]["logicalLocations"][0]["name"] == ADDED
    assert run["properties"]["leftOut"]["known"] == 200
