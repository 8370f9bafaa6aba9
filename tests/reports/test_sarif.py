import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from scanner.core.finding import RelatedLocation, Status
from scanner.core.location import Location
from scanner.core.policy import Severity
from scanner.core.result import ScanResult
from scanner.reports.interface import RenderOptions
from scanner.reports.sarif import render

Log = dict[str, Any]


def _run(result: ScanResult) -> Log:
    (run,) = json.loads(render(result, RenderOptions()))["runs"]
    assert isinstance(run, dict)
    return run


def _result(run: Log, rule: str) -> Log:
    return next(result for result in run["results"] if result["ruleId"] == rule)


def _rule(run: Log, rule: str) -> Log:
    return next(each for each in run["tool"]["driver"]["rules"] if each["id"] == rule)


def _taxon(run: Log, reference: Log) -> str:
    component = run["taxonomies"][reference["toolComponent"]["index"]]
    assert component["name"] == reference["toolComponent"]["name"]
    id_ = component["taxa"][reference["index"]]["id"]
    assert id_ == reference["id"]
    return str(id_)


def test_a_result_names_its_region_with_the_column_after_the_last(full: ScanResult) -> None:
    place = _result(_run(full), "NET-003")["locations"][0]["physicalLocation"]

    assert place["region"] == {
        "startLine": 7,
        "startColumn": 3,
        "endColumn": 25,
        "snippet": {"text": 'acl    = "public-read"'},
    }
    assert (place["contextRegion"]["startLine"], place["contextRegion"]["endLine"]) == (6, 8)


def test_a_result_names_its_file_from_the_root_of_the_repository(full: ScanResult) -> None:
    run = _run(full)
    artifact = _result(run, "NET-003")["locations"][0]["physicalLocation"]["artifactLocation"]

    assert artifact == {"uri": "infra/main.tf", "uriBaseId": "%SRCROOT%", "index": 2}
    assert run["artifacts"][2]["location"]["uri"] == "infra/main.tf"
    assert "uri" not in run["originalUriBaseIds"]["%SRCROOT%"]


def test_a_result_names_its_resource(full: ScanResult) -> None:
    (logical,) = _result(_run(full), "XFM-001")["locations"][0]["logicalLocations"]

    assert logical["fullyQualifiedName"] == "default/InferenceService/triage/predictor"
    assert logical["kind"] == "resource"


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [("critical", "error", "9.5"), ("high", "error", "8.0"), ("medium", "warning", "5.5"), ("low", "note", "3.0")],
)
def test_levels_and_security_severity_follow_the_severity(
    make_result: Callable[..., ScanResult], severity: str, level: str, score: str
) -> None:
    result = make_result("x\n")
    policy = replace(result.findings[0].policy, severity=Severity(severity))
    run = _run(replace(result, findings=(replace(result.findings[0], policy=policy),), policies=(policy,)))

    assert (run["results"][0]["kind"], run["results"][0]["level"]) == ("fail", level)
    rule = run["tool"]["driver"]["rules"][0]
    assert (rule["defaultConfiguration"]["level"], rule["properties"]["security-severity"]) == (level, score)


def test_an_unknown_asks_for_review_and_names_its_cause(full: ScanResult) -> None:
    unknown = _result(_run(full), "ENC-002")

    assert (unknown["kind"], unknown["level"]) == ("review", "none")
    assert "Not known: var.encrypted has no default." in unknown["message"]["text"]


def test_passes_are_left_out_and_waived_findings_are_suppressed(full: ScanResult) -> None:
    run = _run(full)

    assert len(run["results"]) == 5
    suppressed = [result for result in run["results"] if "suppressions" in result]
    assert [result["locations"][0]["logicalLocations"][0]["name"] for result in suppressed] == ["aws_s3_bucket.site"]
    (suppression,) = suppressed[0]["suppressions"]
    assert (suppression["kind"], suppression["properties"]) == ("inSource", {"until": "2027-01-31"})
    assert suppression["justification"] == "a static web site, public by design"
    assert suppression["location"]["physicalLocation"]["region"]["startLine"] == 15


def test_rules_are_those_that_ran_and_results_point_at_them(full: ScanResult) -> None:
    run = _run(full)
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]

    assert ids == ["ENC-002", "MOD-001", "NET-003", "NET-004", "XFM-001"]
    assert all(ids[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


def test_clauses_are_taxonomies_that_rules_and_results_refer_to(full: ScanResult) -> None:
    run = _run(full)
    relationships = _rule(run, "NET-003")["relationships"]

    assert [(_taxon(run, each["target"]), each["kinds"]) for each in relationships] == [
        ("GDPR-5(1)(f)", ["superset"]),
        ("GDPR-32(1)(a)", ["relevant"]),
        ("SOC2-CC6.1", ["superset"]),
    ]
    taxa = [_taxon(run, reference) for reference in _result(run, "XFM-001")["taxa"]]
    assert taxa == ["GDPR-5(1)(f)", "SOC2-CC6.1", "EUAIA-15(5)"]
    assert run["taxonomies"][2]["taxa"][0]["properties"]["upcoming"] == "2027-12-02"
    assert [each["name"] for each in run["tool"]["driver"]["supportedTaxonomies"]] == ["gdpr", "soc2", "eu-ai-act"]


def test_related_locations_are_linked_from_the_message(full: ScanResult) -> None:
    result = _result(_run(full), "XFM-001")

    assert [entry["id"] for entry in result["relatedLocations"]] == [1, 2]
    assert result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 2
    assert result["message"]["text"].endswith(
        "See [the bucket aws_s3_bucket.models](1), [its access list lets everyone read](2)."
    )


def test_fingerprints_are_all_different_and_survive_a_move(full: ScanResult) -> None:
    moved = tuple(
        replace(finding, location=Location(finding.location.path, 1), fingerprint="") for finding in full.findings
    )

    def prints(result: ScanResult) -> list[str]:
        return sorted(each["partialFingerprints"]["releasegate/v1"] for each in _run(result)["results"])

    assert prints(full) == prints(replace(full, findings=moved))
    assert len(set(prints(full))) == len(prints(full))


@pytest.mark.parametrize("difference", [{"attribute": "acl"}, {"evidence": "port 22"}])
def test_findings_of_one_policy_on_one_resource_differ_in_their_fingerprints(
    make_result: Callable[..., ScanResult], difference: dict[str, str]
) -> None:
    result = make_result("x\n")
    other = replace(result.findings[0], fingerprint="", **difference)  # type: ignore[arg-type]
    results = _run(replace(result, findings=(*result.findings, other)))["results"]

    assert len({each["partialFingerprints"]["releasegate/v1"] for each in results}) == 2


def test_notifications_stand_under_the_invocation(full: ScanResult, clean: ScanResult) -> None:
    (invocation,) = _run(full)["invocations"]

    assert invocation["executionSuccessful"] is False
    assert [note["level"] for note in invocation["toolExecutionNotifications"]] == ["note", "error"]
    (bundle,) = invocation["toolConfigurationNotifications"]
    assert bundle["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "policies/own/X-1.yaml"}
    assert _run(clean)["invocations"] == [{"executionSuccessful": True}]


def test_nothing_found_is_an_empty_list(clean: ScanResult) -> None:
    assert _run(clean)["results"] == []


def test_the_run_says_how_it_counts_and_what_it_decided(full: ScanResult) -> None:
    run = _run(full)

    assert run["columnKind"] == "unicodeCodePoints"
    assert run["automationDetails"] == {"id": "releasegate/"}
    assert run["properties"]["verdict"] == "BLOCKED"
    assert run["tool"]["driver"]["semanticVersion"] == "0.1.0"


def test_a_version_that_is_not_semantic_is_not_called_so(clean: ScanResult) -> None:
    driver = _run(replace(clean, tool_version="0.2.0.dev1"))["tool"]["driver"]

    assert driver["version"] == "0.2.0.dev1"
    assert "semanticVersion" not in driver


def test_no_secret_and_no_control_character_is_in_the_log(
    full: ScanResult, make_result: Callable[..., ScanResult]
) -> None:
    nasty = make_result("a = \x1b[31m\x00\r\n", message="it is \x1b[31mred\n\u202e")

    assert "hunter2" not in render(full, RenderOptions())
    assert not set(render(nasty, RenderOptions())) & set("\x00\x1b\u202e\r")
    region = _run(nasty)["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region["snippet"]["text"] == "a = \x1b[31m\x00"


def test_columns_count_characters_beyond_the_basic_plane_as_one(make_result: Callable[..., ScanResult]) -> None:
    run = _run(make_result('🚀 = "値"\n', location=Location("infra/main.tf", 1, 5, 1, 7)))
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]

    assert (region["startColumn"], region["endColumn"], region["snippet"]["text"]) == (5, 8, '"値"')


def test_a_snippet_that_is_very_long_is_left_out(make_result: Callable[..., ScanResult]) -> None:
    place = _run(make_result("x" * 5000 + "\n"))["results"][0]["locations"][0]["physicalLocation"]

    assert place["region"] == {"startLine": 1}
    assert "contextRegion" not in place


def test_many_related_locations_are_cut_to_what_a_message_can_hold(make_result: Callable[..., ScanResult]) -> None:
    related = tuple(RelatedLocation(Location("infra/main.tf", 1), f"number {number}") for number in range(150))

    (result,) = _run(make_result("x\n", related_locations=related))["results"]

    assert len(result["relatedLocations"]) == 100
    assert result["message"]["text"].endswith("[number 99](100) and 50 more.")


def test_the_order_of_the_input_does_not_matter(full: ScanResult) -> None:
    shuffled = replace(
        full, findings=full.findings[::-1], notifications=full.notifications[::-1], policies=full.policies[::-1]
    )

    assert render(shuffled, RenderOptions()) == render(full, RenderOptions(verbose=True))


def test_a_finding_without_related_locations_or_clauses_has_no_empty_lists(
    make_result: Callable[..., ScanResult],
) -> None:
    (result,) = _run(make_result("x\n", status=Status.FAIL))["results"]

    assert not {"relatedLocations", "taxa", "suppressions", "baselineState"} & set(result)
