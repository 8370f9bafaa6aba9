"""The inventory: valid by CycloneDX's own schema, complete, linked, masked, and the same bytes every time."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scanner.cli import app
from scanner.parsers.model.bom_schema import check

ROOT = Path(__file__).resolve().parents[3]
RELEASE = ROOT / "fixtures" / "projects" / "triage-model-fixed"

MODEL = """\
apiVersion: releasegate/v1
kind: ModelRelease
model:
  id: claims
  version: "7.2.0"
  uri: s3://models/claims/
  digest: "sha256:{digest}"
  base_model: {{name: acme/base, revision: "1"}}
  datasets: [{{name: claims-2025, revision: abc, classification: phi}}]
owner: {{name: Claims, email: claims@acme.example}}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: claims, labels: {model-id: claims}}
spec:
  selector: {matchLabels: {app: claims}}
  template:
    metadata: {labels: {app: claims, model-id: claims}}
    spec:
      containers: [{name: server, image: "vllm/vllm-openai:v0.9.0"}]
---
apiVersion: v1
kind: Service
metadata: {name: claims}
spec: {selector: {app: claims}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: claims}
spec:
  rules:
    - host: claims.acme.example
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: claims, port: {number: 80}}}}]}
"""
ENDPOINT = """\
resource "aws_sagemaker_endpoint" "claims" {
  name                 = "claims"
  endpoint_config_name = "claims-7"
}
"""


def _release(folder: Path) -> Path:
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "model-release.yaml").write_text(MODEL.format(digest="ab" * 32))
    (folder / "deploy.yaml").write_text(DEPLOYMENT)
    (folder / "main.tf").write_text(ENDPOINT)
    return folder


def _inventory(folder: Path, *options: str) -> tuple[dict[str, Any], str]:
    result = CliRunner().invoke(app, ["inventory", str(folder), *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), result.stdout


def _valid(text: str) -> None:
    assert check({"text": text, "version": "1.6", "xml": False}) == []


@pytest.mark.parametrize("project", ["triage-model", "triage-model-fixed"])
def test_is_valid_for_the_example_releases(project: str) -> None:
    _, text = _inventory(ROOT / "fixtures" / "projects" / project)
    _valid(text)


def test_what_is_there_and_how_it_hangs_together(tmp_path: Path) -> None:
    bom, text = _inventory(_release(tmp_path / "release"))
    _valid(text)
    components = {each["bom-ref"]: each for each in bom["components"]}
    assert set(components) == {"model:claims@7.2.0", "dataset:claims-2025@abc"}
    model = components["model:claims@7.2.0"]
    assert model["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    assert model["pedigree"]["ancestors"] == [
        {"type": "machine-learning-model", "name": "acme/base", "version": "1"},
    ]
    assert {"name": "inventory:location", "value": "model/model-release.yaml:1"} in model["properties"]
    services = {each["bom-ref"]: each for each in bom["services"]}
    ingress = next(ref for ref in services if "Ingress" in ref)
    assert services[ingress]["endpoints"] == ["//claims.acme.example"]
    depends = {each["ref"]: each.get("dependsOn", []) for each in bom["dependencies"]}
    service = next(ref for ref in services if "Service" in ref)
    workload = next(ref for ref in services if ref.startswith("workload:"))
    managed = "endpoint:aws_sagemaker_endpoint.claims"
    assert depends[ingress] == [service]
    assert depends[service] == [workload]
    assert depends[workload] == ["model:claims@7.2.0"]
    assert depends["model:claims@7.2.0"] == ["dataset:claims-2025@abc"]
    assert depends["release"] == sorted([ingress, managed])


def test_every_reference_is_of_something_listed() -> None:
    bom, _ = _inventory(RELEASE)
    known = {"release", *_references(bom["components"]), *_references(bom["services"])}
    for each in bom["dependencies"]:
        assert {each["ref"], *each.get("dependsOn", [])} <= known


def _references(listed: list[dict[str, Any]]) -> set[str]:
    return {each["bom-ref"] for each in listed} | {
        ref for each in listed for ref in _references(each.get("components", []))
    }


def test_the_same_bytes_from_two_places(tmp_path: Path) -> None:
    shutil.copytree(RELEASE, tmp_path / "a")
    shutil.copytree(RELEASE, tmp_path / "elsewhere" / "b")
    assert _inventory(tmp_path / "a")[1] == _inventory(tmp_path / "elsewhere" / "b")[1]


def test_another_release_has_another_serial_number(tmp_path: Path) -> None:
    first, _ = _inventory(_release(tmp_path / "a"))
    (tmp_path / "b" / "model").mkdir(parents=True)
    (tmp_path / "b" / "model" / "model-release.yaml").write_text(MODEL.format(digest="cd" * 32))
    assert _inventory(tmp_path / "b")[0]["serialNumber"] != first["serialNumber"]


def test_secrets_are_masked(tmp_path: Path) -> None:
    folder = _release(tmp_path / "release")
    manifest = folder / "model" / "model-release.yaml"
    manifest.write_text(manifest.read_text().replace("s3://models", "https://user:hunter2hunter2@models"))
    _, text = _inventory(folder)
    assert "hunter2hunter2" not in text
    _valid(text)


def test_what_could_not_be_read_is_said_and_nothing_else_is_lost(tmp_path: Path) -> None:
    folder = _release(tmp_path / "release")
    (folder / "broken.tf").write_text('resource "aws_s3_bucket" {')
    result = CliRunner().invoke(app, ["inventory", str(folder)])
    assert result.exit_code == 3
    assert "broken.tf:1" in result.stderr
    assert "model:claims@7.2.0" in result.stdout


def test_nothing_found_is_no_inventory(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["inventory", str(tmp_path)])
    assert result.exit_code == 3
    assert "nothing here belongs to a release" in result.stderr


def test_the_inventory_is_read_back_with_the_same_statements(tmp_path: Path) -> None:
    _, text = _inventory(_release(tmp_path / "release"))
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "inventory.cdx.json").write_text(text)
    again, _ = _inventory(tmp_path / "again")
    model = next(each for each in again["components"] if each["bom-ref"] == "model:claims@7.2.0")
    assert model["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    assert model["pedigree"]["ancestors"][0]["name"] == "acme/base"
