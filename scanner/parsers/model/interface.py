"""What a reader of model manifests is: a predicate that claims files, and a function that reads them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from scanner.core.resource import SourceFile
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.draft import Manifest


@dataclass(frozen=True)
class Reader:
    """One row of `READERS`.

    `claims` sees a path and the first 64 KiB, as that of a parser does. `read` gets one claimed file, or where
    `by_folder` is true all those of one folder, or where `by_release` is true all there are, in the order of their
    paths; it never raises for bad input.
    """

    claims: Callable[[str, bytes], bool]
    read: Callable[[Sequence[SourceFile], ParseContext], Manifest]
    by_folder: bool = False
    by_release: bool = False


def groups(reader: Reader, files: Sequence[SourceFile]) -> list[list[SourceFile]]:
    """The files as `reader.read` wants them."""
    if reader.by_release:
        return [list(files)]
    if not reader.by_folder:
        return [[file] for file in files]
    folders: dict[str, list[SourceFile]] = {}
    for file in files:
        folders.setdefault(str(PurePosixPath(file.path).parent), []).append(file)
    return list(folders.values())


def alone(read: Callable[[SourceFile], Manifest]) -> Callable[[Sequence[SourceFile], ParseContext], Manifest]:
    """A reader's `read` for manifests that say all by themselves."""
    return lambda files, _: read(files[0])


def beside(
    read: Callable[[SourceFile, ParseContext], Manifest],
) -> Callable[[Sequence[SourceFile], ParseContext], Manifest]:
    """A reader's `read` for manifests that look at what else lies in the release."""
    return lambda files, context: read(files[0], context)
