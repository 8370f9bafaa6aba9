"""What git says of a work tree: its commits, its files, tracked or not, and whether anything in it has changed."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scanner.git_objects import LINK, SUBMODULE, GitError, GitRepository, TreeEntry

_CHUNK = 1 << 20
_MODULES = ".gitmodules"


@dataclass(frozen=True)
class WorkTree:
    """A work tree, or the git directory of a submodule that is not checked out."""

    git: GitRepository

    @property
    def folder(self) -> Path:
        return self.git.folder

    @cached_property
    def store(self) -> Path:
        """The folder that holds objects, references and what Git LFS has fetched. Raises `GitError`."""
        found = self.git.ask(("rev-parse", "--path-format=absolute", "--git-common-dir"))
        if found is None:
            raise GitError("git does not read this repository; check who owns it (safe.directory)")
        return Path(os.fsdecode(found.rstrip(b"\n")))

    @cached_property
    def tracked(self) -> Mapping[str, TreeEntry]:
        """The files of the index that the work tree is to hold (all but what a sparse checkout leaves out)."""
        return {entry.path: entry for entry, is_left_out in self._index() if not is_left_out}

    @cached_property
    def left_out(self) -> Mapping[str, TreeEntry]:
        """The tracked files that a sparse checkout leaves out."""
        return {entry.path: entry for entry, is_left_out in self._index() if is_left_out}

    @cached_property
    def untracked(self) -> frozenset[str]:
        """Files that git neither tracks nor ignores; one that ends with a slash is a repository of its own."""
        return frozenset(self._listed("--others", "--exclude-standard"))

    @cached_property
    def ignored(self) -> tuple[str, ...]:
        """Files that git ignores; a folder of which nothing is tracked ends with a slash."""
        return tuple(self._listed("--others", "--ignored", "--exclude-standard", "--directory"))

    @cached_property
    def present(self) -> frozenset[str]:
        """All files and links that are there and not ignored; submodules are none."""
        tracked = {path for path, entry in self.tracked.items() if entry.mode != SUBMODULE}
        files = (path for path in tracked | self.untracked if not path.endswith("/"))
        return frozenset(path for path in files if os.path.lexists(self.folder / path))

    def merge_base(self, revision: str) -> str:
        """The commit that this work tree and a revision have in common. Raises `GitError`."""
        other = self.git.commit(revision)
        if self.git.ask(("rev-parse", "--verify", "--quiet", "HEAD^{commit}")) is None:
            raise GitError("this repository has no commit yet")
        found = self.git.ask(("merge-base", "HEAD", other))
        if found is not None:
            return found.decode().strip()
        if self.git.is_shallow:
            raise GitError(
                "this clone is shallow and has no common commit; fetch more (actions/checkout: fetch-depth: 0)"
            )
        raise GitError("it has no commit in common with what is checked out")

    def has_commit(self, commit: str) -> bool:
        """Whether the commit can be read here."""
        return self.git.ask(("cat-file", "-e", f"{commit}^{{commit}}")) is not None

    def submodule(self, path: str, commit: str) -> "WorkTree | None":
        """The submodule that a commit has at a path: where it is checked out, else where git keeps what it fetched."""
        name = self._module_names(commit).get(path, path)
        now = self.moved_submodules(commit).get(path, path)
        if self._modules.get(now, name) == name and (self.folder / now / ".git").exists():
            return WorkTree(GitRepository(self.folder / now, self.git.time_limit))
        folder = self.store / "modules" / name
        if not (folder / "HEAD").is_file():
            return None
        # it names a work tree that is gone, and git would not work without one
        return WorkTree(GitRepository(folder, self.git.time_limit, ("GIT_WORK_TREE=.",)))

    def moved_submodules(self, commit: str) -> dict[str, str]:
        """Where the submodules of a commit are now, for those that are somewhere else."""
        now = {name: path for path, name in self._modules.items()}
        before = self._module_names(commit)
        return {path: now[name] for path, name in before.items() if now.get(name, path) != path}

    @cached_property
    def _modules(self) -> dict[str, str]:
        """The names of the submodules by their paths, as the work tree has them."""
        return self._names_in("--file", str(self.folder / _MODULES))

    def _module_names(self, commit: str) -> dict[str, str]:
        return self._names_in("--blob", f"{commit}:{_MODULES}")

    def _names_in(self, *file: str) -> dict[str, str]:
        found = self.git.ask(("config", *file, "-z", "--get-regexp", r"^submodule\..*\.path$")) or b""
        pairs = (os.fsdecode(line).partition("\n") for line in found.split(b"\0"))
        names = {path: key.removeprefix("submodule.").removesuffix(".path") for key, _, path in pairs if path}
        return {path: name for path, name in names.items() if ".." not in name.split("/")}

    def is_at(self, commit: str) -> bool:
        """Whether all of the work tree, with its submodules, is byte for byte that of a commit, and nothing beside."""
        entries = list(self.git.entries(commit))
        modules = [entry for entry in entries if entry.mode == SUBMODULE]
        files = [entry for entry in entries if entry.mode != SUBMODULE]
        others = any(path.endswith("/") for path in self.untracked)
        if others or self.left_out or {entry.path for entry in files} != self.present:
            return False
        if {entry.path for entry in modules} != {e.path for e in self.tracked.values() if e.mode == SUBMODULE}:
            return False
        sizes = self.git.sizes(files)
        return all(
            _is_file(self.folder / each.path, each, size) for each, size in zip(files, sizes, strict=True)
        ) and all(self._is_module_at(entry) for entry in modules)

    def _is_module_at(self, entry: TreeEntry) -> bool:
        if not (self.folder / entry.path / ".git").exists():
            return False
        module = WorkTree(GitRepository(self.folder / entry.path, self.git.time_limit))
        return module.has_commit(entry.id) and module.is_at(entry.id)

    def _index(self) -> Iterator[tuple[TreeEntry, bool]]:
        found = self.git.ask(("ls-files", "-z", "-t", "--stage", "--full-name"))
        if found is None:
            raise GitError("git does not list the files that it tracks")
        for line in found.split(b"\0"):
            about, _, path = line.partition(b"\t")
            if path:
                tag, mode, object_, _ = about.decode().split()
                entry = TreeEntry(os.fsdecode(path), mode, object_)
                # one that is marked so and is there all the same, somebody keeps from being committed
                yield entry, tag == "S" and not os.path.lexists(self.folder / entry.path)

    def _listed(self, *options: str) -> list[str]:
        found = self.git.ask(("ls-files", "-z", *options))
        if found is None:
            raise GitError("git does not list the files that it does not track")
        return sorted(os.fsdecode(path) for path in found.split(b"\0") if path)


def _is_file(path: Path, entry: TreeEntry, size: int) -> bool:
    """Whether a file or link is, byte for byte, what git has."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            content = os.fsencode(path.readlink())
            return entry.mode == LINK and _digest(entry, len(content), [content]) == entry.id
        if entry.mode == LINK or not stat.S_ISREG(status.st_mode) or status.st_size != size:
            return False
        with path.open("rb") as file:
            return _digest(entry, size, iter(lambda: file.read(_CHUNK), b"")) == entry.id
    except OSError:
        return False


def _digest(entry: TreeEntry, size: int, chunks: "Iterator[bytes] | list[bytes]") -> str:
    """The id that git gives to a file of this content."""
    digest = hashlib.sha1(usedforsecurity=False) if len(entry.id) == 40 else hashlib.sha256()
    digest.update(b"blob %d\0" % size)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
