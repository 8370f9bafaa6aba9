"""Unpacking: what an archive holds arrives, and what a hostile one attempts does not."""

import gzip
import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from scanner.parsers.terraform.remote.archives import unpack
from scanner.parsers.terraform.remote.limits import Allowance, DownloadError, Limits
from scanner.parsers.terraform.remote.tree import Tree
from tests.parsers.terraform.remote.repositories import member, tar_of, tar_with, zip_of

FILES = {"main.tf": "# root\n", "modules/a/main.tf": "# a\n", "empty.tf": ""}
SMALL = Limits(unpacked=1 << 20, files=50)


def unpacked(folder: Path, content: bytes, form: str, limits: Limits = SMALL, time_limit: float = 30.0) -> Path:
    (folder / "archive").write_bytes(content)
    allowance = Allowance(time_limit, limits)
    unpack(folder / "archive", form, Tree(folder / "package", allowance), allowance)
    return folder / "package"


def texts(package: Path) -> dict[str, str]:
    return {
        each.relative_to(package).as_posix(): each.read_text(encoding="utf-8")
        for each in sorted(package.rglob("*"))
        if each.is_file()
    }


def refused(folder: Path, content: bytes, form: str, says: str, limits: Limits = SMALL) -> None:
    with pytest.raises(DownloadError, match=says):
        unpacked(folder, content, form, limits)
    # Whatever was written stays below the folder of the package.
    assert {each.name for each in folder.iterdir()} == {"archive", "package"}


@pytest.mark.parametrize("form", ["zip", "gz", "bz2", "xz"])
def test_files_arrive(tmp_path: Path, form: str) -> None:
    content = zip_of(FILES) if form == "zip" else tar_of(FILES, form)
    package = unpacked(tmp_path, content, form)
    assert texts(package) == FILES


def test_folders_dots_and_modes(tmp_path: Path) -> None:
    script = member("./run.sh", size=2)
    script.mode = 0o4755
    package = unpacked(
        tmp_path,
        tar_with([(member("./", tarfile.DIRTYPE), b""), (script, b"hi"), (member("./x/", tarfile.DIRTYPE), b"")]),
        "gz",
    )
    assert texts(package) == {"run.sh": "hi"}
    assert (package / "x").is_dir()
    assert stat.S_IMODE((package / "run.sh").stat().st_mode) & 0o7111 == 0


def test_links_inside_are_kept(tmp_path: Path) -> None:
    members = [(member("a/link.tf", tarfile.SYMTYPE, link="../main.tf"), b""), (member("main.tf", size=2), b"ok")]
    members.append((member("dangling", tarfile.SYMTYPE, link="a/none"), b""))
    package = unpacked(tmp_path, tar_with(members), "gz")
    assert texts(package) == {"a/link.tf": "ok", "main.tf": "ok"}
    assert (package / "dangling").is_symlink()


def test_links_of_a_zip_are_kept(tmp_path: Path) -> None:
    assert texts(unpacked(tmp_path, zip_of({"main.tf": "ok"}, {"link.tf": "main.tf"}), "zip"))["link.tf"] == "ok"


@pytest.mark.parametrize("name", ["../evil.tf", "a/../../evil.tf", "/evil.tf", "a/..", "//evil.tf"])
@pytest.mark.parametrize("form", ["zip", "gz"])
def test_names_that_lead_out(tmp_path: Path, name: str, form: str) -> None:
    files = {"main.tf": "ok", name: "evil"}
    refused(tmp_path, zip_of(files) if form == "zip" else tar_of(files), form, "which leads out of it")


@pytest.mark.parametrize("target", ["/etc/passwd", "..", "../..", "../outside", "a/../../x", "a/b/c/../../../../x"])
@pytest.mark.parametrize("form", ["zip", "gz"])
def test_links_that_lead_out(tmp_path: Path, target: str, form: str) -> None:
    if form == "zip":
        content = zip_of({"a/b/c/main.tf": "ok"}, {"link": target})
    else:
        content = tar_with(
            [(member("a/b/c/main.tf", size=2), b"ok"), (member("link", tarfile.SYMTYPE, link=target), b"")]
        )
    refused(tmp_path, content, form, "its link link leads out of it")


def test_a_link_through_a_link_that_leads_out(tmp_path: Path) -> None:
    members = [
        (member("a/b/main.tf", size=2), b"ok"),
        (member("up", tarfile.SYMTYPE, link="a/b"), b""),
        (member("a/b/here", tarfile.SYMTYPE, link="../.."), b""),
        (member("out", tarfile.SYMTYPE, link="up/here/.."), b""),
    ]
    refused(tmp_path, tar_with(members), "gz", "its link out leads out of it")


def test_a_link_behind_a_path_that_is_too_long_to_follow(tmp_path: Path) -> None:
    """Each name of one letter is a link to a long one, so that the path outgrows what the system resolves."""
    long, members, here = "d" * 247, [], ""
    for letter in "abcdefghijklmnop":
        members.append((member(f"{here}{long}", tarfile.DIRTYPE), b""))
        members.append((member(f"{here}{letter}", tarfile.SYMTYPE, link=long), b""))
        here += f"{long}/"
    path = "/".join("abcdefghijklmnop")
    members.append((member(f"{here}{'l' * 254}", tarfile.SYMTYPE, link="../" * 16), b""))
    members.append((member("escape", tarfile.SYMTYPE, link=f"{path}/{'l' * 254}/../.."), b""))
    refused(tmp_path, tar_with(members), "gz", "which is too long a name", Limits())


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    refused(tmp_path, tar_of({f"a/{'x' * 256}": ""}), "gz", "which is too long a name")


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    members = [(member("a", tarfile.SYMTYPE, link=str(outside)), b""), (member("a/evil.tf", size=4), b"evil")]
    with pytest.raises(DownloadError):
        unpacked(tmp_path, tar_with(members), "gz")
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "link"),
    [(tarfile.LNKTYPE, "main.tf"), (tarfile.CHRTYPE, ""), (tarfile.BLKTYPE, ""), (tarfile.FIFOTYPE, "")],
)
def test_what_no_module_needs(tmp_path: Path, kind: bytes, link: str) -> None:
    content = tar_with([(member("main.tf", size=2), b"ok"), (member("other", kind, link=link), b"")])
    refused(tmp_path, content, "gz", "which is no file, folder or symbolic link")


def test_a_device_in_a_zip(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        info = zipfile.ZipInfo("null")
        info.create_system, info.external_attr = 3, (stat.S_IFCHR | 0o666) << 16
        package.writestr(info, "")
    refused(tmp_path, stream.getvalue(), "zip", "which is no file, folder or link")


@pytest.mark.parametrize("form", ["zip", "gz", "bz2", "xz"])
def test_a_bomb_by_size(tmp_path: Path, form: str) -> None:
    files = {f"{number}.tf": "\0" * (1 << 19) for number in range(3)}
    content = zip_of(files) if form == "zip" else tar_of(files, form)
    assert len(content) < 1 << 14
    refused(tmp_path, content, form, "larger than 1 MiB when unpacked")
    assert sum(each.stat().st_size for each in (tmp_path / "package").iterdir()) <= SMALL.unpacked


@pytest.mark.parametrize("form", ["zip", "gz"])
def test_a_bomb_by_number(tmp_path: Path, form: str) -> None:
    files = {f"{number}.tf": "" for number in range(60)}
    content = zip_of(files) if form == "zip" else tar_of(files)
    refused(tmp_path, content, form, "more than 50 files and folders")


def test_a_bomb_of_folders(tmp_path: Path) -> None:
    refused(tmp_path, tar_of({"a/" * 60 + "x.tf": ""}), "gz", "more than 50 files and folders")


def test_a_bomb_of_depth(tmp_path: Path) -> None:
    refused(tmp_path, tar_of({"a/" * 70 + "x.tf": ""}), "gz", "more than 64 deep", Limits())


def test_a_bomb_in_a_header(tmp_path: Path) -> None:
    """A long name is read whole into memory, so it must not be as long as the archive says."""
    header = member("././@LongLink", tarfile.GNUTYPE_LONGNAME, size=64 << 20)
    content = tar_with([(header, b"n" * (64 << 20)), (member("main.tf", size=2), b"ok")])
    assert len(content) < 1 << 20
    refused(tmp_path, content, "gz", "larger inside than any module", Limits())


def test_a_size_below_nothing(tmp_path: Path) -> None:
    """Readers that go back by it never come to an end."""
    info = member("main.tf")
    raw = bytearray(info.tobuf())
    raw[124:136] = b"\xff" * 11 + b"\x00"  # -256 in the binary form of a number
    raw[148:156] = b"        "
    raw[148:156] = b"%06o\0 " % (sum(raw[:512]))
    refused(tmp_path, gzip.compress(bytes(raw) + b"\0" * 1024), "gz", "larger than|larger inside|damaged")


def test_time_runs_out(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="longer than 0 s"):
        unpacked(tmp_path, zip_of(FILES), "zip", time_limit=0.0)


@pytest.mark.parametrize("form", ["zip", "gz", "bz2", "xz"])
def test_a_torn_archive_is_no_module(tmp_path: Path, form: str) -> None:
    content = zip_of(FILES) if form == "zip" else tar_of(FILES, form)
    refused(tmp_path, content[: len(content) // 2], form, "damaged|too early")


@pytest.mark.parametrize("form", ["zip", "gz", "bz2", "xz"])
def test_what_is_no_archive(tmp_path: Path, form: str) -> None:
    refused(tmp_path, b"<html>Please log in</html>", form, "damaged")


def test_a_damaged_header_is_not_taken_for_the_end(tmp_path: Path) -> None:
    content = bytearray(tar_of(FILES, ""))
    content[1024 + 5] ^= 0xFF  # in the name of the second member, so that its checksum is wrong
    refused(tmp_path, gzip.compress(bytes(content)), "gz", "does not end where its files end")


@pytest.mark.parametrize("form", ["zip", "gz"])
def test_an_empty_archive_is_no_module(tmp_path: Path, form: str) -> None:
    refused(tmp_path, zip_of({}) if form == "zip" else tar_of({}), form, "it is empty")


def test_the_same_name_twice(tmp_path: Path) -> None:
    content = tar_with([(member("main.tf", size=1), b"1"), (member("./main.tf", size=1), b"2")])
    refused(tmp_path, content, "gz", "holds ./main.tf twice")


def test_a_file_below_a_file(tmp_path: Path) -> None:
    refused(tmp_path, tar_of({"a": "x", "a/b": "y"}), "gz", "below a file")


def test_an_encrypted_file(tmp_path: Path) -> None:
    content = bytearray(zip_of({"main.tf": "ok"}))
    for signature in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.index(signature) + (6 if signature == b"PK\x03\x04" else 8)
        content[at] |= 1
    refused(tmp_path, bytes(content), "zip", "its file main.tf is encrypted")


def test_names_in_messages_stay_on_one_line(tmp_path: Path) -> None:
    with pytest.raises(DownloadError) as caught:
        unpacked(tmp_path, tar_of({"../a\n\x1b[31mPASSED": ""}), "gz")
    assert str(caught.value).isprintable()


def test_a_name_of_the_cache(tmp_path: Path) -> None:
    refused(tmp_path, tar_of({".releasegate-module.json": "{}"}), "gz", "a name of the cache's own")
