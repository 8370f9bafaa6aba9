"""Makes files of models for the tests, whole and broken ones, and looks into them."""

import json
import struct
from importlib import import_module
from pathlib import Path
from typing import Any

from scanner.core.resource import Parsed, Resource
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.files import read_files
from scanner.parsers.model.files.inspection import INSPECTORS
from scanner.parsers.model.files.recognition import format_by_content

WEIGHTS = Path(__file__).parents[4] / "fixtures" / "parsers" / "model" / "weights"
HEAD = 64 << 10

ELF = b"\x7fELF\x02\x01\x01" + bytes(57)
PE = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(64)
POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
    b"size 4815162342\n"
)


def safetensors(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def tensor(start: int, end: int, shape: list[int] | None = None, dtype: str = "U8") -> dict[str, Any]:
    return {"dtype": dtype, "shape": [end - start] if shape is None else shape, "data_offsets": [start, end]}


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def key(name: str, kind: int, value: bytes) -> bytes:
    return text(name) + struct.pack("<I", kind) + value


def gguf_tensor(name: str, shape: list[int], kind: int, offset: int) -> bytes:
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


def gguf(
    keys: list[bytes], tensors: list[bytes], data: bytes = b"", version: int = 3, counts: tuple[int, int] | None = None
) -> bytes:
    said = (len(tensors), len(keys)) if counts is None else counts
    head = b"GGUF" + struct.pack("<IQQ", version, *said) + b"".join(keys) + b"".join(tensors)
    return head + bytes(-len(head) % 32) + data


def looked_into(file: Path) -> dict[str, Any]:
    """What the inspection of the file's format finds, in this process."""
    with file.open("rb") as opened:
        format_ = format_by_content(opened.read(HEAD))
    assert format_ is not None, file
    return by_format(format_, file)


def by_format(format_: str, file: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for function in INSPECTORS[format_]:
        module, _, name = function.partition(":")
        found |= getattr(import_module(module), name)(str(file))
    json.dumps(found)
    return found


def kinds(found: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in found.get("problems", [])]


def short(value: Any) -> str:
    """The name of a test case, which must not hold a whole file."""
    return f"{len(value)}-bytes" if isinstance(value, bytes) else "-".join(map(str, value)) or "none"


def written(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def read(folder: Path, *names: str, **limits: Any) -> Parsed:
    """The files through everything that a scan does with them."""
    return read_files(names, ParseContext(folder, **limits))


def only(parsed: Parsed, type_: str = "model_file") -> Resource:
    found = [each for each in parsed.resources if each.type == type_]
    assert len(found) == 1, parsed
    return found[0]
