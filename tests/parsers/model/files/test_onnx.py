"""Where ONNX models keep their tensors: beside the file, or where nothing of a model may lie."""

from pathlib import Path
from typing import Any

import pytest

from scanner.parsers.model.files.onnx import inspect, looks_like_onnx
from tests.parsers.model.files.weights import WEIGHTS, kinds, written

REAL = (WEIGHTS / "external.onnx").read_bytes()
NAME = b"external.onnx_data"


def field(number: int, content: bytes) -> bytes:
    length, size = b"", len(content)
    while size >= 0x80:
        length += bytes((size & 0x7F | 0x80,))
        size >>= 7
    tag = number << 3 | 2
    return (bytes((tag,)) if tag < 0x80 else bytes((tag & 0x7F | 0x80, tag >> 7))) + length + bytes((size,)) + content


def entry(name: str, value: str) -> bytes:
    return field(13, field(1, name.encode()) + field(2, value.encode()))


def model(graph: bytes) -> bytes:
    return b"\x08\x0a" + field(7, graph) + field(8, b"\x10\x15")


def external(location: str, offset: str = "0", length: str = "4") -> bytes:
    return model(field(5, entry("location", location) + entry("offset", offset) + entry("length", length)))


def found(folder: Path, content: bytes) -> dict[str, Any]:
    assert looks_like_onnx(content)
    return inspect(str(written(folder, "model/model.onnx", content)))


def test_a_real_model_and_its_data() -> None:
    assert inspect(str(WEIGHTS / "model.onnx")) == {}
    assert inspect(str(WEIGHTS / "external.onnx")) == {"external_data": [{"location": "external.onnx_data"}]}


def test_data_that_are_not_there(tmp_path: Path) -> None:
    assert found(tmp_path, REAL) == {"external_data": [{"location": "external.onnx_data", "problem": "missing"}]}


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("/etc/passwd", "absolute"),
        ("C:\\weights", "absolute"),
        ("\\\\server\\share", "absolute"),
        ("../secret", "parent"),
        ("a/../../secret", "parent"),
        ("a\\..\\..\\secret", "parent"),
        ("", "missing"),
        ("a\0b", "missing"),
        ("no/such", "missing"),
        ("folder", "missing"),
        ("link", "symlink"),
        ("x" * 5000, "missing"),
    ],
)
def test_a_location_that_is_no_file_of_the_model(tmp_path: Path, location: str, problem: str) -> None:
    written(tmp_path, "secret", b"1234")
    (tmp_path / "model" / "folder").mkdir(parents=True)
    (tmp_path / "model" / "link").symlink_to("../secret")
    (listed,) = found(tmp_path, external(location))["external_data"]
    assert listed["problem"] == problem


@pytest.mark.parametrize(("size", "expected"), [(8, []), (7, ["truncated"]), (0, ["truncated"])])
def test_data_must_reach_as_far_as_the_tensors(tmp_path: Path, size: int, expected: list[str]) -> None:
    written(tmp_path, "model/weights", bytes(size))
    assert kinds(found(tmp_path, external("weights", "4", "4"))) == expected


def test_data_in_git_lfs_count_as_there(tmp_path: Path) -> None:
    written(tmp_path, "model/weights", b"version https://git-lfs.github.com/spec/v1\n")
    assert found(tmp_path, external("weights", "0", "4000")) == {"external_data": [{"location": "weights"}]}


@pytest.mark.parametrize(
    "around",
    [
        lambda tensor: field(1, field(5, field(5, tensor))),  # an attribute of a node
        lambda tensor: field(1, field(5, field(10, tensor))),
        lambda tensor: field(15, field(1, tensor)),  # the values of a sparse tensor
        lambda tensor: field(1, field(5, field(6, field(5, tensor)))),  # a graph inside a node
    ],
)
def test_tensors_are_found_wherever_they_may_be(tmp_path: Path, around: Any) -> None:
    tensor = entry("location", "../x")
    (listed,) = found(tmp_path, model(around(tensor)))["external_data"]
    assert listed == {"location": "../x", "problem": "parent"}


def test_tensors_of_functions_and_of_training_are_found(tmp_path: Path) -> None:
    node = field(1, field(5, field(5, entry("location", "/f"))))
    content = model(b"") + field(20, field(1, field(5, entry("location", "/t")))) + field(25, b"\x3a" + node[1:])
    assert [each["location"] for each in found(tmp_path, content)["external_data"]] == ["/f", "/t"]


def test_many_locations_are_not_all_looked_at(tmp_path: Path) -> None:
    graph = b"".join(field(5, entry("location", f"../{index}")) for index in range(300))
    facts = found(tmp_path, model(graph))
    assert len(facts["external_data"]) == 100
    assert "300" in facts["incomplete"]


@pytest.mark.parametrize(
    "content",
    [
        REAL[:-1],
        REAL[:40],
        REAL + b"PK\x03\x04",
        REAL + b"\x80\x04\x95",
        b"\x08\x0a" + field(7, b""),
        model(field(1, b"\xff" * 12)),
        model(field(1, b"\x2a\x7f")),
    ],
)
def test_what_is_no_whole_model(tmp_path: Path, content: bytes) -> None:
    assert kinds(inspect(str(written(tmp_path, "model.onnx", content)))) == ["structure"]


def test_graphs_in_graphs_without_end(tmp_path: Path) -> None:
    graph = b""
    for _ in range(300):
        graph = field(1, field(5, field(6, graph)))
    (told,) = found(tmp_path, model(graph))["problems"]
    assert "nested too deeply" in told["message"]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x08\x0a",
        b"#!/bin/sh\n",
        b"\x12\x05hello world",
        b"\x08\x01\x12\x04\x0a\x02\x12\x00",
        bytes(64),
        b"\xff" * 64,
    ],
)
def test_what_does_not_look_like_a_model(head: bytes) -> None:
    assert not looks_like_onnx(head)
