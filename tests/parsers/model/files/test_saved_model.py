"""TensorFlow SavedModels: the operations that act beyond the network, wherever in the graph they stand."""

from pathlib import Path

import pytest

from scanner.parsers.model.files.saved_model import inspect, looks_like_saved_model
from tests.parsers.model.files.test_onnx import field
from tests.parsers.model.files.weights import WEIGHTS, kinds, written

SAVED = WEIGHTS / "saved"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("plain", []),
        ("reading", [("read-file", "ReadFile"), ("write-file", "WriteFile")]),
        ("printing", [("write-file", "PrintV2"), ("python", "PyFunc")]),
    ],
)
def test_models_that_tensorflow_wrote(name: str, code: list[tuple[str, str]]) -> None:
    file = SAVED / name / "saved_model.pb"
    assert looks_like_saved_model(file.read_bytes())
    facts = inspect(str(file))
    assert [(each["kind"], each["name"]) for each in facts.get("code", [])] == code
    assert kinds(facts) == []


def node(operation: str, *others: bytes) -> bytes:
    return field(1, b"node") + field(2, operation.encode()) + b"".join(others)


def saved(graph: bytes) -> bytes:
    return b"\x08\x01" + field(2, field(1, field(5, b"2.21.0")) + field(2, graph))


@pytest.mark.parametrize(
    "operation", ["ReadFile", "WriteFile", "PyFunc", "EagerPyFunc", "MatchingFiles", "ImmutableConst"]
)
def test_operations_of_the_graph_itself(tmp_path: Path, operation: str) -> None:
    content = saved(field(1, node("Const")) + field(1, node(operation)))
    assert looks_like_saved_model(content)
    (found,) = inspect(str(written(tmp_path, "saved_model.pb", content)))["code"]
    assert found["name"] == operation
    assert "(node)" in found["message"]


def test_a_name_that_only_mentions_an_operation_is_none(tmp_path: Path) -> None:
    content = saved(field(1, field(1, b"ReadFile") + field(2, b"Const")) + field(1, node("PrintV2")))
    assert inspect(str(written(tmp_path, "saved_model.pb", content))) == {}


def test_layers_that_keras_describes_beside_it(tmp_path: Path) -> None:
    layer = b'{"class_name": "Lambda", "config": {"name": "shift"}}'
    written(tmp_path, "keras_metadata.pb", field(1, field(5, b'{"class_name": "Dense"}')) + field(1, field(5, layer)))
    file = written(tmp_path, "saved_model.pb", (SAVED / "plain" / "saved_model.pb").read_bytes())
    assert [each["name"] for each in inspect(str(file))["code"]] == ["shift"]


def test_a_description_beside_it_that_cannot_be_read(tmp_path: Path) -> None:
    written(tmp_path, "keras_metadata.pb", b"\xff\xff")
    file = written(tmp_path, "saved_model.pb", (SAVED / "plain" / "saved_model.pb").read_bytes())
    assert kinds(inspect(str(file))) == ["structure"]


@pytest.mark.parametrize("content", [b"", b"\x08\x01", b"\x08\x01\x12\xff\x7f", saved(b"")[:-5], b"\x08\x01\x0a" * 40])
def test_what_is_no_whole_model(tmp_path: Path, content: bytes) -> None:
    assert kinds(inspect(str(written(tmp_path, "saved_model.pb", content)))) == ["structure"]
