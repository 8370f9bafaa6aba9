"""Archives that harm whoever unpacks them: names, links, bombs, programs, and what is too much to look at."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.parsers.model.files import archives
from tests.parsers.model.files.weights import ELF, PE, kinds, written


def zipped(*members: tuple[str, bytes], symlink: str = "") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, inner in members:
            opened.writestr(name, inner)
        if symlink:
            entry = zipfile.ZipInfo(symlink)
            entry.create_system, entry.external_attr = 3, 0o120777 << 16
            opened.writestr(entry, "/etc/passwd")
    return content.getvalue()


def tarred(*members: tuple[str, bytes], **special: bytes) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as opened:
        for name, inner in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(inner)
            opened.addfile(entry, io.BytesIO(inner))
        for name, kind in special.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc"
            opened.addfile(entry)
    return content.getvalue()


def found(folder: Path, content: bytes) -> dict[str, Any]:
    return archives.inspect(str(written(folder, "model.mar", content)))


def told(facts: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["problem"], each["name"]) for each in facts.get("members", [])]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("a/b.txt", None),
        ("a..b/..c", None),
        ("../x", "traversal"),
        ("a/../../x", "traversal"),
        ("a\\..\\x", "traversal"),
        ("/etc/x", "absolute"),
        ("C:/x", "absolute"),
        ("\\\\server\\share\\x", "absolute"),
    ],
)
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_lead_out(tmp_path: Path, pack: Callable[..., bytes], name: str, problem: str | None) -> None:
    facts = found(tmp_path, pack(("first", b"1"), (name, b"2")))
    assert [each for each, _ in told(facts)] == ([problem] if problem else [])
    assert facts["member_count"] == 2


def test_links_devices_and_repeated_names(tmp_path: Path) -> None:
    assert told(found(tmp_path, zipped(("a", b"1"), symlink="out"))) == [("symlink", "out")]
    special = {"out": tarfile.SYMTYPE, "same": tarfile.LNKTYPE, "pipe": tarfile.FIFOTYPE}
    facts = found(tmp_path, tarred(("a", b"1"), ("a", b"2"), **special))
    assert told(facts) == [("device", "pipe"), ("duplicate", "a"), ("symlink", "out"), ("symlink", "same")]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_programs_inside(tmp_path: Path, pack: Callable[..., bytes]) -> None:
    facts = found(tmp_path, pack(("lib/x.txt", ELF), ("run", PE), ("weights", bytes(4000))))
    assert told(facts) == [("executable", "lib/x.txt"), ("executable", "run")]


def test_a_bomb(tmp_path: Path) -> None:
    facts = found(tmp_path, zipped(("weights", bytes(101 << 20)), ("small", bytes(1 << 20))))
    assert told(facts) == [("bomb", "weights")]


def test_members_that_share_their_bytes(tmp_path: Path) -> None:
    """What makes a flat file of 42 kB unpack to gigabytes: many entries of the directory lead to one place."""
    content = zipped(("a", b"1" * 1000), ("b", b"2" * 1000))
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        second = opened.getinfo("b").header_offset
    directory = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    shared = bytearray(content)
    shared[directory + 42 : directory + 46] = (0).to_bytes(4, "little")
    assert second
    assert ("overlap", "b") in told(found(tmp_path, bytes(shared)))


def test_encrypted_members(tmp_path: Path) -> None:
    content = bytearray(zipped(("a", b"1" * 100)))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert told(found(tmp_path, bytes(content))) == [("encrypted", "")]


def test_a_directory_of_very_many_members_is_not_listed(tmp_path: Path) -> None:
    """Four hundred thousand entries take twenty megabytes, and would take a gigabyte as objects."""
    content = zipped(("a", b"1"))
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    directory = content[start:end] * 400_000
    last = bytearray(content[end:])
    last[12:16] = len(directory).to_bytes(4, "little")
    facts = found(tmp_path, content[:start] + directory + bytes(last))
    assert facts == {"incomplete": "the directory of the archive takes 17 MiB; up to 16 are read"}


def test_what_an_archive_is_by_its_members(tmp_path: Path) -> None:
    assert found(tmp_path, zipped(("model/data.pkl", b"x"), ("model/data/0", b"x")))["format"] == "torch"
    assert found(tmp_path, zipped(("MAR-INF/MANIFEST.json", b"{}")))["format"] == "torch-model-archive"
    assert found(tmp_path, zipped(("a.npy", b"x"), ("b.npy", b"x")))["format"] == "npz"
    assert "format" not in found(tmp_path, zipped(("a.txt", b"x")))
    assert found(tmp_path, tarred(("./model_config.yaml", b"x")))["format"] == "nemo"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_archives(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    assert told(found(tmp_path, pack(tarred(("../x", b"1"))))) == [("traversal", "../x")]
    assert found(tmp_path, pack(b"no archive at all" * 99)) == {}


def test_a_compressed_bomb_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_UNPACKED", 1 << 20)
    facts = found(tmp_path, gzip.compress(tarred(("a", b"1"), ("weights", bytes(4 << 20)), ("b", b"2"))))
    assert "unpacks to more than" in facts["incomplete"]


def test_a_header_that_asks_for_very_much_is_refused(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("././@PaxHeader")
    entry.type, entry.size = tarfile.XHDTYPE, 3 << 30
    content = tarred(("a", b"1"))[:1024] + entry.tobuf(tarfile.GNU_FORMAT) + bytes(4096)
    assert "asks for 3072 MiB" in found(tmp_path, content)["incomplete"]


@pytest.mark.parametrize("length", [4, 40, 200])
def test_a_zip_that_is_cut(tmp_path: Path, length: int) -> None:
    content = zipped(("a" * 50, b"1" * 1000), ("b", b"2"))
    assert kinds(found(tmp_path, content[:length])) == ["truncated"]


def test_a_zip_whose_directory_is_none(tmp_path: Path) -> None:
    content = bytearray(zipped(("a", b"1")))
    content[content.index(b"PK\x01\x02")] ^= 0xFF
    assert "broken" in found(tmp_path, bytes(content))["incomplete"]


def test_a_member_that_cannot_be_unpacked(tmp_path: Path) -> None:
    content = bytearray(zipped(("a", bytes(range(256)) * 9)))
    content[31:60] = bytes(29)
    assert told(found(tmp_path, bytes(content))) == [("broken", "a")]


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08" + bytes(20), b"BZh9" + bytes(20), b"\xfd7zXZ\0" + bytes(20)])
def test_compression_that_is_broken(tmp_path: Path, content: bytes) -> None:
    assert kinds(found(tmp_path, content)) == ["broken"]


def test_a_tar_that_is_cut(tmp_path: Path) -> None:
    facts = found(tmp_path, gzip.compress(tarred(("a", b"1"), ("b", bytes(9000))))[:-200])
    assert "incomplete" in facts or kinds(facts) == ["broken"]


def test_of_many_members_the_worst_are_listed(tmp_path: Path) -> None:
    facts = found(tmp_path, zipped(*((f"../{index}", b"1") for index in range(300))))
    assert (len(facts["members"]), facts["members_left_out"]) == (100, 200)
