"""Models in an OCI layout."""

import json
import shutil
from pathlib import Path

from scanner.core.values import Unresolved
from scanner.parsers import claim
from tests.parsers.model.packaging.release import FIXTURES, lines, of_type, only, read, told, written

MANIFEST = "a3a76df3c6d94eaa8b9211ca7aadec7581fca2e5da6d36a068671451793928c8"


def test_a_layout_is_one_model_for_each_manifest() -> None:
    parsed = read(FIXTURES / "modelpack")
    assert parsed.notifications == ()
    packed, elsewhere = of_type(parsed, "model")
    assert packed.attributes["digest"] == f"sha256:{MANIFEST}"
    expected = {"name": "claims-triage", "version": "7.2.0", "license": "Apache-2.0", "custom_code": True}
    assert {key: packed.attributes[key] for key in expected} == expected
    assert packed.locate(("version",)).path.startswith("blobs/sha256/")
    assert packed.locate(("version",)).path != packed.location.path  # the configuration is a blob of its own
    assert (elsewhere.attributes["name"], elsewhere.attributes["tag"]) == (
        "registry.example/ml/claims-sorting",
        "latest",
    )
    assert lines(elsewhere, "digest") == [17]


def test_its_weights_are_artifacts_by_their_layer() -> None:
    artifact = only(read(FIXTURES / "modelpack"), "model_artifact")
    assert str(artifact.attributes["digest"]).startswith("sha256:9a129038")
    assert artifact.location.start_line == 11


def test_a_blob_that_was_changed_is_told(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "modelpack", tmp_path / "layout")
    blob = tmp_path / "layout" / "blobs" / "sha256" / MANIFEST
    blob.write_text(
        blob.read_text(encoding="utf-8").replace("model.safetensors", "other.safetensors"), encoding="utf-8"
    )
    ((path, _, message),) = told(read(tmp_path))
    assert path.endswith(MANIFEST)
    assert "another digest" in message


def test_the_manifest_of_a_modelkit_with_its_configuration(tmp_path: Path) -> None:
    prefix = "application/vnd.kitops.modelkit"
    digest = "sha256:" + "ab" * 32
    manifest = {
        "config": {"mediaType": f"{prefix}.config.v1+json", "digest": digest, "size": 2},
        "layers": [{"mediaType": f"{prefix}.model.v1.tar+gzip", "digest": digest.upper(), "size": 9}],
    }
    parsed = written(tmp_path, {"manifest.json": json.dumps(manifest)})
    model = only(parsed)
    assert model.attributes["media_type"] == f"{prefix}.config.v1+json"
    assert "digest" not in model.attributes  # of a copy outside of a layout nobody knows what was pushed
    assert model.attributes["layers"][0]["kind"] == "model"
    license_ = model.attributes["license"]
    assert isinstance(license_, Unresolved)
    assert license_.reason == "the configuration that the manifest names is not here"
    manifest["annotations"] = {"org.opencontainers.image.licenses": "Apache-2.0"}
    assert only(written(tmp_path, {"manifest.json": json.dumps(manifest)})).attributes["license"] == "Apache-2.0"


def test_the_schema_of_a_configuration_is_none() -> None:
    words = {"descriptor": {"type": "object"}, "modelfs": {"type": "object"}}
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": words}
    assert claim("schema/config-schema.json", json.dumps(schema, indent=2).encode()) is None


def test_a_configuration_alone(tmp_path: Path) -> None:
    text = json.dumps({"descriptor": {"name": "triage", "version": 7}, "modelfs": {"type": "layers", "diffIds": []}})
    assert only(written(tmp_path, {"config.json": text})).attributes == {
        "source": "modelpack",
        "name": "triage",
        "version": "7",
    }


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    text = '{"mediaType": "application/vnd.cncf.model.manifest.v1+json", '
    assert len(told(written(tmp_path, {"manifest.json": text}))) == 1
