"""Which directory a module call means, and the directories themselves: scanned files first, then the disk.

Nothing outside of the repository root is ever read, wherever a source or a symbolic link leads.
"""

import json
import posixpath
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scanner.config import TerraformOptions
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import SourceFile
from scanner.parsers.terraform.directories import Directory, directory_of, is_configuration, read_file

FORMAT = "terraform"
_LARGEST_FILE = 10 << 20


class SourceError(Exception):
    """A module call that leads to nothing that can be read; `str()` says why and what to do."""


class UnsafeSourceError(SourceError):
    """One that leads out of the repository or in a circle, where Terraform's evaluator must not follow."""


@dataclass
class Repository:
    """The directories of one repository, each read once."""

    root: Path
    files: Mapping[str, Iterable[SourceFile]]
    options: TerraformOptions = field(default_factory=TerraformOptions)
    _read: dict[str, Directory | None] = field(default_factory=dict)
    _manifests: dict[str, dict[str, str]] = field(default_factory=dict)
    _unscanned: list[SourceFile] = field(default_factory=list)

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

    def called(self, directory: Directory, source: str, chain: tuple[str, ...], above: tuple[str, ...]) -> Directory:
        """The directory that a module call with this source means in `directory`.

        `chain` is the directory of the Terraform root and the names of the calls from there down to this one, `above`
        the directories in which they are written. Raises `SourceError`.
        """
        root, *names = chain
        if source in (".", "..") or source.startswith(("./", "../")):
            path = posixpath.normpath(posixpath.join(directory.path, source))
        else:
            known = self._manifest(root).get(".".join(names))
            if known is None:
                raise SourceError(f"source {source} is not on disk; run terraform init or vendor it")
            path = posixpath.normpath(posixpath.join(root, known))
        if not self.holds(path):
            raise UnsafeSourceError(f"source {source} leads outside of the repository; it was not read")
        if path in above:
            raise UnsafeSourceError(f"source {source} leads back to a module that calls it; it was not read again")
        found = self.directory(path)
        if found is None:
            raise SourceError(f"source {source} holds no Terraform files")
        return found

    def holds(self, path: str) -> bool:
        """Whether `path`, relative to the root, stays inside of the repository with all links followed."""
        try:
            return (self.root / path).resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):
            return False

    def text(self, path: str, largest: int) -> str | None:
        """The text of a regular file inside of the repository, None when it is none or too large."""
        file = self.root / path
        try:
            status = file.stat()
            if not self.holds(path) or not stat.S_ISREG(status.st_mode) or status.st_size > largest:
                return None
            return file.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            return None

    def is_partly_scanned(self, path: str) -> bool:
        """Whether the directory holds Terraform files that are not part of the scan, beside some that are."""
        scanned = {file.path for file in self.files.get(path, ())}
        return bool(scanned) and not scanned.issuperset(self._names(path))

    def _names(self, path: str) -> list[str]:
        try:
            names = sorted(each.name for each in (self.root / path).iterdir())
        except OSError:
            return []
        return [posixpath.normpath(posixpath.join(path, name)) for name in names if is_configuration(name)]

    def _on_disk(self, path: str) -> dict[str, str | None]:
        """A module that was not scanned itself, as `terraform init` puts them under `.terraform`."""
        return {name: self.text(name, _LARGEST_FILE) for name in self._names(path)}

    def _manifest(self, root: str) -> dict[str, str]:
        """Where `terraform init` has put the modules of a root, by the names of the calls that lead to them."""
        if root not in self._manifests:
            path = posixpath.normpath(posixpath.join(root, ".terraform/modules/modules.json"))
            try:
                modules = json.loads(self.text(path, _LARGEST_FILE) or "{}")["Modules"]
                self._manifests[root] = {str(each["Key"]): str(each["Dir"]) for each in modules}
            except (ValueError, LookupError, TypeError, RecursionError):
                self._manifests[root] = {}
        return self._manifests[root]


def _directory(path: str, texts: Mapping[str, str | None]) -> Directory:
    directory = directory_of(path, [read_file(name, text) for name, text in texts.items() if text is not None])
    unread = [name for name, text in texts.items() if text is None]
    message = "this file of a module cannot be read: too large, no UTF-8 text or outside of the repository"
    directory.notifications.extend(Notification(Level.ERROR, message, "parser", Location(name, 1)) for name in unread)
    return directory
