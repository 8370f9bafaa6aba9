"""Lists of approved versions: found by their content, or given by an option from anywhere."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli import app
from scanner.config import ModelOptions
from scanner.core.resource import Parsed, SourceFile
from scanner.core.values import Unresolved
from scanner.parsers import claim
from scanner.parsers.interface import ParseContext
from scanner.parsers.model import MODEL
from tests.parsers.model.manifests import lines, parse, told

HEAD = "apiVersion: releasegate/v1\nkind: ApprovedModels\n"
DIGEST = "sha256:" + "ab" * 32
LIST = f"""{HEAD}minimum:
  claims-triage: "7.0.0"
versions:
  - model: claims-triage
    version: "7.2.0"
    digest: {DIGEST.upper().replace("SHA256", "sha256")}
    status: approved
    by: release-board
    ticket: CHG-1021
    until: "2027-06-30"
  - model: claims-triage
    version: ["<7.1.0", 6]
    status: denied
    reason: leaks claim numbers
"""
RELEASE = "apiVersion: releasegate/v1\nkind: ModelRelease\nmodel: {id: claims-triage, version: '7.2.0'}\n"


def given(root: Path, *lists: Path, scanned: tuple[SourceFile, ...] = ()) -> Parsed:
    context = ParseContext(root, models=ModelOptions(approved_versions=lists))
    return MODEL.parse([SourceFile("model-release.yaml", "model", RELEASE), *scanned], context)


def test_a_list_and_its_decisions() -> None:
    parsed = parse(LIST, "approved-models.yaml")
    assert parsed.notifications == ()
    whole, approved, denied = parsed.resources
    assert (whole.type, whole.attributes["minimum"]) == ("approval_list", {"claims-triage": "7.0.0"})
    assert approved.attributes == {
        "model": "claims-triage",
        "versions": ["7.2.0"],
        "digest": DIGEST,
        "status": "approved",
        "by": "release-board",
        "ticket": "CHG-1021",
        "until": "2027-06-30",
    }
    assert denied.attributes["versions"] == ["<7.1.0", "6"]
    assert {each.parent for each in (approved, denied)} == {whole.key}
    assert lines(whole, 'minimum["claims-triage"]') == {'minimum["claims-triage"]': 4}
    assert lines(approved, "versions", "digest", "until") == {"versions": 7, "digest": 8, "until": 12}
    assert lines(denied, "versions[0]", "reason") == {"versions[0]": 14, "reason": 16}


@pytest.mark.parametrize(
    ("entry", "line", "said"),
    [
        ("{model: m, version: 7.10, status: approved}", 4, "put it in quotes"),
        ("{model: m, version: '7', status: aproved}", 4, "did you mean approved?"),
        ("{model: m, status: denied}", 4, "needs a version or a digest or a uri"),
        ("{version: '7', status: denied}", 4, "versions[0].model is missing"),
        ("{model: m, version: '7', status: denied, untill: '2027-01-01'}", 4, "did you mean until?"),
        ("{model: m, version: '7', status: denied, until: 01.02.2027}", 4, "must look like 2027-06-30"),
        ("{model: m, version: '7', status: denied, until: '2027-02-30'}", 4, "there is no day 2027-02-30"),
        ("{model: m, version: [], status: denied}", 4, "must look like 7.2.0"),
        ("{model: m, digest: 'md5:1', status: denied}", 4, "must look like sha256:"),
        ("denied", 4, "versions[0] must be a mapping"),
    ],
)
def test_what_the_schema_does_not_allow_is_told(entry: str, line: int, said: str) -> None:
    messages = told(parse(f"{HEAD}versions:\n  - {entry}\n", "list.yaml"))
    assert [found for found, _ in messages] == [line]
    assert said in messages[0][1]


def test_a_version_that_yaml_has_rounded_is_not_known() -> None:
    parsed = parse(f"{HEAD}versions:\n  - {{model: m, version: 7.10, status: approved}}\n", "list.yaml")
    assert isinstance(parsed.resources[1].attributes["versions"][0], Unresolved)


def test_a_list_without_decisions_or_with_something_else_is_told() -> None:
    assert "versions is missing" in told(parse(HEAD, "list.yaml"))[0][1]
    assert "stands in one file with it" in told(parse(f"{LIST}---\n{RELEASE}", "list.yaml"))[0][1]


@pytest.mark.parametrize(
    ("path", "text", "claimed"),
    [
        ("anything.yaml", LIST, True),
        ("list.json", '{"apiVersion": "releasegate/v1", "kind": "ApprovedModels", "versions": []}', True),
        ("approved-models.yaml", "a: 1\n", False),
        ("list.txt", LIST, False),
    ],
)
def test_it_is_found_by_what_it_says_of_itself(path: str, text: str, claimed: bool) -> None:
    assert (claim(path, text.encode()) == "model") is claimed


def test_a_list_from_elsewhere_goes_by_its_name_alone(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    file = tmp_path / "secret place" / "board.yaml"
    file.parent.mkdir()
    file.write_text(LIST, encoding="utf-8")
    parsed = given(root, file)
    found = [each for each in parsed.resources if each.type == "approved_version"]
    assert {each.location.path for each in found} == {"board.yaml"}
    assert [each.path for each in parsed.source_files] == ["board.yaml"]
    assert "secret place" not in repr(parsed)


def test_a_list_of_the_repository_goes_by_its_path_and_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "policy" / "board.list"
    file.parent.mkdir()
    file.write_text(LIST, encoding="utf-8")
    parsed = given(tmp_path, file, file)
    assert [each.origin for each in parsed.resources if each.type == "approval_list"] == ["policy/board.list"]
    scanned = SourceFile("policy/board.list", "model", LIST)
    assert given(tmp_path, file, scanned=(scanned,)).source_files == ()


@pytest.mark.parametrize(("content", "said"), [(b"a: 1\n", "ApprovedModels were expected"), (b"\xff\xfe", "UTF-8")])
def test_what_is_given_and_no_list_is_an_error(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "list.yaml").write_bytes(content)
    ((line, message),) = told(given(tmp_path, tmp_path / "list.yaml"))
    assert line == 1
    assert said in message


@pytest.mark.parametrize(("version", "exit_code"), [("7.2.0", 0), ("7.0.3", 1), ("9.9.9", 1)])
def test_a_version_that_the_board_has_not_approved_blocks_the_release(
    tmp_path: Path, version: str, exit_code: int
) -> None:
    """End to end, with a list that lies outside of the repository and that no report tells the place of."""
    root = tmp_path / "repository"
    root.mkdir()
    (root / "model-release.yaml").write_text(f"{RELEASE.replace('7.2.0', version)}", encoding="utf-8")
    board = tmp_path / "board"
    board.mkdir()
    (board / "list.yaml").write_text(LIST.replace(f"    digest: {DIGEST.upper().replace('SHA256', 'sha256')}\n", ""))
    options = ["--approved-versions", str(board / "list.yaml"), "--check", "VER-003", "--no-progress", "-f", "json"]
    done = CliRunner().invoke(app, ["scan", str(root), *options])
    assert done.exit_code == exit_code, done.output
    assert str(tmp_path) not in done.output
    assert done.output.count('"status": "fail"') == exit_code
