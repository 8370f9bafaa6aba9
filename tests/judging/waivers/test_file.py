"""Waivers in a file: each entry for itself, and nothing that cannot be read is lost without a word."""

from datetime import date
from pathlib import Path

import pytest

from scanner.core.notification import Level
from scanner.core.waiver import Waiver, WaiverSource
from scanner.judging.waivers.file import FILE_NAME, entries, file_waivers
from scanner.yaml_source import SourceError

GOOD = """\
waivers:
  - rules: [TST-001, TST-002]
    address: aws_s3_bucket.models["eu"]
    path: infra/
    reason: accepted by the board
    owner: ml-platform
    approver: Jane Doe
    until: 2027-01-31
    ticket: https://tickets.example/RISK-7
"""


def test_an_entry_is_a_waiver_for_each_of_its_rules() -> None:
    first, second = entries(GOOD, "waivers.yaml")
    assert (first.why, second.why) == ("", "")
    assert (first.waiver.policy, second.waiver.policy) == ("TST-001", "TST-002")
    waiver = first.waiver
    assert waiver == Waiver(
        policy="TST-001",
        reason="accepted by the board",
        until=date(2027, 1, 31),
        location=waiver.location,
        owner="ml-platform",
        approver="Jane Doe",
        source=WaiverSource.FILE,
        address='aws_s3_bucket.models["eu"]',
        path="infra/",
        ticket="https://tickets.example/RISK-7",
    )
    assert str(waiver.location) == "waivers.yaml:2"


def test_one_rule_needs_no_list() -> None:
    (written,) = entries("waivers: [{rules: TST-001, path: '**', reason: x, until: 2027-01-31}]", "waivers.yaml")
    assert written.waiver.policy == "TST-001"


@pytest.mark.parametrize(
    ("entry", "line", "said"),
    [
        ("{rules: TST-001, path: x, until: 2027-01-31}", 2, "it lacks a reason"),
        ("{rules: TST-001, path: x, reason: ' ', until: 2027-01-31}", 2, "it lacks a reason"),
        ("{rules: TST-001, path: x, reason: z}", 2, "it lacks an end (until: YYYY-MM-DD)"),
        ("{rules: TST-001, path: x, reason: z, until: soon}", 2, "until: 'soon' does not match"),
        ("{rules: TST-001, path: x, reason: z, until: 2027-02-30}", 2, "until: 2027-02-30 is no date"),
        ("{rules: TST-001, reason: z, until: 2027-01-31}", 2, "names neither an address nor a path"),
        ("{rules: [], path: x, reason: z, until: 2027-01-31}", 2, "it lacks rules"),
        ("{rules: TST-001, path: x, reason: z, until: 2027-01-31, aprover: me}", 2, "did you mean approver?"),
        ("{rules: TST-001,\n     path: x,\n     path: y, reason: z, until: 2027-01-31}", 4, "path is given twice"),
        ("just words", 2, "is not of type 'object'"),
    ],
)
def test_a_bad_entry_costs_itself_alone(entry: str, line: int, said: str) -> None:
    good = "{rules: TST-002, path: x, reason: z, until: 2027-01-31}"
    bad, kept = entries(f"waivers:\n  - {entry}\n  - {good}\n", "waivers.yaml")
    assert said in bad.why
    assert bad.why.startswith("this entry waives nothing: ")
    assert "\n" not in bad.why
    assert bad.waiver.location.start_line == line
    assert (kept.why, kept.waiver.policy) == ("", "TST-002")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("waivers:\n  - {rules: [}\n", 2, "not YAML"),
        ("waivers:\n  - {rules: A}\nwaiver: []\n", 3, "did you mean waivers?"),
        ("waiver: []\n", 1, "did you mean waivers?"),
        ("waivers: {}\n", 1, "is not of type 'array'"),
        ("- rules: A\n", 1, "one YAML mapping"),
        ("", 1, "one YAML mapping"),
        ("waivers: []\nwaivers: []\n", 2, "given twice"),
    ],
)
def test_a_bad_file_is_an_error(text: str, line: int, said: str) -> None:
    with pytest.raises(SourceError) as raised:
        list(entries(text, "waivers.yaml"))
    assert said in raised.value.message
    assert raised.value.location.start_line == line


def test_the_repository_s_own_file_and_others_are_read_once_each(tmp_path: Path) -> None:
    root, other = tmp_path / "repository", tmp_path / "elsewhere.yaml"
    own = root / FILE_NAME
    own.parent.mkdir(parents=True)
    own.write_text(GOOD)
    other.write_text(GOOD.replace("TST-001, TST-002", "TST-003"))
    found, troubles = file_waivers(root, [other, own])
    assert [(each.waiver.policy, str(each.waiver.location)) for each in found] == [
        ("TST-001", ".releasegate/waivers.yaml:2"),
        ("TST-002", ".releasegate/waivers.yaml:2"),
        ("TST-003", "elsewhere.yaml:2"),  # no path of this machine
    ]
    assert troubles == []


def test_a_file_that_cannot_be_read_makes_the_scan_incomplete_and_no_other_file_unread(tmp_path: Path) -> None:
    root, good, binary = tmp_path / "repository", tmp_path / "good.yaml", tmp_path / "binary.yaml"
    root.mkdir()
    good.write_text(GOOD)
    binary.write_bytes(b"\xff\xfe")
    found, troubles = file_waivers(root, [tmp_path / "none.yaml", binary, good])
    assert len(found) == 2
    assert [(note.level, note.message, str(note.location)) for note in troubles] == [
        (Level.ERROR, "no waiver of this file counts: cannot be read: No such file or directory", "none.yaml:1"),
        (Level.ERROR, "no waiver of this file counts: not UTF-8 text", "binary.yaml:1"),
    ]


def test_the_repository_s_own_file_does_not_lead_elsewhere(tmp_path: Path) -> None:
    root, outside = tmp_path / "repository", tmp_path / "outside"
    outside.mkdir()
    (outside / "waivers.yaml").write_text(GOOD)
    root.mkdir()
    (root / ".releasegate").symlink_to(outside)
    found, (trouble,) = file_waivers(root, [])
    assert found == []
    assert (trouble.level, str(trouble.location)) == (Level.ERROR, ".releasegate/waivers.yaml:1")
    assert "out of the repository" in trouble.message
    assert file_waivers(tmp_path / "repository" / "none", []) == ([], [])
