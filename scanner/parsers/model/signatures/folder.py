"""The folder that a signature covers: where it is, and what lies in it that the signature does not speak of."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import basename, dirname, join, normpath

from scanner.parsers.model.signatures.statement import SignedFile, Statement

# What the verifier leaves out by itself.
_OF_GIT = (".git", ".gitattributes", ".github", ".gitignore")
# Signatures and attestations of the same files, which nobody can put into one another.
_PROOFS = (".sig", ".sigstore", ".sigstore.json", ".intoto.jsonl")
_MOST_FILES = 100_000


@dataclass(frozen=True)
class SignedFolder:
    """Paths are relative to the repository root. `root` is the folder ("" for the root itself), or a single file's.

    `unsigned` are files that the signature neither covers nor leaves out, `ignored` those that it leaves out,
    `symlinks` those that it does not allow; `whole` is false where the folder holds too many files to say.
    """

    root: str
    unsigned: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    symlinks: tuple[str, ...] = ()
    whole: bool = True


def path_of(root: str, file: SignedFile, statement: Statement) -> str | None:
    """Where a signed file lies; None for a name that leads out of the signed folder, which nothing can match."""
    if file.name == ".":  # a model that is one file
        return join(root, statement.name) if statement.name == basename(statement.name) != "" else None
    if file.name.startswith("/") or ".." in PurePosixPath(file.name).parts or "\0" in file.name:
        return None
    return join(root, file.name)


def root_of(signature: str, statement: Statement, root: Path) -> str:
    """The signed folder: that of the signature, or one beside it with the signed name, by where the files are."""
    here = dirname(signature)
    stem = basename(signature).partition(".")[0]
    named = statement.name if statement.name == basename(statement.name) else ""
    beside = [join(here, each) for each in (named, stem) if each not in ("", ".", "..")]
    around = [join(dirname(here), named)] if here and named not in ("", ".", "..") else []
    candidates = list(dict.fromkeys([here, *beside, *around]))

    def found(candidate: str) -> int:
        paths = {path_of(candidate, file, statement) for file in statement.files}
        return sum(1 for path in paths if path is not None and os.path.lexists(root / path))

    return max(candidates, key=found)


def look_into(folder: str, signature: str, statement: Statement, root: Path) -> SignedFolder:
    """What lies in the signed folder, as the verifier sees it: hidden files too, no link followed into a folder."""
    if any(file.name == "." for file in statement.files) or not _is_inside(root / folder, root):
        return SignedFolder(folder)
    signed = {path_of(folder, file, statement) for file in statement.files}
    left_out = [normpath(each) for each in (*statement.ignored, *_OF_GIT)]
    unsigned, ignored, symlinks = [], [], []
    for number, (name, is_link, is_file) in enumerate(_below(root / folder)):
        if number >= _MOST_FILES:
            return SignedFolder(folder, whole=False)
        path = join(folder, name)
        if is_link and not statement.allows_symlinks:
            symlinks.append(path)
        elif not is_file or path in signed or path == signature:
            continue
        elif any(each == "." or PurePosixPath(name).is_relative_to(each) for each in left_out):
            if not _is_of_git(name):
                ignored.append(path)
        elif not name.endswith(_PROOFS):
            unsigned.append(path)
    return SignedFolder(folder, tuple(sorted(unsigned)), tuple(sorted(ignored)), tuple(sorted(symlinks)))


def _is_of_git(name: str) -> bool:
    return name.partition("/")[0] in _OF_GIT


def _is_inside(folder: Path, root: Path) -> bool:
    try:
        return folder.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def _below(folder: Path) -> Iterator[tuple[str, bool, bool]]:
    """Everything below the folder by its name: whether it is a link, and whether it is or leads to a file."""
    for current, folders, names in os.walk(folder):
        here = Path(current)
        if here == folder and ".git" in folders:
            folders.remove(".git")  # it may hold more than the model, and the verifier does not look at its files
        folders.sort()
        for name in sorted((*names, *folders)):
            path = here / name
            is_link = path.is_symlink()
            if is_link or name not in folders:
                yield path.relative_to(folder).as_posix(), is_link, path.is_file()
