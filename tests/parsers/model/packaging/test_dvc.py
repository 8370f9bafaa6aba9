"""DVC's files, written by DVC."""

from pathlib import Path

import pytest

from scanner.core.values import Unresolved
from scanner.parsers import claim
from tests.parsers.model.packaging.release import FIXTURES, lines, of_type, only, read, told, written


def test_every_tracked_file_with_its_md5() -> None:
    parsed = read(FIXTURES / "dvc")
    assert parsed.notifications == ()
    outputs = {str(each.attributes["path"]): each for each in of_type(parsed, "dvc_output")}
    assert {path: each.attributes["digest"] for path, each in outputs.items()} == {
        "out/model.safetensors": "md5:e5ebd4c02cefbe7955977c67ada242b7",
        "shards": "md5:6ff2001d9e47296b6f0bc7f0683e507c.dir",
        "weights/model.onnx": "md5:b08f834895af612d6955628178b063a7",
    }
    assert outputs["shards"].attributes["is_directory"] is True
    assert outputs["out/model.safetensors"].attributes["stage"] == "train"
    assert lines(outputs["out/model.safetensors"], "path", "digest", "size") == [11, 13, 14]
    assert lines(outputs["weights/model.onnx"], "digest", "path") == [2, 5]


def test_an_artifact_of_a_pipeline_is_a_model_with_the_digest_of_the_lock() -> None:
    parsed = read(FIXTURES / "dvc")
    model = only(parsed)
    assert (model.attributes["source"], model.attributes["name"]) == ("dvc", "claims-triage")
    assert model.attributes["owner"] == {"email": "claims-ml@acme.example"}
    assert lines(model, "name", "description", "owner.email") == [9, 12, 15]
    artifact = only(parsed, "model_artifact")
    assert artifact.attributes["digest"] == "md5:e5ebd4c02cefbe7955977c67ada242b7"


def test_the_stores_and_their_secrets() -> None:
    parsed = read(FIXTURES / "dvc")
    storage, backup = of_type(parsed, "dvc_remote")
    assert storage.attributes == {
        "name": "storage",
        "url": "s3://acme-ml-dvc/store",
        "region": "eu-central-1",
        "is_default": True,
    }
    assert (backup.attributes["is_default"], lines(backup, "url", "password")) == (False, [8, 9])
    assert parsed.secrets == {"hunter2secret"}


def test_a_single_file_may_be_said_to_be_a_model(tmp_path: Path) -> None:
    text = "wdir: ..\nouts:\n- md5: ABCDEF\n  path: out/model.bin\n  type: model\n  desc: Ranks claims\n"
    parsed = written(tmp_path, {"track/triage.pkl.dvc": text})
    model, artifact = only(parsed), only(parsed, "model_artifact")
    assert (model.attributes["name"], model.attributes["description"]) == ("triage", "Ranks claims")
    assert (artifact.attributes["path"], artifact.attributes["digest"]) == ("../out/model.bin", "md5:abcdef")
    assert only(parsed, "dvc_output").attributes["path"] == "out/model.bin"


def test_what_a_pipeline_fills_in_is_not_known(tmp_path: Path) -> None:
    text = "artifacts:\n  triage:\n    path: ${out}/model.onnx\n    type: model\n"
    model = only(written(tmp_path, {"dvc.yaml": text}))
    assert isinstance(model.attributes["artifact_path"], Unresolved)
    assert lines(model, "artifact_path") == [3]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    files = {
        "a.dvc": "outs: [\n",
        "dvc.yaml": "artifacts: [1]\n",
        ".dvc/config": "[core]\nnonsense\n",
        "dvc.lock": "- 1\n",
    }
    assert [(path, line) for path, line, _ in told(written(tmp_path, files))] == [
        (".dvc/config", 2),
        ("a.dvc", 2),
        ("dvc.lock", 1),
        ("dvc.yaml", 1),
    ]


@pytest.mark.parametrize(
    ("path", "head", "claimed"),
    [
        ("model.onnx.dvc", "outs:\n- path: x\n", True),
        ("model.dvc", "something else\n", False),
        ("x/.dvc/config", "", True),
        ("x/config", "[core]\n", False),
        ("pipelines/dvc.yaml", "stages:\n", True),
    ],
)
def test_which_files_are_those_of_dvc(path: str, head: str, claimed: bool) -> None:
    assert (claim(path, head.encode()) == "model") is claimed
