"""The OSCAL report, read by compliance-trestle, and held against what its schema cannot say."""

import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from scanner.core.control import Standing
from scanner.core.location import Location
from scanner.core.result import ScanResult
from scanner.core.waiver import Waiver
from scanner.reports.interface import RenderOptions
from scanner.reports.oscal import render
from scanner.reports.oscal.words import NAMESPACE, markup, token
from tests.reports.pull_request import ADDED, one_new
from tests.reports.with_checkov import with_checkov

OPTIONS = RenderOptions(time=datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
Json = dict[str, Any]


@pytest.fixture(scope="module")
def check() -> Callable[[Json], None]:
    """Reads a document as compliance-trestle does; raises for anything that OSCAL does not know."""
    with warnings.catch_warnings():  # of the libraries that trestle brings
        warnings.simplefilter("ignore")
        from trestle.oscal.assessment_results import Model  # noqa: PLC0415 - it takes its time

    def checked(document: Json) -> None:
        Model.model_validate(document)

    return checked


def _document(result: ScanResult, options: RenderOptions = OPTIONS) -> Json:
    document: Json = json.loads(render(result, options))
    return document


def _assessed(result: ScanResult) -> Json:
    (assessed,) = _document(result)["assessment-results"]["results"]
    return dict(assessed)


def _props(part: Json) -> dict[str, str]:
    return {each["name"]: each["value"] for each in part["props"]}


def _by_control(result: ScanResult) -> dict[str, Json]:
    return {_props(finding)["control"]: finding for finding in _assessed(result)["findings"]}


def test_trestle_reads_every_kind_of_result(
    check: Callable[[Json], None],
    full: ScanResult,
    clean: ScanResult,
    make_result: Callable[..., ScanResult],
) -> None:
    odd = "a <b> *c* [d](e) `f` \x1b \u202e \ud83d 日本"
    results = {
        "full": full,
        "clean": clean,
        "one new": one_new(full),
        "judged by Checkov too": with_checkov(),
        "empty": replace(clean, findings=(), frameworks=(), policies=()),
        "nothing applies": replace(full, frameworks=tuple(each for each in full.frameworks if not each.applies)),
        "odd": make_result("x\n", "a b/c:d [1] #ü.tf", message=odd, cause=odd, attribute=odd),
        "no text": make_result("x\n", message="", attribute=" "),
    }
    for name, result in results.items():
        document = _document(result)
        try:
            check(document)
        except ValueError as error:
            pytest.fail(f"{name}: {error}")


def test_trestle_does_see_what_is_wrong(check: Callable[[Json], None], full: ScanResult) -> None:
    document = _document(full)
    document["assessment-results"]["results"][0]["findings"][0]["target"]["status"]["state"] = "met"

    with pytest.raises(ValueError, match="state"):
        check(document)


def test_its_head_names_the_version_and_the_one_time(full: ScanResult) -> None:
    document = _document(full)["assessment-results"]

    assert document["metadata"]["oscal-version"] == "1.1.3"
    assert document["metadata"]["last-modified"] == "2026-11-21T09:30:00Z"
    assert _assessed(full)["start"] == _assessed(full)["end"] == "2026-11-21T09:30:00Z"


def test_what_was_seen_is_not_dated_to_a_later_day_of_rendering(full: ScanResult) -> None:
    later = RenderOptions(time=datetime(2027, 3, 1, 9, 30, tzinfo=UTC))
    document = _document(full, later)["assessment-results"]

    assert document["metadata"]["last-modified"] == "2027-03-01T09:30:00Z"
    assert {each["collected"] for each in document["results"][0]["observations"]} == {"2026-11-21T00:00:00Z"}


def test_every_reference_leads_somewhere_and_no_identifier_is_used_twice(full: ScanResult) -> None:
    for result in (full, one_new(full)):
        document = _document(result)
        known = [value for name, value in _members(document) if name == "uuid"]
        uses = [value for name, value in _members(document) if name.endswith("-uuid")]
        anchors = [value[1:] for name, value in _members(document) if name == "href" and value.startswith("#")]

        assert len(known) == len(set(known))
        assert uses
        assert anchors
        assert set(uses) | set(anchors) <= set(known)


def _members(part: Any) -> Iterator[tuple[str, str]]:
    """Every name with its text, however deep."""
    for name, value in part.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from _members(each)
            else:
                yield name, each


def test_every_objective_that_a_finding_speaks_of_is_defined_with_its_method(full: ScanResult) -> None:
    document = _document(full)["assessment-results"]
    defined = {each["parts"][0]["id"]: each for each in document["local-definitions"]["objectives-and-methods"]}
    reviewed = {
        control["control-id"]
        for selection in _assessed(full)["reviewed-controls"]["control-selections"]
        for control in selection["include-controls"]
    }

    assert [each["target"]["target-id"] for each in _assessed(full)["findings"]] == list(defined)
    assert {each["control-id"] for each in defined.values()} == reviewed
    for objective in defined.values():
        aim, method = objective["parts"]
        assert aim["props"] == [{"name": "method-id", "value": method["id"]}]


def test_only_what_is_met_is_satisfied(full: ScanResult) -> None:
    judged = full.frameworks[2]
    for standing in Standing:
        controls = (replace(judged.controls[0], standing=standing),)
        result = replace(full, frameworks=(replace(judged, controls=controls),))
        status = _by_control(result)["SOC2-CC6.1"]["target"]["status"]

        met, failed = standing is Standing.MET, standing is Standing.NOT_MET
        assert status["state"] == ("satisfied" if met else "not-satisfied")
        assert status["reason"] == ("pass" if met else "fail" if failed else "other")
        assert status["remarks"].startswith(f"{standing}: 3 failing.")


def test_a_control_rests_on_its_observations_and_risks(full: ScanResult) -> None:
    finding = _by_control(full)["GDPR-32(1)(a)"]
    assessed = _assessed(full)
    observations = {each["uuid"]: _props(each)["policy"] for each in assessed["observations"]}
    risks = {each["uuid"]: _props(each)["policy"] for each in assessed["risks"]}

    assert [observations[each["observation-uuid"]] for each in finding["related-observations"]] == [
        "NET-003",
        "ENC-002",
    ]
    assert [risks[each["risk-uuid"]] for each in finding["related-risks"]] == ["NET-003"]  # what is unknown is no risk
    assert "related-observations" not in _by_control(full)["GDPR-30(1)"]
    assert _props(_by_control(full)["EUAIA-15(5)"])["upcoming"] == "2027-12-02"


def test_an_observation_leads_to_its_line_and_its_resource(full: ScanResult) -> None:
    assessed = _assessed(full)
    observation = next(each for each in assessed["observations"] if _props(each)["policy"] == "XFM-001")
    items = {each["uuid"]: _props(each)["address"] for each in assessed["local-definitions"]["inventory-items"]}

    assert [each["href"] for each in observation["relevant-evidence"]] == [
        "deploy/serving.yaml#L9",
        "infra/main.tf#L2",
        "infra/main.tf#L7",
    ]
    assert [items[each["subject-uuid"]] for each in observation["subjects"]] == [
        "default/InferenceService/triage/predictor"
    ]
    assert observation["methods"] == ["EXAMINE", "TEST-AUTOMATED"]


def test_a_waived_failure_is_an_approved_deviation_until_its_day(full: ScanResult) -> None:
    waiver = Waiver("NET-004", "by design", date(2027, 1, 31), Location("w.yaml", 3), owner="ada", approver="grace")
    findings = tuple(replace(each, waiver=waiver) if each.waiver else each for each in full.findings)
    risks = {each["status"]: each for each in _assessed(replace(full, findings=findings))["risks"]}

    assert set(risks) == {"open", "deviation-approved"}
    assert risks["deviation-approved"]["deadline"] == "2027-01-31T23:59:59Z"
    assert "deadline" not in risks["open"]
    told = _props(risks["deviation-approved"])
    assert (told["waiver-owner"], told["waiver-approver"], told["waiver-place"]) == ("ada", "grace", "w.yaml:3")


def test_of_201_findings_one_is_new(full: ScanResult) -> None:
    assessed = _assessed(one_new(full))
    addresses = {each["uuid"]: _props(each)["address"] for each in assessed["local-definitions"]["inventory-items"]}
    new = [each for each in assessed["observations"] if _props(each)["baseline-state"] == "new"]

    assert [addresses[each["subjects"][0]["subject-uuid"]] for each in new] == [ADDED]
    counts = _props(assessed)
    assert (counts["open"], counts["known"], counts["fixed"]) == ("1", "200", "3")


def test_what_was_not_evaluated_is_in_the_log_and_what_does_not_apply_in_the_remarks(full: ScanResult) -> None:
    assessed = _assessed(full)
    entries = [each["description"] for each in assessed["assessment-log"]["entries"]]

    assert "unclosed block: the file was not read" in entries
    assert "HIPAA Security Rule does not apply: " in assessed["reviewed-controls"]["remarks"]
    assert {prop["ns"] for prop in assessed["props"]} == {NAMESPACE}


def test_where_nothing_applies_no_control_is_reviewed(full: ScanResult) -> None:
    none = replace(full, frameworks=tuple(each for each in full.frameworks if not each.applies))
    (selection,) = _assessed(none)["reviewed-controls"]["control-selections"]

    assert selection["include-controls"] == selection["exclude-controls"]
    assert "findings" not in _assessed(none)


def test_tokens_are_readable_and_never_two_for_one(full: ScanResult) -> None:
    assert token("GDPR-32(1)(a)") == "GDPR-32.1.a"
    assert token("HIPAA-164.312(a)(2)(iv)") == "HIPAA-164.312.a.2.iv"
    assert token("12 / ü") == "_12_"
    gdpr = full.frameworks[0]
    one, other, *_ = gdpr.controls
    same = tuple(
        replace(judged, control=replace(judged.control, id=id_))
        for judged, id_ in ((one, "GDPR-5(1)"), (other, "GDPR-5.1"))
    )
    targets = [
        each["target"]["target-id"]
        for each in _assessed(replace(full, frameworks=(replace(gdpr, controls=same),)))["findings"]
    ]

    assert len(set(targets)) == 2
    assert all(each.startswith("GDPR-5.1_") for each in targets)


def test_marked_up_text_shows_as_it_was_written() -> None:
    assert markup("a *b* [c](d) <e> & `f` {{ g }} a_b _h_") == (
        "a \\*b\\* \\[c\\](d) &lt;e&gt; &amp; \\`f\\` \\{\\{ g \\}\\} a_b \\_h\\_"
    )


def test_identifiers_stay_from_scan_to_scan_but_that_of_the_document_does_not(full: ScanResult) -> None:
    before, after = _document(full), _document(replace(full, as_of="2026-11-22"))
    risks = [each["uuid"] for each in before["assessment-results"]["results"][0]["risks"]]

    assert before["assessment-results"]["uuid"] != after["assessment-results"]["uuid"]
    assert risks == [each["uuid"] for each in after["assessment-results"]["results"][0]["risks"]]


def test_the_order_of_the_input_does_not_matter_and_no_secret_is_told(full: ScanResult) -> None:
    shuffled = replace(full, findings=full.findings[::-1], notifications=full.notifications[::-1])

    assert render(shuffled, OPTIONS) == render(full, OPTIONS)
    assert "hunter2" not in render(full, OPTIONS)
