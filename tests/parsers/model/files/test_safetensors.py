"""Headers of safetensors files: whole ones, and each way in which they can lie."""

from pathlib import Path
from typing import Any

import pytest

from scanner.parsers.model.files.safetensors import inspect
from tests.parsers.model.files.weights import WEIGHTS, kinds, safetensors, short, tensor, written

TWO = {"a": tensor(0, 4), "b": tensor(4, 8)}


def found(folder: Path, content: bytes) -> dict[str, Any]:
    return inspect(str(written(folder, "model.safetensors", content)))


def test_a_file_of_the_library_is_whole() -> None:
    assert inspect(str(WEIGHTS / "model.safetensors")) == {"tensors": 2, "metadata": {"format": "np"}}


@pytest.mark.parametrize(
    "content",
    [
        safetensors({}),
        safetensors({"a": tensor(0, 0)}),
        safetensors(TWO, bytes(8)),
        safetensors({"b": tensor(4, 8), "a": tensor(0, 4)}, bytes(8)),
        safetensors({"a": tensor(0, 8, [], "F64")}, bytes(8)),
        safetensors({"a": tensor(0, 3, [2, 3], "F4")}, bytes(3)),
        safetensors(b'{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}     ', bytes(4)),
    ],
    ids=short,
)
def test_is_whole(tmp_path: Path, content: bytes) -> None:
    assert kinds(found(tmp_path, content)) == []


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (b"", ["truncated"]),
        (b"\x08\0\0\0", ["truncated"]),
        (safetensors(TWO, bytes(8), length=1 << 63), ["header-length"]),
        (safetensors(TWO, bytes(8), length=100_000_001), ["header-length"]),
        (safetensors(TWO, bytes(8), length=4096), ["truncated"]),
        (safetensors(TWO, bytes(8), length=0), ["header"]),
        (safetensors(TWO, bytes(7)), ["truncated"]),
        (safetensors(TWO, bytes(9)), ["trailing-bytes"]),
        (safetensors({}, b"MZ"), ["trailing-bytes"]),
        (safetensors({"a": tensor(0, 4), "b": tensor(5, 8)}, bytes(8)), ["gap"]),
        (safetensors({"a": tensor(1, 4)}, bytes(4)), ["gap"]),
        (safetensors({"a": tensor(0, 5), "b": tensor(4, 8)}, bytes(8)), ["overlap"]),
        (safetensors({"a": tensor(0, 8), "b": tensor(2, 4)}, bytes(8)), ["overlap"]),
        (safetensors({"a": tensor(0, 8, [3], "F32")}, bytes(8)), ["size"]),
        (safetensors({"a": tensor(0, 1, [1], "F4")}, bytes(1)), ["size"]),
        (safetensors({"a": tensor(0, 8, [1 << 63, 1 << 63], "F64")}, bytes(8)), ["size"]),
        (safetensors({"a": tensor(0, 8, [1] * 65)}, bytes(8)), ["shape"]),
        (safetensors({"a": tensor(0, 8, [-8])}, bytes(8)), ["shape"]),
        (safetensors({"a": {"dtype": "U8", "shape": [True], "data_offsets": [0, 1]}}, bytes(1)), ["shape"]),
        (safetensors({"a": tensor(0, 8, [8], "PY_OBJECT")}, bytes(8)), ["dtype"]),
        (safetensors({"a": {"dtype": ["U8"], "shape": [1], "data_offsets": [0, 1]}}, bytes(1)), ["dtype"]),
        (safetensors({"a": {**tensor(0, 8), "code": "x"}}, bytes(8)), ["tensor", "trailing-bytes"]),
        (safetensors({"a": [0, 8]}, bytes(8)), ["tensor", "trailing-bytes"]),
        (safetensors({"a": {"dtype": "U8", "shape": [1], "data_offsets": [4, 0]}}), ["offsets"]),
        (safetensors({"a": {"dtype": "U8", "shape": [1], "data_offsets": [0.0, 1]}}), ["offsets"]),
        (safetensors({"__metadata__": {"format": 1}}), ["metadata"]),
        (safetensors({"__metadata__": "x"}), ["metadata"]),
        (safetensors(b'{"a":1,"a":2}'), ["duplicate-key", "tensor"]),
        (safetensors(b' {"a":1}'), ["header"]),
        (safetensors(b"[]"), ["header"]),
        (safetensors(b'{"a":NaN}'), ["header"]),
        (safetensors(b'{"\xff":1}'), ["header"]),
        (safetensors(b'{"a":' + b"9" * 5000 + b"}"), ["header"]),
        (safetensors(b'{"a":' + b"[" * 200_000), ["header"]),
    ],
    ids=short,
)
def test_is_not_whole(tmp_path: Path, content: bytes, problems: list[str]) -> None:
    assert kinds(found(tmp_path, content)) == problems


def test_a_duplicate_inside_a_tensor_is_found(tmp_path: Path) -> None:
    header = b'{"a":{"dtype":"U8","shape":[1],"shape":[2],"data_offsets":[0,2]}}'
    assert kinds(found(tmp_path, safetensors(header, bytes(2)))) == ["duplicate-key"]


def test_of_many_problems_the_first_are_told_with_their_number(tmp_path: Path) -> None:
    header = {f"t{index}": 0 for index in range(500)}
    problems = found(tmp_path, safetensors(header))["problems"]
    assert len(problems) == 101
    assert problems[-1] == {"kind": "more", "message": "400 more of these"}


def test_names_from_the_file_stay_short_and_on_one_line(tmp_path: Path) -> None:
    (told,) = found(tmp_path, safetensors({"a\n\x1b[31m" + "x" * 9999: 0}))["problems"]
    assert told["message"].startswith("a??[31mxxx")
    assert len(told["message"]) < 300


def test_long_metadata_are_shortened(tmp_path: Path) -> None:
    metadata = found(tmp_path, safetensors({"__metadata__": {"x": "y" * 100_000}}))["metadata"]
    assert metadata == {"x": "y" * 4096}


def test_metadata_can_be_written_into_a_report(tmp_path: Path) -> None:
    header = b'{"__metadata__":{"a\\ud800":"\\udfff"}}'
    assert found(tmp_path, safetensors(header)) == {"tensors": 0, "metadata": {"a?": "?"}}
