"""Lines and columns in files of every kind."""

from pathlib import Path

import pytest

from scanner.core.location import Location
from tests.parsers.terraform.reading import FIXTURES, Reading, read_case, read_text

BUCKET = "aws_s3_bucket.befunde"


def place(reading: Reading, *path: str | int) -> Location:
    return reading.resource(BUCKET).attribute_locations[path]


def test_columns_count_characters_and_not_bytes() -> None:
    text = read_case("text")
    assert place(text, "bucket") == Location("main.tf", 3, 3, 3, 20)
    assert place(text, "tags") == Location("main.tf", 4, 3, 4, 47)
    assert place(text, "tags", "größe") == Location("main.tf", 4, 12, 4, 27)
    assert place(text, "tags", "owner") == Location("main.tf", 4, 30, 4, 45)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("carriage returns", lambda text: text.replace("\n", "\r\n")),
        ("byte order mark", lambda text: "\ufeff" + text),
        ("both", lambda text: "\ufeff" + text.replace("\n", "\r\n")),
    ],
)
def test_the_same_places_with(name: str, change: object, tmp_path: Path) -> None:
    assert callable(change)
    written = (FIXTURES / "text" / "main.tf").read_text(encoding="utf-8")
    changed, plain = read_text(tmp_path, change(written)), read_case("text")
    assert changed.resource(BUCKET).attributes == plain.resource(BUCKET).attributes
    assert dict(changed.resource(BUCKET).attribute_locations) == dict(plain.resource(BUCKET).attribute_locations)
    assert changed.resource(BUCKET).location == plain.resource(BUCKET).location
    assert changed.told() == []


def test_lines_of_a_long_file(tmp_path: Path) -> None:
    blocks = [f'resource "aws_s3_bucket" "b{index}" {{\n  bucket = "b{index}"\n}}\n\n' for index in range(300)]
    reading = read_text(tmp_path, "".join(blocks))
    for index in (0, 150, 299):
        assert reading.resource(f"aws_s3_bucket.b{index}").location.start_line == 4 * index + 1
        assert reading.line(f"aws_s3_bucket.b{index}", "bucket") == 4 * index + 2


def test_locations_are_a_mapping() -> None:
    locations = read_case("values").resource("aws_s3_bucket.models").attribute_locations
    assert len(locations) == len(list(locations))
    assert ("tags", "owner") in locations
    assert ("tags", "nobody") not in locations
    assert locations.get(("nobody",)) is None
