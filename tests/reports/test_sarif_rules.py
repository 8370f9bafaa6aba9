import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from scanner.core.control import ControlResult, Standing, Strength
from scanner.core.foreign import ConftestRule, ForeignModules
from scanner.core.policy import AppliesTo, Policy, Severity
from scanner.core.result import ScanResult
from scanner.reports.interface import RenderOptions
from scanner.reports.sarif import render
from scanner.reports.sarif_rules import pascal_case

Rule = dict[str, Any]


def _rules(result: ScanResult, reader: str = "") -> dict[str, Rule]:
    (run,) = json.loads(render(result, RenderOptions(sarif_for=reader)))["runs"]
    return {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Buckets are encrypted", "BucketsAreEncrypted"),
        ("S3 uses TLS 1.2 or later", "S3UsesTls12OrLater"),
        ("A `USER` is set (not root)", "UserIsSetNotRoot"),
        ("数据", "Policyaaa001"),
        ("3 keys", "Keys"),
        ("", "Policyaaa001"),
    ],
)
def test_rule_names_are_pascal_case(title: str, name: str) -> None:
    policy = Policy("AAA-001", title, Severity.LOW, "conditions", AppliesTo(("x",)), {})

    assert pascal_case(policy) == name


def test_a_name_is_no_longer_than_github_takes() -> None:
    assert len(pascal_case(Policy("AAA-001", "Word " * 100, Severity.LOW, "conditions", AppliesTo(("x",)), {}))) == 255


def test_a_rule_helps(full: ScanResult) -> None:
    rules = _rules(full)
    rule = rules["NET-003"]

    assert rule["name"] == "ModelBucketIsClosedToThePublic"
    assert rule["helpUri"] == "https://docs.example/s3/acl"
    for text in rule["help"].values():
        assert "Set acl" in text
        assert "GDPR 32(1)(a) (supporting): Encryption and pseudonymisation" in text
        assert "Not among the tags" not in text
    assert rule["properties"]["tags"] == ["security", "net", "terraform", "gdpr", "soc2"]
    assert rules["ENC-002"]["deprecatedIds"] == ["ENC-902"]


def test_an_id_of_another_program_has_no_area(full: ScanResult) -> None:
    rule = ConftestRule("deny", "data.main.deny", ForeignModules(()))
    policy = replace(full.policies[0], id="main.deny.no-public-acl", engine="conftest", rule=rule)
    found = _rules(replace(full, policies=(policy,), findings=(), frameworks=()))
    assert found["main.deny.no-public-acl"]["properties"]["tags"] == ["security", "terraform"]


def test_markdown_help_has_no_html(make_result: Callable[..., ScanResult]) -> None:
    result = make_result("x\n")
    policy = replace(result.policies[0], rationale="Set <img src=x> to `<bucket>`.\n\n```\n<b>\n```\nand <i>")
    rule = _rules(replace(result, policies=(policy,)))[policy.id]

    assert "Set \\<img src=x> to `<bucket>`.\n\n```\n<b>\n```\nand \\<i>" in rule["help"]["markdown"]


def test_the_help_uri_is_the_first_reference_that_is_one(make_result: Callable[..., ScanResult]) -> None:
    result = make_result("x\n")
    policy = replace(result.policies[0], references=("A book, chapter 3", "https://docs.example/ä b?c=%20"))

    assert _rules(replace(result, policies=(policy,)))[policy.id]["helpUri"] == "https://docs.example/%C3%A4%20b?c=%20"


@pytest.fixture(scope="module")
def crowded(full: ScanResult) -> ScanResult:
    """NET-003 has what makes more than 40 tags: 30 frameworks, each with a clause of its own."""
    soc2 = next(judged for judged in full.frameworks if judged.framework.id == "soc2")
    control = soc2.framework.controls[0]

    def judged(number: int, strength: Strength) -> ControlResult:
        own = replace(control, id=f"OWN-{number}", policies={"NET-003": strength})
        return ControlResult(own, Standing.NOT_MET, "1 failing", (full.findings[2],))

    many = [
        replace(
            soc2,
            framework=replace(soc2.framework, id=f"own-{number}"),
            controls=(judged(number, Strength.SUPPORTING if number else Strength.DIRECT),),
        )
        for number in range(30)
    ]
    return replace(full, frameworks=tuple(many))


def test_a_rule_keeps_to_twenty_tags_and_its_help_names_the_others(crowded: ScanResult) -> None:
    rule = _rules(crowded)["NET-003"]

    assert rule["properties"]["tags"] == ["security", "net", "terraform", *(f"own-{number}" for number in range(17))]
    left_out = [f"own-{number}" for number in range(17, 30)]
    assert "\n".join(["Not among the tags:", *left_out]) in rule["help"]["text"]
    assert "## Not among the tags\n\n- own-17\n- own-18" in rule["help"]["markdown"]


def test_github_gets_ten_tags_because_it_stores_no_more(crowded: ScanResult) -> None:
    rule = _rules(crowded, "github")["NET-003"]

    assert rule["properties"]["tags"] == ["security", "net", "terraform", *(f"own-{number}" for number in range(7))]
    assert "\nOWN-0\n" in rule["help"]["text"].partition("Not among the tags:")[2]


def test_github_which_reads_no_taxonomies_gets_clauses_as_tags_the_direct_ones_first(full: ScanResult) -> None:
    tags = _rules(full, "github")["NET-003"]["properties"]["tags"]

    assert tags[:5] == ["security", "net", "terraform", "gdpr", "soc2"]
    assert tags[5:] == ["GDPR-5(1)(f)", "SOC2-CC6.1", "GDPR-32(1)(a)"]
