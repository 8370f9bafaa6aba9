"""Finds the files of a release: walks the given paths, honours .gitignore, and asks who claims each file."""

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import SourceFile
from scanner.core.result import RootSummary
from scanner.git_index import tracked_files

HEAD_SIZE = 64 << 10
DEFAULT_EXCLUDES = (
    ".git",
    ".hg",
    ".svn",
    ".terraform",
    ".terragrunt-cache",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
)

Claim = Callable[[str, bytes], str | None]


@dataclass(frozen=True)
class Discovered:
    """The claimed files in path order, a summary per scanned path, and what could not be read.

    `listing` has the size in bytes of every file that was looked at, claimed or not, by its path.
    """

    files: tuple[SourceFile, ...]
    roots: tuple[RootSummary, ...]
    notifications: tuple[Notification, ...]
    listing: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DiscoveryOptions:
    """`excludes` are .gitignore-style patterns relative to the repository root; `max_file_size` is in bytes."""

    excludes: tuple[str, ...] = ()
    use_gitignore: bool = True
    max_file_size: int = 10 << 20


def repository_root(paths: Sequence[Path]) -> Path:
    """The nearest folder above all `paths` that holds `.git`; without one, the folder that holds them all.

    Depends on the paths alone, so that a report is the same from every working directory.
    """
    folders = [path if path.is_dir() else path.parent for path in (path.resolve() for path in paths)]
    common = Path(os.path.commonpath(folders))
    return next((folder for folder in (common, *common.parents) if (folder / ".git").exists()), common)


def discover(
    root: Path,
    paths: Sequence[Path],
    claim: Claim,
    options: DiscoveryOptions,
    opener: Claim = lambda _path, _head: None,
) -> Discovered:
    """Every file below `paths` that `claim(path, head)` gives a format, each exactly once.

    What nobody claims, but `opener(path, head)` gives a format, is listed without being loaded, whatever its size.
    Symbolic links are not followed: what they lead to below `paths` is read where it stands, and one that
    leads elsewhere is a warning. What cannot be read, is too large or is not text although its name says so
    becomes an error notification.
    """
    walk = _Walk(root, tuple(path.resolve() for path in paths), claim, opener, options)
    for path in paths:
        walk.root(path.resolve())
    walk.check_links()
    files = sorted(walk.files, key=lambda file: file.path)
    return Discovered(tuple(files), tuple(walk.roots), tuple(walk.notifications), dict(sorted(walk.listing.items())))


def named_files(root: Path, paths: Sequence[Path], name: str, options: DiscoveryOptions) -> tuple[Path, ...]:
    """Every file of that name in or below the folders among `paths`, without what is left out; none is opened."""
    walk = _Walk(root, (), lambda _path, _head: None, lambda _path, _head: None, options)
    return tuple(file for path in paths for file in walk.named(path.resolve(), name))


@dataclass(frozen=True)
class _Excludes:
    """`own` are the patterns of the user alone."""

    all: GitIgnoreSpec
    own: GitIgnoreSpec


@dataclass
class _Walk:
    base: Path
    allowed: tuple[Path, ...]
    claim: Claim
    opener: Claim
    options: DiscoveryOptions
    files: list[SourceFile] = field(default_factory=list)
    roots: list[RootSummary] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    listing: dict[str, int] = field(default_factory=dict)
    seen: set[Path] = field(default_factory=set)
    links: list[tuple[Path, Path]] = field(default_factory=list)
    ignores: dict[Path, GitIgnoreSpec | None] = field(default_factory=dict)
    work_trees: dict[Path, Path] = field(default_factory=dict)
    tracked: dict[Path, frozenset[str]] = field(default_factory=dict)

    def root(self, path: Path) -> None:
        """Read one of the paths the user gave; a file is read even where patterns would ignore it."""
        counts: Counter[str] = Counter()
        not_claimed = ignored = 0
        if path.is_file():
            candidates: Iterator[Path | None] = iter((path,))
        else:
            candidates = self._below(path)
        for candidate in candidates:
            if candidate is None:
                ignored += 1
                continue
            format_ = self._read(candidate)
            if format_ is None:
                not_claimed += 1
            elif format_:
                counts[format_] += 1
        name = self._relative(path)
        self.roots.append(RootSummary(name, dict(sorted(counts.items())), not_claimed, ignored))

    def _below(self, folder: Path) -> Iterator[Path | None]:
        """Every file below `folder` that is not ignored, in a fixed order; None for an ignored file."""
        excludes = self._excludes()
        for here, names in self._walked(folder, excludes):
            for name in sorted(names):
                path = here / name
                yield None if self._is_file_left_out(path, excludes) else path

    def named(self, folder: Path, wanted: str) -> Iterator[Path]:
        """Every file of one name below `folder` that is not ignored, in a fixed order."""
        excludes = self._excludes()
        for here, names in self._walked(folder, excludes):
            if wanted in names and not self._is_file_left_out(here / wanted, excludes):
                yield here / wanted

    def _excludes(self) -> "_Excludes":
        own = self.options.excludes
        return _Excludes(GitIgnoreSpec.from_lines([*DEFAULT_EXCLUDES, *own]), GitIgnoreSpec.from_lines(own))

    def _walked(self, folder: Path, excludes: "_Excludes") -> Iterator[tuple[Path, list[str]]]:
        """Every folder from `folder` down that is not left out, with the names of the files in it."""

        def complain(error: OSError) -> None:
            self._error(f"this folder cannot be read: {error.strerror}", Path(error.filename))

        for current, folders, names in os.walk(folder, onerror=complain):
            here = Path(current)
            kept = []
            for name in sorted(folders):
                path = here / name
                if self._is_left_out(path, excludes, is_folder=True):
                    continue
                if path.is_symlink():
                    self._check_link(path)
                    continue
                kept.append(name)
            folders[:] = kept
            yield here, names

    def _is_file_left_out(self, path: Path, excludes: "_Excludes") -> bool:
        return self._is_left_out(path, excludes, is_folder=False)

    def _is_left_out(self, path: Path, excludes: "_Excludes", is_folder: bool) -> bool:
        """Whether patterns leave it out: those of the user in any case, the built-in ones and .gitignore only where git
        does not have it, or anything in it, in the repository all the same."""
        text = _matchable(self._relative(path)) + ("/" if is_folder else "")
        is_excluded = excludes.all.match_file(text)
        if is_excluded and (path.name == ".git" or excludes.own.match_file(text)):
            return True
        return (is_excluded or self._is_ignored(path, is_folder)) and not self._is_tracked(path)

    def _is_ignored(self, path: Path, is_folder: bool) -> bool:
        """Whether a .gitignore between the repository root and `path` ignores it; the nearest one decides."""
        if not self.options.use_gitignore:
            return False
        for folder in path.parents:
            spec = self._gitignore(folder)
            if spec is not None:
                text = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
                verdict = spec.check_file(_matchable(text)).include
                if verdict is not None:
                    return verdict
            if folder == self.base:
                break
        return False

    def _is_tracked(self, path: Path) -> bool:
        """Whether git has this ignored file, or a file in this ignored folder, in the repository nevertheless."""
        tree = self._work_tree(path.parent)
        if tree not in self.tracked:
            try:
                files = tracked_files(tree)
            except (OSError, ValueError) as error:
                self._warn(f"{error}; files that are ignored and tracked all the same were not read", tree / ".git")
                files = frozenset()
            folders = (parent.as_posix() for file in files for parent in PurePosixPath(file).parents)
            self.tracked[tree] = files | frozenset(folders)
        return path.relative_to(tree).as_posix() in self.tracked[tree]

    def _work_tree(self, folder: Path) -> Path:
        """The innermost repository that a folder is in: a submodule has an index of its own."""
        if folder not in self.work_trees:
            is_top = folder == self.base or (folder / ".git").exists()
            self.work_trees[folder] = folder if is_top else self._work_tree(folder.parent)
        return self.work_trees[folder]

    def _gitignore(self, folder: Path) -> GitIgnoreSpec | None:
        if folder not in self.ignores:
            file = folder / ".gitignore"
            try:
                lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
                self.ignores[folder] = GitIgnoreSpec.from_lines(lines)
            except OSError:
                self.ignores[folder] = None  # there is none, which is the usual case
        return self.ignores[folder]

    def _check_link(self, path: Path) -> None:
        """No link is followed: inside the scanned paths its target is read anyway, else the user is told."""
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):
            self._warn("this symbolic link leads nowhere or in a circle; it was not followed", path)
            return
        if not any(target.is_relative_to(allowed) for allowed in self.allowed):
            self._warn("this symbolic link leads outside the scanned paths; it was not followed", path)
        elif target.is_file():
            self.links.append((path, target))

    def check_links(self) -> None:
        """Say of links that are something by their names where what they lead to is not read, or not as a part of the
        same folder."""
        formats = {file.path: file.format for file in self.files}
        for path, target in self.links:
            named = self._relative(target)
            try:
                with target.open("rb") as file:
                    format_ = self.claim(self._relative(path), file.read(HEAD_SIZE))
            except OSError as error:
                self._error(f"what this symbolic link leads to cannot be read: {error.strerror}", path)
                continue
            if format_ is not None and formats.get(named) != format_:
                message = f"this symbolic link is {format_}, and {named}, which it leads to, is not read as that"
                self._error(f"{message}; put the file itself here", path)
            elif format_ == "terraform" and target.parent != path.parent:
                message = f"this symbolic link was not followed: {named} is judged where it stands, not as a part of"
                self._warn(f"{message} this folder; put the file itself here", path)

    def _read(self, path: Path) -> str | None:
        """The format of `path` when it was read now, None when nobody claims it, "" when it does not count."""
        if path.is_symlink():
            self._check_link(path)
            return ""  # what it leads to is read where it stands
        if path in self.seen:
            return ""
        self.seen.add(path)
        relative = self._relative(path)
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                return None
            with path.open("rb") as file:
                head = file.read(HEAD_SIZE)
                self.listing[relative] = status.st_size
                format_ = self.claim(relative, head)
                if format_ is None:
                    opened_later = self.opener(relative, head)
                    if opened_later is not None:
                        self.files.append(SourceFile(relative, opened_later, "", is_loaded=False))
                    return opened_later
                if status.st_size > self.options.max_file_size:
                    limit = self.options.max_file_size >> 20
                    size = status.st_size / (1 << 20)
                    self._error(
                        f"{size:.0f} MiB, above the limit of {limit} MiB; split it or raise max_file_size", path
                    )
                    return ""
                content = head + file.read()
        except OSError as error:
            self._error(f"this file cannot be read: {error.strerror}", path)
            return ""
        return self._decode(path, relative, format_, content)

    def _decode(self, path: Path, relative: str, format_: str, content: bytes) -> str:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            self._error(f"not UTF-8 text, although its name or head says {format_}", path)
            return ""
        self.files.append(SourceFile(relative, format_, text))
        return format_

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.base).as_posix()

    def _error(self, message: str, path: Path) -> None:
        self.notifications.append(Notification(Level.ERROR, message, "discovery", Location(self._relative(path), 1)))

    def _warn(self, message: str, path: Path) -> None:
        self.notifications.append(Notification(Level.WARNING, message, "discovery", Location(self._relative(path), 1)))


def _matchable(path: str) -> str:
    """The path as patterns can be held against it: a name that is no UTF-8 has a mark in place of each wrong byte."""
    return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
