"""The job summary and the comment on a pull request, through a Markdown renderer."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.policy import Severity
from scanner.core.result import Decision, ScanResult, Verdict
from scanner.core.waiver import Waiver, WaiverState, WaiverUse
from scanner.reports.interface import Render, RenderOptions
from scanner.reports.markdown import job_summary, pr_comment
from tests.reports.markdown.rendered import WORD_JOINER, Page, rendered
from tests.reports.markdown.test_escaping import EVIL, REFERENCES
from tests.reports.pull_request import ADDED, one_new

LONG = "ü <b> | `x` 日本 " * 60
PAGES = {"summary": job_summary.render, "comment": pr_comment.render}
each_page = pytest.mark.parametrize("render", PAGES.values(), ids=PAGES)
OWN_TAGS = {
    *("h2", "h3", "ul", "li", "p", "table", "thead", "tbody", "tr", "th", "td"),
    *("strong", "br", "code", "pre", "details", "summary", "span"),
}


def _page(result: ScanResult, render: Render) -> Page:
    page = rendered(render(result, RenderOptions()))
    page.text = page.text.replace(WORD_JOINER, "")
    return page


@each_page
def test_it_begins_with_the_verdict_and_every_reason(full: ScanResult, render: Render) -> None:
    text = _page(full, render).text.strip()

    assert text.startswith("releasegate: BLOCKED")
    assert all(reason in text for reason in full.verdict.reasons)
    assert ("Not everything could be evaluated" in text) is False
    verdict = replace(full.verdict, is_complete=False, profile="prod")
    assert "releasegate: BLOCKED (profile prod)" in _page(replace(full, verdict=verdict), render).text
    assert "Not everything could be evaluated" in _page(replace(full, verdict=verdict), render).text


@each_page
def test_findings_come_most_severe_first_with_place_and_clauses(full: ScanResult, render: Render) -> None:
    rows = [row for row in _page(full, render).rows if len(row) == 2]
    shown = [(row[0], re.sub(WORD_JOINER, "", row[1])) for row in rows[1:]]

    assert [severity for severity, _ in shown] == ["critical", "critical", "unknown (high)", "medium"]
    assert "infra/main.tf:7 · GDPR 5(1)(f), ~32(1)(a) · SOC 2 CC6.1" in shown[1][1]
    assert "EU AI Act ~15(5) from 2027-12-02" in shown[0][1]
    assert "Not known: var.encrypted has no default" in shown[2][1]


def test_only_the_comment_has_the_first_sentence_of_the_fix_in_its_rows(full: ScanResult) -> None:
    assert 'Fix: Set acl = "private".deploy' not in _page(full, pr_comment.render).text
    assert any('Fix: Set acl = "private".' in row[-1] for row in _page(full, pr_comment.render).rows)
    assert not any("Fix:" in row[-1] for row in _page(full, job_summary.render).rows)


@each_page
def test_excerpts_are_closed_and_hold_no_secret(full: ScanResult, render: Render) -> None:
    page = _page(full, render)

    assert any('> 7 |   acl    = "public-read"' in block for block in page.blocks)
    assert page.tags.count("details") >= 4
    assert "hunter2" not in render(full, RenderOptions())


@each_page
def test_controls_are_counted_as_they_stand(full: ScanResult, render: Render) -> None:
    page = _page(full, render)

    assert ["GDPR", "0", "1", "0", "0", "2"] in page.rows
    assert "HIPAA" in page.text
    assert "does not apply: the release declares no data" in page.text
    assert "nothing here says that the release complies" in page.text


def test_the_summary_tells_which_clauses_are_not_met_and_from_when(full: ScanResult) -> None:
    rows = _page(full, job_summary.render).rows

    assert ["EU AI Act 15(5)", "Cybersecurity (from 2027-12-02)", "1 failing"] in rows


@each_page
def test_what_was_not_evaluated_is_told_with_errors_first(full: ScanResult, render: Render) -> None:
    text = _page(full, render).text

    assert "Not evaluated: errors 1, warnings 1" in text
    assert text.index("unclosed block: the file was not read") < text.index("this policy has no severity")


@each_page
def test_of_201_findings_one_is_new_and_shown(full: ScanResult, render: Render) -> None:
    page = _page(one_new(full), render)
    findings = [row for row in page.rows if len(row) == 2]

    assert "New findings: 1" in page.text
    assert len(findings) == 2  # the heading and the one
    assert ADDED in findings[1][1]
    assert ["new", "0", "0", "1", "0", "0"] in page.rows
    assert ["known before", "0", "0", "200", "0", "0"] in page.rows
    assert "3 fixed, 0 waived, 0 passed. Compared with main (1a2b3c4)." in page.text


def test_the_summary_lists_fixed_and_known_ones_in_a_section_of_their_own(full: ScanResult) -> None:
    rows = _page(one_new(full), job_summary.render).rows
    states = [row[0] for row in rows if len(row) == 4]

    assert (states.count("fixed"), states.count("known")) == (3, 200)


@each_page
def test_waivers_that_are_over_or_end_soon_are_named(full: ScanResult, render: Render) -> None:
    def use(number: int, until: date, state: WaiverState) -> WaiverUse:
        return WaiverUse(Waiver("NET-004", f"reason {number}", until, Location("w.yaml", number), owner="ada"), state)

    waivers = (
        use(1, date(2026, 12, 21), WaiverState.IN_FORCE),  # thirty days
        use(2, date(2026, 12, 22), WaiverState.IN_FORCE),
        use(3, date(2026, 11, 1), WaiverState.EXPIRED),
        use(4, date(2026, 11, 30), WaiverState.UNUSED),
    )
    rows = [row for row in _page(replace(full, waivers=waivers), render).rows if len(row) == 5]

    assert rows[1:] == [
        ["NET-004", "2026-11-01 over", "reason 3", "ada", "w.yaml:3"],
        ["NET-004", "2026-12-21", "reason 1", "ada", "w.yaml:1"],
    ]


@each_page
def test_a_clean_scan_says_so(clean: ScanResult, render: Render) -> None:
    page = _page(clean, render)

    assert "releasegate: PASSED" in page.text
    assert "No findings" in page.text
    assert "Not evaluated" not in page.text


def test_the_comment_begins_with_what_an_action_finds_it_by(full: ScanResult) -> None:
    assert pr_comment.render(full, RenderOptions()).startswith("<!-- releasegate -->\n")
    assert "<!--" not in job_summary.render(full, RenderOptions())


@each_page
def test_nothing_of_the_scanned_tree_breaks_out(
    full: ScanResult, make_result: Callable[..., ScanResult], render: Render
) -> None:
    for text in EVIL:
        made = make_result(f"{text}\n", path="infra/a`|<b> @x #1.tf", message=text, cause=text, attribute=text)
        (finding,) = made.findings
        policy = replace(finding.policy, id=f"X {text}", title=text, remediation=text)
        waiver = Waiver(text, text, date(2026, 11, 22), finding.location, owner=text)
        resource = replace(finding.resource, address=text)
        result = replace(
            made,
            findings=(replace(finding, policy=policy, resource=resource),),
            notifications=tuple(replace(note, message=text) for note in full.notifications),
            verdict=Verdict(Decision.BLOCKED, (text,), False, text),
            waivers=(WaiverUse(waiver, WaiverState.EXPIRED),),
        )
        page = rendered(render(result, RenderOptions()))

        assert set(page.tags) <= OWN_TAGS, text
        assert set(page.attributes) <= {"style", "class"}  # of columns and of blocks, by the renderer
        assert page.comments in ([], ["releasegate"])
        assert not REFERENCES.search(page.text), page.text
        assert {len(row) for row in page.rows} <= {2, 5, 6}


def _many(full: ScanResult, number: int, text: str) -> ScanResult:
    """So many findings, of rising severity, each with long text of many bytes."""
    one = next(each for each in full.findings if each.policy.id == "NET-003")
    findings: list[Finding] = []
    for index in range(number):
        severity = list(Severity)[index * 4 // number]
        policy = replace(one.policy, id=f"P-{index % 50}", severity=severity, remediation=text)
        resource = replace(one.resource, address=f"a.{index}")
        status = Status.FAIL
        findings.append(
            replace(one, policy=policy, resource=resource, status=status, message=text, cause=text, fingerprint="")
        )
    notes = tuple(replace(full.notifications[0], message=f"{index} {text}") for index in range(50))
    reasons = tuple(f"{index} {text}" for index in range(100))
    verdict = Verdict(Decision.BLOCKED, reasons, False)
    return replace(full, findings=tuple(findings), notifications=notes, verdict=verdict)


def test_within_the_limit_of_a_comment_the_most_severe_are_kept(full: ScanResult) -> None:
    markdown = pr_comment.render(_many(full, 2500, LONG), RenderOptions())
    page = rendered(markdown)  # which fails for an element, a table or a block that is cut off
    severities = [row[0] for row in page.rows if len(row) == 2][1:]

    assert 65_536 / 2 < len(markdown.encode()) <= 65_536
    assert severities
    assert set(severities) == {"critical"}
    assert f"{2500 - len(severities)} of 2500 findings, the least severe, are left out here" in page.text
    assert set(page.tags) <= OWN_TAGS


def test_within_the_limit_of_a_job_summary_the_most_severe_are_kept(full: ScanResult) -> None:
    markdown = job_summary.render(_many(full, 900, LONG), RenderOptions())
    rows = re.findall(r"^\| \*\*(\w+)\*\* \| <code>.* \|$", markdown, re.MULTILINE)

    assert 1_048_576 / 2 < len(markdown.encode()) <= 1_048_576
    assert rows == sorted(rows, key=list(reversed(Severity)).index)
    assert f"**{900 - len(rows)} of 900 findings, the least severe, are left out here**" in markdown
    assert markdown.count("<details>") == markdown.count("</details>") > 0
    assert len(re.findall(r"^```", markdown, re.MULTILINE)) % 2 == 0


@each_page
def test_the_order_of_the_input_does_not_matter(full: ScanResult, render: Render) -> None:
    shuffled = replace(full, findings=full.findings[::-1], notifications=full.notifications[::-1])

    assert render(shuffled, RenderOptions()) == render(full, RenderOptions())
