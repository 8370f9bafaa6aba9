import pytest

from scanner.reports.markdown.fitting import Part, fit

TITLE, HEAD = "### Rows\n\n", "| a |\n|---|\n"


def _rows(number: int) -> list[str]:
    return [f"| row {index} ü |\n" for index in range(number)]


def test_what_fits_is_whole() -> None:
    parts = [
        Part("# Title\n", "", ["- a\n", "- b\n"]),
        Part("Text.\n"),
        Part(""),
        Part(TITLE, HEAD, _rows(2), "\nend\n", "rows"),
    ]

    assert fit(parts, 5000, "see elsewhere") == (
        "# Title\n- a\n- b\n\nText.\n\n### Rows\n\n| a |\n|---|\n| row 0 ü |\n| row 1 ü |\n\nend\n"
    )


@pytest.mark.parametrize("limit", range(700, 1600, 37))
def test_no_limit_is_exceeded_and_the_cut_is_said_in_numbers(limit: int) -> None:
    page = fit([Part(TITLE, HEAD, _rows(100), "", "rows")], limit, "see elsewhere")
    shown = page.count("| row ")

    assert len(page.encode()) <= limit
    assert 0 < shown < 100
    assert f"**{100 - shown} of 100 rows are left out here**; see elsewhere.\n" in page
    assert page.splitlines()[4 : 4 + shown] == [row.strip() for row in _rows(shown)]


def test_what_ranks_first_gets_room_first() -> None:
    parts = [Part("A\n\n", "", _rows(100), "", "first", rank=1), Part("B\n\n", "", _rows(20), "", "second")]
    page = fit(parts, 1100, "see elsewhere")

    assert "of 20 second" not in page
    assert "of 100 first" in page


def test_a_part_without_room_for_one_row_keeps_its_title_and_says_so() -> None:
    page = fit([Part(TITLE, HEAD, ["| " + "x" * 500 + " |\n"], "\nend\n", "rows")], 500, "see elsewhere")

    assert page == "### Rows\n\n**1 of 1 rows are left out here**; see elsewhere.\n"


def test_a_page_whose_titles_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        fit([Part(TITLE, HEAD)], 100, "")
