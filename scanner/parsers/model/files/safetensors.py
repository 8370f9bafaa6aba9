"""Checks the header of safetensors files, as strictly as the library that loads them or more; tensors are not read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from scanner.parsers.model.files.findings import Problems, shown

# The library refuses longer ones.
_LONGEST_HEADER = 100_000_000
_MOST_DIMENSIONS = 64
_MOST_METADATA = 200
_LONGEST_METADATA = 4096
# Bits for each value, of every type that safetensors 0.8 knows.
_BITS = {
    **dict.fromkeys(("F4",), 4),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 16),
    **dict.fromkeys(("I32", "U32", "F32"), 32),
    **dict.fromkeys(("I64", "U64", "F64", "C64"), 64),
}


def inspect(path: str) -> dict[str, Any]:
    """`tensors` (their number), `metadata`, and `problems`. Raises `OSError`."""
    problems = Problems()
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        length = int.from_bytes(file.read(8), "little")
        if size < 8:
            problems.add("truncated", f"{size} bytes are no safetensors file")
            return problems.facts()
        if length > _LONGEST_HEADER:
            problems.add("header-length", f"the header claims {length} bytes; loaders refuse more than 100 MB")
            return problems.facts()
        if 8 + length > size:
            problems.add("truncated", f"the header claims {length} bytes, and the file ends after {size - 8}")
            return problems.facts()
        header = _header(file.read(length), problems)
    if header is None:
        return problems.facts()
    metadata = header.pop("__metadata__", {})
    facts: dict[str, Any] = {"tensors": len(header)}
    if _is_metadata(metadata):
        kept = {_storable(key): _storable(metadata[key]) for key in sorted(metadata)[:_MOST_METADATA]}
        facts["metadata"] = {key: value[:_LONGEST_METADATA] for key, value in kept.items()}
    else:
        problems.add("metadata", "__metadata__ must map texts to texts")
    _check_extents(list(_extents(header, problems)), size - 8 - length, problems)
    return facts | problems.facts()


def _header(text: bytes, problems: Problems) -> dict[str, Any] | None:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            problems.add("duplicate-key", f"the header says {shown(twice)} twice")
        return found

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no JSON")

    try:
        header = json.loads(text.decode(), object_pairs_hook=unique, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        problems.add("header", f"the header is no JSON in UTF-8: {shown(error)}")
        return None
    if not text.startswith(b"{") or not isinstance(header, dict):
        problems.add("header", "the header is no JSON object")
        return None
    return header


def _storable(text: str) -> str:
    """JSON may hold half of a surrogate pair, which no report can be written with."""
    return text.encode(errors="replace").decode()


def _is_metadata(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _extents(header: dict[str, Any], problems: Problems) -> Iterator[tuple[int, int, str]]:
    """Where each well-described tensor begins and ends, counted from the end of the header."""
    for name, tensor in header.items():
        if not isinstance(tensor, dict) or set(tensor) != {"dtype", "shape", "data_offsets"}:
            problems.add("tensor", f"{shown(name)} must have dtype, shape and data_offsets, and nothing else")
            continue
        offsets, shape = tensor["data_offsets"], tensor["shape"]
        if not _are_counts(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
            problems.add("offsets", f"{shown(name)} has data_offsets that are no range")
            continue
        yield offsets[0], offsets[1], name
        bits = _BITS.get(tensor["dtype"]) if isinstance(tensor["dtype"], str) else None
        if bits is None:
            problems.add("dtype", f"{shown(name)} is of the unknown type {shown(tensor['dtype'])}")
        elif not _are_counts(shape) or len(shape) > _MOST_DIMENSIONS:
            problems.add("shape", f"{shown(name)} has a shape that is none")
        elif _bits_of(shape, bits) != 8 * (offsets[1] - offsets[0]):
            problems.add("size", f"{shown(name)} takes {offsets[1] - offsets[0]} bytes, which its shape contradicts")


def _check_extents(extents: list[tuple[int, int, str]], size: int, problems: Problems) -> None:
    """Together they must cover the data, each byte once."""
    end = 0
    for begin, until, name in sorted(extents):
        if begin < end:
            problems.add("overlap", f"{shown(name)} begins at byte {begin}, inside the tensor before it")
        elif begin > end:
            problems.add("gap", f"bytes {end} to {begin} before {shown(name)} belong to no tensor")
        end = max(end, until)
    if end > size:
        problems.add("truncated", f"the tensors end at byte {end} of the data, and the file has only {size}")
    elif end < size:
        problems.add("trailing-bytes", f"{size - end} bytes follow the last tensor")


def _are_counts(value: Any) -> bool:
    return isinstance(value, list) and all(type(each) is int and each >= 0 for each in value)


def _bits_of(shape: list[int], bits: int) -> int:
    for length in shape:
        bits *= length
    return bits
