"""A location is refused where it is made wrong."""

import pytest

from scanner.core.location import Location


def test_defaults_to_one_line() -> None:
    where = Location("a.tf", 3)
    assert (where.end_line, where.end_column, str(where)) == (3, 1, "a.tf:3")
    assert Location("a.tf", 3, 5, 9).end_column == 1


@pytest.mark.parametrize("numbers", [(0,), (-1,), (1, 0), (3, 1, 2), (3, 5, 3, 4)])
def test_refuses_what_is_no_region(numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"a\.tf"):
        Location("a.tf", *numbers)
