"""New, known and fixed; and the file that says what is known."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scanner.bundled import bundled_path
from scanner.config import UsageError
from scanner.core.baseline import BaselineState, Known, KnownFinding
from scanner.core.finding import Finding, Status
from scanner.core.waiver import Waiver
from scanner.judging.baseline import Looked, compare, known_findings, reader, together
from scanner.judging.baseline_file import baseline_text, read_baseline
from tests.builders import finding, resource

EVERYTHING = Looked(("TST-001",), lambda _: True, is_complete=True)
A, B = resource("bucket.a"), resource("bucket.b")


def failing(status: Status = Status.FAIL, attribute: str = "acl", evidence: str = "") -> Finding:
    found = finding(status, on=A)
    return replace(found, attribute=attribute, evidence=evidence, fingerprint="")


def states(now: list[Finding], before: list[Finding], looked: Looked = EVERYTHING) -> tuple[list[str | None], int]:
    stated, comparison = compare(now, Known(known_findings(before), "x"), looked)
    return [each.baseline_state for each in stated], len(comparison.fixed)


@pytest.mark.parametrize(
    ("before", "now", "state", "fixed"),
    [
        (Status.FAIL, Status.FAIL, BaselineState.UNCHANGED, 0),
        (Status.FAIL, Status.UNKNOWN, BaselineState.UNCHANGED, 0),
        (Status.UNKNOWN, Status.UNKNOWN, BaselineState.UNCHANGED, 0),
        (Status.UNKNOWN, Status.FAIL, BaselineState.NEW, 0),
        (Status.PASS, Status.FAIL, BaselineState.NEW, 0),
        (Status.FAIL, Status.PASS, None, 1),
        (Status.UNKNOWN, Status.PASS, None, 1),
    ],
)
def test_what_a_finding_was_and_is(before: Status, now: Status, state: BaselineState | None, fixed: int) -> None:
    assert states([failing(now)], [failing(before)]) == ([state], fixed)


def test_a_failure_that_cannot_be_decided_any_more_is_neither_new_nor_fixed() -> None:
    was, now = failing(evidence="public-read"), failing(Status.UNKNOWN)
    assert was.fingerprint != now.fingerprint
    assert states([now], [was]) == ([BaselineState.UNCHANGED], 0)
    assert states([replace(now, attribute="policy", fingerprint="")], [was]) == ([BaselineState.NEW], 1)
    assert states([was], [now]) == ([BaselineState.NEW], 1)


def test_what_is_still_there_excuses_nothing_of_the_same_address_in_another_root() -> None:
    before = failing(evidence="public-read")
    other = replace(failing(Status.UNKNOWN), resource=replace(A, origin="prod"), fingerprint="")
    assert states([before, other], [before]) == ([BaselineState.UNCHANGED, BaselineState.NEW], 0)
    assert states([other], [before]) == ([BaselineState.UNCHANGED], 0)  # it may be what the first has become
    assert states([other], [before, other]) == ([BaselineState.UNCHANGED], 1)  # it was there beside it


def test_what_is_waived_is_not_called_new() -> None:
    waiver = Waiver("TST-001", "because", date(2027, 1, 31), A.location)
    assert states([replace(failing(), waiver=waiver)], []) == ([None], 0)
    assert states([replace(failing(), waiver=waiver)], [failing()]) == ([BaselineState.UNCHANGED], 0)


@pytest.mark.parametrize(
    "looked",
    [
        replace(EVERYTHING, policies=()),
        replace(EVERYTHING, has_read=lambda _: False),
        replace(EVERYTHING, is_complete=False),
    ],
    ids=["policy not run", "path not read", "incomplete"],
)
def test_what_was_not_looked_at_is_not_fixed(looked: Looked) -> None:
    assert states([], [failing()], looked) == ([], 0)


def test_what_a_scan_has_read(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net/left-out.tf").write_text("")
    has_read = reader(tmp_path, ["net"], {"net/main.tf"})
    assert [has_read(path) for path in ("net/main.tf", "net/gone.tf")] == [True, True]
    assert [has_read(path) for path in ("net/left-out.tf", "network/gone.tf", "gone.tf")] == [False, False, False]
    has_read = reader(tmp_path, ["."], ())
    assert [has_read(path) for path in ("gone.tf", ".releasegate/modules/x/main.tf")] == [True, False]


def test_a_finding_on_the_release_is_the_same_wherever_it_stands() -> None:
    one = replace(A, format="release", origin="release", address="release")
    other = replace(one, location=replace(one.location, path="elsewhere/main.tf"))
    assert finding(Status.FAIL, on=one).fingerprint == finding(Status.FAIL, on=other).fingerprint
    moved = replace(A, location=other.location)
    assert finding(Status.FAIL, on=A).fingerprint != finding(Status.FAIL, on=moved).fingerprint


def test_two_sources_know_what_each_of_them_knows() -> None:
    one = Known(known_findings([finding(Status.FAIL, on=A)]), "one")
    two = Known(known_findings([finding(Status.FAIL, on=B)]), "two")
    both = together(one, two)
    assert both is not None
    assert (len(both.findings), both.source) == (2, "one and two")
    assert together(None, one) == one
    assert together(None, None) is None


@given(st.lists(st.builds(KnownFinding, *[st.text(min_size=1)] * 4, st.just("fail"), st.just("ab" * 32)), max_size=5))
def test_the_file_gives_back_what_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, entries: list[KnownFinding]
) -> None:
    text = baseline_text(entries)
    assert text == baseline_text(reversed(entries))
    file = tmp_path_factory.mktemp("baseline") / "baseline.json"
    file.write_bytes(text.encode())
    assert read_baseline(file, "baseline.json").findings == tuple(sorted(set(entries)))
    schema = json.loads(bundled_path("schemas", "baseline.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(text))
    assert len(text.splitlines()) == (5 + len(set(entries)) if entries else 4)
    assert all(line.isprintable() for line in text.split("\n"))


ENTRY = '{"path": "a.tf", "policy": "X", "address": "b.a", "status": "fail", "fingerprint": "%s"}' % ("0" * 64)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n"version": 1,\n"findings": [\n<<<<<<< HEAD\n]\n}\n', r"^b\.json:4: the baseline is no JSON"),
        ('{"version": 1,\n"findings": [\n' + ENTRY.replace('"fail"', '"pass"') + "\n]}", r"^b\.json:3: .*'pass'"),
        ('{"version": 1,\n"findings": [\n' + ENTRY.replace("0" * 64, "zz") + "\n]}", r"^b\.json:3: .*zz"),
        (
            '{"version": 1,\n"findings": [\n' + ENTRY + ",\n" + ENTRY.replace("path", "pat") + "\n]}",
            r"^b\.json:4: .*pat",
        ),
        ('{"version": 9, "findings": []}', "version 9"),
        ('{"version": true, "findings": []}', r"^b\.json:1: "),
        ("[]", r"^b\.json:1: "),
        ("[" * 100_000, "^b.json:1: "),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(UsageError, match=said):
        read_baseline(tmp_path / "b.json", "b.json")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="baseline create"):
        read_baseline(tmp_path / "b.json", "b.json")
