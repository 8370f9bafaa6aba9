"""Manifests that cannot be read: one error each, with its line."""

import pytest

from tests.parsers.model.manifests import parse, told


@pytest.mark.parametrize(
    ("path", "text", "line", "message"),
    [
        ("model-release.yaml", "", 1, "this file declares no model; fill it in or remove it"),
        ("model-release.yaml", "owner: [a\n", 2, "not YAML"),
        ("model-release.yaml", "\ufffd\ufffd\x01\ufffd", 1, "not YAML"),
        ("model-release.yaml", "- a\n", 1, "the document must be a mapping"),
        ("model-release.json", '{"model": }', 1, "not JSON"),
        ("MLmodel", "", 1, "no MLmodel file: there are no flavors in it"),
        ("MLmodel", "\ufffd\ufffd\x01", 1, "not YAML"),
        ("MLmodel", "flavors: []\n", 1, "no MLmodel file: there are no flavors in it"),
        ("MLmodel", "flavors:\n  a: {\n", 3, "not YAML"),
        ("MLmodel", "flavors:\n  sklearn: yes\n", 2, "the flavor sklearn is no mapping"),
        ("MLmodel", "flavors: {}\nflavors: {}\n", 2, "flavors is written twice"),
        ("README.md", "---\npipeline_tag: [a\n---\n", 3, "not YAML"),
        ("README.md", "---\npipeline_tag: a\n", 1, "the front matter has no end"),
        ("README.md", "---\npipeline_tag: a\npipeline_tag: b\n---\n", 3, "pipeline_tag is written twice"),
        (
            "README.md",
            "---\nx-release:\n  clasification: phi\n---\n",
            3,
            "unknown key x-release.clasification; did you",
        ),
        ("README.md", "---\nx-release: phi\n---\n", 2, "x-release must be a mapping"),
        ("bom.json", '{"bomFormat": "CycloneDX",\n "components": 1}', 2, "components must be a list of objects"),
        ("bom.json", '{"bomFormat": "CycloneDX",\n "components": [1]}', 2, "components must be a list of objects"),
        ("bom.json", '{"bomFormat": "CycloneDX",', 1, "not JSON"),
        ("bom.json", '[{"bomFormat": "CycloneDX"}]', 1, "not one JSON object"),
        (
            "bom.json",
            '{"bomFormat": "CycloneDX", "components": [\n{"type": "machine-learning-model"}]}',
            2,
            "a machine-learning model without a name",
        ),
        ("config.json", '{"auto_map": {', 1, "not JSON"),
        ("other.txt", "", 1, "what kind of model manifest this is cannot be told"),
    ],
)
def test_one_clear_error_for_bad_input(path: str, text: str, line: int, message: str) -> None:
    ((number, said),) = told(parse(text, path))
    assert said.startswith(message)
    assert number == line
