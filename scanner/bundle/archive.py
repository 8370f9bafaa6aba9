"""Reads a bundle archive (tar, as a rule in gzip) into memory: somebody else's file, so every member is checked.

`tarfile` reads the headers, one block each. The walk from header to header is done here, because `tarfile`'s own
follows sparse maps and extension records as far as they lead, and stops without a word at a header it cannot read.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tarfile import AREGTYPE, DIRTYPE, GNUTYPE_LONGNAME, REGTYPE, XGLTYPE, XHDTYPE, HeaderError, TarInfo
from typing import BinaryIO

from scanner.bundle.errors import BundleError
from scanner.bundle.names import checked_name, folded, shown
from scanner.core.location import Location

MAX_ARCHIVE = 64 << 20
MAX_TOTAL = 64 << 20
MAX_FILE = 16 << 20
MAX_FILES = 10_000
"""What a bundle may hold, in bytes and files; its members together as an archive and unpacked."""

_MAX_RECORDS = 64 << 10
_BLOCK = 512
_CHUNK = 64 << 10
_GZIP = b"\x1f\x8b"
_KINDS = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a named pipe",
    b"S": "a sparse file",
}


def read_archive(path: Path) -> dict[str, bytes]:
    """The files of the archive by their paths in the bundle. Nothing is written anywhere.

    Raises `BundleError`, with the name of the member, for whatever is not an intact archive of plain files.
    """
    try:
        with path.open("rb") as file:
            return _Members(path.name).read(_Blocks(_unpacked(file, path.name), path.name))
    except OSError as error:
        raise _error(path.name, f"cannot be read: {error.strerror}") from None


def _error(archive: str, message: str) -> BundleError:
    return BundleError(message, Location(archive, 1))


def _unpacked(file: BinaryIO, archive: str) -> Iterator[bytes]:
    """The bytes of the tar file, piece by piece, so that a small file cannot become a large one in memory."""
    first = file.read(_CHUNK)
    if not first.startswith(_GZIP):
        yield first
        while piece := file.read(_CHUNK):
            yield piece
        return
    decompressor = zlib.decompressobj(wbits=31)
    data, taken = first, len(first)
    try:
        while data and not decompressor.eof:
            yield decompressor.decompress(data, _CHUNK)
            data = decompressor.unconsumed_tail
            if not data and not decompressor.eof:
                data = file.read(_CHUNK)
                taken += len(data)
            if taken > MAX_ARCHIVE:
                raise _error(archive, f"is larger than {MAX_ARCHIVE >> 20} MiB")
        while not decompressor.eof and (piece := decompressor.decompress(b"", _CHUNK)):
            yield piece
    except zlib.error as error:
        raise _error(archive, f"cannot be decompressed: {error}") from None
    if not decompressor.eof:
        raise _error(archive, "ends in the middle of its compressed data; it was not copied whole")
    if decompressor.unused_data or file.read(1):
        raise _error(archive, "has data after its end")


class _Blocks:
    """The tar file as somebody who asks for so and so many bytes sees it."""

    def __init__(self, pieces: Iterator[bytes], archive: str) -> None:
        self._pieces, self._archive = pieces, archive
        self._buffer = bytearray()
        self._total = 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes. Raises `BundleError` where there are fewer."""
        while len(self._buffer) < size and self._fill():
            pass
        if len(self._buffer) < size:
            raise _error(self._archive, "ends before its end mark; it was not copied whole, or is no tar archive")
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def check_rest(self) -> None:
        """Raise `BundleError` unless only zeros, which are padding, are left."""
        while not any(self._buffer):
            self._buffer.clear()
            if not self._fill():
                return
        raise _error(self._archive, "has data after its end mark")

    def _fill(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._total += len(piece)
        if self._total > MAX_TOTAL:
            raise _error(self._archive, f"unpacks to more than {MAX_TOTAL >> 20} MiB")
        self._buffer += piece
        return True


@dataclass
class _Members:
    """The files of an archive while it is read."""

    archive: str
    files: dict[str, bytes] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    folded: dict[str, str] = field(default_factory=dict)

    def read(self, blocks: _Blocks) -> dict[str, bytes]:
        said: dict[str, str] = {}  # what extension records say of the member after them
        number = 0
        while any(block := blocks.take(_BLOCK)):
            number += 1
            if number > 3 * MAX_FILES:
                raise _error(self.archive, f"has more than {3 * MAX_FILES} members")
            header = self._header(block)
            if header.type in (XHDTYPE, XGLTYPE, GNUTYPE_LONGNAME):
                record = self._record(header, blocks)
                if header.type == GNUTYPE_LONGNAME:
                    said["path"] = record.rstrip(b"\0").decode("utf-8", "surrogateescape")
                else:
                    said.update(self._records(record, everywhere=header.type == XGLTYPE))
                continue
            self._member(header, said, blocks)
            said = {}
        if said or any(blocks.take(_BLOCK)):
            raise _error(self.archive, "has a damaged end mark")
        blocks.check_rest()
        return self.files

    def _header(self, block: bytes) -> TarInfo:
        try:
            return TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except (HeaderError, ValueError) as error:
            after = f" after {shown(next(reversed(self.files)))}" if self.files else ""
            raise _error(self.archive, f"is no tar archive, or is damaged{after}: {error}") from None

    def _record(self, header: TarInfo, blocks: _Blocks) -> bytes:
        if not 0 <= header.size <= _MAX_RECORDS:
            raise _error(self.archive, f"has an extension record of {header.size} bytes")
        return blocks.take(_padded(header.size))[: header.size]

    def _records(self, content: bytes, everywhere: bool) -> dict[str, str]:
        """The records of an extended header: `<length> <key>=<value>\\n` one after the other."""
        found: dict[str, str] = {}
        position = 0
        while position < len(content):
            length, _, rest = content[position : position + 20].partition(b" ")
            if not (length.isdigit() and rest and int(length) > len(length) + 1):
                raise _error(self.archive, "has a damaged extension record")
            record = content[position + len(length) + 1 : position + int(length)]
            position += int(length)
            key, equals, value = record.partition(b"=")
            if position > len(content) or not equals or not value.endswith(b"\n"):
                raise _error(self.archive, "has a damaged extension record")
            name = key.decode("utf-8", "surrogateescape")
            if name.startswith("GNU.sparse.") or (everywhere and name in ("path", "size")):
                raise _error(self.archive, f"has the extension record {shown(name)}, which no bundle needs")
            if name in ("path", "size"):
                found[name] = value[:-1].decode("utf-8", "surrogateescape")
        return found

    def _member(self, header: TarInfo, said: dict[str, str], blocks: _Blocks) -> None:
        raw, size = said.get("path", header.name), header.size
        if "size" in said:
            size = (
                int(said["size"])
                if said["size"].isascii() and said["size"].isdigit() and len(said["size"]) < 20
                else -1
            )
        if header.type == DIRTYPE:
            self._folder(raw.rstrip("/"), size)
            return
        name = checked_name(raw, self.archive)
        if header.type not in (REGTYPE, AREGTYPE):
            kind = _KINDS.get(header.type, f"of the unknown type {header.type!r}")
            raise self._refused(raw, f"is {kind}; a bundle holds plain files")
        if not 0 <= size <= MAX_FILE:
            raise self._refused(raw, f"has {size} bytes; {MAX_FILE} are allowed")
        if len(self.files) >= MAX_FILES:
            raise self._refused(raw, f"is one file too many; {MAX_FILES} are allowed")
        self._check_place(raw, name)
        self.files[name] = blocks.take(_padded(size))[:size]

    def _folder(self, raw: str, size: int) -> None:
        if size:
            raise self._refused(raw, "is a folder with content")
        if raw not in ("", "."):  # the top itself
            self.folders.add(checked_name(raw, self.archive))

    def _check_place(self, raw: str, name: str) -> None:
        """Every file has a path of its own, on every file system."""
        other = self.folded.setdefault(folded(name), name)
        if name in self.files:
            raise self._refused(raw, "is there twice")
        if other != name:
            raise self._refused(raw, f"and {shown(other)} differ only in the case or composition of letters")
        parents = ["/".join(name.split("/")[:length]) for length in range(1, name.count("/") + 1)]
        self.folders.update(parents)
        inside = next((parent for parent in parents if parent in self.files), None)
        if inside is not None:
            raise self._refused(raw, f"lies inside of {shown(inside)}, which is a file")
        if name in self.folders:
            raise self._refused(raw, "is a file and a folder")

    def _refused(self, raw: str, why: str) -> BundleError:
        return _error(self.archive, f"the member {shown(raw)} {why}; nothing of the archive is used")


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
