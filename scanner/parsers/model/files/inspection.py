"""Looks into the files of models in a supervised worker: a hostile one costs its own inspection, never the scan."""

from collections.abc import Mapping
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.values import Unresolved
from scanner.isolation import JobRefusedError, WorkerError
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.draft import problem
from scanner.parsers.model.files.places import Place

_HERE = "scanner.parsers.model.files."
_PICKLES = _HERE + "pickles:inspect"
INSPECTORS: Mapping[str, tuple[str, ...]] = {
    "safetensors": (_HERE + "safetensors:inspect",),
    "gguf": (_HERE + "gguf:inspect",),
    "onnx": (_HERE + "onnx:inspect",),
    "hdf5": (_HERE + "hdf5:inspect",),
    "saved-model": (_HERE + "saved_model:inspect",),
    "zip": (_HERE + "archives:inspect", _HERE + "keras:inspect", _PICKLES),
    "tar": (_HERE + "archives:inspect", _PICKLES),
    "gzip": (_HERE + "archives:inspect", _PICKLES),
    "bzip2": (_HERE + "archives:inspect", _PICKLES),
    "xz": (_HERE + "archives:inspect", _PICKLES),
    **dict.fromkeys(("pickle", "numpy", "zlib", "lzma", "7z", "zstandard"), (_PICKLES,)),
}
"""By format, the functions that a worker runs: each gets the file's absolute path and gives back a mapping of plain
JSON values, which become attributes of the `model_file`. Lists of the same name are joined, and of other values the
last one counts, so that a function may name the `format` more closely. Bad input is told in them (`problems`, and
`incomplete` for why not all was seen); `ValueError` refuses it."""


def inspected(
    place: Place, attributes: Mapping[str, Any], context: ParseContext
) -> tuple[dict[str, Any], list[Notification]]:
    """What is in the file; `contents` is an `Unresolved` where that is not wholly known."""
    facts: dict[str, Any] = {}
    notifications: list[Notification] = []
    format_ = attributes.get("format") or attributes.get("format_by_name")
    for function in INSPECTORS.get(str(format_), ()):
        try:
            with context.working() as worker:
                found: dict[str, Any] = worker.call(function, str(place.file), context.time_limit)
        except JobRefusedError as error:
            message = f"this file cannot be read: {error}"
        except WorkerError as error:
            message = f"this file was not looked into: {error}"
        else:
            message = found.pop("incomplete", "")
            _join(facts, found)
        if message:
            facts["contents"] = Unresolved(place.path, message)
            notifications.append(problem(message, Location(place.path, 1)))
    return facts, notifications


def _join(facts: dict[str, Any], found: Mapping[str, Any]) -> None:
    for name, value in found.items():
        before = facts.get(name)
        facts[name] = [*before, *value] if isinstance(before, list) and isinstance(value, list) else value
