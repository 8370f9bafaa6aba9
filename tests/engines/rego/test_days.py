"""The library that counts days, through the engine that ships."""

import json
from datetime import date
from typing import Any

import pytest

from tests.engines.rego.asking import answer


def asked(query: str, as_of: str = "") -> Any:
    """What the query gives, None where it is undefined."""
    return answer("days", f"data.lib.days.{query}", json.dumps({"as_of": as_of} if as_of else {}))


@pytest.mark.parametrize(
    "text",
    ["2026-11-21", "2024-02-29", "2000-02-29", "1900-03-01", "2026-12-31", "2027-01-01", "1000-01-01", "9999-12-31"],
)
def test_a_day_is_a_number(text: str) -> None:
    assert asked(f'day("{text}")') == date.fromisoformat(text).toordinal()


@pytest.mark.parametrize("text", ["2026-11-21T08:00:00Z", "2026-11-21 08:00", " 2026-11-21"])
def test_the_time_of_day_does_not_count(text: str) -> None:
    assert asked(f'day("{text}")') == date(2026, 11, 21).toordinal()


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29",
        "1900-02-29",
        "2026-04-31",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "2026-1-1",
        "soon",
        "",
        "0000-01-01",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert asked(f'day("{text}")') is None


def test_the_age_of_a_day() -> None:
    assert asked('age("2026-11-20")', as_of="2026-11-21") == 1
    assert asked('age("2027-11-21")', as_of="2026-11-21") == -365
    assert asked('age("2026-11-20")') is None
    assert asked("today") is None
