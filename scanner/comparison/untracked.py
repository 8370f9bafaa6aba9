"""Files that git ignores and a scan may read all the same: installed modules, fetched charts, weights.

git cannot say what they were before, so they count as having been there.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from posixpath import basename, dirname

from scanner.comparison.large_files import link_or_copy
from scanner.comparison.renames import Renames
from scanner.comparison.work_tree import WorkTree
from scanner.git_objects import SUBMODULE, GitRepository

# What no parser looks into, and may be large.
_LEFT_OUT = frozenset(
    (
        *(".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".cache"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".idea", ".vscode"),
    )
)


def link_untracked(tree: WorkTree, renames: Renames, target: Path, prefix: str = "") -> None:
    """Have the ignored files of the work tree, and of its submodules, in `target` too, where they would be there."""
    for path in _files(tree):
        place = target / renames.old(prefix + path)
        source = tree.folder / path
        if os.path.lexists(place) or not _is_below(place, target):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            place.symlink_to(source.readlink())
        elif source.is_file():
            link_or_copy(source, place)
    for entry in tree.tracked.values():
        folder = tree.folder / entry.path
        there = target / renames.old(prefix + entry.path)
        if entry.mode == SUBMODULE and (folder / ".git").exists() and there.is_dir():
            module = WorkTree(GitRepository(folder, tree.git.time_limit))
            link_untracked(module, renames, target, f"{prefix}{entry.path}/")


def _files(tree: WorkTree) -> Iterator[str]:
    """The ignored files, one by one."""
    for path in tree.ignored:
        if not path.endswith("/"):
            yield path
        elif _is_wanted(path.rstrip("/")):
            for where, folders, names in os.walk(tree.folder / path):
                here = Path(where).relative_to(tree.folder).as_posix()
                links = [name for name in folders if Path(where, name).is_symlink()]
                folders[:] = sorted(name for name in folders if name not in links and _is_wanted(f"{here}/{name}"))
                yield from (f"{here}/{name}" for name in sorted((*names, *links)))


def _is_wanted(folder: str) -> bool:
    if basename(folder) == "providers" and basename(dirname(folder)) == ".terraform":
        return False  # programs
    return basename(folder) not in _LEFT_OUT


def _is_below(place: Path, target: Path) -> bool:
    """Whether a file can be put there without a link leading out, or over a file that is a folder now."""
    for folder in place.parents:
        if folder == target:
            return True
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            return False
    return False
