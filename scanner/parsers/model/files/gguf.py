"""Reads the header of GGUF files: metadata, chat templates, and whether the tensors it lists can be where it says."""

from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

from scanner.parsers.model.files.findings import Problems, shown
from scanner.parsers.model.files.gguf_values import Reader, ShortError

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_MOST_KEYS = 100_000
_MOST_TENSORS = 1_000_000
_MOST_DIMENSIONS = 4
_LONGEST_NAME = 1 << 16
_DEFAULT_ALIGNMENT = 32
_LONGEST_TEXT = 4096
_TEMPLATE = "tokenizer.chat_template"
# Values in a block and bytes it takes, of every type of tensor that gguf 0.19 knows.
_BLOCKS = {
    0: (1, 4),
    1: (1, 2),
    2: (32, 18),
    3: (32, 20),
    6: (32, 22),
    7: (32, 24),
    8: (32, 34),
    9: (32, 40),
    10: (256, 84),
    11: (256, 110),
    12: (256, 144),
    13: (256, 176),
    14: (256, 210),
    15: (256, 292),
    16: (256, 66),
    17: (256, 74),
    18: (256, 98),
    19: (256, 50),
    20: (32, 18),
    21: (256, 110),
    22: (256, 82),
    23: (256, 136),
    24: (1, 1),
    25: (1, 2),
    26: (1, 4),
    27: (1, 8),
    28: (1, 8),
    29: (256, 56),
    30: (1, 2),
    34: (256, 54),
    35: (256, 66),
    39: (32, 17),
    40: (64, 36),
    41: (128, 18),
}


def inspect(path: str) -> dict[str, Any]:
    """`version`, `tensors` (their number), `metadata`, `chat_templates` and `problems`. Raises `OSError`."""
    problems = Problems()
    facts: dict[str, Any] = {}
    with Path(path).open("rb") as file:
        try:
            _read(Reader(file), facts, problems)
        except ShortError as error:
            problems.add("truncated", str(error))
        except ValueError as error:
            problems.add("header", str(error))
    return facts | problems.facts()


def _read(reader: Reader, facts: dict[str, Any], problems: Problems) -> None:
    if reader.take(4) != _MAGIC:
        raise ValueError("this is no GGUF file")
    version = reader.order_by_version()
    if version not in _VERSIONS:
        raise ValueError(f"version {version} of GGUF is not known; 2 and 3 are")
    facts["version"] = version
    tensors, keys = reader.number("Q"), reader.number("Q")
    if tensors > _MOST_TENSORS or keys > _MOST_KEYS:
        raise ValueError(f"the header claims {tensors} tensors and {keys} keys, more than any model has")
    facts["tensors"] = tensors
    metadata = _metadata(reader, keys, problems)
    facts["metadata"] = {key: _short(value) for key, value in sorted(metadata.items()) if not key.startswith(_TEMPLATE)}
    templates = list(_templates(metadata))
    if templates:
        facts["chat_templates"] = templates
    alignment = metadata.get("general.alignment", _DEFAULT_ALIGNMENT)
    if type(alignment) is not int or alignment < 8 or alignment % 8:
        raise ValueError(f"general.alignment is {shown(alignment)}, and must be a multiple of 8")
    extents, unknown = _tensors(reader, tensors, alignment, problems)
    if unknown:
        facts["incomplete"] = f"tensors of the types {', '.join(unknown)} are not known; where they end was not checked"
    else:
        _check_extents(extents, reader.place, reader.size, alignment, problems)


def _metadata(reader: Reader, count: int, problems: Problems) -> dict[str, Any]:
    """The keys with their values; of a long list only that it is one."""
    found: dict[str, Any] = {}
    for _ in range(count):
        key = reader.text(_LONGEST_NAME, "a key")
        value = reader.value(key)
        if key in found:
            problems.add("duplicate-key", f"the metadata says {shown(key)} twice")
        found.setdefault(key, value)
    return found


def _tensors(
    reader: Reader, count: int, alignment: int, problems: Problems
) -> tuple[list[tuple[int, int, str]], list[str]]:
    """Where each tensor begins and ends in the data, and the types whose size is not known."""
    extents: list[tuple[int, int, str]] = []
    names: set[str] = set()
    unknown: set[int] = set()
    for _ in range(count):
        name = reader.text(_LONGEST_NAME, "the name of a tensor")
        dimensions = reader.number("I")
        if dimensions > _MOST_DIMENSIONS:
            raise ValueError(f"the tensor {shown(name)} has {dimensions} dimensions")
        shape = [reader.number("Q") for _ in range(dimensions)]
        type_, offset = reader.number("I"), reader.number("Q")
        if name in names:
            problems.add("duplicate-tensor", f"there are two tensors {shown(name)}")
        names.add(name)
        if offset % alignment:
            problems.add("offsets", f"{shown(name)} begins at byte {offset}, which is not a multiple of {alignment}")
        block = _BLOCKS.get(type_)
        if block is None:
            unknown.add(type_)
        elif shape and shape[0] % block[0]:
            problems.add("shape", f"{shown(name)} has rows of {shape[0]} values, which its type cannot hold")
        else:
            extents.append((offset, offset + prod(shape) // block[0] * block[1], name))
    return extents, [str(each) for each in sorted(unknown)]


def _check_extents(
    extents: list[tuple[int, int, str]], header: int, size: int, alignment: int, problems: Problems
) -> None:
    end = 0
    for begin, until, name in sorted(extents):
        if begin < end:
            problems.add("overlap", f"{shown(name)} begins at byte {begin}, inside the tensor before it")
        elif begin - end >= alignment:
            problems.add("gap", f"bytes {end} to {begin} before {shown(name)} belong to no tensor")
        end = max(end, until)
    data = size - _aligned(header, alignment)
    if extents and end > data:
        problems.add("truncated", f"the tensors end at byte {end} of the data, and the file has only {max(data, 0)}")
    elif data > _aligned(end, alignment):
        problems.add("trailing-bytes", f"{data - end} bytes follow the last tensor")


def _aligned(place: int, alignment: int) -> int:
    return -(-place // alignment) * alignment


def _templates(metadata: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The chat templates: the usual one is called `default`, the others by the end of their key."""
    for key, value in sorted(metadata.items()):
        if isinstance(value, str) and key == _TEMPLATE:
            yield {"name": "default", "text": value}
        elif isinstance(value, str) and key.startswith(f"{_TEMPLATE}."):
            yield {"name": key[len(_TEMPLATE) + 1 :], "text": value}


def _short(value: Any) -> Any:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else value
