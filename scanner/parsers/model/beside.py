"""Small text files that lie beside a manifest and that no claim can tell apart by themselves, such as requirements."""

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from posixpath import join, normpath

from scanner.core.resource import SourceFile
from scanner.parsers.model.draft import FORMAT
from scanner.parsers.model.files.places import Place, place_of

LONGEST = 1 << 20


def is_there(path: str, root: Path) -> bool:
    """Whether a file lies at the path, which is relative to the repository root `root`."""
    return isinstance(place_of(path, root), Place)


def read_text(path: str, root: Path) -> SourceFile | None:
    """The text of the file at the path; None where none is, and for what is no UTF-8 text of at most 1 MiB."""
    place = place_of(path, root)
    if not isinstance(place, Place):
        return None
    try:
        with place.open() as opened:
            content = opened.read(LONGEST + 1)
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    return None if len(content) > LONGEST or "\0" in text else SourceFile(path, FORMAT, text)


def inside(folder: str, *names: str) -> str:
    """The path of what is named in a folder, relative to the repository root as the folder is."""
    return normpath(join(folder, *names))


def below(folder: str, paths: Sequence[str]) -> Sequence[str]:
    """Those of the sorted paths that lie in the folder or in one below it."""
    start = bisect_left(paths, f"{folder}/")
    return paths[start : bisect_left(paths, f"{folder}0", start)]  # "0" comes right after "/"
