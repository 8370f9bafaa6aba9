"""What in the configuration of a Keras model makes loading it run code."""

import json
from collections.abc import Iterator
from typing import Any

from scanner.parsers.model.files.findings import MOST_LISTED, shown

# Packages whose classes Keras itself resolves; for it `builtins` means its own functions.
_OWN = ("keras", "tf_keras", "keras_core", "keras_hub", "keras_nlp", "keras_cv", "builtins")
# Functions of Keras that fetch, read, write or unlock something: from 3.12 on it refuses them in a configuration.
_ACTING = frozenset(
    (
        *("get_file", "load_img", "save_img", "load_model", "save_model", "load_weights", "save_weights"),
        *("model_from_json", "deserialize_keras_object", "enable_unsafe_deserialization"),
        *("audio_dataset_from_directory", "image_dataset_from_directory", "text_dataset_from_directory"),
    )
)
_MOST_OBJECTS = 2_000_000


def code_in(text: bytes) -> list[dict[str, str]]:
    """The layers and functions that are code, or name code outside of Keras. Raises `ValueError` for no JSON object."""
    try:
        config = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(config, dict):
        raise ValueError("not a JSON object")
    found: dict[tuple[str, str], dict[str, str]] = {}
    for each in _objects(config):
        for code in _code(each):
            found.setdefault((code["kind"], code["name"]), code)
    return [found[key] for key in sorted(found)][:MOST_LISTED]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    waiting, count = [value], 0
    while waiting:
        inner = waiting.pop()
        count += 1
        if count > _MOST_OBJECTS:
            raise ValueError("more objects than any model has")
        if isinstance(inner, dict):
            yield inner
            if not _is_lambda(inner.get("class_name")):  # its own function is no second finding
                waiting.extend(inner.values())
        elif isinstance(inner, list):
            waiting.extend(inner)


def _code(each: dict[str, Any]) -> Iterator[dict[str, str]]:
    class_name, config = each.get("class_name"), each.get("config")
    if not isinstance(class_name, str):
        return
    module, registered = each.get("module"), each.get("registered_name")
    inner = config if isinstance(config, dict) else {}
    name = shown(inner.get("name", class_name))
    if class_name == "__lambda__":
        yield {"kind": "lambda", "name": "lambda", "message": "a Python function is stored in the model as bytecode"}
    elif _is_lambda(class_name):
        yield {"kind": "lambda", "name": name, "message": f"the layer {name} is a Lambda: loading it makes code of it"}
    elif isinstance(registered, str) and _is_custom(registered):
        told = f"{name} is the custom object {shown(registered)}: whoever loads the model must have its code"
        yield {"kind": "custom-object", "name": shown(registered), "message": told}
    elif module is None and _is_custom(class_name):
        told = f"{name} is the custom object {shown(class_name)}: whoever loads the model must have its code"
        yield {"kind": "custom-object", "name": shown(class_name), "message": told}
    elif isinstance(module, str) and module and class_name != "__typespec__":
        what = shown(config if class_name == "function" and isinstance(config, str) else class_name)
        if module.partition(".")[0] not in _OWN:
            told = f"{what} comes from the Python module {shown(module)}, which is not a part of Keras"
            yield {"kind": "module", "name": f"{shown(module)}.{what}", "message": told}
        elif what in _ACTING:
            told = f"{shown(module)}.{what} is no part of a network: it acts when the model is loaded"
            yield {"kind": "module", "name": f"{shown(module)}.{what}", "message": told}


def _is_lambda(class_name: Any) -> bool:
    return isinstance(class_name, str) and class_name.rpartition(">")[2] == "Lambda"


def _is_custom(registered: str) -> bool:
    """Whether the name is one that somebody registered: `package>Class`."""
    package, separator, _ = registered.partition(">")
    return bool(separator) and package not in _OWN
