import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.core.baseline import BaselineState, Comparison
from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Severity
from scanner.core.result import ScanResult
from scanner.reports.github import Annotation, render
from scanner.reports.interface import RenderOptions
from tests.builders import finding, policy, resource
from tests.reports.conftest import PUBLIC_ACL
from tests.reports.pull_request import ADDED, one_new

COMMAND = re.compile(r"::(?P<level>error|warning|notice) (?P<properties>[^:]*)::(?P<message>.*)")
# What the runner decodes (actions/runner, ActionCommand.cs), in the order in which it does.
OF_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
OF_PROPERTIES = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
HOSTILE = (
    "::error::forged",
    "a\n::set-output name=x::y",
    "a\r\n::add-mask::b",
    "##[error]forged",
    "x,title=forged::y",
    "100%0A::stop-commands::z",
    "\x1b[2J\u202e",
    "\u2028::warning::z",
)


def _decoded(text: str, codes: Sequence[tuple[str, str]]) -> str:
    for code, character in codes:
        text = text.replace(code, character)
    return text


def _read(report: str) -> list[tuple[str, dict[str, str], str]]:
    """Level, properties and message of each command, as the runner reads them; every line has to be one."""
    read = []
    for line in report.splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        pairs = (each.split("=", 1) for each in match["properties"].split(","))
        properties = {name: _decoded(value, OF_PROPERTIES) for name, value in pairs}
        read.append((match["level"], properties, _decoded(match["message"], OF_DATA)))
    return read


def _annotations(result: ScanResult) -> list[tuple[str, dict[str, str], str]]:
    return _read(render(result, RenderOptions()))


def _many(severity: Severity, number: int, status: Status = Status.FAIL) -> list[Finding]:
    of = policy(id_=f"TST-{severity}", severity=severity)
    return [
        finding(status, of=of, on=resource(f"bucket.{severity}{status}{index}"), cause="x") for index in range(number)
    ]


def test_a_failure_stands_at_its_line_with_what_to_do(full: ScanResult) -> None:
    level, properties, message = next(each for each in _annotations(full) if "NET-003" in each[1]["title"])

    assert (level, properties) == (
        "error",
        {"file": "infra/main.tf", "line": "7", "endLine": "7", "col": "3", "title": "NET-003 critical"},
    )
    assert message.split("\n") == [
        'aws_s3_bucket_acl.models lets everyone read the bucket (acl = "public-read")',
        'Fix: Set acl = "private".',
        "Touches GDPR 5(1)(f), GDPR 32(1)(a), SOC 2 CC6.1",
        f"More: releasegate explain {PUBLIC_ACL.fingerprint[:8]}",
    ]


def test_a_block_has_no_column_because_github_takes_one_of_one_line_only(full: ScanResult) -> None:
    _, properties, _ = next(each for each in _annotations(full) if "NET-004" in each[1]["title"])

    assert properties == {"file": "infra/main.tf", "line": "1", "endLine": "3", "title": "NET-004 medium"}


@pytest.mark.parametrize(
    ("severity", "status", "level"),
    [
        ("critical", "fail", "error"),
        ("high", "fail", "error"),
        ("medium", "fail", "warning"),
        ("low", "fail", "notice"),
        ("critical", "unknown", "warning"),
        ("low", "unknown", "warning"),
    ],
)
def test_levels_follow_the_severity_and_what_is_unknown_warns(
    clean: ScanResult, severity: str, status: str, level: str
) -> None:
    one = _many(Severity(severity), 1, Status(status))

    assert _annotations(replace(clean, findings=tuple(one)))[0][0] == level


def test_an_unknown_says_what_is_not_known(full: ScanResult) -> None:
    level, properties, message = next(each for each in _annotations(full) if "ENC-002" in each[1]["title"])

    assert (level, properties["title"]) == ("warning", "ENC-002 unknown (high)")
    assert "\nNot known: var.encrypted has no default\n" in message


def test_the_ends_of_a_link_are_named_the_first_three(full: ScanResult) -> None:
    cross = full.findings[0]
    more = tuple(RelatedLocation(Location("a.tf", number), f"place {number}") for number in range(1, 6))
    _, _, message = _annotations(replace(full, findings=(replace(cross, related_locations=more),)))[1]

    assert "\nSee a.tf:3 place 3\nand 2 more places\n" in message


def test_what_was_not_evaluated_is_an_error_at_its_place(full: ScanResult) -> None:
    level, properties, message = _annotations(full)[0]

    assert (level, message) == ("error", "unclosed block: the file was not read")
    assert properties == {
        "file": "infra/broken.tf",
        "line": "3",
        "endLine": "3",
        "col": "1",
        "title": "not evaluated (parser)",
    }


def test_a_file_of_the_bundle_is_none_of_the_repository(full: ScanResult) -> None:
    note = Notification(Level.ERROR, "no rule", "bundle", Location("policies/X-1.yaml", 2))
    level, properties, message = _annotations(replace(full, findings=(), notifications=(note,)))[0]

    assert (level, properties) == ("error", {"title": "not evaluated (bundle)"})
    assert message == "policies/X-1.yaml:2: no rule"


def test_where_nothing_is_open_there_is_the_verdict_alone(clean: ScanResult) -> None:
    assert _annotations(clean) == [("notice", {"title": "releasegate PASSED"}, "no open failure at or above high")]


def test_what_is_known_or_waived_is_counted_and_not_annotated(full: ScanResult) -> None:
    known = tuple(replace(each, baseline_state=BaselineState.UNCHANGED) for each in full.findings[:2])
    result = replace(full, findings=(*known, *full.findings[2:]), comparison=Comparison("main (1a2b3c4)"))
    annotations = _annotations(result)

    assert [each[1]["title"] for each in annotations[1:-1]] == ["NET-003 critical", "ENC-002 unknown (high)"]
    assert annotations[-1][2].endswith("\n2 known from main (1a2b3c4)\n1 waived")


def test_github_gets_no_more_than_it_shows_and_the_last_notice_counts_the_rest(full: ScanResult) -> None:
    findings = (
        *_many(Severity.LOW, 15),
        *_many(Severity.HIGH, 8),
        *_many(Severity.CRITICAL, 7),
        *_many(Severity.MEDIUM, 12),
        *_many(Severity.HIGH, 3, Status.UNKNOWN),
    )
    broken = tuple(Notification(Level.ERROR, f"number {number}", "parser") for number in range(5))
    annotations = _annotations(replace(full, findings=findings, notifications=broken))

    levels = [level for level, _, _ in annotations]
    assert {level: levels.count(level) for level in levels} == {"error": 10, "warning": 10, "notice": 10}
    assert [each[1]["title"] for each in annotations[:3]] == ["not evaluated (parser)"] * 3
    assert [each[1]["title"] for each in annotations[3:10]] == ["TST-critical critical"] * 7
    assert annotations[-1][2].splitlines()[-1] == (
        "21 more are not annotated, because GitHub shows 10 of each level: "
        "8 high, 5 medium, 6 low, 2 of the scan itself"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_the_scanned_tree_is_a_command_of_its_own(make_result: Callable[..., ScanResult], text: str) -> None:
    result = make_result(
        "x\n",
        path=f"dir/{text}.tf",
        message=text,
        cause=text,
        related_locations=(RelatedLocation(Location(text, 1), text),),
    )
    odd = replace(result.findings[0].policy, id=text, title=text, remediation=text)
    found = replace(result.findings[0], policy=odd)
    notes = (Notification(Level.ERROR, text, "parser", Location(text, 1)),)
    report = render(
        replace(result, findings=(found,), notifications=notes, comparison=Comparison(text)), RenderOptions()
    )

    read = _read(report)
    assert [level for level, _, _ in read] == ["error", "error", "notice"]
    assert [set(properties) for _, properties, _ in read[:2]] == [{"file", "line", "endLine", "col", "title"}] * 2
    assert "##[" not in report
    assert not set(report) & set("\x1b\u202e\r\u2028")


@given(path=st.text(min_size=1), message=st.text())
def test_the_runner_reads_one_command_whatever_path_and_message_are(path: str, message: str) -> None:
    line = str(Annotation("warning", message, (message, path), "", Location(path, 1)))

    ((_, properties, _),) = _read(line)
    assert list(properties) == ["file", "line", "endLine", "col", "title"]


@pytest.mark.parametrize("path", ["-x.tf", "a b/100%,c:d#?.tf", "日本/ü.tf", "new\nline.tf", "%0A.tf"])
def test_an_odd_path_arrives_as_it_is(path: str) -> None:
    ((_, properties, _),) = _read(str(Annotation("error", "t", ("m",), "", Location(path, 1))))

    assert properties["file"] == path


def test_of_a_pull_request_the_one_finding_that_it_adds_is_annotated(full: ScanResult) -> None:
    added, verdict = _annotations(one_new(full))

    assert added[2].startswith(f"{ADDED} has no public access block\n")
    assert verdict[2].splitlines()[-2:] == ["200 known from main (1a2b3c4)", "3 fixed since main (1a2b3c4)"]
