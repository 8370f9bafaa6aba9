"""Writes the files of a commit into a folder as a checkout would, but by reading objects: no hook or filter runs.

Beside them it gets what the scan reads and git does not track, so that the two sides differ by the change alone.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from scanner.comparison.large_files import pointed_at, take_over
from scanner.comparison.renames import Renames
from scanner.comparison.untracked import link_untracked
from scanner.comparison.work_tree import WorkTree
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.git_objects import LINK, SUBMODULE, GitError, TreeEntry

_GROUP = 256 << 20  # bytes that are asked for at once
_LONGEST_LINK = 4096
_CHUNK = 1 << 20


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for as long as the comparison takes."""
    with TemporaryDirectory(prefix="releasegate-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


def write_base(tree: WorkTree, commit: str, renames: Renames, target: Path) -> list[Notification]:
    """Make `target` the work tree of a commit, with a `.git` that leads to the repository. Raises `GitError`.

    What of it is not at hand is a warning: what was found there counts as new.
    """
    target.mkdir(parents=True)
    try:
        _write_git(tree, commit, target)
        told = _write_commit(tree, commit, target, renames, "")
        link_untracked(tree, renames, target)
        _drop_leaving_links(target)
    except OSError as error:
        raise GitError(f"its files cannot be written to a temporary folder: {error.strerror}") from None
    return told


def _write_git(tree: WorkTree, commit: str, target: Path) -> None:
    """What `git worktree` would make, but unknown to the repository: an index and a head of its own."""
    folder = target / ".git"
    folder.mkdir()
    (folder / "HEAD").write_text(f"{commit}\n", encoding="ascii")
    (folder / "commondir").write_bytes(os.fsencode(tree.store) + b"\n")
    git = tree.git.with_environment(f"GIT_INDEX_FILE={folder / 'index'}")
    if git.ask(("-c", "index.sparse=false", "read-tree", commit)) is None:
        raise GitError("git does not list its files in an index")


def _write_commit(tree: WorkTree, commit: str, target: Path, renames: Renames, prefix: str) -> list[Notification]:
    """Files first and then links, so that nothing is ever written through one."""
    entries = [entry for entry in tree.git.entries(commit) if not _is_left_out(tree, entry, renames, prefix)]
    for entry in entries:
        if any(part in ("", ".", "..") or part.lower() == ".git" for part in entry.path.split("/")):
            raise GitError(f"it has a file of the name {entry.path[:200]!r}, which no work tree can have")
    plain = [entry for entry in entries if entry.mode not in (LINK, SUBMODULE)]
    links = [entry for entry in entries if entry.mode == LINK]
    for group, sizes in _groups(plain, tree.git.sizes(plain)):
        for entry, size, stream in tree.git.contents(group, sizes):
            _write_file(tree, entry, size, stream, (target / prefix / entry.path, renames.new(prefix + entry.path)))
    told: list[Notification] = []
    for entry in entries:
        if entry.mode == SUBMODULE:
            told += _write_submodule(tree, (commit, entry), target, renames, prefix)
    for entry, size, stream in tree.git.contents(links, tree.git.sizes(links)):
        text = os.fsdecode(stream.read(min(size, _LONGEST_LINK)))
        path = target / prefix / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if text and "\0" not in text and not path.exists():
            path.symlink_to(text)
    return told


def _is_left_out(tree: WorkTree, entry: TreeEntry, renames: Renames, prefix: str) -> bool:
    """Whether the work tree does not have the file, by its name or the one it has now, though its commit does."""
    return any(path in tree.left_out for path in (entry.path, renames.new(prefix + entry.path).removeprefix(prefix)))


def _groups(entries: Sequence[TreeEntry], sizes: Iterable[int]) -> Iterator[tuple[list[TreeEntry], list[int]]]:
    """The files, so many at a time that they have room."""
    group: list[TreeEntry] = []
    of_group: list[int] = []
    for entry, size in zip(entries, sizes, strict=True):
        if group and sum(of_group) + size > _GROUP:
            yield group, of_group
            group, of_group = [], []
        group.append(entry)
        of_group.append(size)
    if group:
        yield group, of_group


def _write_file(tree: WorkTree, entry: TreeEntry, size: int, stream: IO[bytes], places: tuple[Path, str]) -> None:
    """The file, or what it points at where the work tree has that instead of the pointer."""
    path, now = places
    path.parent.mkdir(parents=True, exist_ok=True)
    head = stream.read(min(size, _CHUNK))
    found = pointed_at(head, size, tree.store, tree.folder / now)
    if found is not None:
        take_over(found, path, tree.store)
        return
    with path.open("xb") as file:
        file.write(head)
        left = size - len(head)
        while left:
            chunk = stream.read(min(left, _CHUNK))
            if not chunk:
                raise GitError(f"git does not give its file {entry.path[:200]}")
            file.write(chunk)
            left -= len(chunk)
    if entry.mode == "100755":
        path.chmod(0o755)


def _write_submodule(
    tree: WorkTree, recorded: tuple[str, TreeEntry], target: Path, renames: Renames, prefix: str
) -> list[Notification]:
    """The files of a submodule at the commit that a commit of `tree` has recorded for it."""
    commit, entry = recorded
    path = prefix + entry.path
    (target / path).mkdir(parents=True, exist_ok=True)
    module = tree.submodule(entry.path, commit)
    if module is None and not any((tree.folder / entry.path).glob("*")):
        message = "this submodule is not checked out, neither here nor at the merge base; git submodule update --init"
        return [Notification(Level.NOTE, message, "comparison", Location(path, 1))]
    if module is None or not module.has_commit(entry.id):
        message = (
            f"the commit {entry.id[:12]} of this submodule, which the merge base has, is not here, so that all that is "
            "found in it is new; fetch it (git submodule update --init, actions/checkout: fetch-depth: 0)"
        )
        return [Notification(Level.WARNING, message, "comparison", Location(path, 1))]
    return _write_commit(module, entry.id, target, renames, f"{path}/")


def _drop_leaving_links(target: Path) -> None:
    """No link leads out of the folder, by itself or through others."""
    for where, folders, names in os.walk(target):
        for name in (*folders, *names):
            path = Path(where, name)
            if path.is_symlink() and not _stays(path, target):
                path.unlink()


def _stays(path: Path, target: Path) -> bool:
    try:
        return path.resolve().is_relative_to(target)
    except (OSError, RuntimeError):
        return False
