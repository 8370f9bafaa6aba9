"""Digests of the files of models: streamed, every algorithm in one go, and once a scan for each file."""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from scanner.parsers.interface import ParseContext
from scanner.parsers.model.files.places import Place

SHA256 = "sha256"
_WORTH_TELLING = 64 << 20
_TOLD_EVERY = 256 << 20
# Measured: 64 KiB is a third slower, 4 MiB no faster.
_CHUNK = 1 << 20
# The slowest disk that is waited for, in bytes a second; whatever gives less has stalled.
_SLOWEST = 10 << 20
# OpenSSL lets go of the interpreter while it hashes, so that two files take the time of one where there are two cores.
_AT_ONCE = 2


class _Hash(Protocol):
    def update(self, data: memoryview, /) -> object: ...
    def hexdigest(self) -> str: ...


def _blake3() -> _Hash:
    from blake3 import blake3  # noqa: PLC0415 - only signatures by BLAKE3 need it

    made: _Hash = blake3()
    return made


_MAKERS: Mapping[str, Callable[[], _Hash]] = {
    **{name: getattr(hashlib, name) for name in ("sha256", "sha384", "sha512", "blake2b")},
    "blake3": _blake3,
}


class NotHashedError(Exception):
    """Why a file has no digest, in words for the user."""


@dataclass(frozen=True)
class Wanted:
    """A digest of a file, or of its bytes from `start` up to `end`."""

    algorithm: str
    start: int = 0
    end: int | None = None

    def __str__(self) -> str:
        return self.algorithm if self.end is None else f"{self.algorithm}:{self.start}:{self.end}"


def wanted(text: str) -> Wanted | None:
    """`sha512`, or `sha256:0:1000` for a part of the file; None for what cannot be computed here."""
    algorithm, *bounds = text.split(":")
    if algorithm not in _MAKERS:
        return None
    if not bounds:
        return Wanted(algorithm)
    if len(bounds) != 2 or not all(bound.isdecimal() and len(bound) < 20 for bound in bounds):
        return None
    return Wanted(algorithm, int(bounds[0]), int(bounds[1]))


class Digests:
    """The digests of one scan; a file that has the size and time of change it had is not read again.

    `announce` has files hashed ahead, a few at once. A file may take `time_limit` of the context, and beyond that the
    time that reading it at 10 MiB/s takes: a large file on a slow disk is waited for, a disk that gives nothing is not.
    """

    def __init__(self, context: ParseContext) -> None:
        self._progress = context.progress
        self._patience = context.time_limit
        self._threads = ThreadPoolExecutor(max_workers=_AT_ONCE)
        self._known: dict[tuple[str, int, int, frozenset[Wanted]], Future[dict[str, str]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._threads.shutdown(cancel_futures=True)

    def announce(self, place: Place, others: Iterable[Wanted] = ()) -> Future[dict[str, str]]:
        """The digests of the file to come, by algorithm or part as text: SHA-256 and `others`. Raises `OSError`."""
        status = place.file.stat()
        these = frozenset({Wanted(SHA256), *others})
        key = (str(place.file), status.st_size, status.st_mtime_ns, these)
        if key not in self._known:
            self._known[key] = self._threads.submit(self._read, place, status.st_size, these)
        return self._known[key]

    def of(self, place: Place, others: Iterable[Wanted] = ()) -> dict[str, str]:
        """The digests of the file in hexadecimal. Raises `OSError` and `NotHashedError`."""
        return self.announce(place, others).result()

    def _read(self, place: Place, size: int, these: frozenset[Wanted]) -> dict[str, str]:
        hashes = [(each, _MAKERS[each.algorithm]()) for each in sorted(these, key=str)]
        deadline = time.monotonic() + self._patience + size / _SLOWEST
        buffer = memoryview(bytearray(_CHUNK))
        told = -_TOLD_EVERY
        with place.open() as opened:
            before = _state(opened.fileno())
            position = 0
            while True:
                if size > _WORTH_TELLING and position - told >= _TOLD_EVERY:
                    told = position
                    self._progress(f"hashing {place.path} ({position >> 20} of {size >> 20} MiB)")
                length = opened.readinto(buffer)
                if not length:
                    break
                for each, hash_ in hashes:
                    start, end = max(each.start - position, 0), length
                    if each.end is not None:
                        end = min(each.end - position, length)
                    if start < end:
                        hash_.update(buffer[start:end])
                position += length
                if position > size or (position < size and time.monotonic() > deadline):
                    break
            if _state(opened.fileno()) != before or position > size or (not length and position != size):
                raise NotHashedError("it changed while it was read; scan again when nothing writes to it")
        if length:
            taken = f"{self._patience:g} s and a second for every {_SLOWEST >> 20} MiB"
            raise NotHashedError(f"hashing it took longer than {taken}")
        return {str(each): hash_.hexdigest() for each, hash_ in hashes if each.end is None or each.end <= size}


def _state(descriptor: int) -> tuple[int, int, int]:
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns
