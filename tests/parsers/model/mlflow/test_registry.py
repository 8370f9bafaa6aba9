"""Registered models: the file store, and what the REST API and the client give."""

from pathlib import Path

import pytest

from scanner.parsers.model.mlflow.registry_export import claims_export
from scanner.parsers.model.mlflow.registry_store import claims_store
from tests.parsers.model.folders import place, read_folder, written
from tests.parsers.model.manifests import FIXTURES

ROOT = FIXTURES / "mlflow"
COMMIT = "9f2c1e0b7a6d5c4b3a29181716151413121110ff"


def test_the_file_store() -> None:
    parsed = read_folder(ROOT / "registry")
    assert parsed.notifications == ()
    first, second = parsed.resources
    assert first.attributes == {
        "source": "mlflow-registry",
        "name": "claims-triage",
        "version": "1",
        "stage": "Archived",
        "status": "READY",
        "uri": "s3://acme-ml-artifacts/claims-triage/1/",
        "storage": "s3://acme-ml-artifacts/claims-triage/1/",
        "tags": {"owner": "ml-platform"},
        "owner": {"name": "ml-platform"},
    }
    assert second.attributes["aliases"] == ["champion"]
    assert second.attributes["tags"] == {"owner": "ml-platform", "git.commit": COMMIT}
    folder = "models/claims-triage"
    assert place(second, "version") == (f"{folder}/version-2/meta.yaml", 15)
    assert place(second, "stage") == (f"{folder}/version-2/meta.yaml", 2)
    assert place(second, "tags", "git.commit") == (f"{folder}/version-2/tags/git.commit", 1)
    assert place(second, "owner") == (f"{folder}/version-2/meta.yaml", 1)
    assert place(second, "owner", "name") == (f"{folder}/tags/owner", 1)
    assert place(second, "aliases", 0) == (f"{folder}/aliases/champion", 1)


@pytest.mark.parametrize(
    ("name", "order"),
    [("registered-model.json", ["1", "2"]), ("model-versions.json", ["2", "1"]), ("client.json", ["2", "1"])],
)
def test_exports(name: str, order: list[str]) -> None:
    models = {
        each.attributes["version"]: each
        for each in read_folder(ROOT / "exports").resources
        if each.location.path == name
    }
    assert list(models) == order
    live = models["2"]
    assert (live.attributes["stage"], live.attributes["aliases"]) == ("Production", ["champion"])
    assert live.attributes["uri"] == "s3://acme-ml-artifacts/claims-triage/2/"
    assert live.attributes["tags"]["git.commit"] == COMMIT
    assert models["1"].attributes["stage"] == "Archived"
    assert "aliases" not in models["1"].attributes


def test_lines_of_an_export() -> None:
    (live,) = [
        each
        for each in read_folder(ROOT / "exports").resources
        if each.location.path == "registered-model.json" and each.attributes["version"] == "2"
    ]
    assert place(live, "stage") == ("registered-model.json", 21)
    assert place(live, "tags", "git.commit") == ("registered-model.json", 25)
    assert place(live, "aliases", 0) == ("registered-model.json", 31)
    assert live.attributes["owner"] == {"name": "ml-platform"}
    assert place(live, "owner", "name") == ("registered-model.json", 36)


def test_a_model_without_versions_an_export_of_many_and_what_is_none(tmp_path: Path) -> None:
    versions = '[{"name": "b", "version": 3, "current_stage": "None"}]'
    tags = '{"license": "mit", "owner": "a@b.example"}'
    parsed = written(
        tmp_path,
        {
            "a.json": '{"registered_models": [{"name": "a", "creation_timestamp": 1},'
            f' {{"name": "b", "aliases": [{{"alias": "live", "version": 3}}], "latest_versions": {versions}}}]}}',
            "b.json": '{"mlflow": {"registered_model": {"name": "c", "versions": ['
            f'{{"name": "c", "version": "1", "current_stage": "Staging", "tags": {tags}}}]}}}}}}',
            "c.json": '{"model_versions": [1], "current_stage": 2}',
        },
    )
    found = [{key: value for key, value in each.attributes.items() if key != "source"} for each in parsed.resources]
    assert found == [
        {"name": "b", "version": "3", "aliases": ["live"]},
        {"name": "a"},
        {
            "name": "c",
            "version": "1",
            "stage": "Staging",
            "tags": {"license": "mit", "owner": "a@b.example"},
            "license": "mit",
            "owner": {"email": "a@b.example"},
        },
    ]
    assert [(each.message[:30], each.location.path) for each in parsed.notifications if each.location] == [
        ("no registered model and no ver", "c.json")
    ]


@pytest.mark.parametrize(
    ("path", "head", "claimed"),
    [
        ("mlruns/models/a/meta.yaml", b"creation_timestamp: 1\nlast_updated_timestamp: 2\nname: a\n", True),
        ("models/a/meta.yaml", b"name: a\n", False),
        ("models/a/version-1/meta.yaml", b"creation_timestamp: 1\nlast_updated_timestamp: 2\nname: a\n", False),
        ("mlruns/0/meta.yaml", b"creation_timestamp: 1\nlast_updated_timestamp: 2\nname: a\n", False),
        ("models/a/other.yaml", b"creation_timestamp: 1\nlast_updated_timestamp: 2\nname: a\n", False),
    ],
)
def test_which_files_are_of_a_store(path: str, head: bytes, claimed: bool) -> None:
    assert claims_store(path, head) is claimed


@pytest.mark.parametrize(
    ("path", "head", "claimed"),
    [
        ("a.json", b'{"model_version": {"name": "a", "current_stage": "None"}}', True),
        ("a.json", b'{"model_version": "7"}', False),
        ("a.json", b'{"model_versions": [{"name": "a"}]}', False),
        ("a.json", b'{"name": "package", "version": "1", "source": "x"}', False),
        ("a.yaml", b'{"model_version": {"name": "a", "current_stage": "None"}}', False),
    ],
)
def test_which_files_are_exports(path: str, head: bytes, claimed: bool) -> None:
    assert claims_export(path, head) is claimed
