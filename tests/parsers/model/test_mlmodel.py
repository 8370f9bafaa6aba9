"""MLflow's `MLmodel`: every attribute and its line."""

from scanner.core.values import Unresolved
from tests.parsers.model.manifests import artifacts, clean, fixture, lines, parse


def test_mlmodel() -> None:
    parsed = fixture("claims-triage/mlflow/MLmodel")
    model = clean(parsed)[0]
    assert model.address == "model.claims-triage[mlmodel]"
    assert model.attributes == {
        "source": "mlmodel",
        "name": "claims-triage",
        "version": "7.2.0",
        "license": "apache-2.0",
        "owner": {"name": "Claims ML Platform"},
        "data": {"classification": "phi"},
        "task": "text-classification",
        "base_model": {"name": "meta-llama/Llama-3.1-8B", "revision": "0e9e39f249a16976918f6564b8830bc894c89659"},
        "loader_module": "mlflow.pyfunc.model",
        "custom_code": True,
        "mlflow_version": "3.17.2",
        "model_uuid": "53b33e6d58bf4af4b411d09009453dcc",
        "utc_time_created": "2026-11-21 06:00:20.699157",
        "serialization": [
            {"flavor": "python_function", "format": "cloudpickle"},
            {"flavor": "sklearn", "format": "cloudpickle"},
        ],
        "code": [{"kind": "code", "path": "claims-triage/mlflow/code", "is_present": False, "files": []}],
        "requirements": Unresolved(
            "claims-triage/mlflow/MLmodel", "no requirements.txt and no conda.yaml lies beside the MLmodel file"
        ),
    }
    expected = {
        "name": 23,
        "version": 24,
        "owner.name": 25,
        "license": 26,
        "data.classification": 29,
        "loader_module": 7,
        "custom_code": 5,
        "base_model.revision": 20,
        "task": 21,
        "serialization[1].format": 16,
        "code[0]": 5,
        "requirements": 6,
    }
    assert lines(model, *expected) == expected
    assert artifacts(parsed) == [
        ("python_model.pkl", 8, {"format": "pickle"}),
        ("artifacts/labels.json", 11, {"uri": "s3://ml-artifacts/claims-triage/labels.json"}),
        ("model.skl", 15, {"format": "pickle"}),
        ("model", 18, {}),
    ]
    assert parsed.secrets == {"not-a-real-token"}


def test_an_mlmodel_without_metadata_is_named_after_its_folder() -> None:
    text = "flavors:\n  python_function: {loader_module: mlflow.sklearn, code: null, model_path: model.skops}\n"
    parsed = parse(text, "runs/7/triage/MLmodel")
    model = clean(parsed)[0]
    assert model.address == "model.triage[mlmodel]"
    assert model.attributes == {"source": "mlmodel", "custom_code": False, "loader_module": "mlflow.sklearn"}
    assert artifacts(parsed) == [("model.skops", 2, {})]
    assert clean(parse(text, "MLmodel"))[0].address == "model.model[mlmodel]"
