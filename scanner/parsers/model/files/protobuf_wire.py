"""Protocol Buffers on the wire, field by field, from a file: what is not asked for is stepped over, not read."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10


@dataclass(frozen=True)
class Field:
    """One field of a message: `start` to `end` is where its content stands; a varint has its `value`."""

    number: int
    wire: int
    start: int
    end: int
    value: int = 0


def fields(file: BinaryIO, start: int, end: int) -> Iterator[Field]:
    """The fields between two offsets. Raises `ValueError` where they are none."""
    at = start
    while at < end:
        file.seek(at)
        window = file.read(min(2 * _LONGEST_VARINT, end - at))
        tag, used = _varint(window, 0, at)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise ValueError(f"no field of a message at byte {at}")
        begin = at + used
        if wire == VARINT:
            value, length = _varint(window, used, at)
            found = Field(number, wire, begin, begin + length, value)
        elif wire == BYTES:
            size, length = _varint(window, used, at)
            found = Field(number, wire, begin + length, begin + length + size)
        elif wire in (FIXED64, FIXED32):
            found = Field(number, wire, begin, begin + (8 if wire == FIXED64 else 4))
        else:
            raise ValueError(f"a field of unknown kind at byte {at}")
        if found.end > end:
            raise ValueError(f"the field at byte {at} is longer than what it stands in")
        yield found
        at = found.end


def content(file: BinaryIO, field: Field, limit: int) -> bytes:
    """The bytes of a field, no more than `limit`."""
    file.seek(field.start)
    return file.read(min(field.end - field.start, limit))


def text(file: BinaryIO, field: Field, limit: int = 4096) -> str:
    """The text of a field, no more than `limit` bytes of it."""
    return content(file, field, limit).decode(errors="replace")


def size_of(file: BinaryIO) -> int:
    """The size of the open file in bytes."""
    return os.fstat(file.fileno()).st_size


def _varint(window: bytes, at: int, offset: int) -> tuple[int, int]:
    """The number at `at` in the window, and how many bytes it takes."""
    value = 0
    for length in range(1, _LONGEST_VARINT + 1):
        if at + length > len(window):
            break
        byte = window[at + length - 1]
        value |= (byte & 0x7F) << 7 * (length - 1)
        if byte < 0x80:
            return value, length
    raise ValueError(f"no number where one must be, after byte {offset}")
