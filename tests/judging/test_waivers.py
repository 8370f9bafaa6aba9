"""Inline waivers: only with a reason and a date, only where they stand, and never for ever."""

from dataclasses import replace
from datetime import date

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.resource import Call, SourceFile
from scanner.judging.waivers import apply_waivers, read_waivers
from tests.builders import finding, resource

TODAY = date(2026, 11, 21)
GOOD = '# releasegate:ignore=TST-001 until=2027-01-31 reason="accepted by the board"'


def judged(text: str, *findings: Finding) -> tuple[list[Finding], list[tuple[Level, str, int]]]:
    waivers = read_waivers([SourceFile("main.tf", "terraform", text)], {"TST-001", "TST-002"}, TODAY)
    result, notes = apply_waivers(findings, waivers)
    said = [
        (note.level, note.message, note.location.start_line if note.location else 0)
        for note in (*waivers.notifications, *notes)
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
        (f"{GOOD}\nresource\n", fail((2, 5), 2, Status.UNKNOWN)),  # an unknown is not an accepted failure
    ],
)
def test_does_not_cover_and_is_said_to_be_unused(text: str, reported: Finding) -> None:
    (result,), said = judged(text, reported)
    assert result.waiver is None
    ((level, message, line),) = said
    assert (level, line) == (Level.NOTE, 1)
    assert "covers no finding" in message


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
