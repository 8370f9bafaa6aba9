"""What each report tells of Checkov's checks: which have judged the same, which are unmapped, how many there were."""

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scanner.bundled import bundled_path
from scanner.core.control import ControlResult
from scanner.core.finding import Finding
from scanner.core.policy import AppliesTo, Policy, Severity
from scanner.core.result import ScanResult
from scanner.reports import RENDERERS
from scanner.reports.checkov_words import UNMAPPED, below_title, judged_by, listed_policies, number_of_checks
from scanner.reports.interface import RenderOptions
from tests.reports.conftest import POLICIES
from tests.reports.gitlab_rules import CODE_QUALITY, SAST
from tests.reports.html.parsed import Parsed
from tests.reports.markdown.rendered import rendered
from tests.reports.with_checkov import (
    FOLDED,
    LEADING,
    MAPPED,
    MAPPED_PASS,
    OF_NOTHING,
    OWN,
    QUIET,
    SECOND,
    with_checkov,
)
from tests.reports.with_checkov import UNMAPPED as CHECK

RESULT = with_checkov()
BOTH = "CKV2_AWS_6, CKV_AWS_20"
READERS = ("", "github")
# The outputs for later steps only count them.
FINDINGS_ARE_IN = [name for name in RENDERERS if name != "github-outputs"]


def _text(name: str, result: ScanResult = RESULT, **options: Any) -> str:
    return RENDERERS[name](result, RenderOptions(width=160, **options))


def _rows() -> list[dict[str, str]]:
    return list(csv.DictReader(_text("csv").removeprefix("\ufeff").splitlines()))


def _entries(name: str, key: str = "") -> list[dict[str, Any]]:
    report = json.loads(_text(name))
    return list(report[key] if key else report)


def _sarif(reader: str, result: ScanResult = RESULT) -> dict[str, Any]:
    (run,) = json.loads(_text("sarif", result, sarif_for=reader))["runs"]
    return dict(run)


def _without_also() -> ScanResult:
    """The result, had nothing been folded into its findings."""
    alone = {finding.fingerprint: replace(finding, also=()) for finding in RESULT.findings}
    frameworks = (
        replace(judged, controls=tuple(replace(each, findings=_those(each, alone)) for each in judged.controls))
        for judged in RESULT.frameworks
    )
    return replace(RESULT, findings=tuple(alone.values()), frameworks=tuple(frameworks))


def _those(judged: ControlResult, found: Mapping[str, Finding]) -> tuple[Finding, ...]:
    return tuple(found[each.fingerprint] for each in judged.findings)


@pytest.mark.parametrize("name", FINDINGS_ARE_IN)
def test_every_report_of_findings_names_those_that_judge_the_same(name: str) -> None:
    alone = set(_text(name, _without_also()).splitlines())
    told = [line for line in _text(name).splitlines() if line not in alone]

    assert any("CKV_AWS_20" in line for line in told)


@pytest.mark.parametrize("name", FINDINGS_ARE_IN)
def test_every_report_of_findings_says_which_check_is_unmapped(name: str) -> None:
    mapped = replace(OF_NOTHING, policy=replace(CHECK, is_mapped=True))
    others = [policy for policy in RESULT.policies if policy.id != CHECK.id]
    findings = (*RESULT.findings[:-1], mapped)

    assert _text(name) != _text(name, replace(RESULT, findings=findings, policies=(*others, mapped.policy)))


def test_the_terminal_names_them_behind_the_finding_and_in_the_lists(full: ScanResult) -> None:
    lines = _text("terminal", verbose=True).splitlines()

    assert f"    {LEADING.message}  {LEADING.fingerprint[:8]}" in lines
    assert f"    also     judged by {BOTH}" in lines
    assert "  ENC-002  aws_s3_bucket_acl.models  infra/main.tf:5  also judged by CKV_AWS_20" in lines
    assert [line for line in lines if "aws_s3_bucket.site" in line and "also judged by CKV2_AWS_6  until" in line]
    assert f"    clauses  {UNMAPPED}" in lines
    assert lines[0].startswith("releasegate 0.1.0 · 5 policies and 7 checks of Checkov (")
    assert _text("terminal", full).startswith("releasegate 0.1.0 · 5 policies (")


def test_what_is_told_once_for_several_places_names_the_checks_of_all_of_them_once() -> None:
    same = replace(LEADING, evidence="same", fingerprint="")
    other = replace(LEADING, evidence="other", fingerprint="", also=("CKV_AWS_53",))
    lines = _text("terminal", replace(RESULT, findings=(LEADING, same, other))).splitlines()

    assert [line for line in lines if "judged by" in line] == [f"    also     judged by {BOTH}, CKV_AWS_53"]


def test_where_the_title_stands_above_a_message_does_not_repeat_it() -> None:
    said = replace(OF_NOTHING, message=f'{OF_NOTHING.resource.address} fails "{CHECK.title}": acl is 0')
    result = replace(RESULT, findings=(said,))
    short = f"{OF_NOTHING.resource.address} fails this check: acl is 0"

    assert f"    {short}  {said.fingerprint[:8]}" in _text("terminal", result).splitlines()
    assert f'<span class="msg t">{short}</span>' in _text("html", result)
    assert [each["message"] for each in json.loads(_text("json", result))["findings"]] == [said.message]
    ours = replace(said, policy=replace(CHECK, engine="rego"))
    assert below_title(ours) == said.message


def test_json_has_them_by_id_and_fits_its_schema() -> None:
    report = json.loads(_text("json"))
    schema = json.loads(bundled_path("schemas", "result.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(report)
    policies = {each["id"]: each for each in report["policies"]}
    also = {each["policy"]: each["also"] for each in report["findings"] if "also" in each}

    assert also == {"NET-003": ["CKV2_AWS_6", "CKV_AWS_20"], "NET-004": ["CKV2_AWS_6"], "ENC-002": ["CKV_AWS_20"]}
    assert [id_ for id_, each in policies.items() if each.get("mapped") is False] == [CHECK.id]
    assert policies[FOLDED.id]["same_as"] == ["NET-003"]
    assert report["checkov"] == {"checks": 7, "left_out": 2, "quiet_checks": list(QUIET)}
    control = report["frameworks"][0]["controls"][2]
    assert (MAPPED.id in control["policies"], control["further_checks"]) == (True, 143)


def test_a_result_without_checkov_says_nothing_of_it(full: ScanResult) -> None:
    text = _text("json", full)

    assert not [key for key in ('"checkov"', '"also"', '"mapped"', '"same_as"', '"further_checks"') if key in text]
    assert "heckov" not in _text("html", full)


@pytest.mark.parametrize("reader", READERS)
def test_sarif_results_name_them_in_message_and_properties(reader: str) -> None:
    (found,) = (each for each in _sarif(reader)["results"] if each["ruleId"] == "NET-003")

    assert found["properties"]["also"] == ["CKV2_AWS_6", "CKV_AWS_20"]
    assert found["message"]["text"].endswith(f' (acl = "public-read"). Also judged by {BOTH}.')


def test_sarif_has_no_rule_of_a_check_that_no_result_names(full: ScanResult) -> None:
    rules = _sarif("", replace(RESULT, findings=(*full.findings, MAPPED_PASS)))["tool"]["driver"]["rules"]

    assert [each["id"] for each in rules] == sorted(POLICIES)


@pytest.mark.parametrize("reader", READERS)
def test_sarif_rules_of_checkov_are_of_the_driver_and_say_what_they_are(reader: str) -> None:
    run = _sarif(reader)
    rules = {each["id"]: each for each in run["tool"]["driver"]["rules"]}
    order = list(rules)

    assert "extensions" not in run["tool"]
    assert [id_ for id_, each in rules.items() if each["properties"].get("engine") == "checkov"] == [
        SECOND.id,
        MAPPED.id,
        FOLDED.id,
        CHECK.id,
    ]
    assert rules[CHECK.id]["properties"]["mapped"] is False
    assert rules[CHECK.id]["properties"]["tags"] == ["security", "checkov", "unmapped"]
    assert rules[CHECK.id]["help"]["text"].endswith(f"Clauses:\n{UNMAPPED}")
    assert rules[MAPPED.id]["properties"]["tags"][:3] == ["security", "checkov", "gdpr"]
    assert rules[MAPPED.id]["help"]["text"].startswith(
        "One zone fails as a whole.\n\nHow to fix it: Set multi_az = true."
    )
    assert not [id_ for id_ in (CHECK.id, MAPPED.id) if "helpUri" in rules[id_]]
    # a rule that is not in the log cannot be referred to
    assert rules[SECOND.id]["relationships"] == [
        {"target": {"id": "NET-004", "index": order.index("NET-004")}, "kinds": ["relevant"]}
    ]


def test_gitlab_has_an_identifier_of_their_own_type() -> None:
    report = json.loads(_text("gitlab-sast"))
    Draft202012Validator(SAST).validate(report)
    found = {each["identifiers"][0]["value"]: each for each in report["vulnerabilities"]}

    assert [(each["type"], each["value"]) for each in found["NET-003"]["identifiers"][:4]] == [
        ("releasegate_policy", "NET-003"),
        ("checkov_check", "CKV2_AWS_6"),
        ("checkov_check", "CKV_AWS_20"),
        ("releasegate_gdpr", "GDPR-5(1)(f)"),
    ]
    assert found[MAPPED.id]["identifiers"][0] == {"type": "checkov_check", "name": MAPPED.id, "value": MAPPED.id}
    assert found[CHECK.id]["description"].endswith("Unmapped: evidences no control here.")


def test_code_quality_has_them_in_the_description() -> None:
    entries = _entries("gitlab-codequality")
    Draft202012Validator(CODE_QUALITY).validate(entries)
    told = {each["check_name"]: each["description"] for each in entries}

    assert told["NET-003"] == f"{LEADING.message} (also judged by {BOTH})"
    assert told[CHECK.id] == f"{OF_NOTHING.message} ({UNMAPPED})"
    assert told[MAPPED.id] == OWN.message


def test_csv_has_a_column_for_each() -> None:
    rows = {row["policy"]: row for row in _rows() if row["record"] == "finding"}

    assert (rows["NET-003"]["also"], rows["NET-003"]["mapped"]) == (BOTH, "yes")
    assert (rows[CHECK.id]["also"], rows[CHECK.id]["mapped"]) == ("", "no")
    assert {row["mapped"] for row in _rows() if not row["policy"]} == {""}


@pytest.mark.parametrize("name", ["markdown", "pr-comment"])
def test_markdown_has_them_behind_the_place(name: str) -> None:
    page = rendered(_text(name))
    cells = [row[1].replace("\u2060", "") for row in page.rows if len(row) == 2]

    assert [cell for cell in cells if cell.startswith("NET-003 ") and f" · also judged by {BOTH}" in cell]
    assert [cell for cell in cells if cell.startswith(f"{CHECK.id} ") and f"infra/main.tf:10 · {UNMAPPED} · " in cell]
    assert f"{CHECK.title}: 1 (low, {UNMAPPED})" in page.text


def test_annotations_have_a_line_for_each() -> None:
    lines = _text("github").splitlines()

    assert [line for line in lines if "title=NET-003" in line and f"%0AAlso judged by {BOTH}%0A" in line]
    assert [line for line in lines if f"title={CHECK.id}" in line and f"%0A{UNMAPPED.capitalize()}%0A" in line]


def test_junit_has_them_in_the_details() -> None:
    lines = _text("junit").splitlines()

    assert f"also judged by: {BOTH}" in lines
    assert f"clauses: {UNMAPPED}" in lines


def test_oscal_has_them_as_properties_and_says_how_many_checks_can_show_a_control() -> None:
    document = json.loads(_text("oscal"))["assessment-results"]
    (assessed,) = document["results"]
    props = [{each["name"]: each["value"] for each in seen["props"]} for seen in assessed["observations"]]
    objectives = document["local-definitions"]["objectives-and-methods"]

    assert next((each["policy"], each["also"]) for each in props if "also" in each) == ("NET-003", BOTH)
    assert [each["policy"] for each in props if each.get("mapped") == "no"] == [CHECK.id]
    prose = objectives[2]["parts"][0]["prose"]
    assert prose.endswith("ENC-002 (direct), NET-003 (supporting) and 143 checks of Checkov.")
    plan = document["back-matter"]["resources"][0]
    assert {"policies": "12"}.items() <= {each["name"]: each["value"] for each in plan["props"]}.items()


def test_the_page_shows_them_and_counts_what_was_quiet_or_left_out() -> None:
    text = " ".join(Parsed(_text("html")).text.split())

    assert f"{LEADING.message} also judged by {BOTH} infra/main.tf:7" in text
    assert f"Clauses {UNMAPPED}" in text
    assert "5 policies and 7 checks of Checkov applied" in text
    assert "1 policy and 3 checks of Checkov found nothing to judge MOD-001" in text
    assert "or are not for what the release declares: 2 checks of Checkov" in text
    assert "1 failing (partial evidence) NET-003 1 failing CKV_AWS_157 1 failing ENC-002 1 unknown" in text
    assert "passed: ENC-002 and 1 check of Checkov" in text


def test_ids_of_checks_may_hold_anything_and_stay_text() -> None:
    odd = replace(LEADING, also=("CKV_<b>\x1b[2J\n::error::x",))
    result = replace(RESULT, findings=(odd,), frameworks=())
    for name in RENDERERS:
        text = _text(name, result)
        assert "\x1b" not in text
        assert "\n::error::x" not in text
    assert "<b>" not in _text("html", result).replace("<b>1 new</b>", "")


def test_what_is_counted() -> None:
    many = [Policy(f"CKV_AWS_{number}", "", Severity.LOW, "checkov", AppliesTo(("*",)), None) for number in range(2)]

    assert (number_of_checks(RESULT), judged_by(RESULT)) == (7, "5 policies and 7 checks of Checkov")
    assert judged_by(replace(RESULT, policies=tuple(many), quiet_checks=())) == "2 checks of Checkov"
    assert listed_policies([POLICIES["NET-003"], POLICIES["ENC-002"]]) == "ENC-002, NET-003"
    assert listed_policies([*many, POLICIES["ENC-002"]]) == "ENC-002 and 2 checks of Checkov"
    assert listed_policies(many[:1]) == "1 check of Checkov"
