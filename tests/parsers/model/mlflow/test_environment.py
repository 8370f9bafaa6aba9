"""What an MLflow model is served with, and the code that it brings along."""

from pathlib import Path

from scanner.core.values import Unresolved
from tests.parsers.model.folders import of_type, place, read_folder, written
from tests.parsers.model.manifests import FIXTURES

ROOT = FIXTURES / "mlflow"
MLMODEL = """flavors:
  python_function:
    env: {conda: conda.yaml, virtualenv: python_env.yaml}
    loader_module: mlflow.sklearn
"""


def test_a_pickled_python_model() -> None:
    parsed = read_folder(ROOT / "pyfunc")
    model = parsed.resources[0]
    assert model.attributes["code"] == [
        {"kind": "code", "path": "code", "is_present": True, "files": ["code/src/features.py"]}
    ]
    assert model.attributes["serialization"] == [{"flavor": "python_function", "format": "cloudpickle"}]
    assert model.attributes["custom_code"] is True
    assert [(each["requirement"], each["is_pinned"]) for each in model.attributes["requirements"]] == [
        ("mlflow-skinny==3.17.2", True),
        ("cloudpickle==3.1.2", True),
        ("numpy>=1.26", False),
        ("pandas", False),
    ]
    assert place(model, "code", 0) == ("MLmodel", 8)
    assert place(model, "serialization", 0) == ("MLmodel", 13)
    assert place(model, "requirements", 2) == ("requirements.txt", 3)
    assert [each.path for each in parsed.source_files] == ["requirements.txt"]
    assert [each.attributes["path"] for each in of_type(parsed, "model_file")] == [
        "artifacts/labels.json",
        "code/src/features.py",
        "python_model.pkl",
    ]


def test_a_model_from_code_lies_beside_its_manifest_whatever_path_is_written() -> None:
    model = read_folder(ROOT / "from-code").resources[0]
    assert model.attributes["code"] == [
        {"kind": "model_code_path", "path": "rank_model.py", "is_present": True, "files": ["rank_model.py"]}
    ]
    assert model.attributes["loader_module"] == "mlflow.pyfunc.loaders.code_model"
    assert place(model, "code", 0) == ("MLmodel", 9)


def test_a_model_of_a_flavor() -> None:
    model = read_folder(ROOT / "sklearn").resources[0]
    assert model.attributes["custom_code"] is False
    assert "code" not in model.attributes
    assert model.attributes["serialization"] == [{"flavor": "sklearn", "format": "skops"}]
    assert all(each["is_pinned"] for each in model.attributes["requirements"])


def test_conda_says_it_where_there_are_no_requirements(tmp_path: Path) -> None:
    conda = (
        "dependencies:\n- python=3.11.7\n- pip\n- libgomp=14.2.0\n- numpy==2.1.0\n- blas=1.0=mkl\n- pip:\n"
        "  - scikit-learn==1.9.1\n  - pandas\n"
    )
    model = written(tmp_path, {"MLmodel": MLMODEL, "conda.yaml": conda}).resources[0]
    assert [(each["requirement"], each["is_pinned"]) for each in model.attributes["requirements"]] == [
        ("libgomp=14.2.0", False),
        ("numpy==2.1.0", True),
        ("blas=1.0=mkl", True),
        ("scikit-learn==1.9.1", True),
        ("pandas", False),
    ]
    assert place(model, "requirements", 4) == ("conda.yaml", 9)


def test_what_is_not_there_is_not_known(tmp_path: Path) -> None:
    model = written(tmp_path, {"MLmodel": MLMODEL}).resources[0]
    assert isinstance(model.attributes["requirements"], Unresolved)
    assert place(model, "requirements") == ("MLmodel", 3)


def test_a_model_without_an_environment_says_nothing_of_it(tmp_path: Path) -> None:
    text = "flavors:\n  onnx: {data: model.onnx}\n"
    assert "requirements" not in written(tmp_path, {"MLmodel": text}).resources[0].attributes


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    parsed = written(tmp_path, {"a/MLmodel": MLMODEL, "a/requirements.txt": "x==1 'y\nnumpy --config-settings='a\n"})
    assert [(each.location.path, each.message) for each in parsed.notifications if each.location] == [
        ("a/requirements.txt", "these requirements cannot be read: line 2 has a quote without end")
    ]
    parsed = written(tmp_path / "2", {"MLmodel": MLMODEL, "conda.yaml": "dependencies: [a\n"})
    assert [each.location.start_line for each in parsed.notifications if each.location] == [2]


def test_a_way_out_of_the_repository_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("x = 1\n", encoding="utf-8")
    text = MLMODEL.replace("conda.yaml", "../../conda.yaml") + "    code: ../..\n    model_code_path: ../secret.py\n"
    parsed = written(tmp_path / "repository", {"m/MLmodel": text})
    code = parsed.resources[0].attributes["code"]
    assert [(each["path"], each["is_present"]) for each in code] == [("..", False), ("m/secret.py", False)]
    assert of_type(parsed, "model_file") == []
