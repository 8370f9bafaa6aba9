"""Reads the opcodes of a pickle from a stream, one after the other, without ever holding a large value in memory."""

import codecs
import os
import pickletools
from collections.abc import Callable, Iterator
from io import BufferedReader
from typing import Any

_LONGEST_VALUE = 64 << 10
_LONGEST_LINE = 1 << 20
_CHUNK = 1 << 20
_OPCODES = {ord(each.code): each for each in pickletools.opcodes}
_PAIRS = ("GLOBAL", "INST")
# How many bytes say the length of a counted argument, and whether a sign is in them.
_COUNTED = {
    "string1": (1, False),
    "string4": (4, True),
    "bytes1": (1, False),
    "bytes4": (4, False),
    "bytes8": (8, False),
    "bytearray8": (8, False),
    "unicodestring1": (1, False),
    "unicodestring4": (4, False),
    "unicodestring8": (8, False),
    "long1": (1, False),
    "long4": (4, True),
}
_NUMBERS = {"uint1": (1, False), "uint2": (2, False), "int4": (4, True), "uint4": (4, False), "uint8": (8, False)}


class UnreadableError(Exception):
    """The stream cannot be followed any further; `str()` says why and where."""


class Source:
    """A binary stream that is read forwards from where it stands, and knows how far it is."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self.position = 0
        self._start = 0
        self._size: int | None = None
        if stream.seekable():
            self._start = stream.tell()
            self._size = stream.seek(0, os.SEEK_END) - self._start
            stream.seek(self._start)

    def read(self, count: int) -> bytes:
        """Exactly so many bytes, which are few. Raises `UnreadableError` at the end."""
        data = self._stream.read(count)
        self.position += len(data)
        if len(data) != count:
            raise UnreadableError(f"it ends at byte {self.position}, in the middle of a value")
        return data

    def readline(self) -> bytes:
        """A line with its end, for what reads arguments of protocol 0. Raises `UnreadableError`."""
        line = self._stream.readline(_LONGEST_LINE)
        self.position += len(line)
        if not line.endswith(b"\n"):
            raise UnreadableError(f"the line before byte {self.position} does not end")
        return line

    def skip(self, count: int) -> None:
        """Pass over so many bytes, without reading them where that can be. Raises `UnreadableError` at the end."""
        if self._size is not None and self.position + count <= self._size:
            self.seek(self.position + count)
            return
        while count > 0:
            passed = len(self._stream.read(min(count, _CHUNK)))
            self.position += passed
            count -= passed
            if not passed:
                raise UnreadableError(f"it ends at byte {self.position}, in the middle of a value")

    def is_at_end(self) -> bool:
        """Whether nothing follows."""
        return not self._stream.peek(1)

    def seek(self, position: int) -> bool:
        """Go to `position`, if the stream can."""
        if self._size is None:
            return False
        self._stream.seek(self._start + position)
        self.position = position
        return True


def opcodes(source: Source) -> Iterator[tuple[str, Any]]:
    """The name and argument of each opcode up to STOP. A text or number too long to matter arrives as None.

    Texts of Python 2 are taken as Latin-1, for their loader decides what they say. The two names of GLOBAL and INST
    arrive as a pair. Raises `UnreadableError`.
    """
    while True:
        start = source.position
        opcode = _OPCODES.get(source.read(1)[0])
        if opcode is None:
            raise UnreadableError(f"byte {start} is no opcode")
        try:
            argument = _argument(opcode, source)
        except (ValueError, OverflowError) as error:
            raise UnreadableError(f"the argument of {opcode.name} at byte {start} cannot be read: {error}") from None
        yield opcode.name, argument
        if opcode.name == "STOP":
            return


def _argument(opcode: pickletools.OpcodeInfo, source: Source) -> Any:
    if opcode.arg is None:
        return None
    kind = opcode.arg.name
    if kind in _NUMBERS:
        count, signed = _NUMBERS[kind]
        return int.from_bytes(source.read(count), "little", signed=signed)
    if kind in _COUNTED:
        return _counted(kind, source)
    if opcode.name in _PAIRS:
        return tuple(source.readline()[:-1].decode() for _ in range(2))
    if kind == "stringnl":
        return _quoted(source.readline().strip())
    reader: Callable[[Any], Any] = opcode.arg.reader
    return reader(source)


def _quoted(text: bytes) -> str:
    if len(text) < 2 or text[:1] not in (b"'", b'"') or text[-1:] != text[:1]:
        raise ValueError("it has no quotes")
    return codecs.escape_decode(text[1:-1])[0].decode("latin-1")


def _counted(kind: str, source: Source) -> Any:
    count, signed = _COUNTED[kind]
    length = int.from_bytes(source.read(count), "little", signed=signed)
    if length < 0:
        raise ValueError("its length is negative")
    if length > _LONGEST_VALUE:
        source.skip(length)
        return None
    value = source.read(length)
    if kind.startswith("unicode"):
        return value.decode("utf-8", "surrogatepass")
    if kind.startswith("string"):
        return value.decode("latin-1")
    return int.from_bytes(value, "little", signed=True) if kind.startswith("long") else value
