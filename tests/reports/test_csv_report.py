"""The CSV report, read by the standard library's strict reader and as a spreadsheet would read it."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from scanner.core.location import Location
from scanner.core.result import ScanResult
from scanner.core.waiver import Waiver
from scanner.reports.csv_report import BYTE_ORDER_MARK, COLUMNS, render
from scanner.reports.interface import RenderOptions
from tests.reports.pull_request import ADDED, one_new


def _rows(result: ScanResult) -> list[dict[str, str]]:
    text = render(result, RenderOptions()).encode().decode("utf-8-sig")
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows = list(reader)
    assert tuple(reader.fieldnames or ()) == COLUMNS
    assert all(None not in row and None not in row.values() for row in rows)
    return rows


def test_each_control_has_a_row_for_each_check_or_one_that_says_why_there_is_none(full: ScanResult) -> None:
    rows = [(row["record"], row["control"], row["policy"], row["status"]) for row in _rows(full)]

    assert rows == [
        ("verdict", "", "", "BLOCKED"),
        ("finding", "GDPR-5(1)(f)", "XFM-001", "fail"),
        ("finding", "GDPR-5(1)(f)", "NET-003", "fail"),
        ("control", "GDPR-30(1)", "", ""),
        ("finding", "GDPR-32(1)(a)", "NET-003", "fail"),
        ("finding", "GDPR-32(1)(a)", "ENC-002", "unknown"),
        ("framework", "", "", ""),
        ("finding", "SOC2-CC6.1", "XFM-001", "fail"),
        ("finding", "SOC2-CC6.1", "NET-003", "fail"),
        ("finding", "SOC2-CC6.1", "NET-004", "fail"),
        ("finding", "SOC2-CC6.1", "NET-004", "waived"),
        ("finding", "EUAIA-15(5)", "XFM-001", "fail"),
        ("finding", "", "ENC-002", "pass"),
        ("notification", "", "", "note"),
        ("notification", "", "", "error"),
        ("notification", "", "", "warning"),
    ]


def test_a_row_has_what_an_auditor_asks_for(full: ScanResult) -> None:
    row = next(row for row in _rows(full) if row["control"] == "EUAIA-15(5)")

    assert {name: row[name] for name in ("framework", "framework_version", "evidence", "strength", "standing")} == {
        "framework": "EU AI Act",
        "framework_version": "2024/1689",
        "evidence": "partial",
        "strength": "supporting",
        "standing": "not met",
    }
    assert (row["upcoming"], row["severity"], row["file"], row["line"]) == (
        "2027-12-02",
        "critical",
        "deploy/serving.yaml",
        "9",
    )
    assert row["fingerprint"] in {finding.fingerprint for finding in full.findings}


def test_what_is_not_evaluated_and_what_does_not_apply_says_why(full: ScanResult) -> None:
    rows = _rows(full)
    hipaa = next(row for row in rows if row["record"] == "framework")
    manual = next(row for row in rows if row["control"] == "GDPR-30(1)")

    assert (hipaa["standing"], hipaa["reason"]) == ("does not apply", full.frameworks[1].reason)
    assert (manual["standing"], manual["reason"]) == ("needs a human", "no static check can show this")
    assert _rows(full)[0]["reason"].startswith("2 critical failures at or above high. 1 check")


def test_a_waiver_names_who_until_when_and_where(full: ScanResult) -> None:
    waiver = Waiver("NET-004", "by design", date(2027, 1, 31), Location("w.yaml", 3), owner="ada", approver="grace")
    findings = tuple(replace(each, waiver=waiver) if each.waiver else each for each in full.findings)
    row = next(row for row in _rows(replace(full, findings=findings)) if row["status"] == "waived")

    assert [row[f"waiver_{name}"] for name in ("reason", "owner", "approver", "until", "place")] == [
        "by design",
        "ada",
        "grace",
        "2027-01-31",
        "w.yaml:3",
    ]


def test_every_finding_is_counted_once_by_its_first_row(full: ScanResult) -> None:
    first = [row["fingerprint"] for row in _rows(full) if row["finding_row"] == "1"]

    assert sorted(first) == sorted(finding.fingerprint for finding in full.findings)


def test_of_201_findings_one_is_new(full: ScanResult) -> None:
    rows = _rows(one_new(full))
    states = [(row["baseline"], row["resource"]) for row in rows if row["finding_row"] == "1"]

    assert [resource for state, resource in states if state == "new"] == [ADDED]
    assert sum(state == "known" for state, _ in states) == 200
    assert [row["resource"] for row in rows if row["record"] == "fixed"] == [f"aws_s3_bucket.gone{n}" for n in range(3)]


def test_it_begins_with_a_mark_for_excel_and_ends_each_line_with_crlf(full: ScanResult) -> None:
    text = render(full, RenderOptions())

    assert text.startswith(BYTE_ORDER_MARK + "record,")
    assert text.count("\r\n") == text.count("\n") == len(_rows(full)) + 1


FORMULAS = (
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://x","y")',
    "\uff1d1+1",
    "a;=1+1",
    "  =1",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(make_result: Callable[..., ScanResult], text: str) -> None:
    result = make_result("x\n", message=text, cause=text, attribute=text)
    row = next(row for row in _rows(result) if row["record"] == "finding")

    for name in ("message", "cause", "attribute"):
        for cell in row[name].split(";"):  # where a comma is a decimal sign a semicolon parts the cells
            assert cell.lstrip()[:1] not in set("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
        assert row[name].replace("'", "") == " ".join(text.split())


def test_line_ends_quotes_and_odd_characters_stay_in_their_cell(make_result: Callable[..., ScanResult]) -> None:
    result = make_result("x\n", message='a "b", c\r\nd ü 日本 \x00 \ud83d')
    row = next(row for row in _rows(result) if row["record"] == "finding")

    assert row["message"] == r'a "b", c d ü 日本 \x00 \ud83d'


def test_the_order_of_the_input_does_not_matter_and_no_secret_is_told(full: ScanResult) -> None:
    shuffled = replace(full, findings=full.findings[::-1], notifications=full.notifications[::-1])

    assert render(shuffled, RenderOptions()) == render(full, RenderOptions())
    assert "hunter2" not in render(full, RenderOptions())
