"""Inline waivers: only with a reason and a date, only where they stand, and never for ever."""

from dataclasses import replace
from datetime import date

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.governance import Governance
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.resource import Call, SourceFile
from scanner.core.waiver import WaiverState
from scanner.judging.waivers import apply_waivers, inline_waivers, notes_of, sort_out
from tests.builders import finding, policy, resource

TODAY = date(2026, 11, 21)
GOOD = '# releasegate:ignore=TST-001 until=2027-01-31 reason="accepted by the board"'


def judged(text: str, *findings: Finding) -> tuple[list[Finding], list[tuple[Level, str, int]]]:
    written = inline_waivers([SourceFile("main.tf", "terraform", text)])
    policies = [policy(id_="TST-001"), policy(id_="TST-002", aliases=("OLD-002",))]
    result, uses = apply_waivers(findings, sort_out(written, policies, Governance(), TODAY))
    said = [
        (note.level, note.message, note.location.start_line if note.location else 0) for note in notes_of(uses, TODAY)
    ]
    return result, said


def fail(block: tuple[int, int], line: int, status: Status = Status.FAIL) -> Finding:
    return finding(status, on=resource("bucket.a", line=block[0], end=block[1]), line=line)


@pytest.mark.parametrize(
    ("text", "block", "line"),
    [
        (f"x\n{GOOD}\nresource\n  a\n", (3, 6), 4),  # above the block
        (f"resource\n  {GOOD}\n  a\n", (1, 4), 3),  # inside the block
        (f"resource\n  a  {GOOD}\n", (1, 3), 2),  # behind the deciding line
        (f"{GOOD}\n# more words\n\nresource\n", (4, 6), 4),  # other comments in between
        (f"{{{{- /* {GOOD[2:]} */}}}}\nresource\n", (2, 4), 2),  # a comment of a chart's template
        (f"{GOOD}\n{{{{- if .Values.enabled }}}}\nresource\n", (3, 4), 3),  # a condition in between
    ],
)
def test_covers(text: str, block: tuple[int, int], line: int) -> None:
    (result,), said = judged(text, fail(block, line))
    assert result.waiver is not None
    assert (result.waiver.reason, result.waiver.until) == ("accepted by the board", date(2027, 1, 31))
    assert said == []


@pytest.mark.parametrize(("line", "covered"), [(2, True), (3, True), (5, False)])
def test_a_waiver_at_the_call_of_a_module_covers_what_the_module_makes(line: int, covered: bool) -> None:
    lines = ["x", "module {", "}", "", "y"]
    lines[line - 1] += f"  {GOOD}"
    call = Call("module.store", Location("main.tf", 2, end_line=3))
    inside = replace(resource("bucket.a", path="modules/store/main.tf"), calls=(call,))
    (result,), _ = judged("\n".join(lines), finding(Status.FAIL, on=inside))
    assert (result.waiver is not None) is covered


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (f"{GOOD}\nother\nresource\n", fail((3, 5), 4)),  # speaks of another line
        (f"{GOOD}\nresource\n".replace("TST-001", "TST-002"), fail((2, 5), 2)),  # of another policy
    ],
)
def test_does_not_cover_and_is_said_to_be_unused(text: str, reported: Finding) -> None:
    (result,), said = judged(text, reported)
    assert result.waiver is None
    ((level, message, line),) = said
    assert (level, line) == (Level.NOTE, 1)
    assert "covers no finding" in message


def test_an_unknown_is_no_accepted_failure_and_its_waiver_not_unneeded() -> None:
    (result,), said = judged(f"{GOOD}\nresource\n", fail((2, 5), 2, Status.UNKNOWN))
    assert result.waiver is None
    assert said == []


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# releasegate:ignore=TST-001 until=2027-01-31", "lacks a reason"),
        ('# releasegate:ignore=TST-001 until=2027-01-31 reason=" "', "lacks a reason"),
        ('# releasegate:ignore=TST-001 reason="x"', "lacks its end"),
        ('# releasegate:ignore=TST-001 until=soon reason="x"', "is no date"),
        ('# releasegate:ignore=TST-001 until=2026-11-20 reason="x"', "ended on 2026-11-20"),
        ('# releasegate:ignore=TST-999 until=2027-01-31 reason="x"', "names TST-999"),
        ("# releasegate:ignore", "cannot be read"),
    ],
)
def test_a_waiver_that_waives_nothing_is_a_warning(comment: str, said: str) -> None:
    (result,), notes = judged(f"{comment}\nresource\n", fail((2, 3), 2))
    assert result.waiver is None
    ((level, message, _),) = notes
    assert level is Level.WARNING
    assert said in message


def test_the_last_day_still_counts() -> None:
    (result,), _ = judged(GOOD.replace("2027-01-31", "2026-11-21") + "\nresource\n", fail((2, 3), 2))
    assert result.waiver is not None


@pytest.mark.parametrize("comment", ["//", "<!--", "/*"])
def test_other_comment_marks(comment: str) -> None:
    (result,), _ = judged(f"{GOOD.replace('#', comment)} -->\nresource\n", fail((2, 3), 2))
    assert result.waiver is not None


def test_owner_approver_and_ticket() -> None:
    more = "owner=ml-platform approver='Jane Doe' ticket=https://tickets.example/RISK-7?a=b"
    (result,), _ = judged(f"{GOOD} {more}\nresource\n", fail((2, 3), 2))
    waiver = result.waiver
    assert waiver is not None
    assert (waiver.owner, waiver.approver) == ("ml-platform", "Jane Doe")
    assert waiver.ticket == "https://tickets.example/RISK-7?a=b"


def test_what_stands_in_the_reason_is_no_field() -> None:
    comment = '# releasegate:ignore=TST-001 reason="was approver=nobody until=2020-01-01" until=2027-01-31'
    (result,), said = judged(f"{comment}\nresource\n", fail((2, 3), 2))
    assert result.waiver is not None
    assert (result.waiver.approver, result.waiver.until) == ("", date(2027, 1, 31))
    assert said == []


def test_each_policy_of_a_comment_is_a_waiver_of_its_own() -> None:
    comment = GOOD.replace("TST-001", "TST-001,TST-999,OLD-002")
    (result,), said = judged(f"{comment}\nresource\n", fail((2, 3), 2))
    assert result.waiver is not None
    assert [message for _, message, _ in said] == [
        "this waiver of TST-002 covers no finding; remove it",
        "this waiver names TST-999, which is no policy of the bundle; it waives nothing",
    ]


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2026-11-21", "ends today:"),
        ("2026-11-22", "ends in 1 day, on 2026-11-22:"),
        ("2026-12-05", "ends in 14 days, on 2026-12-05:"),
        ("2026-12-06", ""),
    ],
)
def test_one_that_soon_ends_is_announced(until: str, said: str) -> None:
    (result,), notes = judged(GOOD.replace("2027-01-31", until) + "\nresource\n", fail((2, 3), 2))
    assert result.waiver is not None
    assert [(level, said in message) for level, message, _ in notes] == ([(Level.NOTE, True)] if said else [])


def test_what_cannot_be_read_is_kept_with_its_place() -> None:
    (written,) = inline_waivers([SourceFile("main.tf", "terraform", "# releasegate:ignore")])
    (use,) = sort_out([written], [policy()], Governance(), TODAY).refused
    assert (use.state, use.waiver.policy, use.waiver.ends) == (WaiverState.INVALID, "", "")
    assert str(use.waiver.location) == "main.tf:1"
