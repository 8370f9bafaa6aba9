"""Which JSON, YAML and Jinja files belong to a Hugging Face repository: the name is never enough, the keys decide."""

import json
import re
from posixpath import basename, dirname
from typing import Any

_HEAD = 64 << 10
_ARCHITECTURE = re.compile(r"[A-Z]\w*(?:For|Model|LM|Encoder|Decoder|Net|Transformer|Head)\w*")
_OF_A_NETWORK = frozenset(
    (
        *("architectures", "transformers_version", "torch_dtype", "dtype", "auto_map", "hidden_size", "vocab_size"),
        *("num_hidden_layers", "num_attention_heads", "d_model", "n_layer", "n_embd", "image_size", "num_labels"),
        *("text_config", "vision_config", "quantization_config", "initializer_range", "_name_or_path", "id2label"),
    )
)
_OF_GENERATION = frozenset(
    (
        *("_from_model_config", "transformers_version", "bos_token_id", "eos_token_id", "pad_token_id", "auto_map"),
        *("custom_generate", "max_length", "max_new_tokens", "do_sample", "temperature", "top_p", "top_k"),
    )
)
_OF_A_TOKENIZER = frozenset(
    (
        *("tokenizer_class", "model_max_length", "chat_template", "auto_map", "added_tokens_decoder", "bos_token"),
        *("eos_token", "unk_token", "pad_token", "add_bos_token", "do_lower_case", "clean_up_tokenization_spaces"),
    )
)
_OF_A_PROCESSOR = frozenset(
    (
        *("image_processor_type", "feature_extractor_type", "video_processor_type", "processor_class", "auto_map"),
        *("do_resize", "do_normalize", "image_mean", "sampling_rate", "chat_template"),
    )
)
_KEYS_OF = {
    "generation_config.json": _OF_GENERATION,
    "tokenizer_config.json": _OF_A_TOKENIZER,
    "preprocessor_config.json": _OF_A_PROCESSOR,
    "processor_config.json": _OF_A_PROCESSOR,
    "video_preprocessor_config.json": _OF_A_PROCESSOR,
    "adapter_config.json": frozenset(("peft_type", "base_model_name_or_path")),
    "model_index.json": frozenset(("_class_name", "_diffusers_version")),
    "chat_template.json": frozenset(("chat_template",)),
}
NAMES = frozenset(("config.json", "modules.json", *_KEYS_OF))
_TEMPLATE_ENDINGS = (".jinja", ".jinja2", ".j2")
_OF_A_CHAT = re.compile(r"\bmessages\b")
_TOLD_APART = re.compile(r"\brole\b|\bcontent\b|\.format_message")
_RESULT_KEYS = re.compile(r"^(?:- |\s+)(dataset|value|task_id)\s*:", re.MULTILINE)


def claims_repository(path: str, head: bytes) -> bool:
    """Whether the file is a configuration, a chat template or an evaluation result as libraries write them."""
    name, folder = basename(path), basename(dirname(path))
    if name in NAMES:
        return _is_configuration(name, head)
    if name.endswith(_TEMPLATE_ENDINGS):
        text = head.decode(errors="replace")
        named = name == "chat_template.jinja" or folder == "additional_chat_templates"
        return "{" in text and _OF_A_CHAT.search(text) is not None and (named or _TOLD_APART.search(text) is not None)
    if folder == ".eval_results" and name.endswith((".yaml", ".yml")):
        return {"dataset", "value"} <= set(_RESULT_KEYS.findall(head.decode(errors="replace")))
    return False


def _is_configuration(name: str, head: bytes) -> bool:
    try:
        value = json.loads(head.decode("utf-8-sig")) if len(head) < _HEAD else None
    except (ValueError, RecursionError):
        value = None
    if value is not None:
        return _fits(name, value)
    # Cut off or broken: the names of a library's own keys, wherever they stand, are as much as can be known.
    text = head.decode(errors="replace")
    if not text.lstrip("\ufeff \t\r\n").startswith("[" if name == "modules.json" else "{"):
        return False
    return _fits(name, dict.fromkeys(re.findall(r'"(\w+)"\s*:', text), "")) or (
        len(head) >= _HEAD and name in ("tokenizer_config.json", "adapter_config.json")
    )


def _fits(name: str, value: Any) -> bool:
    if name == "modules.json":
        return isinstance(value, list) and any(
            isinstance(each, dict) and {"idx", "type"} <= set(each) for each in value
        )
    if not isinstance(value, dict):
        return False
    if name != "config.json":
        return bool(_KEYS_OF[name] & set(value))
    return _is_model(value)


def _is_model(value: dict[str, Any]) -> bool:
    """Of `config.json`, a name that half the programs of the world use."""
    if "auto_map" in value or "_diffusers_version" in value or {"architecture", "pretrained_cfg"} <= set(value):
        return True
    architectures = value.get("architectures")
    if isinstance(architectures, list) and architectures and all(map(_is_architecture, architectures)):
        return True
    return isinstance(value.get("model_type"), str) and bool(_OF_A_NETWORK & set(value))


def _is_architecture(value: Any) -> bool:
    return isinstance(value, str) and _ARCHITECTURE.fullmatch(value) is not None
