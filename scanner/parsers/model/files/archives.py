"""Opens zip and tar archives that may be hostile, and tells what is wrong with the names and kinds of their members."""

import bz2
import gzip
import io
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any, BinaryIO, Literal

from scanner.parsers.model.files.executables import executable_kind
from scanner.parsers.model.files.findings import MOST_LISTED, shown

_LARGEST_DIRECTORY = 16 << 20
_MOST_MEMBERS = 100_000
_MOST_UNPACKED = 1 << 30
_LARGEST_READ = 16 << 20
# A member that grows this many times and to this size is no data of a model.
_BOMB_RATIO, _BOMB_SIZE = 200, 100 << 20
_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
_UNSTABLE = (tarfile.TarError, lzma.LZMAError, EOFError, OSError, zlib.error, ValueError, struct.error, OverflowError)
_READING = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error)
_FIRST_OF_ZIP = re.compile(r"(^|/)data\.pkl$")


_COMPRESSED: tuple[tuple[bytes, Callable[[BinaryIO], Any]], ...] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ", lzma.LZMAFile),
)


@dataclass(frozen=True)
class Member:
    """One entry: its name as written, its unpacked size and the kind `file`, `folder`, `link` or `device`."""

    name: str
    size: int
    kind: str = "file"
    target: str = ""


def inspect(path: str) -> dict[str, Any]:
    """`members` with what is wrong with each, `problems`, and the `format` if the members tell it. Raises `OSError`."""
    with Path(path).open("rb") as file:
        first = file.read(6)
        file.seek(0)
        if first[:2] == b"PK":
            return _inspect_zip(file)
        unpack = next((unpack for magic, unpack in _COMPRESSED if first.startswith(magic)), None)
        if unpack is None:
            return _inspect_tar(_Bounded(file, None), "r:")
        try:
            if unpack(file).read(512)[257:262] != b"ustar":
                return {}  # one compressed file, no archive
        except _UNSTABLE as error:
            return {"problems": [{"kind": "broken", "message": f"the file cannot be unpacked: {shown(error)}"}]}
        file.seek(0)
        return _inspect_tar(_Bounded(unpack(file), _MOST_UNPACKED), "r|")


def open_zip(file: BinaryIO) -> zipfile.ZipFile | None:
    """The archive, None where it is none. Raises `ValueError` for one whose directory is too large to be listed."""
    size = _directory_size(file)
    if size is None:
        return None
    if size > _LARGEST_DIRECTORY:
        limit = _LARGEST_DIRECTORY >> 20
        raise ValueError(f"the directory of the archive takes {size >> 20} MiB; up to {limit} are read")
    try:
        return zipfile.ZipFile(file)
    except _READING as error:
        raise ValueError(f"the zip archive is broken: {shown(error)}") from error


def read_member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """What is in a member. Raises `ValueError` where that is more than `limit` bytes, and what `zipfile` raises."""
    with archive.open(name) as member:
        content = member.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"{shown(name)} is larger than {limit >> 20} MiB")
    return content


def _directory_size(file: BinaryIO) -> int | None:
    """What the end record says of the directory's size, which `zipfile` would read at once."""
    size = file.seek(0, 2)
    start = max(0, size - (66 << 10))
    file.seek(start)
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        return None
    said = int.from_bytes(tail[at + 12 : at + 16], "little")
    wide = tail.rfind(_END64, 0, at)
    if wide >= 0 and wide + 48 <= len(tail):
        said = max(said if said != 0xFFFFFFFF else 0, int.from_bytes(tail[wide + 40 : wide + 48], "little"))
    return said


def _inspect_zip(file: BinaryIO) -> dict[str, Any]:
    try:
        archive = open_zip(file)
    except ValueError as error:
        return {"incomplete": str(error)}
    if archive is None:
        return {"problems": [{"kind": "truncated", "message": "the zip archive has no end: it is cut off, or none"}]}
    entries = archive.infolist()
    if len(entries) > _MOST_MEMBERS:
        return {"incomplete": f"the archive has {len(entries)} members; up to {_MOST_MEMBERS} are looked at"}
    members = [Member(entry.filename, entry.file_size, _kind(entry)) for entry in entries]
    told = [*_told(members), *_bombs(entries), *_overlaps(entries), *_programs(entries, archive)]
    if any(entry.flag_bits & 1 for entry in entries):
        told.append({"name": "", "problem": "encrypted"})
    names = {entry.filename for entry in entries}
    return _zip_format(names) | {"member_count": len(entries)} | _listed(told)


def _kind(entry: zipfile.ZipInfo) -> str:
    mode = entry.external_attr >> 28
    return "link" if mode == 0xA else "folder" if entry.is_dir() else "device" if mode in (0x1, 0x2, 0x6) else "file"


def _bombs(entries: Iterable[zipfile.ZipInfo]) -> Iterator[dict[str, str]]:
    for entry in entries:
        if entry.file_size > _BOMB_SIZE and entry.file_size > _BOMB_RATIO * max(entry.compress_size, 1):
            yield {"name": shown(entry.filename), "problem": "bomb"}


def _overlaps(entries: Iterable[zipfile.ZipInfo]) -> Iterator[dict[str, str]]:
    """Members whose data lie in one another, by which few bytes unpack to very many."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            yield {"name": shown(entry.filename), "problem": "overlap"}
        end = max(end, entry.header_offset + 30 + entry.compress_size)


def _programs(entries: Iterable[zipfile.ZipInfo], archive: zipfile.ZipFile) -> Iterator[dict[str, str]]:
    for entry in entries:
        if entry.file_size < 64 or entry.is_dir() or entry.flag_bits & 1:
            continue
        try:
            with archive.open(entry) as member:
                head = member.read(1024)
        except (*_READING, ValueError):
            yield {"name": shown(entry.filename), "problem": "broken"}
            continue
        if executable_kind(head):
            yield {"name": shown(entry.filename), "problem": "executable"}


def _zip_format(names: set[str]) -> dict[str, str]:
    if any(_FIRST_OF_ZIP.search(name) for name in names):
        return {"format": "torch"}
    if "MAR-INF/MANIFEST.json" in names:
        return {"format": "torch-model-archive"}
    return {"format": "npz"} if names and all(name.endswith(".npy") for name in names) else {}


def _inspect_tar(source: "_Bounded", mode: Literal["r:", "r|"]) -> dict[str, Any]:
    members: list[Member] = []
    told: list[dict[str, str]] = []
    stopped = ""
    try:
        with tarfile.open(fileobj=source, mode=mode) as archive:
            for entry in archive:
                members.append(Member(entry.name, entry.size, _tar_kind(entry), entry.linkname))
                if len(members) > _MOST_MEMBERS:
                    stopped = f"the archive has more than {_MOST_MEMBERS} members"
                    break
                told.extend(_tar_program(archive, entry))
    except _TooMuchError as error:
        stopped = str(error)
    except _UNSTABLE as error:
        if not members:
            return {"problems": [{"kind": "broken", "message": f"the tar archive cannot be read: {shown(error)}"}]}
        stopped = f"the tar archive is broken after {len(members)} members: {shown(error)}"
    names = {member.name.removeprefix("./") for member in members}
    nemo = {"format": "nemo"} if "model_config.yaml" in names else {"format": "tar"}
    facts = nemo | {"member_count": len(members)} | _listed([*_told(members), *told])
    return facts | ({"incomplete": stopped} if stopped else {})


def _tar_kind(entry: tarfile.TarInfo) -> str:
    if entry.issym() or entry.islnk():
        return "link"
    return "folder" if entry.isdir() else "file" if entry.isfile() else "device"


def _tar_program(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Iterator[dict[str, str]]:
    member = archive.extractfile(entry) if entry.isfile() and entry.size >= 64 else None
    if member is not None and executable_kind(member.read(1024)):
        yield {"name": shown(entry.name), "problem": "executable"}


def _told(members: Iterable[Member]) -> Iterator[dict[str, str]]:
    """What is wrong with names and kinds, whatever the archive is."""
    counted: Counter[str] = Counter()
    for member in members:
        counted[member.name] += 1
        problem = _name_problem(member.name)
        if problem is None and member.kind == "link":
            # A link inside the archive is harmless only where nothing is written through it: unpackers differ.
            problem = "symlink"
        elif problem is None and member.kind == "device":
            problem = "device"
        elif problem is None and counted[member.name] == 2 and member.kind == "file":
            problem = "duplicate"
        if problem:
            yield {"name": shown(member.name), "problem": problem}


def _name_problem(name: str) -> str | None:
    windows = PureWindowsPath(name)
    if windows.root or windows.drive:
        return "absolute"
    return "traversal" if ".." in windows.parts else None


def _listed(told: list[dict[str, str]]) -> dict[str, Any]:
    ordered = sorted(told, key=lambda each: (each["problem"], each["name"]))
    facts: dict[str, Any] = {"members": ordered[:MOST_LISTED]} if ordered else {}
    return facts | ({"members_left_out": len(ordered) - MOST_LISTED} if len(ordered) > MOST_LISTED else {})


class _TooMuchError(Exception):
    """More is to be read than a model's archive can need."""


class _Bounded(io.RawIOBase):
    """A file that no header can make anybody read much of at once, or, with a `total`, much of in all."""

    def __init__(self, inner: Any, total: int | None) -> None:
        self._inner, self._left = inner, total

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > _LARGEST_READ:
            raise _TooMuchError(f"a header of the archive asks for {size >> 20} MiB")
        taken: bytes = self._inner.read(size)
        if self._left is not None:
            self._left -= len(taken)
            if self._left < 0:
                raise _TooMuchError(f"the archive unpacks to more than {_MOST_UNPACKED >> 20} MiB")
        return taken

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._inner.seek(offset, whence))

    def tell(self) -> int:
        return int(self._inner.tell())
