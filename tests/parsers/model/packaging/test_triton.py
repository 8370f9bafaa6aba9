"""Triton's `config.pbtxt`, as its own description of it prints one and as people write it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.parsers.model.packaging.release import FIXTURES, lines, of_type, only, read, told, written

HEAD = 'name: "triage"\nbackend: "onnxruntime"\n'


def as_protobuf_says(value: Any) -> Any:
    """JSON has no 64-bit numbers, so that protobuf writes them as text there."""
    if isinstance(value, dict):
        return {key: as_protobuf_says(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_protobuf_says(each) for each in value]
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value


def test_reads_what_the_official_library_prints() -> None:
    model = only(read(FIXTURES / "triton"))
    expected = json.loads((FIXTURES / "triton" / "claims_triage.expected.json").read_text(encoding="utf-8"))
    assert model.attributes["configuration"] == as_protobuf_says(expected)
    assert model.address == "model.claims_triage[triton]"
    assert (model.attributes["name"], model.attributes["backend"]) == ("claims_triage", "onnxruntime")
    assert model.attributes["version_policy"] == {"specific": {"versions": [6, 7]}, "kind": "specific"}
    assert model.attributes["versions_found"] == [7, 8]
    assert model.attributes["integrity_agents"] == ["checksum"]


def test_every_attribute_has_its_line() -> None:
    model = only(read(FIXTURES / "triton"))
    paths = ["name", "version_policy.specific.versions[1]", "backend", "configuration.instance_group[0].gpus[0]"]
    assert lines(model, *paths, "configuration.parameters.note.string_value") == [1, 5, 41, 21, 38]


def test_the_files_of_the_chosen_versions_are_its_artifacts() -> None:
    artifacts = of_type(read(FIXTURES / "triton"), "model_artifact")
    assert [(each.attributes["path"], each.attributes.get("digest")) for each in artifacts] == [
        ("6/model.onnx", None),
        ("7/model.onnx", "md5:5d41402abc4b2a76b9719d911017c592"),
    ]
    assert artifacts[1].locate(("digest",)).start_line == 45


@pytest.mark.parametrize(
    ("policy", "paths"),
    [
        ("", ["3/model.onnx"]),
        ("version_policy { latest { num_versions: 2 } }", ["2/model.onnx", "3/model.onnx"]),
        ("version_policy: { all: {} }", ["1/model.onnx", "2/model.onnx", "3/model.onnx"]),
        ("version_policy: < specific: < versions: [1, 9] > >", ["1/model.onnx", "9/model.onnx"]),
    ],
)
def test_which_versions_are_served(tmp_path: Path, policy: str, paths: list[str]) -> None:
    files = {f"triage/{number}/model.onnx": "x" for number in (1, 2, 3)} | {"triage/config.pbtxt": HEAD + policy}
    found = of_type(written(tmp_path, files), "model_artifact")
    assert [each.attributes["path"] for each in found] == paths


def test_a_model_without_a_name_is_called_as_its_folder_is(tmp_path: Path) -> None:
    parsed = written(tmp_path, {"repository/triage/config.pbtxt": 'platform: "tensorrt_plan"\n'})
    assert only(parsed).attributes["name"] == "triage"


def test_a_python_backend_is_code_of_its_own(tmp_path: Path) -> None:
    model = only(written(tmp_path, {"pre/config.pbtxt": 'name: "pre"\nbackend: "python"\n'}))
    assert model.attributes["custom_code"] is True
    assert lines(model, "custom_code") == [2]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (HEAD + "version_policy { specific {", 3, "add the missing }"),
        (HEAD + 'input [ { name: "a" }', 3, "closing bracket"),
        (HEAD + "max_batch_size\n", 3, "lacks a colon"),
        (HEAD + 'note: "no end\n', 3, "check quotes"),
        (HEAD + "max_batch_size:", 3, "has no value"),
        ("a {" * 200, 1, "nested deeper"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    parsed = written(tmp_path, {"triage/config.pbtxt": text})
    ((path, found, message),) = told(parsed)
    assert (path, found) == ("triage/config.pbtxt", line)
    assert said in message
    assert parsed.resources == ()
