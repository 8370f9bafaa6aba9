"""Keeps what Checkov has said of a unit from one scan to the next.

An answer is kept under all that it depends on, by content: a unit of the same files under the same paths has it again,
wherever it lies and whatever it is called. Of the map of checks to clauses nothing counts but which checks it has run:
what it says of severity and clauses is added to an answer afterwards.

Nothing is kept of a run with checks in Python, which may depend on anything, nor of one in which a check broke off, as
that may have been for want of memory.
"""

import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from posixpath import splitext
from typing import BinaryIO

from scanner.engines.checkov.cached_answers import packed, unpacked
from scanner.engines.checkov.interface import Answer, Checks, Unit

_PACKAGE = Path(__file__).parent
_ENDING = ".answer"
_UNFINISHED = ".unfinished"
_LONGEST_UNUSED = 30 * 86_400.0
_LONGEST_UNFINISHED = 86_400.0
_LARGEST = 256 << 20
_LARGEST_ENTRY = 64 << 20
# What of Checkov's own dependencies has a say in its answers, and may change without it.
_BESIDE_IT = ("asteval", "bc-python-hcl2", "cloudsplaining", "dockerfile-parse", "networkx", "policy-sentry", "PyYAML")


class Cache:
    """Answers by content, in a folder; without a folder it keeps nothing. `version` is that of Checkov.

    A folder that cannot be read or written is like an empty one. Several processes may use one folder at once: an entry
    is there as a whole or not at all. Once in a while what has long not been used is removed; the time of day decides
    about nothing else.
    """

    def __init__(self, folder: Path | None, version: str) -> None:
        self._folder = folder
        self._version = version
        self._is_tidy = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept yet."""
        return not any(entry.name.endswith(_ENDING) for entry in self._entries())

    def key(self, unit: Unit, checks: Checks) -> str:
        """What an answer depends on, as one short text; empty for one that is not to be kept."""
        if checks.python or self._folder is None:
            return ""
        digest = blake2b(digest_size=32)
        for part in self._parts(unit, checks):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.hexdigest()

    def get(self, key: str) -> Answer | None:
        """The answer that is kept under the key; one that is damaged, or not ours, is none."""
        if not key or self._folder is None:
            return None
        path = self._folder / f"{key}{_ENDING}"
        try:
            with _opened(path) as file:
                answer = unpacked(file.read(_LARGEST_ENTRY), key)
        except (OSError, ValueError):
            return None
        with suppress(OSError):
            os.utime(path)  # by which it is known that it was used
        return answer

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer; where that is not possible, nothing happens."""
        if not key or self._folder is None or answer.crashed:
            return
        content = packed(answer, key)
        if len(content) >= _LARGEST_ENTRY:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._tidy()
            _write(self._folder / f"{key}{_ENDING}", content)

    def _parts(self, unit: Unit, checks: Checks) -> Iterator[bytes]:
        """Everything that an answer depends on; the number of what follows comes before it."""
        yield from (_text(each) for each in (*_surroundings(), self._version, unit.framework))
        yield _number(len(unit.files))
        for path, content in sorted(unit.files.items()):
            yield from (_text(path), content)
        yield _number(len(unit.variable_files))
        yield from (_text(path) for path in unit.variable_files)
        yield _number(checks.is_all)
        yield _number(len(checks.ids))
        yield from (_text(id_) for id_ in sorted(checks.ids))
        for path, text in sorted(checks.written, key=lambda each: each[1]):  # where they are written does not matter
            yield from (_text(splitext(path)[1]), _text(text))

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        if self._folder is None:
            return
        try:
            with os.scandir(self._folder) as entries:
                yield from entries
        except OSError:
            return

    def _tidy(self) -> None:
        """Remove what has not been used for long, and of the rest the least recently used beyond a certain size."""
        if self._is_tidy:
            return
        self._is_tidy = True
        now, size = time.time(), 0
        for used, length, entry in sorted(self._ages(), key=lambda each: each[0], reverse=True):
            longest = _LONGEST_UNUSED if entry.name.endswith(_ENDING) else _LONGEST_UNFINISHED
            size += length
            if now - used > longest or size > _LARGEST:
                with suppress(OSError):
                    Path(entry.path).unlink()

    def _ages(self) -> Iterator[tuple[float, int, os.DirEntry[str]]]:
        """Each file of ours: when it was last used, and its size in bytes."""
        for entry in self._entries():
            if entry.name.endswith((_ENDING, _UNFINISHED)):
                with suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    yield status.st_mtime, status.st_size, entry


def _opened(path: Path) -> BinaryIO:
    """An entry that this user has written. Raises `OSError` for any other: it could say that nothing fails.

    So could one that came with a checkout into the folder; but Git knows no file that only its owner can read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # no pipe is waited for
    file = os.fdopen(descriptor, "rb")
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        file.close()
        raise PermissionError
    return file


def _write(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees a part of it; only the user can read it."""
    descriptor, name = tempfile.mkstemp(suffix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


@cache
def _surroundings() -> tuple[str, ...]:
    """What has a say in every answer beside Checkov: this package, Python, and some libraries."""
    digest = blake2b(digest_size=16)
    for each in sorted(_PACKAGE.rglob("*.py")):
        name = each.relative_to(_PACKAGE).as_posix()
        digest.update(blake2b(name.encode()).digest() + blake2b(each.read_bytes()).digest())
    python = ".".join(map(str, sys.version_info[:2]))
    return digest.hexdigest(), python, *(f"{name} {_version(name)}" for name in _BESIDE_IT)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _text(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _number(number: int) -> bytes:
    return number.to_bytes(8, "big")
