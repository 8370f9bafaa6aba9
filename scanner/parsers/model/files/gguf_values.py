"""The values of GGUF's metadata, read one after the other; no count in the file decides how much memory is taken."""

import struct
from typing import Any, BinaryIO

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_LONGEST_TEXT = 16 << 20
_LONGEST_LIST = 64
_MOST_NESTED = 4
_MOST_TEXTS = 10_000_000


class ShortError(Exception):
    """The file ends before what it announces; `str()` says where."""


class Reader:
    """A position in the file, which goes on with every value taken."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)
        self.place = file.seek(0)
        self._order = "<"

    def take(self, length: int) -> bytes:
        """The next bytes. Raises `ShortError` where there are not so many."""
        taken = self._file.read(length) if self.place + length <= self.size else b""
        if len(taken) != length:
            raise ShortError(f"the file ends after {self.size} bytes, inside its header")
        self.place += length
        return taken

    def number(self, code: str) -> Any:
        """The next number, by the letter that `struct` has for its type."""
        return struct.unpack(self._order + code, self.take(struct.calcsize(self._order + code)))[0]

    def order_by_version(self) -> int:
        """The version, which is small: one that is large only as it is read first tells the other order of bytes."""
        little = self.take(4)
        version = int.from_bytes(little, "little")
        if version & 0xFFFF == 0 and version:
            self._order = ">"
            return int.from_bytes(little, "big")
        return version

    def text(self, longest: int, what: str) -> str:
        """The next text. Raises `ValueError` for one that is longer or not UTF-8."""
        length = self.number("Q")
        if length > longest:
            raise ValueError(f"{what} claims to be {length} bytes long")
        return self.take(length).decode(errors="replace")

    def value(self, key: str) -> Any:
        """The next value with its type; of a list that is long or nested only what it holds and how often."""
        type_ = self.number("I")
        return self._list(key, 0) if type_ == _ARRAY else self._one(key, type_)

    def _one(self, key: str, type_: int) -> Any:
        if type_ == _STRING:
            return self.text(_LONGEST_TEXT, f"the value of {_named(key)}")
        if type_ not in _SCALARS:
            raise ValueError(f"the value of {_named(key)} is of the unknown type {type_}")
        value = self.number(_SCALARS[type_])
        return value if not isinstance(value, float) or value - value == 0 else str(value)

    def _list(self, key: str, depth: int) -> Any:
        type_, length = self.number("I"), self.number("Q")
        if length > self.size - self.place:
            raise ShortError(f"the list {_named(key)} claims {length} elements, and the file is not so long")
        if type_ == _ARRAY:
            if depth >= _MOST_NESTED:
                raise ValueError(f"the list {_named(key)} is nested too deeply")
            if length > _MOST_TEXTS:
                raise ValueError(f"the list {_named(key)} claims {length} lists")
            for _ in range(length):
                self._list(key, depth + 1)
            return {"lists": length}
        if length <= _LONGEST_LIST:
            return [self._one(key, type_) for _ in range(length)]
        if type_ == _STRING:
            if length > _MOST_TEXTS:
                raise ValueError(f"the list {_named(key)} claims {length} texts, more than any vocabulary has")
            self._skip_texts(length)
            return {"texts": length}
        if type_ not in _SCALARS:
            raise ValueError(f"the list {_named(key)} is of the unknown type {type_}")
        self._skip(length * struct.calcsize("<" + _SCALARS[type_]))
        return {"numbers": length}

    def _skip(self, length: int) -> None:
        if self.place + length > self.size:
            raise ShortError(f"the file ends after {self.size} bytes, inside its header")
        self.place = self._file.seek(length, 1)

    def _skip_texts(self, count: int) -> None:
        """A vocabulary has hundreds of thousands, hence no call for each part."""
        read, order = self._file.read, "little" if self._order == "<" else "big"
        place = self.place
        for _ in range(count):
            length = int.from_bytes(read(8), order)  # type: ignore[arg-type]
            place += 8 + length
            if place > self.size:
                raise ShortError(f"the file ends after {self.size} bytes, inside its header")
            read(length)
        self.place = place


def _named(key: str) -> str:
    return key[:100] if key.isprintable() else ascii(key[:100])
