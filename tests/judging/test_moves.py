"""Terraform's `moved` blocks: what is known stays known under its new address."""

import pytest

from scanner.core.baseline import BaselineState, Known
from scanner.core.finding import Finding, Status
from scanner.core.resource import Move
from scanner.judging.baseline import Looked, compare, known_findings
from scanner.judging.moves import by_origin, earlier_addresses
from tests.builders import finding, resource

EVERYTHING = Looked({"TST-001"}, lambda _: True, is_complete=True)


def at(address: str) -> Finding:
    return finding(Status.FAIL, on=resource(address, type_="bucket"))


def states(before: list[str], now: list[str], *moves: tuple[str, str]) -> tuple[list[BaselineState | None], list[str]]:
    known = Known(known_findings([at(address) for address in before]), "before")
    moved = [Move(".", *move) for move in moves]
    found, comparison = compare([at(address) for address in now], known, EVERYTHING, moved)
    return [each.baseline_state for each in found], [entry.address for entry in comparison.fixed]


NEW, KNOWN = BaselineState.NEW, BaselineState.UNCHANGED


@pytest.mark.parametrize(
    ("before", "now", "move"),
    [
        ("bucket.a", "bucket.b", ("bucket.a", "bucket.b")),
        ('bucket.a["x"]', 'bucket.b["x"]', ("bucket.a", "bucket.b")),
        ("bucket.a", 'bucket.b["x"]', ("bucket.a", 'bucket.b["x"]')),
        ("module.m.bucket.a", "module.n.bucket.a", ("module.m", "module.n")),
        ("bucket.a", "module.n.bucket.a", ("bucket.a", "module.n.bucket.a")),
        ("bucket.a/statement[0]", "bucket.b/statement[0]", ("bucket.a", "bucket.b")),
        ("bucket.a", "bucket.a[0]", ("", "")),
        ("bucket.a[0]", "bucket.a", ("", "")),
        ("module.m.bucket.a", "module.m[0].bucket.a", ("", "")),
        ("module.m[0].bucket.a/statement[1]", "module.m.bucket.a/statement[1]", ("", "")),
    ],
)
def test_what_has_moved_is_neither_new_nor_fixed(before: str, now: str, move: tuple[str, str]) -> None:
    assert states([before], [now], *([move] if move[0] else [])) == ([KNOWN], [])


def test_moves_are_followed_one_after_the_other() -> None:
    moves = [("bucket.a", "bucket.b"), ("bucket.b", "module.m.bucket.c")]
    assert states(["bucket.a"], ["module.m.bucket.c"], *moves) == ([KNOWN], [])


def test_what_is_still_there_has_not_moved() -> None:
    moves = [("bucket.a", "bucket.b")]
    assert states(["bucket.a"], ["bucket.a", "bucket.b"], *moves) == ([KNOWN, NEW], [])


def test_one_known_finding_excuses_one() -> None:
    found, _ = states(["bucket.a"], ["bucket.b", "bucket.c"], ("bucket.a", "bucket.b"), ("bucket.a", "bucket.c"))
    assert sorted(map(str, found)) == ["new", "unchanged"]


def test_names_that_begin_alike_and_other_roots_are_something_else() -> None:
    assert states(["bucket.a"], ["bucket.bb"], ("bucket.a", "bucket.b")) == ([NEW], ["bucket.a"])
    assert states(["bucket.a"], ["bucket.a[1]"]) == ([NEW], ["bucket.a"])
    moves = by_origin([Move("other", "bucket.a", "bucket.b")])
    assert "bucket.a" not in set(earlier_addresses(resource("bucket.b"), moves))


def test_moves_in_a_circle_come_to_an_end() -> None:
    moves = by_origin(
        [Move(".", "bucket.a", "bucket.a.b"), Move(".", "bucket.b", "bucket.a"), Move(".", "bucket.a", "bucket.b")]
    )
    assert len(set(earlier_addresses(resource("bucket.b"), moves))) < 100
