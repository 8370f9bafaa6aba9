"""The build context of a Dockerfile on disk: which telling files COPY and ADD bring in. Names alone are read."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any

from pathspec import GitIgnoreSpec

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.copies import kind_of
from scanner.parsers.dockerfile.ignore import Patterns, expression, patterns

_MOST_ENTRIES = 50_000
_MOST_TOLD = 100
_WILDCARD = re.compile(r"[*?\[]")
_NOT_WALKED = frozenset([".git", ".hg", ".svn"])


@dataclass
class Contexts:
    """The folders below `root` that were read already: their files that are more than source, by kind."""

    root: Path
    read: dict[str, "tuple[tuple[str, str], ...] | None"] = field(default_factory=dict)
    ignored: dict[Path, GitIgnoreSpec | None] = field(default_factory=dict)

    def brings(self, dockerfile: str, entries: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Any]:
        """For each source (its text, and the flags of its instruction) the files that it brings in.

        Each is a list of `{"path", "kind"}`, or `Unresolved` where the context is not known. Nothing is given back
        when the Dockerfile is not on disk.
        """
        if not self.is_file(dockerfile):
            return
        folder = self.folder(dockerfile, [source for source, _ in entries])
        if folder is None:
            for source, _ in entries:
                yield Unresolved(source, "the folder that the image is built from is not known")
            return
        left_out = self.dockerignore(folder, dockerfile)
        files = self._files(folder)
        for source, flags in entries:
            if files is None:
                yield Unresolved(source, f"the build context has more than {_MOST_ENTRIES:,} files")
                continue
            excludes = _excludes(flags)
            is_wanted = _wanted(source)
            yield [
                {"path": path, "kind": kind}
                for path, kind in files
                if (rest := is_wanted(path)) is not None
                and not left_out.match(path)
                and not (rest and excludes.match(rest))
            ][:_MOST_TOLD]

    def is_file(self, path: str) -> bool:
        """Whether there is a regular file at `path`; a name that no file can have is none."""
        try:
            return (self.root / path).is_file()
        except (OSError, ValueError):
            return False

    def folder(self, dockerfile: str, sources: Sequence[str]) -> str | None:
        """The nearest folder, from the Dockerfile's own upwards, in which everything stands that is copied."""
        needed = [_clean(source) for source in sources if not _WILDCARD.search(source) and "$" not in source]
        folder = dirname(dockerfile)
        while True:
            if all(self._holds(folder, source) for source in needed):
                return folder
            if not folder or not [source for source in needed if source != "."]:
                return None
            folder = dirname(folder)

    def _holds(self, folder: str, source: str) -> bool:
        path = self.root / folder / source
        try:
            inside = path.exists() and path.resolve().is_relative_to(self.root.resolve())
        except (OSError, ValueError):  # a name that is too long, or has a character that no name has
            return False
        return inside and ".." not in source.split("/")

    def dockerignore(self, folder: str, dockerfile: str) -> Patterns:
        """The patterns of the context's ignore file; that of the Dockerfile itself goes before."""
        own = self.root / f"{dockerfile}.dockerignore"
        file = own if own.is_file() else self.root / folder / ".dockerignore"
        try:
            if file.is_symlink():
                return patterns(())
            return patterns(file.read_text(encoding="utf-8", errors="replace").splitlines())
        except OSError:
            return patterns(())  # there is none, which is a usual case

    def _files(self, folder: str) -> "tuple[tuple[str, str], ...] | None":
        if folder not in self.read:
            self.read[folder] = self._walk(self.root / folder)
        return self.read[folder]

    def _walk(self, top: Path) -> "tuple[tuple[str, str], ...] | None":
        found: list[tuple[str, str]] = []
        entries = 0
        for current, folders, names in os.walk(top):
            here = Path(current)
            folders[:] = sorted(
                name for name in folders if name not in _NOT_WALKED and not self.is_ignored(here / name, folder=True)
            )
            entries += len(names) + len(folders)
            if entries > _MOST_ENTRIES:
                return None
            for name in sorted(names):
                kind = kind_of(name)
                path = here / name
                if kind not in ("source", "all") and not path.is_symlink() and not self.is_ignored(path):
                    found.append((path.relative_to(top).as_posix(), kind))
        return tuple(found)

    def is_ignored(self, path: Path, folder: bool = False) -> bool:
        """Whether git leaves it out, so that it is on one machine only; the nearest .gitignore decides."""
        for above in path.parents:
            spec = self._gitignore(above)
            if spec is not None:
                verdict = spec.check_file(path.relative_to(above).as_posix() + ("/" if folder else "")).include
                if verdict is not None:
                    return verdict
            if above == self.root:
                break
        return False

    def _gitignore(self, folder: Path) -> GitIgnoreSpec | None:
        if folder not in self.ignored:
            try:
                lines = (folder / ".gitignore").read_text(encoding="utf-8", errors="replace").splitlines()
                self.ignored[folder] = GitIgnoreSpec.from_lines(lines)
            except OSError:
                self.ignored[folder] = None  # there is none, which is the usual case
        return self.ignored[folder]


def _clean(source: str) -> str:
    return normpath(source.replace("\\", "/").lstrip("/") or ".")


def _excludes(flags: Mapping[str, Any]) -> Patterns:
    written = flags.get("exclude", ())
    return patterns([written] if isinstance(written, str) else [each for each in written if isinstance(each, str)])


def _wanted(source: str) -> Callable[[str], str | None]:
    """A function that gives the path of a file below `source`, "" for the source itself, None for any other file."""
    clean = _clean(source)
    if clean == ".":
        return lambda path: path
    pattern = expression(clean) if _WILDCARD.search(clean) else None

    def below(path: str) -> str | None:
        parts = path.split("/")
        for length in range(1, len(parts) + 1):
            way = "/".join(parts[:length])
            if way == clean or (pattern is not None and pattern.fullmatch(way)):
                return "/".join(parts[length:])
        return None

    return below
