from collections.abc import Sequence

import pytest

from scanner.core.location import Location
from scanner.core.resource import Release, SourceFile
from scanner.reports.excerpt import Sources, columns

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nb1PqzQ+d\n-----END RSA PRIVATE KEY-----"


def _sources(text: str, secrets: Sequence[str] = ()) -> Sources:
    return Sources(Release(source_files=(SourceFile("a.tf", "terraform", text),), secrets=frozenset(secrets)))


def _numbers(text: str, line: int) -> list[int]:
    return [entry.number for entry in _sources(text).excerpt(Location("a.tf", line), 1)]


def test_an_excerpt_has_three_lines_wherever_in_the_file_it_is() -> None:
    text = "one\ntwo\nthree\nfour\n"

    assert [_numbers(text, line) for line in (1, 2, 4)] == [[1, 2, 3], [1, 2, 3], [2, 3, 4]]


def test_a_short_file_gives_a_short_excerpt() -> None:
    assert _numbers("only\n", 1) == [1]


@pytest.mark.parametrize("location", [Location("a.tf", 3), Location("other.tf", 1)])
def test_there_is_no_excerpt_of_what_was_not_read(location: Location) -> None:
    assert _sources("one\ntwo\n").excerpt(location, 1) == ()


def test_the_deciding_part_is_what_the_columns_say() -> None:
    line = _sources("a = 1\n").excerpt(Location("a.tf", 1, 5, 1, 6), 1)[0]

    assert (line.deciding, line.text[line.start : line.end]) == (True, "1")


def test_without_columns_the_deciding_part_is_the_line_without_its_indent() -> None:
    line = _sources("    name: x  \n").excerpt(Location("a.tf", 1), 1)[0]

    assert line.text[line.start : line.end] == "name: x"


def test_lines_end_with_lf_or_crlf_and_at_nothing_else() -> None:
    text = "one\r\ntwo\x0cstill two\u2028still two\r\nthree"

    assert _sources(text).lines("a.tf") == ["one", "two\x0cstill two\u2028still two", "three"]


def test_a_secret_is_masked_and_the_line_marked_as_a_whole() -> None:
    line = _sources('  password = "hunter2-hunter2"\n', ["hunter2-hunter2"]).excerpt(Location("a.tf", 1, 14, 1, 30), 1)[
        0
    ]

    assert line.text == '  password = "********"'
    assert line.text[line.start : line.end] == 'password = "********"'


def test_a_secret_of_many_lines_leaves_the_line_numbers_as_they_are() -> None:
    lines = _sources(f"before\nkey = <<EOT\n{PEM}\nEOT\nafter\n").lines("a.tf")

    assert len(lines) == 8
    assert lines[-1] == "after"
    assert not any("MIIE" in line or "b1PqzQ" in line for line in lines)


def test_a_secret_that_the_source_indents_or_escapes_is_masked_too() -> None:
    secret = 'first line of it\nsecond "line" of it'
    text = 'a: |\n  first line of it\n  second "line" of it\nb: "first line of it\\nsecond \\"line\\" of it"\n'

    assert _sources(text, [secret]).lines("a.tf") == ["a: |", "  ********", "  ********", 'b: "********"']


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (Location("a.tf", 1), (1, None)),
        (Location("a.tf", 1, 3), (3, None)),
        (Location("a.tf", 1, 3, 1, 5), (3, 6)),
        (Location("a.tf", 1, 3, 1, 99), (3, 11)),
        (Location("a.tf", 1, 3, 2), (3, None)),
        (Location("a.tf", 1, 3, 2, 4), (3, 5)),
    ],
)
def test_columns_end_where_the_line_ends_unless_told_otherwise(
    location: Location, expected: tuple[int, int | None]
) -> None:
    assert columns(location, 10) == expected


def test_columns_beyond_the_line_are_none() -> None:
    assert _sources("short\n").columns(Location("a.tf", 1, 9, 1, 12)) is None


def test_the_text_of_a_location_spans_its_lines() -> None:
    assert _sources("ab\ncd\nef\n").text(Location("a.tf", 1, 2, 3, 1)) == "b\ncd\nef"
    assert _sources("ab\ncd\nefg\n").text(Location("a.tf", 1, 2, 3, 2)) == "b\ncd\nef"


def test_the_deciding_part_of_a_long_line_is_found_behind_masked_secrets() -> None:
    padding = "x" * 2000
    text = f'{{"password":"Winter-2026-pw","filler":"{padding}","token":"Winter-2026-pw","encrypted":false}}'
    start = text.index('"encrypted"') + 1
    release = Release(source_files=(SourceFile("plan.json", "terraform", text),), secrets=frozenset({"Winter-2026-pw"}))
    location = Location("plan.json", 1, start, 1, start + len('"encrypted":false') - 1)
    (line,) = Sources(release).excerpt(location, 1)
    assert "Winter" not in line.text
    assert line.text[line.start : line.end] == '"encrypted":false'


def test_of_a_very_long_line_only_what_stands_around_the_place_is_shown() -> None:
    text = "x" * 9000 + "decides" + "y" * 9000 + "\n" + "z" * 4001 + "\n"
    sources = _sources(text)
    deciding, after = sources.excerpt(Location("a.tf", 1, 9001, 1, 9007), 1)

    assert deciding.text[deciding.start : deciding.end] == "decides"
    assert (deciding.text[:2], deciding.text[-2:], len(deciding.text)) == ("…x", "y…", 4002)
    assert after.text == "z" * 4000 + "…"
    assert sources.columns(Location("a.tf", 1, 9001, 1, 9007)) == (9001, 9008)
    assert sources.text(Location("a.tf", 1, 9001, 1, 9007)) == "decides"
    assert sources.text(Location("a.tf", 1, 1, 1, 9007)) == ""
