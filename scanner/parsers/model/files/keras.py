"""Keras v3 archives: the configuration inside, and the layers in it that run code."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

from scanner.parsers.model.files.archives import open_zip, read_member
from scanner.parsers.model.files.findings import Problems, shown
from scanner.parsers.model.files.hdf5 import other_files
from scanner.parsers.model.files.keras_config import code_in

_LONGEST_CONFIG = 64 << 20
_WEIGHTS = "model.weights.h5"
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, KeyError)


def inspect(path: str) -> dict[str, Any]:
    """`format` and `code` where the zip archive is a Keras model, else nothing. Raises `OSError`."""
    with Path(path).open("rb") as file:
        try:
            archive = open_zip(file)
        except ValueError:
            return {}  # which the look at it as an archive has told
        if archive is None:
            return {}
        names = set(archive.namelist())
        if not {"config.json", "metadata.json"} <= names and not {"config.json", "model.weights.h5"} <= names:
            return {}
        facts: dict[str, Any] = {"format": "keras"}
        problems = Problems()
        try:
            code = code_in(read_member(archive, "config.json", _LONGEST_CONFIG))
        except (*_BROKEN, ValueError) as error:
            problems.add("config", f"config.json in it is not the configuration of a model: {shown(error)}")
            code = []
        if _WEIGHTS in names:
            facts |= _other_files(archive, problems)
    return facts | ({"code": code} if code else {}) | problems.facts()


def _other_files(archive: zipfile.ZipFile, problems: Problems) -> dict[str, Any]:
    """What the weights inside read from elsewhere: HDF5 can link to any file of the machine that loads them."""
    if archive.getinfo(_WEIGHTS).compress_type != zipfile.ZIP_STORED:
        return {"incomplete": f"{_WEIGHTS} in it is compressed, which Keras does not do; it was not looked into"}
    try:
        with archive.open(_WEIGHTS) as member:
            found = other_files(member)
    except (*_BROKEN, ValueError) as error:
        problems.add("structure", f"{_WEIGHTS} in it cannot be read: {shown(error)}")
        return {}
    return found
