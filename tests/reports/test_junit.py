"""The JUnit report, read by junitparser and by a strict XML parser."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

from scanner.core.finding import Finding
from scanner.core.location import Location
from scanner.core.result import Decision, ScanResult, Verdict
from scanner.reports.interface import RenderOptions
from scanner.reports.junit import render
from tests.reports.pull_request import ADDED, one_new

# What junit-10.xsd of Jenkins allows, of what we write: attributes and children; and of the first those that must be.
RULES: Mapping[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped"}, {"properties", "testcase"}),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname"}, {"skipped", "error", "failure"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
}
OURS = {"file", "line"}  # Jenkins' own page takes no notice of them; GitLab and GitHub link by them


def _cases(result: ScanResult) -> dict[str, TestCase]:
    """The cases by their name, as junitparser reads them."""
    report = JUnitXml.fromstring(render(result, RenderOptions()).encode())
    cases = [case for suite in report for case in suite]
    found = {f"{case.classname} {case.name}": case for case in cases}
    assert len(found) == len(cases)
    return found


def _root(result: ScanResult) -> ET.Element:
    return ET.fromstring(render(result, RenderOptions()))  # noqa: S314 - it is our own


def _outcomes(result: ScanResult) -> dict[str, Sequence[type]]:
    return {name: [type(outcome) for outcome in case.result] for name, case in _cases(result).items()}


def test_each_finding_is_a_case_of_its_policy(full: ScanResult) -> None:
    assert _outcomes(full) == {
        "scan everything was evaluated": [Error],
        "scan 1 parser infra/broken.tf:3": [Error],
        "ENC-002 aws_db_instance.features in infra · storage_encrypted": [Error],
        "ENC-002 aws_s3_bucket_acl.models in infra": [],
        "NET-003 aws_s3_bucket_acl.models in infra · acl": [Failure],
        "NET-004 aws_s3_bucket.models in infra": [Failure],
        "NET-004 aws_s3_bucket.site in infra": [Skipped],
        "XFM-001 default/InferenceService/triage/predictor in deploy/serving.yaml · storage_uri": [Failure],
    }


def test_the_counts_are_those_of_the_cases(full: ScanResult) -> None:
    root = _root(full)

    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("8", "3", "3")
    for suite in root:
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(attribute) == str(len(suite.findall(f"testcase/{tag}")))
        assert suite.get("tests") == str(len(suite.findall("testcase")))


def test_a_failure_says_how_bad_where_which_clauses_and_how_to_fix(full: ScanResult) -> None:
    case = _cases(full)["NET-003 aws_s3_bucket_acl.models in infra · acl"]
    (failure,) = case.result

    assert (failure.type, failure.message) == (
        "critical",
        'critical: aws_s3_bucket_acl.models lets everyone read the bucket (acl = "public-read")',
    )
    assert (case._elem.get("file"), case._elem.get("line")) == ("infra/main.tf", "7")
    for line in (
        "infra/main.tf:7",
        '> 7 |   acl    = "public-read"',
        "clauses: GDPR 5(1)(f), ~32(1)(a) · SOC 2 CC6.1",
        'fix: Set acl = "private". Then add a public access block, so that it stays private.',
    ):
        assert line in failure.text.splitlines()


def test_what_is_unknown_tells_its_cause_and_what_is_waived_its_reason(full: ScanResult) -> None:
    cases = _cases(full)
    (unknown,) = cases["ENC-002 aws_db_instance.features in infra · storage_encrypted"].result
    (waived,) = cases["NET-004 aws_s3_bucket.site in infra"].result

    assert "(not known: var.encrypted has no default)" in unknown.message
    assert waived.message == "waived until 2027-01-31: a static web site, public by design"


def test_the_verdict_is_a_property_of_the_scan(full: ScanResult) -> None:
    properties = {
        each.get("name", ""): each.get("value") for each in _root(full).findall("testsuite[1]/properties/property")
    }

    assert (properties["verdict"], properties["complete"]) == ("BLOCKED", "false")
    assert properties["reason.1"] == full.verdict.reasons[0]


def test_a_clean_scan_is_green_and_an_incomplete_one_is_not(clean: ScanResult) -> None:
    assert set(map(tuple, _outcomes(clean).values())) == {()}
    incomplete = replace(clean, findings=(), verdict=Verdict(Decision.INCOMPLETE, ("nothing was read",), False))

    assert _outcomes(incomplete) == {"scan everything was evaluated": [Error]}


def test_of_201_findings_one_is_new_and_fails(full: ScanResult) -> None:
    outcomes = _outcomes(one_new(full))

    assert [name for name, found in outcomes.items() if found == [Failure]] == [f"NET-004 {ADDED} in infra"]
    assert sum(found == [Skipped] for found in outcomes.values()) == 200


def test_two_findings_of_one_name_are_told_apart(full: ScanResult) -> None:
    one = next(each for each in full.findings if each.policy.id == "XFM-001")
    other = replace(one, evidence="infra::another", fingerprint="")
    names = [name for name in _cases(replace(full, findings=(one, other))) if name.startswith("XFM-001")]

    assert len(names) == 2
    assert all(re.search(r" #[0-9a-f]{12}$", name) for name in names)


def test_a_moved_line_changes_no_name(full: ScanResult) -> None:
    def moved(finding: Finding) -> Finding:
        at = finding.location
        return replace(finding, location=Location(at.path, at.start_line + 20))

    after = replace(full, findings=tuple(map(moved, full.findings)))

    assert list(_cases(after)) == list(_cases(full))


@pytest.mark.parametrize("which", ["full", "clean", "new"])
def test_it_keeps_to_the_schema_of_jenkins(full: ScanResult, clean: ScanResult, which: str) -> None:
    result = {"full": full, "clean": clean, "new": one_new(full)}[which]

    assert _broken_rules(_root(result)) == []


def _broken_rules(root: ET.Element) -> list[str]:
    broken = []
    for element in root.iter():
        attributes, children = RULES[element.tag]
        allowed = attributes | OURS if element.tag == "testcase" else attributes
        if not attributes <= set(element.attrib) <= allowed:
            broken.append(f"{element.tag}: {sorted(element.attrib)}")
        broken += [f"{element.tag} in it {child.tag}" for child in element if child.tag not in children]
        if element.tag not in {"failure", "error", "skipped"} and (element.text or "").strip():
            broken.append(f"{element.tag}: text")
    return broken


def test_the_rules_do_see_what_is_wrong(full: ScanResult) -> None:
    root = _root(full)
    for case in root.iter("testcase"):
        case.set("package", "x")

    assert _broken_rules(root)


def test_characters_that_xml_refuses_are_written_out(make_result: Callable[..., ScanResult]) -> None:
    evil = "a\x00b\x0b\ufffe\uffff\ud83d \u202e ]]> <x> & \x1b[31m"
    result = make_result(f"x = {evil}\n", message=evil, cause=evil, attribute=evil)
    text = render(result, RenderOptions())
    (failure,) = next(case for name, case in _cases(result).items() if name.startswith("NET-003")).result

    assert r"a\x00b" in failure.message
    assert r"\ufffe\uffff\ud83d \u202e ]]> <x> & \x1b[31m" in failure.message
    assert text.encode().decode() == text


def test_the_order_of_the_input_does_not_matter_and_no_secret_is_told(full: ScanResult) -> None:
    shuffled = replace(full, findings=full.findings[::-1], notifications=full.notifications[::-1])

    assert render(shuffled, RenderOptions()) == render(full, RenderOptions())
    assert "hunter2" not in render(full, RenderOptions())
