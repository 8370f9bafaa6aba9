import pytest

from scanner.reports.sarif_locations import is_inside, message_text, uri


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("a b/ü.tf", "a%20b/%C3%BC.tf"),
        ("c:d/e.tf", "c%3Ad/e.tf"),
        ("100%#?.tf", "100%25%23%3F.tf"),
        ("日本/[x].tf", "%E6%97%A5%E6%9C%AC/%5Bx%5D.tf"),
        ("half\udcff.tf", "half%FF.tf"),
    ],
)
def test_paths_are_encoded_as_uri_references(path: str, written: str) -> None:
    assert uri(path) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain [0] text", "plain [0] text"),
        ('{"a": {0}}', '{{"a": {{0}}}}'),
        ("a[0](http://x)", r"a[0\](http://x)"),
        (r"a[0\](x)", r"a[0\\\](x)"),
        ("two\r\nlines", "two lines"),
    ],
)
def test_message_text_has_neither_placeholders_nor_links(text: str, written: str) -> None:
    assert message_text(text) == written


@pytest.mark.parametrize(
    ("path", "inside"),
    [(".releasegate/waivers.yaml", True), ("..waivers.yaml", True), ("/etc/waivers.yaml", False), ("../w.yaml", False)],
)
def test_a_file_outside_the_repository_has_no_place_in_it(path: str, inside: bool) -> None:
    assert is_inside(path) is inside
