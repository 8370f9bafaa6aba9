"""Puts the files of a unit where Checkov reads them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from scanner.engines.checkov.interface import Unit
from scanner.engines.checkov.units.folder import is_kept_inside
from scanner.isolation import WorkerError


@contextmanager
def staged(unit: Unit) -> Iterator[Path]:
    """A folder of its own with the files of the unit and nothing else; it is gone afterwards, whatever happens.

    Only the user who runs the scan can look into it. Raises `WorkerError` where it cannot be written, and `ValueError`
    for a path that leads out of it.
    """
    try:
        # Where it cannot be removed as a whole, what was found counts all the same.
        holder = TemporaryDirectory(prefix="releasegate-", ignore_cleanup_errors=True)
    except OSError as error:
        raise _unwritten(error) from None
    with holder as name:
        folder = Path(name).resolve()  # Checkov compares paths with their links followed
        try:
            _write(unit, str(folder))
        except OSError as error:
            raise _unwritten(error) from None
        yield folder


def _write(unit: Unit, folder: str) -> None:
    made = {""}
    # In one order, because Checkov reads folders in that of the file system, which often is that of their making.
    for path, content in sorted(unit.files.items()):
        if not is_kept_inside(path):
            raise ValueError(f"{path!r} is no path inside of a folder")
        _make(path.rpartition("/")[0], folder, made)
        # A file that is there already, or a link, is none that was written here.
        descriptor = os.open(f"{folder}/{path}", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)


def _make(path: str, folder: str, made: set[str]) -> None:
    """Make the folder `path` and those above it, as far as they are not among the `made` ones."""
    if path not in made:
        _make(path.rpartition("/")[0], folder, made)
        Path(folder, path).mkdir(0o700)
        made.add(path)


def _unwritten(error: OSError) -> WorkerError:
    return WorkerError(f"the files could not be copied for it: {error.strerror or 'there is no place for them'}")
