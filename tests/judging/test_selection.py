"""Which policies count where."""

from dataclasses import replace
from datetime import date

import pytest

from scanner.config import Config, Folder, UsageError
from scanner.core.bundle import Bundle
from scanner.core.finding import Status
from scanner.core.policy import Severity
from scanner.judging.selection import Choice, Selection, selection_of
from tests.builders import finding, policy, resource

A, B = policy(id_="A-001"), policy(id_="B-001")


def test_a_policy_that_a_folder_skips_counts_elsewhere_alone() -> None:
    selection = Selection(Choice(frozenset(), frozenset()), [Choice(frozenset(), frozenset({"A-001"}), "a")])
    places = ["a/main.tf", "a/b/main.tf", "ab/main.tf", "main.tf"]
    findings = [finding(Status.FAIL, of=each, on=resource("bucket.x", path=path)) for each in (A, B) for path in places]
    counting = [(each.policy.id, each.location.path) for each in selection.counting(findings)]
    assert counting == [("A-001", "ab/main.tf"), ("A-001", "main.tf"), *(("B-001", path) for path in places)]
    assert (selection.somewhere("A-001"), selection.everywhere("A-001")) == (True, False)
    assert (selection.somewhere("B-001"), selection.everywhere("B-001")) == (True, True)


def test_a_folder_that_wants_others_is_judged_by_these_alone() -> None:
    selection = Selection(Choice(frozenset({"A-001"}), frozenset()), [Choice(frozenset({"B-001"}), frozenset(), "a")])
    findings = [finding(Status.FAIL, of=each, on=resource("bucket.x", path=path)) for each in (A, B) for path in "ab"]
    inside = [finding(Status.FAIL, of=each, on=resource("bucket.x", path="a/main.tf")) for each in (A, B)]
    assert [each.policy.id for each in selection.counting(inside)] == ["B-001"]
    assert [each.location.path for each in selection.counting(findings)] == ["b", "a"]
    assert not selection.everywhere("A-001")
    assert not selection.somewhere("C-001")


def test_a_policy_that_does_not_exist_is_refused_with_the_file_that_names_it() -> None:
    bundle = Bundle((A, B), (), (), "sha256:0")
    folder = Folder("a", "a/releasegate.yaml", Severity.HIGH, skip_checks=("a-001",))
    selection = selection_of(bundle, Config((), date(2026, 11, 21), folders=(folder,)))
    assert selection == Selection(Choice(frozenset(), frozenset()), [Choice(frozenset(), frozenset({"A-001"}), "a")])
    wrong = replace(folder, skip_checks=("A-01",))
    with pytest.raises(UsageError, match=r"^a/releasegate\.yaml: unknown policy 'A-01'; did you mean A-001\?"):
        selection_of(bundle, Config((), date(2026, 11, 21), folders=(wrong,)))
