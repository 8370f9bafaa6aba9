"""Opens what pickles come in, as forgivingly as their loaders do: zip, tar, and what is compressed as a whole.

A zip file whose checksums, flags or names contradict each other is opened nevertheless: torch reads it, so what is in
it has to be looked at. Whatever is not opened is told.
"""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

HEAD_SIZE = 64 << 10
_LOCAL = b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_LARGEST_UNPACKED = 16 << 30
_MOST_MEMBERS = 50_000
_CHUNK = 1 << 16


class NotOpenedError(Exception):
    """A container, or a part of one, that is not opened: `str()` says why."""


@dataclass(frozen=True)
class Member:
    """A file in a container, to be read before the next one is asked for.

    `doubt` says what is odd about it, or why there is no `content`.
    """

    name: str
    content: io.BufferedReader | None
    doubt: str = ""


class _Unpacked(io.RawIOBase):
    """What comes out of a decompressor of zlib, up to a limit."""

    def __init__(self, packed: BinaryIO, window: int, left: int | None = None) -> None:
        self._packed, self._left = packed, left
        self._inflate = zlib.decompressobj(window)
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        while not self._inflate.eof:
            waiting = self._inflate.unconsumed_tail or self._next()
            try:
                data = self._inflate.decompress(waiting, len(buffer))
            except zlib.error as error:
                raise OSError(f"it cannot be decompressed: {error}") from None
            if data:
                self._count += len(data)
                if self._count > _LARGEST_UNPACKED:
                    raise OSError(f"it decompresses to more than {_LARGEST_UNPACKED >> 30} GiB")
                buffer[: len(data)] = data
                return len(data)
            if not waiting:
                raise OSError("it ends in the middle of what is compressed")
        return 0

    def _next(self) -> bytes:
        chunk = self._packed.read(_CHUNK if self._left is None else min(_CHUNK, self._left))
        if self._left is not None:
            self._left -= len(chunk)
        return chunk


class _Part(io.RawIOBase):
    """A part of a file, read where it lies."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        self._file.seek(self._start + self._at)
        data = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class _Limited(io.RawIOBase):
    """A decompressor of the standard library, up to the limit."""

    def __init__(self, unpacked: IO[bytes] | io.BufferedIOBase) -> None:
        self._unpacked, self._count = unpacked, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            data = self._unpacked.read(len(buffer))
        except (EOFError, lzma.LZMAError, zlib.error) as error:
            raise OSError(f"it cannot be decompressed: {error}") from None
        self._count += len(data)
        if self._count > _LARGEST_UNPACKED:
            raise OSError(f"it decompresses to more than {_LARGEST_UNPACKED >> 30} GiB")
        buffer[: len(data)] = data
        return len(data)


def buffered(raw: io.RawIOBase) -> io.BufferedReader:
    """A reader that can look ahead by `HEAD_SIZE` bytes."""
    return io.BufferedReader(raw, HEAD_SIZE)


def decompressed(kind: str, packed: BinaryIO) -> io.BufferedReader:
    """What is in a stream that is compressed as a whole. Reading it raises `OSError` where that is broken."""
    if kind == "zlib":
        return buffered(_Unpacked(packed, zlib.MAX_WBITS))
    if kind == "gzip":
        return buffered(_Limited(gzip.GzipFile(fileobj=packed)))
    if kind == "bzip2":
        return buffered(_Limited(bz2.BZ2File(packed)))
    return buffered(_Limited(lzma.LZMAFile(packed)))


def tar_members(stream: BinaryIO) -> Iterator[Member]:
    """The files in a tar file. Raises `NotOpenedError`."""
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for count, entry in enumerate(archive):
                if count >= _MOST_MEMBERS:
                    raise NotOpenedError(f"it has more than {_MOST_MEMBERS} members")
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is not None:
                    yield Member(entry.name, buffered(_Limited(content)))
    except (tarfile.TarError, ValueError, OSError) as error:
        raise NotOpenedError(f"the tar file is broken: {error}") from None


def zip_members(file: BinaryIO) -> Iterator[Member]:
    """The files in a zip file, twins of one name included. Raises `NotOpenedError`; `file` can be sought in."""
    size = file.seek(0, io.SEEK_END)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [
                (each.orig_filename, each.header_offset, each.compress_type, each.compress_size, each.flag_bits)
                for each in archive.infolist()
                if not each.is_dir()
            ]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        yield from _local_members(file, size)
        raise NotOpenedError(f"the directory of the zip file is broken: {error}") from None
    if len(entries) > _MOST_MEMBERS:
        raise NotOpenedError(f"it has more than {_MOST_MEMBERS} members")
    for name, offset, method, length, flags in entries:
        local = _local_header(file, offset)
        if local is None:
            yield Member(name, None, "the zip file has no member where this one should be")
            continue
        doubt = ""
        if (flags | local.flags) & 1:
            doubt = "the zip file says that it is encrypted"
        elif local.method != method:
            doubt = "the zip file names two ways of compression for it"
        yield _member(name, file, local.start, length, method, doubt)


@dataclass(frozen=True)
class _Local:
    name: str
    start: int
    method: int
    length: int
    flags: int


def _local_header(file: BinaryIO, offset: int) -> _Local | None:
    file.seek(offset)
    raw = file.read(30)
    if len(raw) < 30 or raw[:4] != _LOCAL:
        return None
    flags, method = struct.unpack_from("<HH", raw, 6)
    length, _, name_size, extra_size = struct.unpack_from("<IIHH", raw, 18)
    name = file.read(name_size).decode("utf-8", "replace")
    return _Local(name, offset + 30 + name_size + extra_size, method, length, flags)


def _local_members(file: BinaryIO, size: int) -> Iterator[Member]:
    """The members as their own headers say, wherever such headers stand."""
    offset = 0
    found = 0
    while found < _MOST_MEMBERS:
        file.seek(offset)
        chunk = file.read(1 << 20)
        if len(chunk) < 4:
            return
        at = chunk.find(_LOCAL)
        if at < 0:
            offset += len(chunk) - 3
            continue
        local = _local_header(file, offset + at)
        offset += at + 4
        if local is not None:
            found += 1
            length = local.length or size - local.start
            yield _member(local.name, file, local.start, length, local.method)


def _member(name: str, file: BinaryIO, start: int, length: int, method: int, doubt: str = "") -> Member:
    part = buffered(_Part(file, start, length))
    if method == _STORED:
        return Member(name, part, doubt)
    if method == _DEFLATED:
        return Member(name, buffered(_Unpacked(part, -zlib.MAX_WBITS)), doubt)
    return Member(name, None, f"it is compressed in a way that is not read ({method})")
