"""Keras models, as archives and as HDF5 files: layers that are code, and what the configuration names elsewhere."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import pytest

from scanner.parsers.model.files.keras_config import code_in
from tests.parsers.model.files.weights import WEIGHTS, by_format, kinds, looked_into, written

KERAS_MODULES = ["keras.layers", "keras.src.models.functional", "keras_hub.layers", "tf_keras.layers", "builtins"]


def archive(config: bytes, **others: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, inner in {"metadata.json": b"{}", "config.json": config, **others}.items():
            opened.writestr(name, inner)
    return content.getvalue()


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("plain", []),
        ("lambda", [("lambda", "shift")]),
        ("custom", [("custom-object", "acme>Scale")]),
    ],
)
def test_models_that_keras_wrote(name: str, ending: str, code: list[tuple[str, str]]) -> None:
    facts = looked_into(WEIGHTS / f"{name}.{ending}")
    assert facts["format"] == "keras"
    assert [(each["kind"], each["name"]) for each in facts.get("code", [])] == code
    assert kinds(facts) == []


def described(**others: Any) -> bytes:
    return json.dumps({"class_name": "Functional", "config": {"layers": [{"config": {}, **others}]}}).encode()


@pytest.mark.parametrize(
    ("config", "code"),
    [
        (described(class_name="function", module="os", config="system"), ("module", "os.system")),
        (described(class_name="Model", module="acme.models"), ("module", "acme.models.Model")),
        (described(class_name="get_file", module="keras.utils"), ("module", "keras.utils.get_file")),
        (described(class_name="Scale", module="acme", registered_name="acme>Scale"), ("custom-object", "acme>Scale")),
        (described(class_name="Custom>Scale"), ("custom-object", "Custom>Scale")),
        (described(class_name="__lambda__", config={"value": "4wEA"}), ("lambda", "lambda")),
        (described(class_name="Lambda", config={"name": "l"}), ("lambda", "l")),
        (described(class_name="keras>Lambda", config={"name": "l"}), ("lambda", "l")),
    ],
)
def test_code_in_a_configuration(config: bytes, code: tuple[str, str]) -> None:
    assert [(each["kind"], each["name"]) for each in code_in(config)] == [code]


@pytest.mark.parametrize("module", KERAS_MODULES)
def test_what_keras_brings_itself_is_no_code(module: str) -> None:
    assert code_in(described(class_name="function", module=module, config="relu", registered_name="function")) == []
    assert code_in(described(class_name="X", module=module, registered_name="keras_hub>X")) == []


def test_words_about_lambdas_are_none() -> None:
    assert code_in(json.dumps({"name": "Lambda", "note": "class_name: Lambda", "class_name": 7}).encode()) == []


@pytest.mark.parametrize("config", [b"", b"[]", b"{", b'{"a":' + b"[" * 200_000, b"\xff\xfe\x00"])
def test_a_configuration_that_cannot_be_read_is_told(tmp_path: Path, config: bytes) -> None:
    facts = by_format("zip", written(tmp_path, "model.keras", archive(config)))
    assert facts["format"] == "keras"
    assert kinds(facts) == ["config"]


def test_a_configuration_that_unpacks_to_very_much(tmp_path: Path) -> None:
    facts = by_format("zip", written(tmp_path, "model.keras", archive(b" " * (101 << 20))))
    assert kinds(facts) == ["config"]
    assert facts["members"] == [{"name": "config.json", "problem": "bomb"}]


def test_another_archive_is_no_model(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        opened.writestr("config.json", described(class_name="Lambda"))
    assert "code" not in by_format("zip", written(tmp_path, "a.zip", content.getvalue()))


def test_the_training_configuration_counts(tmp_path: Path) -> None:
    file = tmp_path / "model.h5"
    with h5py.File(file, "w") as opened:
        opened.attrs["model_config"] = described(class_name="Dense")
        opened.attrs["training_config"] = described(class_name="__lambda__")
    assert [each["kind"] for each in looked_into(file)["code"]] == ["lambda"]


def test_scientific_data_are_no_model(tmp_path: Path) -> None:
    file = tmp_path / "data.h5"
    with h5py.File(file, "w") as opened:
        opened["x"] = [1, 2, 3]
        opened["again"] = opened["x"]
        opened["soft"] = h5py.SoftLink("/x")
    assert looked_into(file) == {}


def test_other_files_that_are_read_with_it(tmp_path: Path) -> None:
    file = tmp_path / "model.h5"
    with h5py.File(file, "w") as opened:
        opened.create_group("layers/dense")["w"] = h5py.ExternalLink("/etc/other.h5", "/x")
        opened.create_dataset("raw", (4,), "u1", external=[("/etc/passwd", 0, 4)])
    listed = looked_into(file)["external_data"]
    assert listed == [
        {"location": "/etc/other.h5", "problem": "other-file"},
        {"location": "/etc/passwd", "problem": "other-file"},
    ]


def test_other_files_that_the_weights_in_an_archive_read(tmp_path: Path) -> None:
    inner = tmp_path / "inner.h5"
    with h5py.File(inner, "w") as opened:
        opened["w"] = h5py.ExternalLink("/etc/other.h5", "/x")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("config.json", "{}")
        packed.write(inner, "model.weights.h5")
    facts = by_format("zip", written(tmp_path, "model.keras", content.getvalue()))
    assert facts["external_data"] == [{"location": "/etc/other.h5", "problem": "other-file"}]


def test_weights_in_an_archive_that_cannot_be_read(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("config.json", "{}")
        packed.writestr("model.weights.h5", b"x" * 100)
    assert kinds(by_format("zip", written(tmp_path, "model.keras", content.getvalue()))) == ["structure"]
    weights = {"model.weights.h5": b"x" * 100}
    assert "compressed" in by_format("zip", written(tmp_path, "b.keras", archive(b"{}", **weights)))["incomplete"]


def test_groups_that_hold_one_another_come_to_an_end(tmp_path: Path) -> None:
    file = tmp_path / "model.h5"
    with h5py.File(file, "w") as opened:
        inner = opened.create_group("a/b")
        inner["back"] = opened["a"]
        opened["a"]["w"] = h5py.ExternalLink("other.h5", "/x")
    assert looked_into(file)["external_data"] == [{"location": "other.h5", "problem": "other-file"}]


@pytest.mark.parametrize("value", [7, [b"{}", b"{}"], b"{", b"[]"])
def test_an_attribute_that_is_no_configuration(tmp_path: Path, value: Any) -> None:
    file = tmp_path / "model.h5"
    with h5py.File(file, "w") as opened:
        opened.attrs["model_config"] = value
    assert kinds(looked_into(file)) == ["config"]
