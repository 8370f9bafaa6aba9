"""A change adds one bad bucket to a repository with 200 old findings: every report tells exactly one finding."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from scanner.core.baseline import BaselineState
from scanner.core.result import Decision, ScanResult
from scanner.judging.baseline import known_findings
from scanner.judging.baseline_file import baseline_text
from scanner.reports import RENDERERS
from scanner.reports.interface import RenderOptions
from tests.comparison.histories import acl, start

pytestmark = pytest.mark.xdist_group("one new finding")  # so that the scans are made once
OLD = 200
NEW = "aws_s3_bucket_acl.fresh"


@pytest.fixture(scope="module", params=["diff", "baseline"])
def result(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ScanResult:
    """The change, compared with the merge base, and with a baseline of what was there."""
    repository = start(tmp_path_factory.mktemp("one") / "repository", {"live/main.tf": _old()})
    if request.param == "baseline":
        text = baseline_text(known_findings(repository.scanned(None).findings))
        (repository.folder / "baseline.json").write_text(text)
    repository.change({"live/new.tf": acl("fresh")})
    if request.param == "baseline":
        return repository.scanned(None, baseline=repository.folder / "baseline.json")
    return repository.scanned()


def _old() -> str:
    return "".join(acl(f"old{number}") for number in range(OLD))


def test_the_scan_knows_the_old_ones(result: ScanResult) -> None:
    states = [finding.baseline_state for finding in result.findings]
    assert (states.count(BaselineState.UNCHANGED), states.count(BaselineState.NEW)) == (OLD, 1)
    assert result.verdict.decision is Decision.BLOCKED
    assert result.verdict.reasons == ("1 critical failure at or above high",)


def _json(text: str) -> list[str]:
    findings = json.loads(text)["findings"]
    return [each["resource"]["address"] for each in findings if each["baseline_state"] != "unchanged"]


def _sarif(text: str) -> list[str]:
    (run,) = json.loads(text)["runs"]
    return [
        _address(each["message"]["text"])
        for each in run["results"]
        if each["kind"] == "fail" and each.get("baselineState") != "unchanged" and not each.get("suppressions")
    ]


def _junit(text: str) -> list[str]:
    root = ElementTree.fromstring(text)  # noqa: S314 - our own text
    assert root.get("failures") == "1"
    assert root.get("errors") == "0"
    return [
        _address(case.get("name", "") + str(failure.get("message")))
        for case in root.iter("testcase")
        for failure in (*case.findall("failure"), *case.findall("error"))
    ]


def _csv(text: str) -> list[str]:
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    found = [row for row in rows if row["record"] == "finding" and row["baseline"] != "known"]
    return sorted({row["resource"] for row in found})  # one row for each clause that it touches


def _oscal(text: str) -> list[str]:
    (each,) = json.loads(text)["assessment-results"]["results"]

    def is_new(item: Mapping[str, Any]) -> bool:
        return not any(prop["name"] == "baseline-state" and prop["value"] == "unchanged" for prop in item["props"])

    assert sum(map(is_new, each["risks"])) == 1
    return [_address(item["description"]) for item in each["observations"] if is_new(item)]


def _github(text: str) -> list[str]:
    return [_address(line) for line in text.splitlines() if line.startswith(("::error", "::warning"))]


def _github_outputs(text: str) -> list[str]:
    outputs = dict(line.split("=", 1) for line in text.splitlines())
    assert outputs["verdict"] == "BLOCKED"
    return [NEW] * int(outputs["new-findings"])


def _markdown(text: str) -> list[str]:
    assert "### New findings: 1\n" in text
    assert "| **new** | 1 | 0 | 0 | 0 | 0 |" in text
    section = text.partition("### New findings")[2].partition("\n### ")[0]
    return [_address(line) for line in section.splitlines() if "<code>NET-015</code>" in line]


def _html(text: str) -> list[str]:
    return [_address(found) for found in re.findall(r'<details class="f".*?</summary>', text, re.DOTALL)]


def _terminal(text: str) -> list[str]:
    assert f"{OLD} known findings are not listed" in text
    return re.findall(r"^    \w+ +NET-015 .*\n    (\S+)", text, re.MULTILINE)


def _gitlab_sast(text: str) -> list[str]:
    return [_address(json.dumps(each)) for each in json.loads(text)["vulnerabilities"]]


def _gitlab_codequality(text: str) -> list[str]:
    return [_address(each["description"]) for each in json.loads(text)]


def _address(text: str) -> str:
    found = re.search(r"aws_s3_bucket_acl\.\w+", text)
    assert found, text
    return found[0]


TOLD: Mapping[str, Callable[[str], list[str]]] = {
    "terminal": _terminal,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "github-outputs": _github_outputs,
    "gitlab-codequality": _gitlab_codequality,
    "gitlab-sast": _gitlab_sast,
    "html": _html,
    "junit": _junit,
    "markdown": _markdown,
    "pr-comment": _markdown,
    "csv": _csv,
    "oscal": _oscal,
}


def test_every_report_is_looked_at() -> None:
    assert TOLD.keys() == RENDERERS.keys()


@pytest.mark.parametrize("name", TOLD)
def test_a_report_tells_the_new_one_alone(result: ScanResult, name: str) -> None:
    assert TOLD[name](RENDERERS[name](result, RenderOptions())) == [NEW]


def test_sarif_for_github_has_the_new_one_alone(result: ScanResult) -> None:
    (run,) = json.loads(RENDERERS["sarif"](result, RenderOptions(sarif_for="github")))["runs"]
    assert [_address(each["message"]["text"]) for each in run["results"]] == [NEW]


@pytest.mark.parametrize("name", ["json", "sarif", "csv", "gitlab-codequality"])
def test_without_a_comparison_a_report_tells_all(result: ScanResult, name: str) -> None:
    """What is above cannot hold because a report is read wrongly."""
    findings = tuple(replace(each, baseline_state=None) for each in result.findings)
    told = TOLD[name](RENDERERS[name](replace(result, findings=findings, comparison=None), RenderOptions()))
    assert len(set(told)) == len(told) == OLD + 1
