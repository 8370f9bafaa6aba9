"""Where an ONNX model keeps tensors outside of its file; no tensor is read."""

import io
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from stat import S_ISREG
from typing import Any, BinaryIO

from scanner.parsers.model.files.findings import MOST_LISTED, Problems, shown
from scanner.parsers.model.files.protobuf_wire import BYTES, VARINT, Field, fields, size_of, text

_MODEL = {
    **dict.fromkeys((1, 5), VARINT),
    **dict.fromkeys((2, 3, 4, 6, 7, 8, 14, 20, 25, 26), BYTES),
}
_GRAPH = frozenset((1, 2, 5, 10, 11, 12, 13, 14, 15, 16))
# For each message the fields that lead on to tensors, by the names in onnx.proto.
_STEPS = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "external"},
}
_MOST_NESTED = 64
_NEEDED = {7: "graph", 8: "opset_import"}


def looks_like_onnx(head: bytes) -> bool:
    """Whether the first bytes are a ModelProto: its fields alone, and of them a graph or the operators it needs."""
    seen: list[int] = []
    graph: Field | None = None
    file = io.BytesIO(head)
    try:
        for each in fields(file, 0, 1 << 62):
            if _MODEL.get(each.number) != each.wire:
                return False
            seen.append(each.number)
            if each.number == 7:
                graph = each
            if each.end >= len(head):
                break
    except ValueError:
        return False
    if not {7, 8} & set(seen) or len(seen) < 2:
        return False
    if graph is None or graph.start >= len(head):
        return True
    first = head[graph.start]
    return graph.start == graph.end or (first & 7 == BYTES and first >> 3 in _GRAPH)


def inspect(path: str) -> dict[str, Any]:
    """`external_data`: location, and where it cannot be used as it is the `problem`; `problems`. Raises `OSError`."""
    problems = Problems()
    places: dict[str, int] = {}  # by location, how far into that file its tensors reach, in bytes
    with Path(path).open("rb") as file:
        try:
            _walk(file, Field(0, BYTES, 0, size_of(file)), places)
        except ValueError as error:
            problems.add("structure", f"this is no whole ONNX model: {error}")
    listed = [
        {"location": shown(location), **_problem(Path(path).parent, location, reach)}
        for location, reach in sorted(places.items())
    ]
    for each in listed:
        if each.get("problem") == "truncated":
            problems.add("truncated", f"the external data in {each['location']} end before the last tensor does")
    facts: dict[str, Any] = {"external_data": listed[:MOST_LISTED]} if listed else {}
    if len(listed) > MOST_LISTED:
        facts["incomplete"] = f"its tensors lie in {len(listed)} other files, of which {MOST_LISTED} were looked at"
    return facts | problems.facts()


def _walk(file: BinaryIO, model: Field, places: dict[str, int]) -> None:
    waiting = [("model", model, 0)]
    seen: set[int] = set()
    while waiting:
        kind, message, depth = waiting.pop()
        if depth > _MOST_NESTED:
            raise ValueError("its graphs are nested too deeply")
        entries = []
        for each in fields(file, message.start, message.end):
            if kind == "model":
                seen.add(each.number)
                if _MODEL.get(each.number, each.wire) != each.wire:
                    raise ValueError(f"field {each.number} is of another type than in a model")
            step = _STEPS[kind].get(each.number) if each.wire == BYTES else None
            if step == "external":
                entries.append(each)
            elif step:
                waiting.append((step, each, depth + 1))
        if entries:
            _note(dict(_entries(file, entries)), places)
    missing = [name for number, name in _NEEDED.items() if number not in seen]
    if missing:
        raise ValueError(f"it has no {' and no '.join(missing)}")


def _entries(file: BinaryIO, entries: list[Field]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        parts = {each.number: text(file, each) for each in fields(file, entry.start, entry.end) if each.wire == BYTES}
        yield parts.get(1, ""), parts.get(2, "")


def _note(entry: dict[str, str], places: dict[str, int]) -> None:
    location = entry.get("location", "")
    end = _count(entry.get("offset", "")) + _count(entry.get("length", ""))
    places[location] = max(places.get(location, 0), end)


def _count(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 20 else 0


def _problem(folder: Path, location: str, reach: int) -> dict[str, str]:
    """What is wrong with a location, which must name a regular file below the folder of the model."""
    posix, windows = PurePosixPath(location), PureWindowsPath(location)
    if posix.is_absolute() or windows.drive or windows.root:
        return {"problem": "absolute"}
    if ".." in windows.parts:
        return {"problem": "parent"}
    if not location or "\0" in location:
        return {"problem": "missing"}
    file = folder / location
    try:
        if not file.resolve().is_relative_to(folder.resolve()):
            return {"problem": "symlink"}
        status = file.stat()
    except (OSError, RuntimeError, ValueError):
        return {"problem": "missing"}
    if not S_ISREG(status.st_mode):
        return {"problem": "missing"}
    return {"problem": "truncated"} if status.st_size < reach and not _is_pointer(file) else {}


def _is_pointer(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(8) == b"version "
