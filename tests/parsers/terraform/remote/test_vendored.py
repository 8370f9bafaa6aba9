"""Where a copy of a module lies in a folder that somebody has filled."""

from pathlib import Path

import pytest

from scanner.parsers.terraform.remote.address import parse_address
from scanner.parsers.terraform.remote.vendored import VendoredError, find_vendored


def put(folder: Path, *places: str) -> None:
    """A module in each of these places."""
    for place in places:
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "main.tf").write_text("", encoding="utf-8")


def found(folder: Path, source: str, version: str | None = None) -> str | None:
    path = find_vendored(parse_address(source), version, folder)
    return None if path is None else path.relative_to(folder).as_posix()


@pytest.mark.parametrize(
    ("source", "version", "places", "expected"),
    [
        ("a/b/aws", None, ["a/b/aws"], "a/b/aws"),
        ("a/b/aws", "~> 9.0", ["a/b/aws"], "a/b/aws"),
        ("a/b/aws", "~> 1.2", ["a/b/aws/1.2.0", "a/b/aws/1.10.0", "a/b/aws/2.0.0"], "a/b/aws/1.10.0"),
        ("a/b/aws", None, ["a/b/aws/1.9.0", "a/b/aws/v1.10.0", "a/b/aws/2.0.0-rc1"], "a/b/aws/v1.10.0"),
        ("a/b/aws", "2.0.0-rc1", ["a/b/aws/1.9.0", "a/b/aws/2.0.0-rc1"], "a/b/aws/2.0.0-rc1"),
        ("a/b/aws", "~> 3.0", ["a/b/aws/1.0.0", "a/b/aws"], None),
        ("a/b/aws", "1.0.0", ["registry.terraform.io/a/b/aws/1.0.0", "a/b/aws"], "registry.terraform.io/a/b/aws/1.0.0"),
        ("a/b/aws", "1.0.0", ["registry.terraform.io/a/b/aws/2.0.0", "a/b/aws/1.0.0"], "a/b/aws/1.0.0"),
        ("registry.terraform.io/a/b/aws", None, ["a/b/aws"], "a/b/aws"),
        ("app.example.com/a/b/aws", None, ["a/b/aws"], None),
        ("app.example.com/a/b/aws", None, ["a/b/aws", "app.example.com/a/b/aws"], "app.example.com/a/b/aws"),
        ("a/b/aws//modules/x", "1.0.0", ["a/b/aws/1.0.0/modules/x"], "a/b/aws/1.0.0/modules/x"),
        ("a/b/aws//modules/y", "1.0.0", ["a/b/aws/1.0.0/modules/x"], None),
        ("a/b/aws", None, ["a/b/google"], None),
        ("github.com/o/r?ref=v1", None, ["github.com/o/r/v1", "github.com/o/r"], "github.com/o/r/v1"),
        ("github.com/o/r?ref=v2", None, ["github.com/o/r/v1", "github.com/o/r"], "github.com/o/r"),
        ("github.com/o/r?ref=v2", None, ["github.com/o/r/v1"], None),
        ("github.com/o/r", None, ["github.com/o/r/HEAD", "github.com/o/r"], "github.com/o/r/HEAD"),
        ("git@github.com:o/r.git?ref=v1", None, ["github.com/o/r/v1"], "github.com/o/r/v1"),
        ("git::ssh://git@h.com:22/o/r.git?ref=v1", None, ["h.com:22/o/r/v1"], "h.com:22/o/r/v1"),
        ("git::https://u:pw@h.com/a/b/c.git//d?ref=v1", None, ["h.com/a/b/c/v1/d"], "h.com/a/b/c/v1/d"),
        ("github.com/o/r?ref=feature/x", None, ["github.com/o/r/feature/x"], "github.com/o/r/feature/x"),
        ("github.com/o/r?ref=feature/x", None, ["github.com/o/r/feature%2Fx"], "github.com/o/r/feature%2Fx"),
        ("https://h.com/m/vpc.zip", None, ["h.com/m/vpc"], "h.com/m/vpc"),
        ("https://h.com/m/vpc.tar.gz//*/x", None, ["h.com/m/vpc.tar.gz/vpc-1/x"], "h.com/m/vpc.tar.gz/vpc-1/x"),
        ("s3::https://s3.amazonaws.com/b/vpc.zip", None, ["s3.amazonaws.com/b/vpc"], "s3.amazonaws.com/b/vpc"),
        ("oci://ghcr.io/acme/vpc?tag=1.0", None, ["ghcr.io/acme/vpc/1.0"], "ghcr.io/acme/vpc/1.0"),
        ("file:///srv/vpc", None, ["srv/vpc"], None),
    ],
)
def test_layouts(tmp_path: Path, source: str, version: str | None, places: list[str], expected: str | None) -> None:
    put(tmp_path, *places)
    assert found(tmp_path, source, version) == expected


def test_only_a_folder_with_terraform_files_is_a_module(tmp_path: Path) -> None:
    (tmp_path / "github.com/o/r/v1").mkdir(parents=True)
    (tmp_path / "github.com/o/r/v1/README.md").write_text("", encoding="utf-8")
    assert found(tmp_path, "github.com/o/r?ref=v1") is None
    (tmp_path / "github.com/o/r/v1/main.tf.json").write_text("{}", encoding="utf-8")
    assert found(tmp_path, "github.com/o/r?ref=v1") == "github.com/o/r/v1"


def test_a_folder_that_is_not_there_has_no_copies(tmp_path: Path) -> None:
    assert found(tmp_path / "none", "a/b/aws") is None


@pytest.mark.parametrize("link", ["github.com", "github.com/o/r", "github.com/o/r/v1", "github.com/o/r/v1/sub"])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, link: str) -> None:
    folder, outside = tmp_path / "modules", tmp_path / "outside"
    inner = "github.com/o/r/v1/sub".removeprefix(link).strip("/")
    put(outside, inner)
    (folder / link).parent.mkdir(parents=True)
    (folder / link).symlink_to(outside)
    with pytest.raises(VendoredError, match=r"github.com/o/r//sub\?ref=v1 leads out of the folder"):
        found(folder, "github.com/o/r//sub?ref=v1")


def test_a_link_inside_is_followed(tmp_path: Path) -> None:
    put(tmp_path, "github.com/o/r/v1")
    (tmp_path / "github.com/o/r/v2").symlink_to("v1")
    assert found(tmp_path, "github.com/o/r?ref=v2") == "github.com/o/r/v2"


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    put(tmp_path / "real", "a/b/aws")
    (tmp_path / "linked").symlink_to("real")
    assert found(tmp_path / "linked", "a/b/aws") == "a/b/aws"


@pytest.mark.parametrize(
    ("source", "version", "says"),
    [
        ("a/b/aws", "latest", "'latest' is no version constraint"),
        ("github.com/o/r", "1.0.0", "takes no version"),
        ("git::https://hunter2@h.com/r.git", "1.0.0", "takes no version"),
    ],
)
def test_questions_without_an_answer(tmp_path: Path, source: str, version: str, says: str) -> None:
    put(tmp_path, "a/b/aws/1.0.0", "github.com/o/r")
    with pytest.raises(VendoredError, match=says) as caught:
        found(tmp_path, source, version)
    assert "hunter2" not in str(caught.value)
