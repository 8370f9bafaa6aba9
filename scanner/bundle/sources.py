"""The files of one bundle, wherever they lie: in a folder or in an archive."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scanner.bundle.archive import MAX_FILE, MAX_FILES, MAX_TOTAL, read_archive
from scanner.bundle.errors import BundleError
from scanner.bundle.names import counts, is_material, is_special, order
from scanner.core.location import Location
from scanner.core.notification import Level, Notification

_MAX_DEPTH = 32
_SINGLE = (".json", ".rego", ".yaml", ".yml")


@dataclass(frozen=True)
class Source:
    """A bundle by the paths of its files, relative to it, with `/` and in order; `name` stands before them in every
    location. Of a folder it has the files that count, and with `whole` all of them. `given` is the path as it was asked
    for.
    """

    name: str
    files: Mapping[str, bytes] = field(repr=False)
    notifications: tuple[Notification, ...] = ()
    is_archive: bool = False
    given: str = ""


def read_source(path: Path, whole: bool = False) -> Source:
    """The bundle in a folder, or in an archive.

    A file of a folder that cannot be read is a notification. Raises `BundleError` for an archive that is not intact,
    for a policy given by itself and for what is larger than a bundle may be.
    """
    if path.is_file():
        if path.suffix in _SINGLE:
            message = "is a single file and no bundle; name the folder that it lies in"
            raise BundleError(message, Location(path.name, 1))
        files = read_archive(path)
        return Source(path.name, {name: files[name] for name in sorted(files, key=order)}, (), True, str(path))
    folder = _Folder(path.resolve(), path.name or path.resolve().name, whole)
    found = dict(folder.read(path))
    ordered = {name: found[name] for name in sorted(found, key=order)}
    return Source(folder.name, ordered, tuple(folder.notifications), False, str(path))


@dataclass
class _Folder:
    """A folder while it is read. Symbolic links are followed to files inside of it, and nowhere else."""

    base: Path
    name: str
    whole: bool
    notifications: list[Notification] = field(default_factory=list)
    total: int = 0
    number: int = 0

    def read(self, folder: Path) -> Iterator[tuple[str, bytes]]:
        waiting = [(str(folder), "")]
        while waiting:
            directory, prefix = waiting.pop()
            for entry in self._entries(directory, prefix):
                relative = f"{prefix}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if self._is_wanted(entry.name, relative):
                        waiting.append((entry.path, f"{relative}/"))
                    continue
                path = self._file(entry, relative)
                content = self._content(path, relative) if path is not None else None
                if content is not None:
                    yield relative, content

    def _entries(self, directory: str, prefix: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(directory) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._say(prefix.rstrip("/") or ".", f"cannot be read: {error.strerror}")
            return []

    def _is_wanted(self, name: str, relative: str) -> bool:
        """Not the bookkeeping of git, nor that of Kubernetes, whose `..data` holds every file of a volume again."""
        if name == ".git" or name.startswith(".."):
            return False
        if relative.count("/") >= _MAX_DEPTH:
            self._say(relative, f"lies more than {_MAX_DEPTH} folders deep")
            return False
        return self.whole or not is_material(f"{relative}/")

    def _file(self, entry: os.DirEntry[str], relative: str) -> Path | None:
        """Where the content of the entry is, if it is to be read."""
        path = Path(entry.path)
        wanted = self.whole or counts(relative) or is_special(relative)
        if entry.is_symlink():
            if entry.name.startswith(".."):
                return None
            return self._target(path, relative, wanted)
        if wanted and not entry.is_file(follow_symlinks=False):
            self._say(relative, "is neither a file nor a folder")
            return None
        return path if wanted else None

    def _target(self, link: Path, relative: str, wanted: bool) -> Path | None:
        try:
            target = link.resolve(strict=True)
        except (OSError, RuntimeError):
            if wanted:
                self._say(relative, "is a symbolic link that leads nowhere")
            return None
        if not target.is_relative_to(self.base):
            if wanted or target.is_dir():
                self._say(relative, "is a symbolic link that leads out of the folder; put there what it stands for")
            return None
        return target if wanted and target.is_file() else None

    def _content(self, path: Path, relative: str) -> bytes | None:
        try:
            size = path.stat().st_size
            with path.open("rb", buffering=0) as file:
                content = file.read(min(size, MAX_FILE) + 1)
        except OSError as error:
            self._say(relative, f"cannot be read: {error.strerror}")
            return None
        if size > MAX_FILE:
            self._say(relative, f"is larger than {MAX_FILE >> 20} MiB")
            return None
        if len(content) != size:
            self._say(relative, "changed while it was read")
            return None
        self.total += len(content)
        self.number += 1
        if self.total > MAX_TOTAL or self.number > MAX_FILES:
            message = f"holds more than {MAX_FILES} files or {MAX_TOTAL >> 20} MiB; is it a folder of policies?"
            raise BundleError(message, Location(self.name, 1))
        return content

    def _say(self, relative: str, message: str) -> None:
        self.notifications.append(Notification(Level.ERROR, message, "bundle", Location(f"{self.name}/{relative}", 1)))
