"""What the configurations of a Hugging Face repository say of its model, in the words of all manifests."""

from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath, leaves
from scanner.parsers.model.draft import Draft, is_empty, pruned
from scanner.parsers.model.hugging_face.configurations import Configuration
from scanner.parsers.model.reading import entries

_LEADING = ("model_index.json", "modules.json", "config.json", "adapter_config.json")
_TEXTS = {
    "config.json": {
        "model_type": "model_type",
        "transformers_version": "library_version",
        "_name_or_path": "loaded_from",
        "torch_dtype": "dtype",
        "dtype": "dtype",
    },
    "adapter_config.json": {"peft_type": "adapter_type", "task_type": "adapter_task"},
    "model_index.json": {"_diffusers_version": "library_version", "_name_or_path": "loaded_from"},
    "tokenizer_config.json": {"tokenizer_class": "tokenizer"},
    "preprocessor_config.json": {"processor_class": "processor"},
}
_LIBRARY = {
    "model_index.json": "diffusers",
    "modules.json": "sentence-transformers",
    "config.json": "transformers",
    "adapter_config.json": "peft",
}


def leading(configured: list[Configuration]) -> Configuration | None:
    """The file that makes a folder a model; a tokenizer alone is none."""
    by_name = {each.name: each for each in configured if isinstance(each.value, dict | list)}
    return next((by_name[name] for name in _LEADING if name in by_name), None)


def draft_of(first: Configuration, configured: list[Configuration], has_code: bool) -> Draft:
    """The model of one repository, with everything at the line of the file that says it."""
    draft = Draft(first.path, "hugging-face", first.document.location, {})
    adapter = next((each for each in configured if each.name == "adapter_config.json"), None)
    _put(draft, ("library",), _library(first, adapter), adapter or first, ())
    for each in configured:
        if isinstance(each.value, dict):
            for key, name in _TEXTS.get(each.name, {}).items():
                if isinstance(each.value.get(key), str):
                    _put(draft, (name,), each.value[key], each, (key,))
    _read_network(draft, configured)
    if adapter is not None:
        _read_base(draft, adapter)
    if first.name == "model_index.json":
        _read_parts(draft, first)
    _read_metrics(draft, [each for each in configured if "/.eval_results/" in f"/{each.path}"])
    if has_code:
        draft.put(("custom_code",), True, ())
    return draft


def _library(first: Configuration, adapter: Configuration | None) -> str:
    if first.name != "config.json":
        return _LIBRARY[first.name]
    if adapter is not None:
        return "peft"
    own = first.value if isinstance(first.value, dict) else {}
    return "diffusers" if "_diffusers_version" in own else "timm" if "pretrained_cfg" in own else "transformers"


def _read_network(draft: Draft, configured: list[Configuration]) -> None:
    for each in configured:
        if each.name != "config.json" or not isinstance(each.value, dict):
            continue
        architectures = each.value.get("architectures")
        if isinstance(architectures, list):
            _put(
                draft,
                ("architectures",),
                [one for one in architectures if isinstance(one, str)],
                each,
                ("architectures",),
            )
        quantization = each.value.get("quantization_config")
        if isinstance(quantization, dict) and isinstance(quantization.get("quant_method"), str):
            _put(draft, ("quantization",), quantization["quant_method"], each, ("quantization_config", "quant_method"))


def _read_base(draft: Draft, adapter: Configuration) -> None:
    name = adapter.value.get("base_model_name_or_path")
    if not isinstance(name, str) or not name:
        return
    revision = adapter.value.get("revision")
    _put(draft, ("base_model", "name"), name, adapter, ("base_model_name_or_path",))
    draft.places[("base_model",)] = adapter.line(("base_model_name_or_path",))
    _put(draft, ("base_model", "relation"), "adapter", adapter, ("peft_type",))
    if isinstance(revision, str):
        _put(draft, ("base_model", "revision"), revision, adapter, ("revision",))


def _read_parts(draft: Draft, index: Configuration) -> None:
    for name, part in index.value.items():
        if name.startswith("_") or not isinstance(part, list) or len(part) != 2 or not all(map(_is_text, part)):
            continue
        _put(draft, ("components", name), {"library": part[0], "class": part[1]}, index, (name,))
    pipeline = index.value.get("_class_name")
    shown = pipeline[-1] if isinstance(pipeline, list) and pipeline else pipeline
    if isinstance(shown, str):
        _put(draft, ("architectures",), [shown], index, ("_class_name",))


def _read_metrics(draft: Draft, results: list[Configuration]) -> None:
    """The evaluation results that lie in files of their own: a value on a data set with its revision."""
    metrics: list[dict[str, Any]] = []
    for each in results:
        for entry, at in entries(each.value):
            dataset = entry.get("dataset")
            if not isinstance(dataset, dict) or entry.get("value") is None:
                continue
            metric = {
                "type": dataset.get("task_id"),
                "value": entry["value"],
                "dataset": dataset.get("id"),
                "revision": dataset.get("revision"),
                "date": entry.get("date"),
            }
            draft.places[("metrics", len(metrics))] = each.line(at)
            draft.places[("metrics", len(metrics), "value")] = each.line((*at, "value"))
            metrics.append(pruned(metric))
    if metrics:
        draft.attributes["metrics"] = metrics
        draft.places[("metrics",)] = Location(results[0].path, 1)


def _put(draft: Draft, path: AttributePath, value: Any, each: Configuration, at: AttributePath) -> None:
    """Set an attribute that no other file has set, with the place of each part of it."""
    if is_empty(value) or _is_set(draft.attributes, path):
        return
    draft.put(path, value, ())
    draft.places[path] = each.line(at)
    for inner, _ in leaves(value):
        if inner:
            draft.places[(*path, *inner)] = each.line((*at, *inner))


def _is_set(attributes: Any, path: AttributePath) -> bool:
    for step in path:
        if not isinstance(attributes, dict) or step not in attributes:
            return False
        attributes = attributes[step]
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
