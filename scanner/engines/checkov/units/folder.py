"""The folder of a unit while its files are gathered: under which names Checkov is to see them."""

from dataclasses import dataclass, field
from itertools import count
from posixpath import join, splitext

from scanner.core.resource import SourceFile

RESERVED = ".releasegate-staged"
"""The folder for what has no place in the repository, or none that could be kept."""

_LONGEST_NAME = 255


@dataclass
class Folder:
    """The bytes of every file by the path that Checkov sees, and our own path of those that have another one there."""

    files: dict[str, bytes] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)

    def add(self, file: SourceFile, seen: str | None = None) -> str:
        """Add a file as it is, under its own path or near `seen`; gives the path that Checkov will see."""
        return self.put(file.path, file.text, seen)

    def put(self, path: str, text: str, seen: str | None = None) -> str:
        """Add a text that stands for our file `path`; gives the path that Checkov will see."""
        name = self._free(seen or path)
        self.files[name] = text.removeprefix("\ufeff").encode(errors="replace")
        if name != path:
            self.paths[name] = path
        return name

    def _free(self, wanted: str) -> str:
        """The path itself, or one like it, where it is taken or cannot be the path of a file in the folder."""
        stem, ending = splitext(wanted)
        if not is_kept_inside(wanted):
            stem = join(RESERVED, "file")
        tries = (f"{stem}-{number}{ending}" if number else f"{stem}{ending}" for number in count())
        return next(each for each in tries if each not in self.files)


def is_kept_inside(path: str) -> bool:
    """Whether a path leads to a file in the folder that it is relative to, wherever that lies."""
    return "\0" not in path and all(
        part not in ("", ".", "..") and len(part.encode(errors="replace")) <= _LONGEST_NAME for part in path.split("/")
    )
