"""Unpacks zip and tar archives from strangers.

Own loops over the members, which write every file themselves: `zipfile` and `tarfile` know no limits, and the data
filter of `tarfile` is missing in some releases of Python 3.11 and was got round by links in others.
"""

import bz2
import gzip
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from scanner.parsers.terraform.remote.limits import Allowance, DownloadError, told
from scanner.parsers.terraform.remote.tree import Tree

_LONGEST_LINK = 4096
_LARGEST_READ = 8 << 20
_OVERHEAD = 8192
_BLOCK = 512

# What the readers are known to raise: a stranger's bytes lead into corners of them that have no error of their own.
_DAMAGES = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,  # a way to compress that zipfile does not know, headers upon headers
    ValueError,
    LookupError,
    ArithmeticError,
    MemoryError,
)


def unpack(archive: Path, form: str, tree: Tree, allowance: Allowance) -> None:
    """Write the members of `archive` into `tree`; `form` is zip, gz, bz2 or xz, the latter three of a tar.

    Raises `DownloadError` for an archive that is damaged or does what no module needs.
    """
    try:
        if form == "zip":
            _unzip(archive, tree, allowance)
        else:
            _untar(archive, form, tree, allowance)
    except OSError as error:
        if error.errno is not None and not isinstance(error, gzip.BadGzipFile):
            raise  # the disk's fault
        raise _damaged(error) from None
    except _DAMAGES as error:
        raise _damaged(error) from None
    tree.finish()


class _Careful:
    """A stream for `zipfile` and `tarfile` that ends their work when it takes too long or grows too large."""

    def __init__(self, stream: IO[bytes], allowance: Allowance, largest: int) -> None:
        self._stream = stream
        self._allowance = allowance
        self._largest = largest

    def read(self, size: int = -1) -> bytes:
        """As of any stream, but no reader of archives has a reason to ask for very much at once."""
        self._allowance.left()
        size = self._largest - self._stream.tell() if size < 0 else size
        if not 0 <= size <= _LARGEST_READ or self._stream.tell() > self._largest:
            raise DownloadError("the archive is larger inside than any module")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._allowance.left()
        if whence == 0 and not 0 <= offset <= self._largest:
            raise DownloadError("the archive is larger inside than any module")
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True


def _unzip(archive: Path, tree: Tree, allowance: Allowance) -> None:
    with archive.open("rb") as stream:
        careful = cast(IO[bytes], _Careful(stream, allowance, archive.stat().st_size))
        with zipfile.ZipFile(careful) as package:
            for member in package.infolist():
                mode = member.external_attr >> 16 if member.create_system == 3 else 0
                if member.flag_bits & 1:
                    raise DownloadError(f"its file {told(member.filename)} is encrypted")
                if member.is_dir():
                    tree.folder(member.filename)
                    continue
                with package.open(member) as content:
                    if stat.S_ISLNK(mode):
                        tree.link(member.filename, _target(content, member.file_size, member.filename))
                    elif stat.S_IFMT(mode) in (0, stat.S_IFREG):
                        tree.file(member.filename, member.file_size, content)
                    else:
                        raise DownloadError(f"it holds {told(member.filename)}, which is no file, folder or link")


def _target(content: IO[bytes], size: int, name: str) -> str:
    if size > _LONGEST_LINK:
        raise DownloadError(f"its link {told(name)} is too long")
    return content.read(size).decode(errors="surrogateescape")


def _untar(archive: Path, form: str, tree: Tree, allowance: Allowance) -> None:
    largest = allowance.limits.unpacked + allowance.limits.files * _OVERHEAD
    with _decompressed(archive, form) as stream:
        careful = cast(IO[bytes], _Careful(stream, allowance, largest))
        with tarfile.open(fileobj=careful, mode="r:") as package:
            for member in package:
                if member.isdir():
                    tree.folder(member.name)
                elif member.issym():
                    tree.link(member.name, member.linkname)
                elif member.isreg():
                    content = package.extractfile(member)
                    assert content is not None  # noqa: S101 - a regular file has content
                    tree.file(member.name, member.size, content)
                else:
                    raise DownloadError(f"it holds {told(member.name)}, which is no file, folder or symbolic link")
            # tarfile takes a damaged header for the end, and would leave out all that follows.
            careful.seek(package.offset)
            if careful.read(_BLOCK).strip(b"\0"):
                raise DownloadError("the archive is damaged: it does not end where its files end")


@contextmanager
def _decompressed(archive: Path, form: str) -> Iterator[IO[bytes]]:
    if form == "gz":
        with gzip.open(archive, "rb") as stream:
            yield cast(IO[bytes], stream)
    elif form == "bz2":
        with bz2.open(archive, "rb") as stream:
            yield cast(IO[bytes], stream)
    else:
        with lzma.open(archive, "rb") as stream:
            yield cast(IO[bytes], stream)


def _damaged(error: Exception) -> DownloadError:
    return DownloadError(f"the archive is damaged: {told(str(error)) or type(error).__name__}")
