"""Which files and folders of a commit have another name in the work tree."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from posixpath import basename, dirname, join, normpath

from scanner.comparison.work_tree import WorkTree
from scanner.core.finding import Finding
from scanner.core.location import Location
from scanner.git_objects import SUBMODULE, GitError, GitRepository, TreeEntry

_LARGEST = 1 << 20  # of a file that is compared by more than its id; a larger one is no configuration
# How many files are held against one another; where there are more, those of the same content are still found.
_MOST = 1500


_EMPTY = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
_IMPORT = ("fast-import", "--quiet", "--done", "--date-format=raw")


@dataclass(frozen=True)
class Renames:
    """New names by old ones, of files and of folders that moved as a whole; the root is the folder `.`.

    `tracked` are all files of the commit.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    tracked: frozenset[str] = frozenset()

    def new(self, path: str) -> str:
        """The name that a file has now; what git does not know moves with the folder around it."""
        if path in self.files:
            return self.files[path]
        return (
            path if path in self.tracked and (dirname(path) or ".") not in self.folders else _inside(path, self.folders)
        )

    def old(self, path: str) -> str:
        """The name that a file or folder had, one that git does not know by the folder that it is in."""
        return self._old_files.get(path) or _inside(path, self._old_folders)

    def finding(self, finding: Finding) -> Finding:
        """The finding as it is called where things have their new names, and so with another fingerprint."""
        resource = finding.resource
        at, origin = self._place(finding.location), self._origin(resource.origin)
        # in Terraform no address has a path in it, but some look like one
        address = resource.address if resource.format == "terraform" else self._text(resource.address)
        evidence = self._text(finding.evidence)
        unchanged = (finding.location, resource.origin, resource.address, finding.evidence)
        if (at, origin, address, evidence) == unchanged and self._place(resource.location) == resource.location:
            return finding
        renamed = replace(resource, address=address, origin=origin, location=self._place(resource.location))
        return replace(finding, resource=renamed, location=at, evidence=evidence, fingerprint="")

    def _place(self, location: Location) -> Location:
        path = self.new(location.path)
        return location if path == location.path else replace(location, path=path)

    def _origin(self, origin: str) -> str:
        return self.folders.get(origin) or self.files.get(origin, origin)

    def _text(self, text: str) -> str:
        """The text with the old names of files in it replaced."""
        return self._pattern.sub(lambda found: self.files[found[0]], text) if self.files else text

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = "|".join(re.escape(name) for name in sorted(self.files, key=len, reverse=True))
        return re.compile(rf"(?<![\w/-])(?:{names})(?![\w/-]|\.\w)")

    @cached_property
    def _old_files(self) -> Mapping[str, str]:
        return {new: old for old, new in self.files.items()}

    @cached_property
    def _old_folders(self) -> Mapping[str, str]:
        return {new: old for old, new in self.folders.items()}


def _inside(path: str, folders: Mapping[str, str]) -> str:
    """The path where the folder that it is, or is in, has another name; the innermost folder decides."""
    folder, rest = path, ""
    while folder:
        if folder in folders:
            return normpath(join(folders[folder], rest))
        rest = join(basename(folder), rest) if rest else basename(folder)
        folder = dirname(folder)
    return normpath(join(folders["."], path)) if "." in folders and "/" not in path else path


def find_renames(tree: WorkTree, commit: str, scratch: Path) -> Renames:
    """The names that files of a commit have in the work tree, whether that is committed or not. Raises `GitError`."""
    entries = list(tree.git.entries(commit))
    before = {entry.path: entry for entry in entries if entry.mode != SUBMODULE}
    present = tree.present
    gone = [entry for path, entry in before.items() if path not in present and path not in tree.left_out]
    come = [path for path in sorted(present | tree.left_out.keys()) if path not in before]
    files = _renamed(tree, gone, come, scratch) if gone and come else {}
    folders = _folders(files, before, present)
    moved = tree.moved_submodules(commit)
    for entry in entries:
        module = tree.submodule(entry.path, commit) if entry.path in moved else None
        if module is not None and module.has_commit(entry.id):
            to = moved[entry.path]
            folders[entry.path] = to
            for each in module.git.entries(entry.id):
                files[f"{entry.path}/{each.path}"] = f"{to}/{each.path}"
                folders[dirname(f"{entry.path}/{each.path}")] = dirname(f"{to}/{each.path}")
    return Renames(files, folders, frozenset(before))


def _renamed(tree: WorkTree, gone: Sequence[TreeEntry], come: Sequence[str], scratch: Path) -> dict[str, str]:
    """The new names of files that are gone: those are written, with what has come, into a repository in `scratch`."""
    folder = scratch / "renames.git"
    folder.mkdir()
    git = GitRepository(folder, tree.git.time_limit)
    tracked = {**tree.tracked, **tree.left_out}
    known = {path: entry for path, entry in tracked.items() if not entry.id.startswith(_EMPTY)}
    new = [known[path] for path in come if path in known]
    texts = {path: text for path in come if path not in known if (text := _text(tree.folder / path)) is not None}
    stream = _commit("old", _stored(tree, gone)) + _commit("new", {**_stored(tree, new), **texts}) + b"done\n"
    found = None
    if git.ask(("init", "--bare", "--quiet", "--template=")) is not None and git.ask(_IMPORT, stream) is not None:
        found = git.ask(("diff-tree", "-r", "-z", "--name-status", f"-l{_MOST}", "-M", "--diff-filter=R", "old", "new"))
    if found is None:
        raise GitError("git does not compare its files with those of the work tree")
    words = [os.fsdecode(word) for word in found.split(b"\0") if word]
    return dict(zip(words[1::3], words[2::3], strict=True))


def _commit(name: str, files: Mapping[str, bytes]) -> bytes:
    """What `git fast-import` makes a commit of just these files of."""
    parts = [f"commit refs/heads/{name}\ncommitter a <a> 0 +0000\ndata 0\n".encode()]
    for path, text in files.items():
        parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (_quoted(path), len(text), text))
    return b"".join(parts)


def _quoted(path: str) -> bytes:
    return b'"%s"' % b"".join(b"\\%03o" % byte for byte in os.fsencode(path))


def _stored(tree: WorkTree, entries: Sequence[TreeEntry]) -> dict[str, bytes]:
    """The contents of files that git has; of a large one its id, by which it is still found."""
    sizes = tree.git.sizes(entries)
    found = {each.path: each.id.encode() for each in entries}
    small = [(each, size) for each, size in zip(entries, sizes, strict=True) if size <= _LARGEST]
    for each, size, stream in tree.git.contents([each for each, _ in small], [size for _, size in small]):
        found[each.path] = stream.read(size)
    return found


def _text(path: Path) -> bytes | None:
    """The content of a file that git does not have: as it is, for a filter may be a program that somebody chose."""
    if path.is_symlink():
        return os.fsencode(path.readlink())
    return path.read_bytes() if path.is_file() and path.stat().st_size <= _LARGEST else None


def _folders(files: Mapping[str, str], before: Iterable[str], present: Iterable[str]) -> dict[str, str]:
    """The folders that are gone, where all files that were found again went to one folder that is new."""
    old_folders = {dirname(path) or "." for path in before}
    new_folders = {dirname(path) or "." for path in present}
    targets: dict[str, set[str]] = {}
    for old, new in files.items():
        targets.setdefault(dirname(old) or ".", set()).add(dirname(new) or ".")
    moved = {
        folder: next(iter(to))
        for folder, to in targets.items()
        if len(to) == 1 and folder not in new_folders and not to & old_folders
    }
    times = Counter(moved.values())
    return {folder: to for folder, to in moved.items() if times[to] == 1}
