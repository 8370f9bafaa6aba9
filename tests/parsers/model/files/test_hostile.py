"""Files made to harm whoever looks into them: every one ends within its limits, with a word about what was not seen."""

import os
import random
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.core.values import Unresolved
from scanner.isolation import JobRefusedError, Worker, WorkerError
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.files.inspection import INSPECTORS, inspected
from scanner.parsers.model.files.places import Place
from scanner.parsers.model.files.recognition import format_by_content
from tests.parsers.model.files.weights import (
    WEIGHTS,
    gguf,
    gguf_tensor,
    key,
    kinds,
    only,
    read,
    safetensors,
    tensor,
    written,
)

TEN_GB = 10 << 30
REAL = (
    *("model.safetensors", "model.gguf", "model.onnx", "external.onnx", "plain.keras", "lambda.keras"),
    *("lambda.h5", "saved/reading/saved_model.pb"),
)
# The bytes after the last tensor, without which a file is whole as well.
PADDING = {"model.gguf": bytes(2)}


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(4 << 30) as started:
        yield started


def facts_of(worker: Worker, format_: str, file: Path) -> dict[str, Any]:
    """What all functions for the format find; one that raises anything but `ValueError` fails the test."""
    found: dict[str, Any] = {}
    for function in INSPECTORS[format_]:
        try:
            found |= worker.call(function, str(file), 60)
        except JobRefusedError as error:
            found["refused"] = str(error)
    return found


def grown(file: Path, start: bytes, size: int = TEN_GB) -> Path:
    """A file that holds zeros after its start, and takes no room on the disk."""
    with file.open("wb") as opened:
        opened.write(start)
        opened.truncate(len(start) + size)
    return file


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (safetensors({"a": tensor(0, TEN_GB)}), []),
        (safetensors({"a": tensor(0, TEN_GB + 1)}), ["truncated"]),
        (safetensors({"a": tensor(0, 8)}), ["trailing-bytes"]),
        (gguf([], [gguf_tensor("a", [TEN_GB // 4], 0, 0)]), []),
        (gguf([], [gguf_tensor("a", [TEN_GB // 2], 0, 0)]), ["truncated"]),
        (gguf([key("a", 9, struct.pack("<IQ", 8, 1 << 33))], []), ["header"]),
        (b"\x08\x0a\x3a\x00\x42\x02\x10\x15", ["structure"]),
        ((WEIGHTS / "plain.h5").read_bytes(), ["trailing-bytes"]),
    ],
    ids=range(8),
)
def test_a_sparse_file_of_ten_gigabytes_is_seen_at_once(tmp_path: Path, start: bytes, expected: list[str]) -> None:
    file = grown(tmp_path / "model", start)
    began = time.monotonic()
    facts, notifications = inspected(Place("model", file), {"format": format_by_content(start)}, ParseContext(tmp_path))
    assert time.monotonic() - began < 20
    assert kinds(facts) == expected
    assert not notifications


def test_what_takes_too_long_is_told_and_not_known(tmp_path: Path) -> None:
    written(tmp_path, "model.onnx", b"\x08\x0a\x3a\x00\x42\x02\x10\x15" + b"\x08\x01" * 3_000_000)
    parsed = read(tmp_path, "model.onnx", time_limit=1.0)
    (told,) = parsed.notifications
    assert "stopped after 1 s" in told.message
    assert isinstance(only(parsed).attributes["contents"], Unresolved)


def test_what_takes_too_much_memory_is_told_and_not_known(tmp_path: Path) -> None:
    written(tmp_path, "model.safetensors", safetensors(b'{"a":[' + b"{}," * 10_000_000 + b"0]}"))
    parsed = read(tmp_path, "model.safetensors", memory_limit=512 << 20)
    (told,) = parsed.notifications
    assert "memory" in told.message
    assert isinstance(only(parsed).attributes["contents"], Unresolved)


@pytest.mark.parametrize("name", REAL)
def test_a_file_that_is_cut_anywhere_is_never_whole(worker: Worker, tmp_path: Path, name: str) -> None:
    content = (WEIGHTS / name).read_bytes().removesuffix(PADDING.get(name, b""))
    format_ = format_by_content(content)
    assert format_ is not None
    file = tmp_path / Path(name).name
    written(tmp_path, "external.onnx_data", bytes(64))
    for length in sorted({*range(1, 64), *range(64, len(content), max(1, len(content) // 60)), len(content) - 1}):
        file.write_bytes(content[:length])
        found = facts_of(worker, format_, file)
        assert {"problems", "incomplete", "refused"} & set(found), length


@pytest.mark.parametrize("name", REAL)
def test_changed_bytes_break_nothing_but_the_file(worker: Worker, tmp_path: Path, name: str) -> None:
    content = (WEIGHTS / name).read_bytes()
    format_ = format_by_content(content)
    assert format_ is not None
    generator = random.Random(name)  # noqa: S311 - the same bytes in every run
    file = tmp_path / Path(name).name
    for _ in range(100):
        changed = bytearray(content)
        for _ in range(generator.choice((1, 1, 2, 8))):
            changed[generator.randrange(min(len(changed), 2000))] = generator.choice((0, 1, 0x7F, 0x80, 0xFF))
        file.write_bytes(changed)
        try:
            facts_of(worker, format_, file)
        except WorkerError as error:
            # The library that reads HDF5 is native code: what it does there costs this one inspection.
            if format_ != "hdf5":
                raise AssertionError(changed[:2000].hex()) from error


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_file_is_not_opened(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "repository" / "model.gguf"
    place.parent.mkdir()
    if kind == "link":
        written(tmp_path, "secret.gguf", gguf([], []))
        place.symlink_to("../secret.gguf")
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.mkdir()
    parsed = read(tmp_path / "repository", "model.gguf")
    assert parsed.resources == ()
    assert len(parsed.notifications) == (1 if kind == "link" else 0)
