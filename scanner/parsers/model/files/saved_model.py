"""TensorFlow SavedModels: the operations that run Python or touch files when the model is loaded or called."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from scanner.parsers.model.files.findings import MOST_LISTED, Problems, shown
from scanner.parsers.model.files.keras_config import code_in
from scanner.parsers.model.files.protobuf_wire import BYTES, VARINT, Field, content, fields, size_of, text

_META_GRAPHS, _GRAPH, _NODE, _LIBRARY, _FUNCTION, _NODE_DEF = 2, 2, 1, 2, 1, 3
_META_INFO = 1
_LONGEST_CONFIG = 64 << 20
_CODE = {
    **dict.fromkeys(("PyFunc", "PyFuncStateless", "EagerPyFunc"), ("python", "calls a Python function")),
    **dict.fromkeys(("WriteFile", "SaveSlices"), ("write-file", "writes files")),
    **dict.fromkeys(
        ("ReadFile", "MatchingFiles", "WholeFileReader", "WholeFileReaderV2", "ImmutableConst"),
        ("read-file", "reads files that are not a part of the model"),
    ),
    **dict.fromkeys(("Rpc", "TryRpc"), ("network", "calls another server")),
}


def looks_like_saved_model(head: bytes) -> bool:
    """Whether the first bytes are a SavedModel: schema version 1, and a graph with what is said about it."""
    if not head.startswith(b"\x08\x01\x12"):
        return False
    file = io.BytesIO(head)
    seen: list[tuple[int, int]] = []
    try:
        graph = next(each for each in _prefix(file, 0, len(head)) if each.number == _META_GRAPHS)
        info = next(_prefix(file, graph.start, len(head)))
        for each in _prefix(file, info.start, len(head)):
            seen.append((each.number, each.wire))
            if each.end >= info.end:
                break
    except (ValueError, StopIteration):
        return False
    return info.number in (_META_INFO, _GRAPH) and bool(seen) and all(wire in (VARINT, BYTES) for _, wire in seen)


def inspect(path: str) -> dict[str, Any]:
    """`code`: every kind of operation that acts beyond the network, and Lambda layers beside it. Raises `OSError`."""
    problems = Problems()
    found: dict[str, dict[str, str]] = {}
    with Path(path).open("rb") as file:
        try:
            for operation, name in _operations(file):
                kind, does = _CODE.get(operation, ("write-file", "writes files"))
                message = f"the operation {shown(operation)} ({shown(name)}) {does}"
                found.setdefault(operation, {"kind": kind, "name": operation, "message": message})
        except ValueError as error:
            problems.add("structure", f"this is no whole SavedModel: {error}")
    code = [found[operation] for operation in sorted(found)] + _keras_layers(Path(path), problems)
    return ({"code": code[:MOST_LISTED]} if code else {}) | problems.facts()


def _prefix(file: BinaryIO, start: int, end: int) -> Iterator[Field]:
    """The fields that begin before `end`; the last may reach beyond it."""
    for each in fields(file, start, 1 << 62):
        yield each
        if each.end >= end:
            return


def _operations(file: BinaryIO) -> Iterator[tuple[str, str]]:
    """Every operation in question with the name of its node."""
    graphs = list(_inside(file, [Field(0, BYTES, 0, size_of(file))], _META_GRAPHS, _GRAPH))
    if not graphs:
        raise ValueError("it has no graph")
    for graph in graphs:
        yield from _acting(file, _inside(file, [graph], _NODE))
        yield from _acting(file, _inside(file, [graph], _LIBRARY, _FUNCTION, _NODE_DEF))


def _inside(file: BinaryIO, messages: list[Field], *numbers: int) -> Iterator[Field]:
    """The messages that lie in others at these field numbers."""
    for message in messages:
        for each in fields(file, message.start, message.end):
            if each.number == numbers[0] and each.wire == BYTES:
                if numbers[1:]:
                    yield from _inside(file, [each], *numbers[1:])
                else:
                    yield each


def _acting(file: BinaryIO, nodes: Iterator[Field]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        parts = [each for each in fields(file, node.start, node.end) if each.wire == BYTES]
        operation = next((text(file, each) for each in parts if each.number == 2), "")
        if operation in _CODE or (operation == "PrintV2" and _prints_to_file(file, parts)):
            yield operation, next((text(file, each) for each in parts if each.number == 1), "")


def _prints_to_file(file: BinaryIO, parts: list[Field]) -> bool:
    """Whether `tf.print` appends to a file instead of writing to the log."""
    attributes = (content(file, each, 65536) for each in parts if each.number == 5)
    return any(b"output_stream" in each and b"file://" in each for each in attributes)


def _keras_layers(path: Path, problems: Problems) -> list[dict[str, str]]:
    """Of the description that Keras 2 puts beside the graph: one node for each layer, as JSON."""
    described = path.parent / "keras_metadata.pb"
    if not described.is_file() or described.is_symlink():
        return []
    found: list[dict[str, str]] = []
    with described.open("rb") as file:
        try:
            for each in _inside(file, [Field(0, BYTES, 0, size_of(file))], 1, 5):
                if each.end - each.start > 1:
                    found += [code for code in code_in(content(file, each, _LONGEST_CONFIG)) if code not in found]
        except ValueError as error:
            problems.add("structure", f"keras_metadata.pb beside it cannot be read: {error}")
    return found
