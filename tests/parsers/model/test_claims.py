"""Which files are model manifests, and which only look like one."""

import pytest

from scanner.parsers.model import MODEL

RELEASE = b"apiVersion: releasegate/v1\nkind: ModelRelease\n"
BOM = b'{"bomFormat": "CycloneDX"}'


def card(front_matter: str) -> bytes:
    return f"---\n{front_matter}\n---\n# Title\n".encode()


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("model-release.yaml", b""),
        ("model-release.yml", b"owner: {}\n"),
        ("models/a/model-release.json", b"{}"),
        ("release/claims.yaml", RELEASE),
        ("all.yml", b"kind: Other\n---\n" + RELEASE),
        ("claims.yaml", b'"apiVersion": "releasegate/v2"\n'),
        ("claims.json", b'{\n  "kind": "ModelRelease", "apiVersion": "releasegate/v1"}'),
        ("README.md", card("pipeline_tag: text-classification")),
        ("models/README.md", card("library_name: transformers")),
        ("readme.md", card("base_model: a/b")),
        ("README.md", card("model-index: []")),
        ("README.md", card("x-release: {}")),
        ("README.md", card("license: mit\ntags: [a]")),
        ("README.md", b"\xef\xbb\xbf" + card("x-release: {}").replace(b"\n", b"\r\n")),
        ("README.md", b"---\nmodel-index:\n" + b"- name: x\n" * 9000),
        ("docs/claims_model_card.md", card("license: mit\ntags: []")),
        ("MODEL-CARD.md", card("pipeline_tag: x")),
        ("README.md", card("tags: [a]\npretty_name: Claims\nmodel-index: []")),
        ("README.md", b"# Model Card for claims-triage\n"),
        ("README.md", b"<!-- x -->\n\n# **Model card**: claims\n"),
        ("MLmodel", b""),
        ("runs/1/MLmodel", b"\x00\x01"),
        ("bom.json", BOM),
        ("ml.cdx.JSON", b'{"$schema": "x", "bomFormat" : "CycloneDX"}'),
        ("config.json", b'{"auto_map": {}}'),
        ("m/tokenizer_config.json", b'{"auto_map": {}}'),
        ("config.json", b'{"model_type": "llama", "vocab_size": 1}'),
        ("tokenizer_config.json", b"{" + b" " * (64 << 10)),
    ],
)
def test_is_claimed(path: str, head: bytes) -> None:
    assert MODEL.claims(path, head)


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("README.md", b"# Title\n\npipeline_tag: none\n"),
        ("README.md", card("title: Docs\nlayout: page")),
        ("README.md", card("license: mit")),
        ("README.md", card("license: mit\ntags: [a]\ntask_categories: [b]")),
        ("README.md", card("title: Demo\nsdk: gradio\nlicense: mit\ntags: [a]")),
        ("README.md", card("title: Demo\nsdk: gradio\nbase_model: a/b\npipeline_tag: x")),
        ("README.md", card("license: mit\ntags: [a]\npretty_name: Claims\nconfigs: []")),
        ("README.md", card("annotations_creators: [expert]\nlibrary_name: datasets")),
        ("README.md", b"# Claims\n\n## Model Card\n"),
        ("README.md", b"# A model cardigan\n"),
        ("README.md", b"---\ntitle: Docs\n---\npipeline_tag: x\n"),
        ("README.md", b"\x89PNG\r\n\x00---\nlicense: mit\n"),
        ("notes.md", card("pipeline_tag: x")),
        ("model-release.yaml", b"apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\n"),
        ("model-release.md", b""),
        ("deploy.yaml", b"apiVersion: v1\ndata:\n  x: |\n    apiVersion: releasegate/v1\n"),
        ("claims.txt", RELEASE),
        ("MLmodel.yaml", b"flavors: {}\n"),
        ("bom.json", b'{"bomFormat": "SPDX"}'),
        ("bom.xml", BOM),
        ("config.json", b'{"model_type": "llama"}'),
        ("generation.json", b'{"auto_map": {}}'),
    ],
)
def test_is_left_alone(path: str, head: bytes) -> None:
    assert not MODEL.claims(path, head)
