import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from scanner.core.baseline import BaselineState, Comparison, KnownFinding
from scanner.core.finding import Status
from scanner.core.location import Location
from scanner.core.resource import Resource
from scanner.core.result import Decision, RootSummary, ScanResult, Verdict
from scanner.core.scope import Scope
from scanner.reports.interface import RenderOptions
from scanner.reports.terminal import render
from tests.reports.conftest import MODELS, NO_BLOCK, POLICIES, PUBLIC_ACL, WAIVED

PLAIN = RenderOptions(width=100)


def _lines(result: ScanResult, options: RenderOptions = PLAIN) -> list[str]:
    return render(result, options).splitlines()


def _section(lines: list[str], heading: str) -> list[str]:
    start = lines.index(heading) + 1
    end = next((index for index in range(start, len(lines)) if not lines[index].startswith(" ")), len(lines))
    return lines[start:end]


def test_it_says_first_what_was_read(full: ScanResult) -> None:
    assert _section(_lines(full), "Read") == [
        "  deploy  1 kubernetes",
        "  infra   1 terraform · 2 files no parser claims · 3 files ignored",
        "  The release declares  data: personal · role: provider",
    ]


def test_a_release_that_declares_nothing_and_holds_nothing_is_told_so(clean: ScanResult) -> None:
    empty = replace(clean, roots=(RootSummary(".", {}),), scope=Scope())

    assert _section(_lines(empty), "Read") == ["  .  no file of a known format", "  The release declares  nothing"]


def test_findings_stand_below_their_file_and_resource_with_the_most_severe_first(full: ScanResult) -> None:
    lines = _lines(full)
    marks = [line for line in lines if re.match(r"(deploy|infra)/|  (default|aws)|    (CRITICAL|UNKNOWN|MEDIUM)", line)]

    assert marks == [
        "deploy/serving.yaml",
        "  default/InferenceService/triage/predictor  workload",
        "    CRITICAL  XFM-001  What a server loads lies in a protected bucket",
        "infra/main.tf",
        "  aws_s3_bucket_acl.models",
        "    CRITICAL  NET-003  A model bucket is closed to the public",
        "  aws_db_instance.features",
        "    UNKNOWN  ENC-002  Restricted data is encrypted with a customer-managed key  (high)",
        "  aws_s3_bucket.models",
        "    MEDIUM  NET-004  A bucket has a public access block",
    ]


def test_a_finding_shows_its_line_marked_its_clauses_and_its_remedy(full: ScanResult) -> None:
    lines = _lines(full)
    start = lines.index("    CRITICAL  NET-003  A model bucket is closed to the public")

    assert lines[start + 1 : start + 9] == [
        '    aws_s3_bucket_acl.models lets everyone read the bucket (acl = "public-read")'
        f"  {PUBLIC_ACL.fingerprint[:8]}",
        "    infra/main.tf:7",
        "      6 │   bucket = aws_s3_bucket.models.id",
        '    > 7 │   acl    = "public-read"',
        "        │   ^^^^^^^^^^^^^^^^^^^^^^",
        "      8 │ }",
        "    clauses  GDPR 5(1)(f), ~32(1)(a) · SOC 2 CC6.1",
        '    fix      Set acl = "private".',
    ]


def test_a_finding_across_formats_shows_its_other_end_and_an_upcoming_clause_its_day(full: ScanResult) -> None:
    lines = _lines(full)

    assert "    see      infra/main.tf:2  the bucket aws_s3_bucket.models" in lines
    assert "    clauses  GDPR 5(1)(f) · SOC 2 CC6.1 · EU AI Act ~15(5) from 2027-12-02" in lines


def test_an_unknown_shows_what_is_not_known(full: ScanResult) -> None:
    assert "    unknown  var.encrypted has no default" in _lines(full)


def _known(full: ScanResult) -> ScanResult:
    """Two hundred known findings, one new one, and twelve that are fixed."""
    old = [
        replace(
            NO_BLOCK,
            message=f"old {number}",
            evidence=str(number),
            baseline_state=BaselineState.UNCHANGED,
            fingerprint="",
        )
        for number in range(200)
    ]
    fixed = tuple(
        KnownFinding("infra/main.tf", "NET-007", f"aws_s3_bucket.b{number:02}", "", "fail", f"{number:064}")
        for number in range(12)
    )
    new = replace(PUBLIC_ACL, baseline_state=BaselineState.NEW)
    return replace(full, findings=(*old, new), comparison=Comparison("main (1a2b3c4)", fixed))


def test_what_was_known_before_is_counted_and_what_is_fixed_is_named(full: ScanResult) -> None:
    lines = _lines(_known(full))

    section = _section(lines, "Compared with main (1a2b3c4)")
    assert section[:3] == [
        "  200 known findings are not listed; -v lists them",
        "  12 findings fixed:",
        "    NET-007  aws_s3_bucket.b00  infra/main.tf",
    ]
    assert section[12:] == ["    and 2 more; -v lists them"]
    assert [line for line in lines if "NET-004" in line or "old " in line] == []
    assert [line.split()[1] for line in lines if line.startswith("    CRITICAL")] == ["NET-003"]
    assert " BLOCKED   1 critical, 200 known, 12 fixed, 0 passed" in lines


def test_on_demand_what_was_known_is_listed_shortly(full: ScanResult) -> None:
    section = _section(_lines(_known(full), replace(PLAIN, verbose=True)), "Compared with main (1a2b3c4)")

    assert section[0] == "  200 known findings:"
    assert section[1:201] == ["    NET-004  aws_s3_bucket.models  infra/main.tf:1  medium"] * 200
    assert section[-1] == "    NET-007  aws_s3_bucket.b11  infra/main.tf"


def test_a_comparison_without_news_says_so(clean: ScanResult) -> None:
    lines = _lines(replace(clean, comparison=Comparison("baseline.json")))

    assert _section(lines, "Compared with baseline.json") == ["  0 findings fixed"]
    assert not [line for line in _lines(clean) if "Compared" in line or "fixed" in line]


def _repeated(full: ScanResult, *messages: str, **more: Any) -> ScanResult:
    findings = []
    for number, message in enumerate(messages, start=1):
        name = f"aws_s3_bucket.b{number}"
        at = Location("infra/main.tf", number)
        owner = replace(MODELS, address=name, location=at, **more)
        findings.append(replace(NO_BLOCK, resource=owner, location=at, message=message.format(name), fingerprint=""))
    return replace(full, findings=tuple(findings))


def test_what_is_the_same_in_several_places_is_told_once(full: ScanResult) -> None:
    result = _repeated(full, "{} has no block", "{} has no block", "{} has no block")
    lines = _lines(result)
    start = lines.index("    MEDIUM  NET-004 x3  A bucket has a public access block")

    ids = [finding.fingerprint[:8] for finding in result.findings]
    assert lines[start + 1] == f"    aws_s3_bucket.b1 has no block  {ids[0]}"
    places = lines.index("    the same in 2 more places")
    assert lines[places + 1 : places + 3] == [
        f"      infra/main.tf:2  aws_s3_bucket.b2  {ids[1]}",
        f"      infra/main.tf:3  aws_s3_bucket.b3  {ids[2]}",
    ]
    assert f"releasegate explain {ids[0]} tells where a value comes from." in lines
    assert len([line for line in lines if "has no block" in line]) == 1
    assert " BLOCKED   3 medium, 0 passed" in lines

    full_length = _lines(result, replace(PLAIN, verbose=True))
    assert len([line for line in full_length if "has no block" in line]) == 3
    assert not [line for line in full_length if "the same in" in line]


def test_what_differs_between_the_places_is_told(full: ScanResult) -> None:
    result = _repeated(full, "{} keeps 7 days, runs a:1.2", "{} keeps 5 days, runs a:1.2", "{} keeps 5 days, runs b:1")
    lines, ids = _lines(result), [finding.fingerprint[:8] for finding in result.findings]

    assert f"      infra/main.tf:2  aws_s3_bucket.b2  keeps 5  {ids[1]}" in lines
    assert f"      infra/main.tf:3  aws_s3_bucket.b3  keeps 5, runs b:1  {ids[2]}" in lines


@pytest.mark.parametrize(
    "other",
    [
        {"message": "{} is public"},
        {"status": Status.UNKNOWN},
        {"policy": POLICIES["NET-003"]},
        {"cause": "not the same"},
    ],
)
def test_what_is_not_the_same_stands_alone(full: ScanResult, other: dict[str, Any]) -> None:
    first, second = _repeated(full, "{} has no block", "{} has no block").findings
    lines = _lines(replace(full, findings=(first, replace(second, **other))))

    assert not [line for line in lines if "the same in" in line]


def test_an_object_of_several_overlays_is_told_once_with_their_names(full: ScanResult) -> None:
    worlds = ("overlays/dev", "overlays/prod")
    findings = tuple(
        replace(NO_BLOCK, resource=replace(MODELS, world=world, origin=world), fingerprint="") for world in worlds
    )
    lines = _lines(replace(full, findings=findings))

    assert f"      infra/main.tf:1  aws_s3_bucket.models  in overlays/prod  {findings[1].fingerprint[:8]}" in lines


def test_the_verdict_names_its_profile(full: ScanResult) -> None:
    verdict = replace(full.verdict, profile="prod")

    assert _lines(replace(full, verdict=verdict))[-1] == "           · by the gate profile prod"


def test_waived_findings_are_one_line_each_and_not_among_the_open_ones(full: ScanResult) -> None:
    lines = _lines(full, replace(PLAIN, width=140))

    assert _section(lines, "Waived") == [
        "  NET-004  aws_s3_bucket.site  infra/main.tf:16  until 2027-01-31: a static web site, public by design"
    ]
    assert "  aws_s3_bucket.site" not in lines

    assert WAIVED.waiver is not None
    owned = replace(WAIVED.waiver, owner="ana", approver="board")
    (line,) = _section(
        _lines(replace(full, findings=(replace(WAIVED, waiver=owned),)), replace(PLAIN, width=160)), "Waived"
    )
    assert line.endswith("by design  (owner ana, approved by board)")


def test_what_one_reason_accepts_in_several_places_is_told_once(full: ScanResult) -> None:
    assert WAIVED.waiver is not None
    other = replace(WAIVED, resource=replace(MODELS, address="aws_s3_bucket.other"), fingerprint="")
    sooner = replace(other, waiver=replace(WAIVED.waiver, reason="another"), evidence="x", fingerprint="")
    lines = _lines(replace(full, findings=(WAIVED, other, sooner)), replace(PLAIN, width=140))

    told = _section(lines, "Waived")
    assert told[0] == "  NET-004 x2  until 2027-01-31: a static web site, public by design"
    assert sorted(told[1:3]) == [
        "    aws_s3_bucket.other  infra/main.tf:16",
        "    aws_s3_bucket.site  infra/main.tf:16",
    ]
    assert told[3:] == ["  NET-004  aws_s3_bucket.other  infra/main.tf:16  until 2027-01-31: another"]


def test_notifications_are_listed_with_errors_first(full: ScanResult) -> None:
    assert _section(_lines(full), "Notifications") == [
        "  error    parser   infra/broken.tf:3  unclosed block: the file was not read",
        "  warning  bundle   policies/own/X-1.yaml:1  this policy has no severity",
        "  note     linking  no model manifest was found",
    ]


def test_controls_are_counted_by_framework_and_the_unmet_are_named(full: ScanResult) -> None:
    assert _section(_lines(full), "Controls") == [
        "             met  not met  waived  not evaluated  needs a human",
        "  GDPR         0        1       0              0              2",
        "    not met  5(1)(f)",
        "  SOC 2        0        1       0              0              0",
        "    not met  CC6.1",
        "  EU AI Act    0        1       0              0              0",
        "    not met  15(5) from 2027-12-02",
        "  HIPAA      does not apply: the release declares no data, so whether this applies is not known",
        "  ~ the clause is broader than the check, which only supports it",
        "  from … the clause does not bind before that day",
    ]


def test_the_verdict_comes_last_in_one_line_with_its_reasons(full: ScanResult) -> None:
    assert _lines(full)[-4:] == [
        "─" * 100,
        " BLOCKED   2 critical, 1 medium, 1 unknown, 1 waived, 1 passed",
        "           · 2 critical failures at or above high",
        "           · 1 check at or above high cannot be decided: a value is unknown",
    ]


@pytest.mark.parametrize("decision", list(Decision))
def test_every_verdict_is_named(clean: ScanResult, decision: Decision) -> None:
    lines = _lines(replace(clean, verdict=Verdict(decision, ("because",))))

    assert lines[-2].split() == [decision.value, "1", "passed"]
    assert lines[-1].strip() == "· because"


def test_passes_are_listed_only_on_demand(clean: ScanResult) -> None:
    assert "Passed" not in _lines(clean)
    listed = _section(_lines(clean, replace(PLAIN, verbose=True)), "Passed")
    assert listed == ["  ENC-002  aws_s3_bucket_acl.models  infra/main.tf:5"]


def test_it_never_says_that_a_release_is_compliant(full: ScanResult, clean: ScanResult) -> None:
    for result in (full, clean):
        assert "complian" not in render(result, replace(PLAIN, verbose=True)).lower()


@pytest.mark.parametrize("width", [40, 80, 100, 140])
def test_no_line_is_wider_than_the_terminal_or_ends_in_space(full: ScanResult, width: int) -> None:
    lines = _lines(full, RenderOptions(width=width, verbose=True))

    assert [line for line in lines if line != line.rstrip()] == []
    if width >= 80:  # the table of controls needs that much
        assert max(len(line) for line in lines) <= width


def test_colour_changes_no_word(full: ScanResult) -> None:
    coloured = render(full, replace(PLAIN, color=True))

    assert "\x1b[" in coloured
    assert "\x1b" not in render(full, PLAIN)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(full, PLAIN)


def test_the_environment_changes_nothing(full: ScanResult, monkeypatch: pytest.MonkeyPatch) -> None:
    before = render(full, PLAIN), render(full, replace(PLAIN, color=True))
    for name, value in (("NO_COLOR", "1"), ("FORCE_COLOR", "1"), ("TERM", "dumb"), ("COLUMNS", "20")):
        monkeypatch.setenv(name, value)

    assert (render(full, PLAIN), render(full, replace(PLAIN, color=True))) == before


def test_the_order_of_the_input_does_not_matter(full: ScanResult) -> None:
    shuffled = replace(full, findings=full.findings[::-1], notifications=full.notifications[::-1])

    assert render(shuffled, PLAIN) == render(full, PLAIN)


def test_scanned_text_can_neither_steer_the_terminal_nor_forge_a_line(make_result: Callable[..., ScanResult]) -> None:
    text = "\x1b[2J[red]x[/red] :smile: \x9b1A\r\n\x07y\n"
    result = make_result(
        text, message="open\n PASSED   all is well\x1b[8m [bold]b[/bold] ::add-mask::x", cause="\x1b]0;x\x07"
    )
    evil = Resource("aws_s3_bucket.x\n\x1b[1A", "aws_s3_bucket", "terraform", {}, Location("infra/main.tf", 1))
    report = render(replace(result, findings=(replace(result.findings[0], resource=evil),)), PLAIN)

    assert not set(report) & set("\x1b\x9b\x07\r")
    assert "    > 1 │ \\x1b[2J[red]x[/red] :smile: \\x9b1A\n" in report
    assert "    open PASSED all is well\\x1b[8m [bold]b[/bold] \\x3a:add-mask::x  " in report
    assert "  aws_s3_bucket.x \\x1b[1A\n" in report


def test_tabs_and_wide_characters_keep_the_mark_below_its_text(make_result: Callable[..., ScanResult]) -> None:
    result = make_result("\t日本 = bad\n", location=Location("infra/main.tf", 1, 7, 1, 9))
    lines = _lines(result)
    drawn = next(index for index, line in enumerate(lines) if "bad" in line)

    assert lines[drawn : drawn + 2] == ["    > 1 │     日本 = bad", "        │            ^^^"]


def test_a_very_long_line_is_cut_around_what_decided(make_result: Callable[..., ScanResult]) -> None:
    text = "x" * 5000 + "decides" + "y" * 5000 + "\n"
    lines = _lines(make_result(text, location=Location("infra/main.tf", 1, 5001, 1, 5007)), RenderOptions(width=80))
    drawn = next(index for index, line in enumerate(lines) if "decides" in line)

    assert len(lines[drawn]) == 80
    assert lines[drawn].startswith("    > 1 │ …xxx")
    assert lines[drawn].endswith("yyy…")
    assert lines[drawn].index("decides") == lines[drawn + 1].index("^^^^^^^")


def test_no_secret_is_shown(full: ScanResult) -> None:
    report = render(full, PLAIN)

    assert "hunter2" not in report
    assert '11 │   password          = "********"' in report


def test_an_unknown_is_called_so_instead_of_by_its_severity(make_result: Callable[..., ScanResult]) -> None:
    assert "    UNKNOWN  NET-003" in render(make_result("x\n", status=Status.UNKNOWN), PLAIN)
