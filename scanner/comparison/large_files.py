"""Files that Git LFS keeps beside the objects: a commit has pointers, where the work tree has what they point at."""

import hashlib
import os
import re
import shutil
from pathlib import Path

from scanner.git_objects import GitError

_VERSION = b"version https://git-lfs.github.com/spec/v1\n"
_LONGEST = 1024
_OID = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_SIZE = re.compile(rb"^size ([0-9]{1,19})$", re.MULTILINE)
_MOST_COPIED = 20 << 30


def pointed_at(head: bytes, size: int, store: Path, now: Path) -> Path | None:
    """The file that a pointer of a commit stands for, None for what is none, or has to stay one.

    It stays one where the work tree has a pointer at `now` as well, and where what it points at is not here. `store`
    is the git directory.
    """
    oid, length = _OID.search(head), _SIZE.search(head)
    if size > _LONGEST or not head.startswith(_VERSION) or oid is None or length is None or _is_pointer(now):
        return None
    name, number = oid[1].decode(), int(length[1])
    kept = store / "lfs" / "objects" / name[:2] / name[2:4] / name
    if kept.is_file() and kept.stat().st_size == number:
        return kept
    if now.is_file() and not now.is_symlink() and now.stat().st_size == number and _sha256(now) == name:
        return now
    return None


def take_over(source: Path, target: Path, store: Path) -> None:
    """Have a file of `store`, or of the work tree, at another place too, without a change to it. Raises `GitError`.

    One of the work tree is copied: a second name would change what git remembers of it.
    """
    if source.is_relative_to(store):
        link_or_copy(source, target)
    else:
        copy(source, target)


def link_or_copy(source: Path, target: Path) -> None:
    """Have a file at another place too, by a second name where the file system allows it. Raises `GitError`."""
    if not _linked(source, target):
        copy(source, target)


def copy(source: Path, target: Path) -> None:
    """Copy a file, if there is room for it. Raises `GitError`."""
    size = source.stat().st_size
    if size > min(shutil.disk_usage(target.parent).free // 2, _MOST_COPIED):
        message = f"a copy of {source.name} ({size >> 20} MiB) has no room in the temporary folder"
        raise GitError(f"{message}; set TMPDIR to a folder of the same file system")
    shutil.copyfile(source, target)


def _linked(source: Path, target: Path) -> bool:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system, or a file of somebody else
        return False
    return True


def _is_pointer(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_VERSION)) == _VERSION
    except OSError:
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
