"""Where the part of an address after `//` lies in a package on disk; a `*` in it stands for one name."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

_PATTERN = re.compile(r"[*?\[]")


class SubfolderError(ValueError):
    """A subfolder that is not there, or not one alone; `str()` is the rest of a sentence about the module."""


def find_subfolder(package: Path, subfolder: str) -> Path:
    """The one folder below `package` that `subfolder` means, "" being the package itself; links are followed anywhere.

    Raises `SubfolderError`.
    """
    found = [package]
    for part in subfolder.split("/") if subfolder else ():
        found = [each for folder in found for each in _children(folder, part) if each.is_dir()]
    if not found:
        raise SubfolderError(f"has no folder {subfolder}")
    if len(found) > 1:
        raise SubfolderError(f"has more than one folder {subfolder}")
    return found[0]


def is_inside(path: Path, folder: Path) -> bool:
    """Whether `path` stays inside of `folder` with all links followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def _children(folder: Path, part: str) -> list[Path]:
    if _PATTERN.search(part) is None:
        return [folder / part]
    pattern = part.replace("[^", "[!")
    return sorted(each for each in folder.iterdir() if fnmatchcase(each.name, pattern))
