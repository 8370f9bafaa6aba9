"""Files in Conftest's shape, held against what Conftest itself makes of them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from scanner.core.notification import Level
from scanner.core.resource import Parsed, Resource
from scanner.parsers.conftest import CONFTEST
from scanner.parsers.conftest.formats import format_of
from scanner.parsers.interface import ParseContext
from tests.parsers.conftest_shapes import FIXTURES, RECORDED, conftest_says, files

PROGRAM = shutil.which("conftest")
SHAPES = json.loads(RECORDED.read_text(encoding="utf-8"))


def read(root: Path, *names: str) -> Parsed:
    listing = {name: (root / name).stat().st_size for name in names}
    return CONFTEST.parse([], ParseContext(root, listing=listing, wants_documents=True))


def written(folder: Path, name: str, text: str | bytes) -> tuple[Resource, ...]:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return read(folder, name).resources


def as_floats(value: Any) -> Any:
    """Conftest's numbers are floats; here whole ones are integers, however large."""
    if isinstance(value, dict):
        return {key: as_floats(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_floats(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_every_fixture_is_recorded() -> None:
    assert sorted(SHAPES) == files()


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_shape_is_that_of_conftest(name: str) -> None:
    documents = read(FIXTURES, name).resources
    assert [as_floats(each.attributes.get("contents")) for each in documents] == as_floats(SHAPES[name])
    assert not [each.attributes["unreadable"] for each in documents if "unreadable" in each.attributes]


@pytest.mark.skipif(PROGRAM is None, reason="conftest is not on PATH")
@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_conftest_at_hand_gives_what_is_recorded(name: str) -> None:
    assert PROGRAM is not None
    assert conftest_says(PROGRAM, name) == SHAPES[name]


def test_an_ordinary_scan_asks_for_no_documents() -> None:
    assert not CONFTEST.is_asked(ParseContext(FIXTURES))
    assert CONFTEST.is_asked(ParseContext(FIXTURES, wants_documents=True))
    assert not CONFTEST.claims("main.tf", b"")


@pytest.mark.parametrize(
    ("name", "path", "line"),
    [
        ("expressions.tf", ("resource", "aws_s3_bucket", "one", 0, "lifecycle_rule", 1, "id"), 48),
        ("values.tfvars", ("sizes", "large"), 2),
        ("Dockerfile", (2,), 6),
        ("Dockerfile", (1,), 5),
        ("documents.yaml", ("true", "push"), 2),
        ("values.toml", ("points", 1, "x"), 13),
        ("values.ini", ("section", "multi"), 21),
        ("values.env", ("F",), 7),
        ("values.properties", ("c",), 6),
        (".dockerignore", (2,), 3),
    ],
)
def test_what_is_inside_has_its_line(name: str, path: tuple[str | int, ...], line: int) -> None:
    document = read(FIXTURES, name).resources[0]
    assert document.locate(("contents", *path)).start_line == line


def test_the_documents_of_a_file_have_addresses_and_lines_of_their_own() -> None:
    documents = read(FIXTURES, "documents.yaml").resources
    assert [(each.address, each.location.start_line) for each in documents] == [
        ("documents.yaml", 2),
        ("documents.yaml#2", 13),
        ("documents.yaml#3", 16),
        ("documents.yaml#4", 18),
    ]
    assert {(each.type, each.format) for each in documents} == {("document", "conftest")}


def test_a_comment_behind_the_separator_hides_no_document(tmp_path: Path) -> None:
    documents = written(tmp_path, "a.yaml", "a: 1\n--- # Conftest stops here\nb: 2\n")
    assert [each.attributes["contents"] for each in documents] == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    ("name", "text", "message", "line"),
    [
        ("a.tf", 'resource "a" "b" {\n  x = = 1\n}\n', "not HCL", 2),
        ("a.tf", 'a {}\na "b" {}\n', "stands here with labels", 2),
        ("a.yaml", "a: [1\n", "not YAML", 2),
        ("a.json", '{"a": 1} {}', "a file holds one value", 1),
        ("a.json", "", "a file holds one value", 1),
        ("a.toml", "a = 1\nb = = 2\n", "not TOML", 2),
        ("a.ini", "[a]\nb\n", "a key without = or :", 2),
        ("a.ini", "[a\n", "a section without its ]", 1),
        ("a.env", "A=1\nno\n", "no name=value", 2),
        ("a.env", 'A="1\n', "a quote has no end", 1),
        ("Dockerfile", "FROM a\nWHAT b\n", "an unknown instruction", 2),
        ("Dockerfile", "# nothing\n", "no instructions", 1),
        ("Dockerfile", "FROM a\nRUN [1]\n", "other things than strings", 2),
        ("Dockerfile", "FROM a\nRUN <<EOF\n", "has no end", 2),
        ("a.yaml", b"\xff\xfe", "not UTF-8", 1),
    ],
)
def test_what_cannot_be_read_says_why_and_where(
    tmp_path: Path, name: str, text: str | bytes, message: str, line: int
) -> None:
    (document,) = written(tmp_path, name, text)
    assert message in document.attributes["unreadable"]
    assert (document.location.path, document.location.start_line) == (name, line)
    assert "contents" not in document.attributes


def test_deep_nesting_costs_the_file_alone(tmp_path: Path) -> None:
    for name, text in (
        ("a.tf", "x = " + "[" * 50_000 + "]" * 50_000),
        ("a.json", "[" * 50_000),
        ("a.toml", "x = " + "[" * 50_000 + "]" * 50_000),
        ("a.yaml", "[" * 50_000),
    ):
        (document,) = written(tmp_path, name, text)
        assert "unreadable" in document.attributes


def test_a_link_that_leads_away_is_not_opened(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("secret: 1\n")
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.yaml").symlink_to(outside)
    (document,) = CONFTEST.parse([], ParseContext(root, listing={"a.yaml": 1}, wants_documents=True)).resources
    assert "leads out of the repository" in document.attributes["unreadable"]


def test_formats_that_only_conftest_reads_are_named(tmp_path: Path) -> None:
    for name in ("a.cue", "b.cue", "pom.xml", "charts/x/templates/a.yaml", "charts/x/Chart.yaml"):
        written(tmp_path, name, "name: x\n")
    names = sorted(file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file())
    parsed = read(tmp_path, *names)
    assert [(note.level, note.message.partition(" applied to ")[2]) for note in parsed.notifications] == [
        (Level.WARNING, "cue files, which Conftest reads and releasegate does not: a.cue, b.cue"),
        (
            Level.WARNING,
            "templates of Helm charts, which are no documents before they are rendered: charts/x/templates/a.yaml",
        ),
        (Level.WARNING, "xml files, which Conftest reads and releasegate does not: pom.xml"),
    ]
    assert [each.address for each in parsed.resources] == ["charts/x/Chart.yaml"]


@pytest.mark.parametrize(
    ("path", "format_"),
    [
        ("Dockerfile", "dockerfile"),
        ("a/dev.Dockerfile", "dockerfile"),
        ("Dockerfile.debug", "dockerfile"),
        ("Dockerfiles", None),
        (".env", "dotenv"),
        (".env.prod", "dotenv"),
        ("prod.env", "dotenv"),
        ("a.yml", "yaml"),
        ("a.tf.json", "json"),
        ("a.YAML", "yaml"),
        ("x/.gitignore", "ignore"),
        ("nginx.conf", "nginx"),
        ("other.conf", None),
        ("Jenkinsfile.safe", "groovy"),
        ("a.textpb", "textproto"),
        ("README.md", None),
        ("Makefile", None),
        ("releasegate.yaml", None),
        ("conftest.toml", None),
    ],
)
def test_the_name_decides_the_format(path: str, format_: str | None) -> None:
    assert format_of(path) == format_


def test_secrets_in_documents_are_known(tmp_path: Path) -> None:
    written(tmp_path, "a.ini", "[db]\npassword = correct-horse\n")
    assert "correct-horse" in read(tmp_path, "a.ini").secrets
