"""Writes the files of one package into a new folder, and refuses what would leave it or exceed the limits."""

import os
from pathlib import Path
from typing import IO

from scanner.parsers.terraform.remote.cache import MARKER
from scanner.parsers.terraform.remote.limits import Allowance, DownloadError, told
from scanner.parsers.terraform.remote.subfolders import is_inside

_CHUNK = 1 << 20
_DEEPEST = 64
_LONGEST_NAME = 1024  # bytes, so that no path reaches what the system can follow
_LONGEST_PART = 255


class Tree:
    """One package in the making.

    Links are made last, by `finish`: until then nothing below the folder is one, so that no file is ever written
    through a link. All files are plain and not executable, whatever the package says. Every method raises
    `DownloadError`.
    """

    def __init__(self, folder: Path, allowance: Allowance) -> None:
        self._folder = folder
        self._allowance = allowance
        self._folders: set[tuple[str, ...]] = {()}
        self._links: dict[Path, str] = {}
        self._entries = 0
        self._bytes = 0
        folder.mkdir()

    def folder(self, name: str) -> None:
        """Make a folder, and those above it, unless they are there."""
        self._make_folders(self._parts(name), name)

    def file(self, name: str, size: int, content: IO[bytes]) -> None:
        """Write a new file with the next `size` bytes of `content`."""
        self._bytes += size
        if size < 0 or self._bytes > self._allowance.limits.unpacked:
            raise DownloadError(f"it is larger than {self._allowance.limits.unpacked >> 20} MiB when unpacked")
        path = self._place(name)
        try:
            with path.open("xb") as stream:
                while size:
                    self._allowance.left()
                    chunk = content.read(min(size, _CHUNK))
                    if not chunk:
                        raise DownloadError(f"its file {told(name)} ends too early")
                    stream.write(chunk)
                    size -= len(chunk)
        except FileExistsError:
            raise DownloadError(f"it holds {told(name)} twice") from None

    def link(self, name: str, target: str) -> None:
        """Have `finish` make a symbolic link."""
        path = self._place(name)
        if path in self._links:
            raise DownloadError(f"it holds {told(name)} twice")
        self._links[path] = target

    def finish(self) -> None:
        """Make the links, none of which may lead out of the package."""
        if self._entries == 0:
            raise DownloadError("it is empty")
        for path, target in self._links.items():
            try:
                path.symlink_to(target)
            except (OSError, ValueError):
                raise DownloadError(f"its link {told(path.name)} cannot be made") from None
        for path in self._links:
            if not is_inside(path, self._folder):
                raise DownloadError(f"its link {told(path.relative_to(self._folder).as_posix())} leads out of it")

    def _place(self, name: str) -> Path:
        """Where a file or link of this name goes, in folders that are there then."""
        self._count()
        parts = self._parts(name)
        if not parts:
            raise DownloadError("it holds a file without a name")
        if parts[0] == MARKER:
            raise DownloadError(f"it holds a file {MARKER}, which is a name of the cache's own")
        self._make_folders(parts[:-1], name)
        return self._folder.joinpath(*parts)

    def _parts(self, name: str) -> tuple[str, ...]:
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        if name.startswith("/") or ".." in parts or "\0" in name:
            raise DownloadError(f"it holds {told(name)}, which leads out of it")
        if len(os.fsencode(name)) > _LONGEST_NAME or any(len(os.fsencode(part)) > _LONGEST_PART for part in parts):
            raise DownloadError(f"it holds {told(name)}, which is too long a name")
        if len(parts) > _DEEPEST:
            raise DownloadError(f"it holds folders more than {_DEEPEST} deep")
        return parts

    def _make_folders(self, parts: tuple[str, ...], name: str) -> None:
        for depth in range(1, len(parts) + 1):
            if parts[:depth] not in self._folders:
                self._count()
                try:
                    self._folder.joinpath(*parts[:depth]).mkdir()
                except FileExistsError:
                    raise DownloadError(f"it holds {told(name)} below a file of that name") from None
                self._folders.add(parts[:depth])

    def _count(self) -> None:
        self._allowance.left()
        self._entries += 1
        if self._entries > self._allowance.limits.files:
            raise DownloadError(f"it holds more than {self._allowance.limits.files:,} files and folders")
