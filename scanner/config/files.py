"""Finds and reads `releasegate.yaml`, at the top of a repository and in its folders."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.config.errors import UsageError
from scanner.core.location import Location
from scanner.core.values import AttributePath

FILE_NAME = "releasegate.yaml"


@dataclass(frozen=True)
class Found:
    """The configurations of the repository `root` that count for a scan.

    `top` is the outermost one that is above all scanned paths; `folders`, from the outside in, are for what lies below
    each alone.
    """

    root: Path
    top: Path | None = None
    folders: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Written:
    """The settings of one file.

    `path` is how the file is called, and `is_trusted` whether the user named it: what was found in the scanned tree is
    not.
    """

    settings: Mapping[str, Any]
    file: Path
    path: str
    is_trusted: bool
    locations: Mapping[AttributePath, Location] = field(default_factory=dict, repr=False)

    def place(self, *keys: Any) -> Location:
        """Where a key stands, or else what holds it."""
        held = (keys[:end] for end in range(len(keys), 0, -1))
        return next((self.locations[each] for each in held if each in self.locations), Location(self.path, 1))


def find_files(paths: Sequence[Path], root: Path, below: Iterable[Path] = ()) -> Found:
    """Every `releasegate.yaml` from the repository root down to the scanned paths, and those `below` them."""
    starts = [path.resolve() for path in paths]
    folders = {file.parent.resolve() for file in below}
    for start in starts:
        for folder in (start, *start.parents):
            if (folder / FILE_NAME).is_file():
                folders.add(folder)
            if folder == root:
                break
    common = Path(os.path.commonpath(starts))
    shared = [folder for folder in folders if common.is_relative_to(folder)]
    top = min(shared, key=lambda folder: len(folder.parts), default=None)
    others = sorted(folders - {top}, key=lambda folder: folder.parts)
    return Found(root, top / FILE_NAME if top else None, tuple(folder / FILE_NAME for folder in others))


def read_file(file: Path, within: Path | None = None) -> Written:
    """The configuration in `file`, valid against `policies/schemas/config.schema.json`.

    One that was found in the repository `within`, and not named by the user, is no link that leads out of it. Raises
    `UsageError`.
    """
    from scanner.schema import load_checked  # noqa: PLC0415 - YAML and its schema are needed only where a file is
    from scanner.yaml_source import SourceError  # noqa: PLC0415 - see above

    shown = shown_path(file, within)
    try:
        if within is not None and not file.resolve().is_relative_to(within.resolve()):
            raise UsageError(f"{shown}: the configuration is a link that leads outside of the repository")
        document = load_checked(file.read_text(encoding="utf-8"), shown, "config")
    except SourceError as error:
        raise UsageError(f"{error.location}: {error.message}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{shown}: the configuration is not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{shown}: the configuration cannot be read: {error.strerror}") from None
    for key, place in document.duplicate_keys:
        raise UsageError(f"{place}: {key} is written twice; keep one of them")
    return Written(document.value, file, shown, within is None, document.locations)


def shown_path(file: Path, within: Path | None) -> str:
    """How the file is called: by its path in the repository `within`, else by its name."""
    if within is None:
        return file.name
    folder = folder_of(file, within)
    return f"{folder}/{file.name}" if folder else file.name


def folder_of(file: Path, within: Path) -> str:
    """The folder of the file relative to the repository root, empty for that itself."""
    path = file.parent.resolve().relative_to(within.resolve()).as_posix()
    return "" if path == "." else path
