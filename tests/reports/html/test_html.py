"""The page as text: what is on it, that every link leads somewhere, and that nothing scanned is ever markup."""

import re
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from scanner.core.baseline import BaselineState, Comparison, KnownFinding
from scanner.core.finding import RelatedLocation, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.result import Decision, ScanResult, Verdict
from scanner.core.waiver import WaiverState, WaiverUse
from scanner.reports.html import findings_view, render, view
from scanner.reports.interface import RenderOptions
from scanner.reports.json_report import render as to_json
from scanner.reports.saved import read_result
from tests.reports.conftest import WAIVED
from tests.reports.html.large_result import large_result
from tests.reports.html.parsed import Parsed

HOSTILE = "</script><!--<script>alert(1)</script>\"' onclick=alert(2) {{ 7*7 }} {% raw %} \u202egnp.exe \u2066x & <b>"


def html(result: ScanResult) -> str:
    return render(result, RenderOptions())


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def medium() -> Parsed:
    """A page with something in every section."""
    return Parsed(html(large_result(120)))


def test_the_sections_come_in_the_order_in_which_they_are_read(medium: Parsed) -> None:
    ids = medium.values("id")
    order = [
        "verdict",
        "counts",
        "facts",
        "release",
        "controls",
        "findings",
        "waivers",
        "known",
        "not-evaluated",
        "limits",
    ]
    assert [each for each in ids if each in order] == order


def test_ids_are_unique_and_every_link_within_the_page_leads_somewhere(medium: Parsed, full: ScanResult) -> None:
    for page in (medium, Parsed(html(full))):
        ids = Counter(page.values("id"))
        assert max(ids.values()) == 1, ids.most_common(3)
        for href in page.values("href"):
            assert href == "data:," or href.startswith("https://") or href.removeprefix("#") in ids, href
        for name in ("aria-labelledby", "for"):
            assert set(page.values(name)) <= set(ids)


def test_the_policy_lets_in_only_the_script_and_the_style_of_the_page(medium: Parsed) -> None:
    (policy,) = [value for value in medium.values("content", "meta") if "default-src" in value]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        assert medium.tags[tag] == 1
        digest = b64encode(sha256("".join(medium.by_tag[tag]).encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not medium.values("style")
    assert not medium.values("src")
    assert not re.search(r"url\((?!#)|@import", "".join(medium.by_tag["style"]))


def test_the_verdict_has_its_reasons_its_profile_and_what_was_read(medium: Parsed) -> None:
    text = squeezed(medium.text)
    assert "✕ BLOCKED risk The gate stops this release. 120 failures Something was not evaluated." in text
    assert "Gate profile prod" in text
    assert "As of 2026-11-21" in text
    assert "releasegate 0.1.0, 40 policies applied" in text
    assert "4 terraform; 3 that no parser claims; 1 ignored" in text
    assert "sha256:3f2a9c1d0e4b7788" in text


def test_what_is_new_known_and_fixed_is_told_apart(medium: Parsed) -> None:
    text = squeezed(medium.text)
    assert "Compared with main (1a2b3c4): 120 new, 30 known, 1 fixed." in text
    assert "30 known findings" in text
    assert "aws_s3_bucket.old" in text
    assert medium.tags["details"] >= 122  # a row for each open finding; known ones are rows of a table


def test_one_new_finding_among_many_known_ones_is_the_only_one_among_the_findings() -> None:
    result = large_result(201)
    fresh = next(finding for finding in result.findings if finding.is_open)
    findings = tuple(
        each if each is fresh or not each.is_open else replace(each, baseline_state=BaselineState.UNCHANGED)
        for each in result.findings
    )
    page = Parsed(html(replace(result, findings=findings)))
    rows = [found for tag, found in page.attributes if tag == "details" and found.get("class") == "f"]
    assert [row["id"] for row in rows] == [fresh.fingerprint]
    assert "1 open finding of 1 policy" in squeezed(page.text)


def test_a_finding_shows_its_lines_its_cause_its_clauses_and_what_to_do(full: ScanResult) -> None:
    page = Parsed(html(full))
    text = squeezed(page.text)
    assert page.by_tag["mark"].count('acl    = "public-read"') == 2  # of the finding, and of one that it is related to
    assert "Not known: var.encrypted has no default" in text
    assert "EU AI Act 15(5) supporting, from 2027-12-02" in text
    assert 'Set acl = "private". Then add a public access block, so that it stays private.' in text
    assert "<bucket>" in page.by_tag["code"]
    assert "the bucket aws_s3_bucket.models infra/main.tf:2" in text
    assert "https://docs.example/s3/acl" in page.values("href")
    numbers = page.values("data-n")
    assert numbers[numbers.index("5") : numbers.index("5") + 5] == ["5", "6", "7", "8", "9"]


def test_secrets_are_masked_in_what_is_shown_of_the_files(full: ScanResult) -> None:
    assert "hunter2" not in html(full)


def test_controls_stand_as_they_were_judged_and_lead_to_their_findings(full: ScanResult) -> None:
    page = Parsed(html(full))
    text = squeezed(page.text)
    assert "needs a human" in text
    assert "binds from 2027-12-02" in text
    assert "does not apply: the release declares no data, so whether this applies is not known" in text
    assert "https://law.example/GDPR" in page.values("href", "a")
    assert "complian" not in text.lower()
    assert "NET-004 1 waived" in text


def test_waivers_have_owner_approver_state_and_the_days_that_are_left(medium: Parsed, full: ScanResult) -> None:
    text = squeezed(medium.text)
    assert "2026-12-05 14 days left data-platform, approved by security-board" in text
    assert "✕ expired 2026-11-01 over for 20 days" in text
    assert "2027-01-31 71 days left no owner named" in squeezed(Parsed(html(full)).text)


def test_a_waiver_without_a_readable_end_has_no_day_and_one_not_evaluated_is_not_wrong(full: ScanResult) -> None:
    assert WAIVED.waiver is not None
    endless = replace(WAIVED.waiver, until=date.min)
    uses = (WaiverUse(endless, WaiverState.INVALID), WaiverUse(WAIVED.waiver, WaiverState.NOT_EVALUATED))
    text = squeezed(Parsed(html(replace(full, findings=(), waivers=uses))).text)

    assert "✕ invalid no readable end no owner named" in text
    assert "· not evaluated 2027-01-31 71 days left" in text
    assert "0001" not in text
    assert "0 waived" in text


def test_notes_that_are_not_listed_are_counted(full: ScanResult) -> None:
    notes = tuple(Notification(Level.NOTE, f"note {number}", "parser") for number in range(5002))
    text = squeezed(Parsed(html(replace(full, notifications=notes))).text)

    assert text.count("note note ") == 5000
    assert "and 2 more, the least weighty; the JSON report has every one" in text


def test_what_was_not_evaluated_says_why(full: ScanResult) -> None:
    policies = tuple(policy for policy in full.policies if policy.id != "XFM-001")
    text = squeezed(Parsed(html(replace(full, policies=policies))).text)
    assert "1 error makes this scan incomplete." in text
    assert "unclosed block: the file was not read infra/broken.tf:3" in text
    assert "Could not be decided 1 check, because a value is not in the files: var.encrypted has no default" in text
    assert "Not run" in text
    assert "1 policy found nothing to judge MOD-001 A model names its owner" in text


@pytest.mark.parametrize("decision", list(Decision))
def test_an_empty_result_of_each_decision_is_a_whole_page(full: ScanResult, decision: Decision) -> None:
    empty = replace(full, findings=(), frameworks=(), notifications=(), release=replace(full.release, resources=()))
    page = Parsed(html(replace(empty, verdict=Verdict(decision, (), decision is not Decision.INCOMPLETE), roots=())))
    assert "No open findings." in page.text
    assert decision.value in page.text
    assert "form" not in page.tags


def test_the_text_of_files_and_policies_is_never_markup(make_result: Callable[..., ScanResult]) -> None:
    result = make_result(
        f"{HOSTILE}\n",
        path=f"a/{HOSTILE}.tf",
        message=HOSTILE,
        status=Status.UNKNOWN,
        cause=HOSTILE,
        attribute=HOSTILE,
        related_locations=(RelatedLocation(Location(f"a/{HOSTILE}.tf", 1), HOSTILE),),
    )
    (finding,) = result.findings
    urls = (
        "javascript:alert(1)",
        'https://x.example/"onclick="alert(1)',
        "https://x.example/\u202egnp",
        "data:text/html,x",
    )
    policy = replace(
        finding.policy, id=HOSTILE, title=HOSTILE, rationale=HOSTILE, remediation=f"`{HOSTILE}`", references=urls
    )
    finding = replace(finding, policy=policy, resource=replace(finding.resource, address=HOSTILE, type=HOSTILE))
    result = replace(
        result,
        findings=(finding,),
        release=replace(result.release, resources=(finding.resource,)),
        verdict=Verdict(Decision.BLOCKED, (HOSTILE,), profile=HOSTILE),
        comparison=Comparison(HOSTILE, (KnownFinding(HOSTILE, HOSTILE, HOSTILE, "", "fail", "0" * 64),)),
    )
    text = html(result)
    page, plain = Parsed(text), Parsed(html(replace(result, findings=())))
    assert page.tags["script"] == plain.tags["script"] == 1
    assert page.tags["b"] == 2  # "Not known:", and how many are new
    assert not [name for _, found in page.attributes for name in found if name.startswith("on")]
    assert [href for href in page.values("href") if not href.startswith("#")] == [
        "data:,",
        'https://x.example/"onclick="alert(1)',
    ]
    assert page.text.count("{{ 7*7 }} {% raw %}") > 10
    assert "\u202e" not in text
    assert "\u2066" not in text
    assert "<!--" not in text


def test_a_very_long_line_is_cut_around_what_decided(make_result: Callable[..., ScanResult]) -> None:
    line = "a" * 5000 + " DECIDED " + "b" * 5000
    page = Parsed(html(make_result(line, location=Location("infra/main.tf", 1, 5002, 1, 5008))))
    assert page.by_tag["mark"] == ["DECIDED"]
    assert "a" * 1000 not in page.text
    assert "b" * 1000 not in page.text
    assert "…" in page.text


def test_the_order_in_which_things_were_found_changes_no_byte(full: ScanResult) -> None:
    for result in (full, large_result(80)):
        release = replace(result.release, resources=result.release.resources[::-1], links=result.release.links[::-1])
        assert html(replace(result, findings=result.findings[::-1], release=release)) == html(result)


def test_many_findings_of_one_policy_are_counted_and_put_behind_a_click() -> None:
    page = Parsed(html(large_result(600)))
    rows = [found for _, found in page.attributes if found.get("class") == "f"]
    assert len(rows) == 600
    assert page.tags["article"] == 40
    assert page.text.count("3 more of LRG-") == 40
    assert sum("open" in row for row in rows) == 40


def test_of_more_findings_than_a_page_can_tell_the_most_severe_are_told_and_all_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (findings_view, view):
        monkeypatch.setattr(module, "MOST_DETAILED", 50)
    page = Parsed(html(large_result(120)))
    rows = [found for _, found in page.attributes if found.get("class") == "f"]
    assert len(rows) == 50
    assert {row["data-s"] for row in rows} == {"critical", "high"}
    text = squeezed(page.text)
    assert "120 open findings of 40 policies" in text
    assert "All 120 open findings are counted; 70 of them, the least severe, are not told one by one." in text
    assert page.tags["article"] == 40
    fragments = {href.removeprefix("#") for href in page.values("href") if href.startswith("#")}
    assert fragments <= set(page.values("id"))


def test_a_saved_result_gives_the_same_page(full: ScanResult) -> None:
    for result in (full, large_result(60)):
        saved = read_result(to_json(result, RenderOptions()))
        assert html(saved) == html(result)


def test_the_command_line_starts_without_the_template_engine() -> None:
    code = "import sys, scanner.cli, scanner.reports; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
