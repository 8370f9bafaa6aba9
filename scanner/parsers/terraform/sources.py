"""Which directory a module call means, and the directories themselves: scanned files first, then the disk.

Nothing outside of the repository root is ever read, wherever a source or a symbolic link leads.
"""

import posixpath
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from scanner.config import TerraformOptions
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import SourceFile
from scanner.core.terraform_files import is_configuration
from scanner.parsers.terraform.directories import Directory, directory_of, read_file
from scanner.parsers.terraform.installed import Installed, installed, is_of
from scanner.parsers.terraform.mounts import Mounts
from scanner.parsers.terraform.remote.address import AddressError, parse_address
from scanner.parsers.terraform.remote.vendored import VendoredError, find_vendored

FORMAT = "terraform"
_LARGEST_FILE = 10 << 20


class SourceError(Exception):
    """A module call that leads to nothing that can be read; `str()` says why and what to do."""


class UnsafeSourceError(SourceError):
    """One that leads out of the repository or in a circle, where Terraform's evaluator must not follow."""


@dataclass(frozen=True)
class Wanted:
    """A module call: the source and the version that it names, in `directory`.

    `root` is the directory of the Terraform root and `names` are those of the calls from there down to this one,
    `above` the directories in which they are written.
    """

    directory: Directory
    source: str
    version: str | None
    root: str
    names: tuple[str, ...]
    above: tuple[str, ...]


@dataclass
class Repository:
    """The directories of one repository, each read once; `time_limit` is in seconds for fetching a module."""

    root: Path
    files: Mapping[str, Iterable[SourceFile]]
    options: TerraformOptions = field(default_factory=TerraformOptions)
    time_limit: float = 60.0
    _read: dict[str, Directory | None] = field(default_factory=dict)
    _manifests: dict[str, Mapping[str, Installed]] = field(default_factory=dict)
    _remote: dict[tuple[str, str | None], str | SourceError] = field(default_factory=dict)
    _unscanned: list[SourceFile] = field(default_factory=list)

    @cached_property
    def _mounts(self) -> Mounts:
        return Mounts(self.root)

    def unscanned(self) -> tuple[SourceFile, ...]:
        """The files that were read beside the scanned ones, by path."""
        return tuple(sorted(self._unscanned, key=lambda file: file.path))

    def directory(self, path: str) -> Directory | None:
        """The declarations at `path`, None when there is no Terraform."""
        if path not in self._read:
            texts: Mapping[str, str | None] = {file.path: file.text for file in self.files.get(path, ())}
            if not texts:
                texts = self._on_disk(path)
                found = (SourceFile(name, FORMAT, text) for name, text in texts.items() if text is not None)
                self._unscanned.extend(found)
            self._read[path] = _directory(path, texts) if texts else None
        return self._read[path]

    def local(self, directory: Directory, source: str) -> Directory | None:
        """The directory that a local source means in `directory`, where there is one inside of the repository."""
        path = posixpath.normpath(posixpath.join(directory.path, source))
        return self.directory(path) if self.holds(path) else None

    def called(self, wanted: Wanted) -> Directory:
        """The directory that a module call means. Raises `SourceError`."""
        shown = shown_source(wanted.source)
        if is_local(wanted.source):
            path = posixpath.normpath(posixpath.join(wanted.directory.path, wanted.source))
            if self._mounts.is_elsewhere(wanted.directory.path) and not self._mounts.is_elsewhere(path):
                raise UnsafeSourceError(f"source {shown} leads out of the folder of its package; it was not read")
        else:
            known = self._manifest(wanted.root).get(".".join(wanted.names))
            if known is not None and not is_of(known, wanted.source, wanted.version):
                raise SourceError(f"source {shown} is not what terraform init has put on disk; run it again")
            path = posixpath.normpath(posixpath.join(wanted.root, known.folder)) if known else self._place(wanted)
        if not self.holds(path):
            raise UnsafeSourceError(f"source {shown} leads outside of the repository; it was not read")
        if path in wanted.above:
            raise UnsafeSourceError(f"source {shown} leads back to a module that calls it; it was not read again")
        found = self.directory(path)
        if found is None:
            raise SourceError(f"source {shown} holds no Terraform files")
        return found

    def vendored(self, source: str, version: str | None) -> str | None:
        """The directory with a copy of a remote module in one of the folders for them. Raises `SourceError`."""
        try:
            address = parse_address(source)
            for folder in self.options.module_directories:
                found = find_vendored(address, version, folder)
                if found is not None:
                    return self._mounts.path_of(found, folder)
        except (AddressError, VendoredError) as error:
            raise SourceError(str(error)) from None
        return None

    def accepts(self, source: str) -> bool:
        """Whether the configuration says that a module from there need not be read."""
        return any(fnmatchcase(source, pattern) for pattern in self.options.accepted_modules)

    def _place(self, wanted: Wanted) -> str:
        """The directory of a remote module, fetched if that is allowed. Raises `SourceError`."""
        key = (wanted.source, wanted.version)
        if key not in self._remote:
            try:
                self._remote[key] = self.vendored(*key) or self._fetched(*key)
            except SourceError as error:
                self._remote[key] = error
        found = self._remote[key]
        if isinstance(found, SourceError):
            raise found
        return found

    def _fetched(self, source: str, version: str | None) -> str:
        cache = self.options.download_to
        if cache is None:
            raise SourceError(
                f"source {shown_source(source)} is not on disk; run terraform init, put a copy into a folder"
                " for --modules, or allow --download-modules"
            )
        if cache.resolve().is_relative_to(self.root.resolve()):
            raise SourceError("the folder for fetched modules lies in the repository, where anybody could fill it")
        from scanner.parsers.terraform.remote.download import DownloadError, fetch_module  # noqa: PLC0415 - rarely used

        try:
            return self._mounts.path_of(fetch_module(parse_address(source), version, cache, self.time_limit), cache)
        except (AddressError, DownloadError) as error:
            raise SourceError(str(error)) from None

    def holds(self, path: str) -> bool:
        """Whether `path` stays inside of the repository, or of the folder of modules it is in, with links followed."""
        return self._mounts.holds(path)

    def text(self, path: str, largest: int) -> str | None:
        """The text of a regular file inside of the repository, None when it is none or too large."""
        file = self._mounts.absolute(path)
        try:
            status = file.stat()
            if not self.holds(path) or not stat.S_ISREG(status.st_mode) or status.st_size > largest:
                return None
            return file.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            return None

    def _names(self, path: str) -> list[str]:
        try:
            names = sorted(each.name for each in self._mounts.absolute(path).iterdir())
        except OSError:
            return []
        return [posixpath.normpath(posixpath.join(path, name)) for name in names if is_configuration(name)]

    def _on_disk(self, path: str) -> dict[str, str | None]:
        """A module that was not scanned itself, as `terraform init` puts them under `.terraform`."""
        return {name: self.text(name, _LARGEST_FILE) for name in self._names(path)}

    def _manifest(self, root: str) -> Mapping[str, Installed]:
        """What `terraform init` has put on disk for a root, by the names of the calls that lead there."""
        if root not in self._manifests:
            path = posixpath.normpath(posixpath.join(root, ".terraform/modules/modules.json"))
            self._manifests[root] = installed(self.text(path, _LARGEST_FILE) or "{}")
        return self._manifests[root]


def is_local(source: str) -> bool:
    """Whether a source is a path, as Terraform has it."""
    return source in (".", "..") or source.startswith(("./", "../"))


def shown_source(source: str) -> str:
    """A source without the secrets that may be written in it."""
    try:
        return parse_address(source).shown
    except AddressError:
        return "".join(source.rpartition("@")[1:]) if "@" in source else source


def _directory(path: str, texts: Mapping[str, str | None]) -> Directory:
    directory = directory_of(path, [read_file(name, text) for name, text in texts.items() if text is not None])
    unread = [name for name, text in texts.items() if text is None]
    message = "this file of a module cannot be read: too large, no UTF-8 text or outside of the repository"
    directory.notifications.extend(Notification(Level.ERROR, message, "parser", Location(name, 1)) for name in unread)
    return directory
