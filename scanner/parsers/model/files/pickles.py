"""Tells what the pickles in a file of a model import, whatever the file is called and whatever they are packed into.

Nothing is unpickled: the opcodes are followed with names in place of objects.
"""

import ast
import io
import re
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from scanner.parsers.model.files.findings import shown
from scanner.parsers.model.files.pickle_signs import is_zlib
from scanner.parsers.model.files.pickles_imports import verdict
from scanner.parsers.model.files.pickles_members import (
    HEAD_SIZE,
    Member,
    NotOpenedError,
    buffered,
    decompressed,
    tar_members,
    zip_members,
)
from scanner.parsers.model.files.pickles_opcodes import Source, UnreadableError
from scanner.parsers.model.files.pickles_walk import Import, Walk

_BINARY = re.compile(rb"\x80[\x00-\x05]")
_NUMPY = b"\x93NUMPY"
_TORCH_MAGIC = 0x1950A86A20F9469CFC6C
_NAMED_AS_PICKLE = re.compile(r"\.(pkl|pickle|joblib|dill)$|(^|/)(data|constants)\.pkl$", re.IGNORECASE)
_PLAUSIBLE = re.compile(r"[^\W\d][\w.]*:[^\W\d][\w.]*")
_COMPRESSED: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"]\0\0", "lzma"),
)
_UNREAD: tuple[tuple[bytes, str], ...] = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x28\xb5\x2f\xfd", "compressed by Zstandard"),
    (b"\x04\x22\x4d\x18", "compressed by LZ4"),
    (b"Rar!\x1a\x07", "a RAR archive"),
)
_DEEPEST = 4
_LARGEST_INNER_ZIP = 256 << 20
_MOST_PICKLES = 10_000
_MOST_SAID = 5
_MOST_IMPORTS = 10_000
_MOST_CAUSES = 1000


class _Report:
    """What was found in one file: imports in order, each once a member, and why something was not read."""

    def __init__(self) -> None:
        self.pickles = 0
        self.imports: dict[tuple[str, str, str], None] = {}
        self.causes: dict[str, None] = {}

    def add(self, member: str, imports: Iterable[Import]) -> None:
        for each in imports:
            if len(self.imports) >= _MOST_IMPORTS:
                self.doubt("", f"it imports more than {_MOST_IMPORTS} different things")
                return
            self.imports[each.module, each.name, member] = None

    def doubt(self, member: str, cause: str) -> None:
        if len(self.causes) < _MOST_CAUSES:
            self.causes[f"{shown(member)}: {shown(cause)}" if member else shown(cause)] = None

    def facts(self) -> dict[str, Any]:
        if not self.pickles and not self.causes:
            return {}
        said = [*list(self.causes)[:_MOST_SAID], *(["and more"] if len(self.causes) > _MOST_SAID else [])]
        imports = [_described(*each) for each in self.imports]
        # JSON has no place for half of a surrogate pair, and a name may hold one.
        pickle = {"imports": imports, "complete": not self.causes} | ({"cause": "; ".join(said)} if said else {})
        return {"pickle": _storable(pickle)}


def inspect(file: str) -> dict[str, Any]:
    """The attribute `pickle`: {imports: [{module, name, verdict, member?}], complete, cause?}; none without a pickle.

    `complete` is false where something was not read to its end. Raises `OSError`.
    """
    report = _Report()
    with buffered(io.FileIO(file)) as opened:
        _look(Path(file).name, "", opened, report, 0)
    return report.facts()


def _look(name: str, member: str, stream: io.BufferedReader, report: _Report, depth: int) -> None:
    """Look into a stream by what it begins with; `member` is its path inside the file, "" for the file itself."""
    try:
        head = stream.peek(HEAD_SIZE)
        unread = next((what for magic, what in _UNREAD if head.startswith(magic)), None)
        kind = _kind(head)
        if unread is not None:
            report.doubt(member, f"it is {unread}, which is not opened")
        elif kind is None:
            _read_pickles(name, member, stream, head, report)
        elif depth >= _DEEPEST:
            report.doubt(member, "it is packed too deep to be opened")
        elif kind == "numpy":
            _look_at_array(name, member, stream, report)
        elif kind in ("zip", "tar"):
            _look_at_members(
                zip_members(_in_memory(stream)) if kind == "zip" else tar_members(stream), member, report, depth
            )
        else:
            _look(name, member, decompressed(kind, stream), report, depth + 1)
    except (NotOpenedError, UnreadableError, OSError) as error:
        report.doubt(member, str(error))


def _kind(head: bytes) -> str | None:
    """How the content is packed; None where it is not."""
    if head.startswith(_NUMPY):
        return "numpy"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head[257:262] == b"ustar":
        return "tar"
    for magic, kind in _COMPRESSED:
        if head.startswith(magic):
            return kind
    return "zlib" if is_zlib(head) else None


def _in_memory(stream: io.BufferedReader) -> BinaryIO:
    """A stream that can be sought in: a file itself, or a copy of what comes out of another container."""
    if stream.seekable():
        return stream
    content = stream.read(_LARGEST_INNER_ZIP + 1)
    if len(content) > _LARGEST_INNER_ZIP:
        raise NotOpenedError(f"a zip file of more than {_LARGEST_INNER_ZIP >> 20} MiB inside of another is not opened")
    return io.BytesIO(content)


def _look_at_members(members: Iterable[Member], outer: str, report: _Report, depth: int) -> None:
    for each in members:
        path = f"{outer}/{each.name}" if outer else each.name
        if each.content is None:
            report.doubt(path, each.doubt)
            continue
        before = (report.pickles, len(report.causes))
        _look(each.name, path, each.content, report, depth + 1)
        if each.doubt and ((report.pickles, len(report.causes)) != before or _NAMED_AS_PICKLE.search(each.name)):
            report.doubt(path, each.doubt)


def _look_at_array(name: str, member: str, stream: io.BufferedReader, report: _Report) -> None:
    """Numpy puts a pickle behind the header of an array of objects."""
    head = stream.read(8)
    width, form = (2, "<H") if head[6:7] == b"\x01" else (4, "<I")
    raw = stream.read(width)
    size = struct.unpack(form, raw)[0] if len(raw) == width else HEAD_SIZE + 1
    if size > HEAD_SIZE:
        raise NotOpenedError("the header of the numpy array cannot be read")
    try:
        described = ast.literal_eval(stream.read(size).decode("latin-1").strip())
        dtype = described["descr"]
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError):
        raise NotOpenedError("the header of the numpy array cannot be read") from None
    if _holds_objects(dtype):
        _read_pickles(f"{name}.pkl", member, stream, stream.peek(HEAD_SIZE), report)


def _holds_objects(dtype: Any) -> bool:
    if isinstance(dtype, str):
        return "O" in dtype
    if isinstance(dtype, (list, tuple)):
        return any(isinstance(field, (list, tuple)) and len(field) > 1 and _holds_objects(field[1]) for field in dtype)
    return True


def _read_pickles(name: str, member: str, stream: io.BufferedReader, head: bytes, report: _Report) -> None:
    """Follow the pickles of a stream, one after the other: those of torch's old format, or all that follow a first one.

    What neither begins nor is named as a pickle, and breaks before it imports anything that could be, is none.
    """
    source = Source(stream)
    is_said = _BINARY.match(head) is not None or _NAMED_AS_PICKLE.search(name) is not None
    is_certain = is_said if not member else _NAMED_AS_PICKLE.search(name) is not None
    first, count = None, 0
    while count < _MOST_PICKLES:
        start = source.position
        imports: dict[tuple[str, str], Import] = {}
        try:
            result = Walk(source, imports).run()
        except UnreadableError as error:
            if not is_said and not any(_PLAUSIBLE.fullmatch(f"{module}:{thing}") for module, thing in imports):
                return
            if imports or is_certain or count:
                report.pickles += 1
                report.add(member, imports.values())
                what = "what follows its end is no pickle" if count and not imports else "it is not read to its end"
                report.doubt(member, f"{what}: {error}" if start else str(error))
            return
        count += 1
        if count == 1:
            first = result
        if is_said or imports or count > 1 or not member:
            report.pickles += 1
            report.add(member, imports.values())
        if source.is_at_end() or (first == _TORCH_MAGIC and count == 5):
            return
    report.doubt(member, f"it holds more than {_MOST_PICKLES} pickles")


def _described(module: str, name: str, member: str) -> dict[str, str]:
    described = {"module": module, "name": name, "verdict": verdict(module, name)}
    return described | ({"member": member} if member else {})


def _storable(value: Any) -> Any:
    """The value with every text as it can be written in UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _storable(inner) for key, inner in value.items()}
    return [_storable(inner) for inner in value] if isinstance(value, list) else value
