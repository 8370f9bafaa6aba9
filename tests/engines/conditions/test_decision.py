"""Which of several decisions decides, and that no more of them are asked for than it takes."""

from collections.abc import Iterator

import pytest

from scanner.core.values import ABSENT
from scanner.engines.conditions.decision import Decision, conjunction, disjunction
from tests.builders import resource

BUCKET = resource("bucket.a")
NOTHING = Decision(True, BUCKET, ("nothing",))


def decisions(letters: str) -> list[Decision]:
    """One for each letter, at its place: T, F, U, or A for a False whose attribute is not written."""
    values = {"T": True, "F": False, "U": None, "A": False}
    return [
        Decision(values[letter], BUCKET, (place,), ABSENT if letter == "A" else "found")
        for place, letter in enumerate(letters)
    ]


@pytest.mark.parametrize(
    ("letters", "decider"), [("TT", 0), ("TF", 1), ("UF", 1), ("TU", 1), ("TUU", 1), ("AF", 0), ("UTF", 2)]
)
def test_the_first_that_fails_decides_a_conjunction_then_the_first_unknown(letters: str, decider: int) -> None:
    assert conjunction(iter(decisions(letters)), NOTHING).path == (decider,)


@pytest.mark.parametrize(
    ("letters", "decider"), [("FT", 1), ("UT", 1), ("FU", 1), ("FUU", 1), ("AF", 1), ("AA", 0), ("FF", 0), ("AFU", 2)]
)
def test_the_first_that_holds_decides_a_disjunction_then_the_first_unknown(letters: str, decider: int) -> None:
    assert disjunction(iter(decisions(letters)), NOTHING).path == (decider,)


def test_without_any_decision_the_other_one_counts() -> None:
    assert conjunction([], NOTHING) is NOTHING
    assert disjunction([], NOTHING) is NOTHING


def test_what_settles_the_whole_is_the_last_to_be_asked() -> None:
    def asked(letters: str) -> Iterator[Decision]:
        yield from decisions(letters)
        pytest.fail("one decision too many")

    assert conjunction(asked("TUF"), NOTHING).value is False
    assert disjunction(asked("FUT"), NOTHING).value is True
