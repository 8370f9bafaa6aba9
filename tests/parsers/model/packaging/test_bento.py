"""BentoML's three files, one of them built by the tool itself."""

from pathlib import Path

from scanner.core.resource import Resource
from tests.parsers.model.packaging.release import FIXTURES, lines, of_type, only, read, told, written


def found(name: str) -> Resource:
    return next(each for each in of_type(read(FIXTURES / "bento"), "model") if each.location.path == name)


def test_a_bentofile() -> None:
    model = found("bentofile.yaml")
    assert model.attributes["models"] == [{"tag": "claims-triage:latest", "name": "claims-triage", "version": "latest"}]
    assert "version" not in model.attributes
    assert model.attributes["owner"] == {"email": "claims-ml@acme.example"}
    assert model.attributes["data"] == {"classification": "phi"}
    assert lines(model, "name", "models[0]", "python.lock_packages", "envs[0].value", "owner.email") == [
        8,
        8,
        11,
        14,
        4,
    ]


def test_a_built_bento() -> None:
    model = found("bento.yaml")
    assert (model.attributes["name"], model.attributes["version"]) == ("claims-triage", "p2icqtxf3c3viax4")
    assert lines(model, "version", "service") == [10, 1]


def test_a_table_of_a_python_project() -> None:
    model = found("pyproject.toml")
    assert [each["name"] for each in model.attributes["models"]] == ["claims-triage", "claims-sorting"]
    assert model.attributes["models"][1]["alias"] == "sorting"
    assert lines(model, "models", "models[0].tag", "models[1]", "labels.owner", "envs[0].value") == [8, 9, 10, 7, 15]


def test_secrets_of_the_environment_are_masked() -> None:
    secrets = read(FIXTURES / "bento").secrets
    assert {"hf_exampleexampleexampleexample00", "correct-horse", "correct-horse-battery"} == secrets


def test_models_of_the_hub(tmp_path: Path) -> None:
    text = (
        "service: s:S\nmodels:\n- tag: huggingface/acme--triage:abc\n  registry: huggingface\n"
        "  metadata: {model_id: acme/triage, revision: 4f0c2d1e}\n"
    )
    model = only(written(tmp_path, {"bento.yaml": text}))
    assert model.attributes["models"] == [{"name": "acme/triage", "revision": "4f0c2d1e", "registry": "huggingface"}]


def test_a_project_that_builds_no_bento_is_not_read(tmp_path: Path) -> None:
    assert written(tmp_path, {"pyproject.toml": '[project]\nname = "x"\n'}).resources == ()
    assert written(tmp_path, {"pyproject.toml": "[tool.bentoml.other]\na = 1\n"}).resources == ()


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    broken = {
        "pyproject.toml": "[tool.bentoml.build]\nservice = \n",
        "a/bentofile.yaml": "a: [\n",
        "b/bentofile.yml": "- 1\n",
    }
    messages = told(written(tmp_path, broken))
    assert [(path, line) for path, line, _ in messages] == [
        ("a/bentofile.yaml", 2),
        ("b/bentofile.yml", 1),
        ("pyproject.toml", 2),
    ]
