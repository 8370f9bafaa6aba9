"""Which configurations are a model's: the name is never enough."""

import json

import pytest

from scanner.parsers.model.hugging_face.recognition import claims_repository

CHAT = b"{% for message in messages %}{{ message.role }}{{ message.content }}{% endfor %}"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("config.json", {"model_type": "bert", "vocab_size": 30522}),
        ("m/config.json", {"architectures": ["BertForMaskedLM"]}),
        ("m/config.json", {"architectures": ["T5Model"], "d_model": 512}),
        ("m/config.json", {"auto_map": {"AutoModel": "a.B"}}),
        ("unet/config.json", {"_class_name": "UNet2DConditionModel", "_diffusers_version": "0.35.1"}),
        ("config.json", {"architecture": "resnet50", "num_classes": 1000, "pretrained_cfg": {}}),
        ("generation_config.json", {"_from_model_config": True}),
        ("tokenizer_config.json", {"tokenizer_class": "LlamaTokenizer"}),
        ("preprocessor_config.json", {"feature_extractor_type": "WhisperFeatureExtractor"}),
        ("adapter_config.json", {"peft_type": "LORA"}),
        ("model_index.json", {"_class_name": "StableDiffusionPipeline"}),
        ("modules.json", [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]),
        ("chat_template.json", {"chat_template": "{{ messages }}"}),
    ],
)
def test_is_claimed(path: str, value: object) -> None:
    assert claims_repository(path, json.dumps(value).encode())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("config.json", {}),
        ("config.json", []),
        ("config.json", {"name": "shop", "port": 8080, "version": "1.0.0"}),
        ("config.json", {"model_type": "gpt-4", "api_key": "x", "temperature": 0.2}),
        ("config.json", {"architectures": ["amd64", "arm64"], "image": "x"}),
        ("config.json", {"architectures": [], "os": "linux"}),
        ("config.json", {"architecture": "amd64", "os": "linux", "rootfs": {}}),
        ("web/src/config.json", {"theme": "dark", "hidden_size": 3}),
        ("generation_config.json", {"output": "dist"}),
        ("tokenizer_config.json", {"secret": "x"}),
        ("modules.json", {"modules": []}),
        ("modules.json", [{"name": "core", "type": "maven"}]),
        ("model_index.json", {"models": []}),
        ("processor_config.json", {"queue": "x"}),
        ("package.json", {"architectures": ["BertForMaskedLM"], "model_type": "bert"}),
    ],
)
def test_is_left_alone(path: str, value: object) -> None:
    assert not claims_repository(path, json.dumps(value).encode())


@pytest.mark.parametrize(
    ("path", "head", "claimed"),
    [
        ("chat_template.jinja", CHAT, True),
        ("additional_chat_templates/rag.jinja", b"{{ messages }}", True),
        ("deploy/tool_chat_template_hermes.jinja", CHAT, True),
        ("chat_template.jinja", b"Hello", False),
        ("templates/index.html.jinja", b"{% for message in flashed_messages %}{{ message }}{% endfor %}", False),
        ("roles/web/templates/motd.j2", b"{% for item in items %}{{ item.role }}{% endfor %}", False),
        (".eval_results/a.yaml", b"- dataset:\n    id: a/b\n    task_id: c\n  value: 1\n", True),
        (".eval_results/a.yaml", b"a: 1\n", False),
        ("results/a.yaml", b"- dataset:\n    id: a/b\n  value: 1\n", False),
        ("config.json", b'{"auto_map": {', True),
        ("config.json", b'{"model_type": "llama", "hidden_size": 1, ' + b" " * (64 << 10), True),
        ("config.json", b'{"routes": [' + b'"/",' * (32 << 10), False),
        ("tokenizer_config.json", b'{"added_tokens_decoder": {' + b" " * (64 << 10), True),
        ("tokenizer_config.json", b"\x00\x01\xff" * (32 << 10), False),
        ("config.json", b"[" * 60_000, False),
    ],
)
def test_what_is_not_plain_json(path: str, head: bytes, claimed: bool) -> None:
    assert claims_repository(path, head) is claimed
