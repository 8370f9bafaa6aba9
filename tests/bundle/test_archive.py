"""An archive of policies is somebody else's file: what is not a plain tar of plain files is refused, by name."""

import gzip
import resource
import tarfile
import time
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from scanner.bundle.archive import MAX_FILE, MAX_FILES, MAX_TOTAL, read_archive
from scanner.bundle.errors import BundleError
from tests.bundle.archives import BLOCK, END, bundle, member, packed, pax, record

GOOD = member("a.yaml", b"id: A\n")


def _long_name(name: str) -> bytes:
    return member("././@LongLink", name.encode() + b"\0", tarfile.GNUTYPE_LONGNAME)


def _negative(header: bytearray) -> None:
    header[124:136] = b"\xff" * 11 + b"\x00"


def _huge(header: bytearray) -> None:
    header[124:136] = b"\x80" + (1 << 62).to_bytes(11, "big")


def _broken_checksum(raw: bytes) -> bytes:
    return raw[:148] + b"000001\0 " + raw[156:]


def _bomb(size: int) -> bytes:
    """A gzip of so many zeros, made without having them in memory."""
    compressor = zlib.compressobj(9, wbits=31)
    pieces = [compressor.compress(member("big.json", size=size)[:BLOCK])]
    pieces += [compressor.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join((*pieces, compressor.flush()))


HOSTILE: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "traversal": (packed(member("../evil.yaml", b"x")), "the member '../evil.yaml' leads out of the bundle"),
    "inner-traversal": (packed(member("a/../../evil.yaml")), "'a/../../evil.yaml' leads out of the bundle"),
    "traversal-to-inside": (packed(member("a/../b.yaml")), "'a/../b.yaml' leads out"),
    "traversal-after-slash": (packed(member("/../evil.yaml")), "'/../evil.yaml' leads out"),
    "two-slashes": (packed(member("//etc/passwd")), "'//etc/passwd' is no plain path"),
    "drive": (packed(member("C:/windows/a.yaml")), "'C:/windows/a.yaml' is an absolute path"),
    "backslash": (packed(member("..\\evil.yaml")), "has a backslash in its name"),
    "dot-in-the-middle": (packed(member("a/./b.yaml")), "'a/./b.yaml' is no plain path"),
    "empty-name": (packed(member("")), "the member '' is no plain path"),
    "symbolic-link": (packed(member("l.yaml", kind=b"2", linkname="/etc/passwd")), "'l.yaml' is a symbolic link"),
    "link-to-inside": (packed(GOOD, member("l.yaml", kind=b"2", linkname="a.yaml")), "'l.yaml' is a symbolic link"),
    "hard-link": (packed(GOOD, member("l.yaml", kind=b"1", linkname="a.yaml")), "'l.yaml' is a hard link"),
    "character-device": (packed(member("d", kind=b"3")), "'d' is a device"),
    "block-device": (packed(member("d", kind=b"4")), "'d' is a device"),
    "named-pipe": (packed(member("p.rego", kind=b"6")), "'p.rego' is a named pipe"),
    "sparse": (packed(member("s.json", kind=b"S")), "'s.json' is a sparse file"),
    "sparse-by-record": (packed(pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0")), GOOD), "GNU.sparse.major"),
    "unknown-type": (packed(member("v", kind=b"V")), "'v' is of the unknown type b'V'"),
    "long-link": (packed(member("k", b"/etc/passwd\0", kind=b"K"), GOOD), "'k' is of the unknown type b'K'"),
    "twice": (packed(GOOD, GOOD), "'a.yaml' is there twice"),
    "twice-by-slash": (packed(GOOD, member("/a.yaml")), "'/a.yaml' is there twice"),
    "twice-by-dot": (packed(GOOD, member("./a.yaml")), "'./a.yaml' is there twice"),
    "case": (packed(GOOD, member("A.yaml")), "'A.yaml' and 'a.yaml' differ only in the case"),
    "composition": (packed(member("é.yaml"), member("e\u0301.yaml")), "differ only in the case or composition"),
    "below-a-file": (packed(member("a"), member("a/b.yaml")), "'a/b.yaml' lies inside of 'a', which is a file"),
    "file-over-folder": (packed(member("a/b.yaml"), member("a")), "'a' is a file and a folder"),
    "huge-member": (packed(member("big.json", size=MAX_FILE + 1)), f"'big.json' has {MAX_FILE + 1} bytes"),
    "huge-size": (packed(member("big.json", mend=_huge)), f"'big.json' has {1 << 62} bytes"),
    "huge-size-by-record": (packed(pax(("size", str(1 << 40))), GOOD), f"'a.yaml' has {1 << 40} bytes"),
    "negative-size": (packed(member("n.json", mend=_negative)), "'n.json' has -"),
    "negative-size-by-record": (packed(pax(("size", "-512")), GOOD), "'a.yaml' has -1 bytes"),
    "size-of-many-digits": (packed(pax(("size", "9" * 5000)), GOOD), "'a.yaml' has -1 bytes"),
    "bomb": (partial(_bomb, MAX_FILE * 8), f"'big.json' has {MAX_FILE * 8} bytes"),
    "bomb-of-padding": (gzip.compress(GOOD + bytes(MAX_TOTAL), mtime=0), "unpacks to more than 64 MiB"),
    "many-files": (packed(*(member(f"{n}.yaml") for n in range(MAX_FILES + 1))), "is one file too many"),
    "many-folders": (
        packed(member("d", kind=b"5") * (3 * MAX_FILES + 1)),
        "has more than 30000 members",
    ),
    "many-records": (packed(pax(("a", "b")) * (3 * MAX_FILES + 1)), "has more than 30000 members"),
    "large-record": (packed(pax(("comment", "x" * 70_000)), GOOD), "an extension record of 70"),
    "deep": (packed(_long_name("/".join("d" * 40) + "/a.yaml"), GOOD), "lies more than 32 folders deep"),
    "long-name": (packed(_long_name("n" * 2000), GOOD), "has a name of more than 1024 bytes"),
    "not-utf-8": (packed(member(b"caf\xe9.yaml")), "'caf\\udce9.yaml' has a name that is not UTF-8"),
    "not-utf-8-by-record": (packed(member("pax", b"16 path=caf\xe9.ya\n", b"x"), GOOD), "not UTF-8"),
    "control-characters": (packed(member("a\x1b[2J.yaml")), "'a\\x1b[2J.yaml' has control characters"),
    "line-break": (packed(member("a\nerror: b.yaml")), "'a\\nerror: b.yaml' has control characters"),
    "right-to-left": (packed(member("a\u202egor.yaml")), "'a\\u202egor.yaml' has control characters"),
    "zero-in-record": (packed(pax(("path", "a\0.yaml")), GOOD), "has control characters"),
    "traversal-by-record": (packed(pax(("path", "../../evil.yaml")), GOOD), "'../../evil.yaml' leads out"),
    "traversal-by-long-name": (packed(_long_name("../evil.yaml"), GOOD), "'../evil.yaml' leads out"),
    "traversal-of-folder": (packed(member("../", kind=b"5")), "'..' leads out of the bundle"),
    "folder-with-content": (packed(member("d", b"hidden", kind=b"5")), "'d' is a folder with content"),
    "path-for-all": (packed(pax(("path", "b.yaml"), kind=b"g"), GOOD), "has the extension record 'path'"),
    "broken-record": (packed(member("pax", b"99 path=b.yaml\n", b"x"), GOOD), "has a damaged extension record"),
    "record-of-no-length": (packed(member("pax", b"0 \n", b"x"), GOOD), "has a damaged extension record"),
    "record-for-nobody": (packed(GOOD, pax(("path", "b.yaml"))), "has a damaged end mark"),
    "broken-checksum": (packed(GOOD, _broken_checksum(member("b.yaml"))), "is damaged after 'a.yaml': bad checksum"),
    "hidden-after-broken": (packed(GOOD, b"?" * BLOCK, member("b.yaml")), "is damaged after 'a.yaml'"),
    "no-end": (packed(GOOD, end=b""), "ends before its end mark"),
    "half-an-end": (packed(GOOD, end=bytes(BLOCK)), "ends before its end mark"),
    "cut-member": (gzip.compress(member("a.yaml", b"x" * 600)[:900], mtime=0), "ends before its end mark"),
    "cut-gzip": (packed(GOOD)[:-12], "ends in the middle of its compressed data"),
    "cut-trailer": (packed(GOOD)[:-4], "ends in the middle of its compressed data"),
    "wrong-sum": (packed(GOOD)[:-8] + bytes(8), "cannot be decompressed"),
    "wrong-bytes": (packed(GOOD)[:20] + b"\xff\xff\xff" + packed(GOOD)[23:], "cannot be decompressed"),
    "after-the-gzip": (packed(GOOD) + b"more", "has data after its end"),
    "second-gzip": (packed(GOOD) + packed(member("b.yaml")), "has data after its end"),
    "after-the-end": (packed(GOOD, end=END + b"more"), "has data after its end mark"),
    "second-archive": (packed(GOOD, END, member("b.yaml")), "has data after its end mark"),
    "empty": (b"", "ends before its end mark"),
    "no-archive": (b"id: TST-001\n" * 100, "is no tar archive"),
    "zip": (b"PK\x03\x04" + bytes(2000), "is no tar archive"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_refused(kind: str, tmp_path: Path) -> None:
    content, expected = HOSTILE[kind]
    inside = tmp_path / "inside"
    inside.mkdir()
    file = inside / "bundle.tar.gz"
    file.write_bytes(content() if callable(content) else content)

    started = time.perf_counter()
    with pytest.raises(BundleError) as error:
        read_archive(file)

    assert expected in error.value.message
    assert "\n" not in error.value.message
    assert error.value.message.isprintable()
    assert error.value.location.path == "bundle.tar.gz"
    assert time.perf_counter() - started < 5
    assert [path.name for path in tmp_path.rglob("*")] == ["inside", "bundle.tar.gz"]


def test_a_bomb_does_not_fill_the_memory(tmp_path: Path) -> None:
    file = tmp_path / "bundle.tar.gz"
    file.write_bytes(_bomb(1 << 30))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BundleError, match="has 1073741824 bytes"):
        read_archive(file)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # KiB


def test_plain_and_compressed_archives_are_read(tmp_path: Path) -> None:
    files = {".manifest": "{}", "a/b.rego": "package a\n", "data.json": "{}"}
    packed_file = bundle(tmp_path / "b.tgz", files)
    plain = tmp_path / "b.tar"
    plain.write_bytes(gzip.decompress(packed_file.read_bytes()))
    expected = {name: text.encode() for name, text in files.items()}
    assert read_archive(packed_file) == expected
    assert read_archive(plain) == expected


def test_names_as_opa_and_tar_write_them(tmp_path: Path) -> None:
    """OPA puts `/` before every name; `tar -C folder .` puts `./` there and names the folders."""
    file = tmp_path / "b.tar.gz"
    folders = (member("./", kind=b"5"), member("./a/", kind=b"5"))
    file.write_bytes(packed(*folders, member("./a/b.rego", b"1"), member("/data.json", b"{}")))
    assert read_archive(file) == {"a/b.rego": b"1", "data.json": b"{}"}


def test_long_names_come_in_both_ways(tmp_path: Path) -> None:
    name = "a/" + "n" * 150 + ".rego"
    file = tmp_path / "b.tar.gz"
    file.write_bytes(packed(pax(("mtime", "1.5"), ("path", name)), member("short", b"1"), _long_name(f"{name}2"), GOOD))
    assert read_archive(file) == {name: b"1", f"{name}2": b"id: A\n"}


def test_a_comment_of_git_is_no_member(tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    file.write_bytes(packed(member("pax_global_header", record("comment", "0" * 40), b"g"), GOOD))
    assert read_archive(file) == {"a.yaml": b"id: A\n"}


def test_a_missing_archive_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="cannot be read: No such file"):
        read_archive(tmp_path / "none.tar.gz")
