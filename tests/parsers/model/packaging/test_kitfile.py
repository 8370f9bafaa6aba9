"""KitOps' `Kitfile`."""

from pathlib import Path

import pytest

from tests.parsers.model.packaging.release import FIXTURES, lines, of_type, only, read, told, written

HEAD = 'manifestVersion: "1.0.0"\n'


def test_a_kitfile() -> None:
    parsed = read(FIXTURES / "kitops")
    assert parsed.notifications == ()
    model = only(parsed)
    expected = {
        "name": "claims-triage",
        "version": "7.2.0",
        "license": "Apache-2.0",
        "framework": "transformers",
        "data": {"classification": "phi"},
        "owner": {"email": "ml-platform@acme.example"},
        "eu_ai_act": {"role": "provider", "risk_class": "high"},
        "datasets": [{"name": "claims-2025", "path": "data/claims.csv", "license": "proprietary"}],
        "code": [{"path": "src/"}],
    }
    assert {key: model.attributes[key] for key in expected} == expected
    assert lines(model, "name", "version", "license", "data.classification", "owner.email", "datasets[0].path") == [
        9,
        13,
        6,
        19,
        22,
        28,
    ]
    assert [(each.attributes["path"], each.location.start_line) for each in of_type(parsed, "model_artifact")] == [
        ("model.safetensors", 8),
        ("adapters/claims.gguf", 15),
    ]
    assert parsed.secrets == {"correct-horse-battery"}


@pytest.mark.parametrize(
    ("path", "base"),
    [
        ("jozu.ml/acme/base:1.4.0", {"name": "jozu.ml/acme/base", "revision": "1.4.0"}),
        ("localhost:5000/base", {"name": "localhost:5000/base"}),
        ("./weights/model.onnx", None),
        ("weights.d/model.onnx", None),
    ],
)
def test_a_kit_may_build_upon_another(tmp_path: Path, path: str, base: dict[str, str] | None) -> None:
    files = {"Kitfile": f"{HEAD}model:\n  name: m\n  path: {path}\n", "weights.d/model.onnx": "x"}
    model = only(written(tmp_path, files))
    assert model.attributes.get("base_model") == base
    if base:
        assert lines(model, "base_model.name") == [4]


def test_what_is_none_or_says_nonsense_is_told(tmp_path: Path) -> None:
    files = {
        "a/Kitfile": "model: {name: x}\n",
        "b/Kitfile": f"{HEAD}model:\n  name: m\n  parameters:\n    x-release: {{owner: {{mail: x}}}}\n",
    }
    messages = told(written(tmp_path, files))
    assert [(path, line) for path, line, _ in messages] == [("a/Kitfile", 1), ("b/Kitfile", 5)]
    assert "manifestVersion" in messages[0][2]
    assert "unknown key" in messages[1][2]
