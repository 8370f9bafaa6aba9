"""The applications of a RayService, from the text of its `serveConfigV2`."""

from collections.abc import Mapping
from typing import Any

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.reading import at, elements, filled, mapping, word
from scanner.yaml_source import load_documents_leniently

_ENGINE = {
    "revision": "revision",
    "tokenizer_revision": "tokenizer_revision",
    "trust_remote_code": "trust_remote_code",
    "load_format": "load_format",
    "max_model_length": "max_model_len",
    "lora_enabled": "enable_lora",
}
_AUTOSCALING = {
    "min_replicas": "min_replicas",
    "max_replicas": "max_replicas",
    "target": "target_ongoing_requests",
}


def serve_options(text: Any) -> dict[str, Any] | Unresolved | None:
    """`{host, port, root_path, applications}`, None without a text, an unknown where it cannot be read.

    Each application is `{name, import_path, route_prefix, runtime_env, models, deployments}` as far as written; a model
    is that of one of Ray's own language model configurations.
    """
    if not isinstance(text, str):
        return None
    documents, errors = load_documents_leniently(text, "serveConfigV2")
    if errors or len(documents) != 1 or not isinstance(documents[0].value, Mapping):
        return Unresolved("serveConfigV2", "serveConfigV2 is no YAML that can be read")
    config = documents[0].value
    http = mapping(config.get("http_options"))
    found: dict[str, Any] = {"host": http.get("host"), "port": http.get("port"), "root_path": http.get("root_path")}
    if found["host"] is None:
        found["host"] = "0.0.0.0"  # noqa: S104 - what the configuration's schema has as default
    if found["port"] is None:
        found["port"] = 8000
    applications = elements(config.get("applications")) or ([config] if "import_path" in config else [])
    found["applications"] = [_application(mapping(each)) for each in applications]
    return _without_none(found)


def _application(written: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: written.get(name) for name in ("name", "import_path", "route_prefix")}
    environment = mapping(written.get("runtime_env"))
    found["working_dir"] = environment.get("working_dir")
    deployments = [_deployment(mapping(each)) for each in elements(written.get("deployments"))]
    models = [_model(mapping(each)) for each in elements(at(written, "args", "llm_configs"))]
    return _without_none(found) | {"deployments": deployments, "models": models}


def _deployment(written: Mapping[str, Any]) -> dict[str, Any]:
    found = {"name": written.get("name"), "replicas": written.get("num_replicas")}
    scaling = mapping(written.get("autoscaling_config"))
    limits = {name: scaling.get(key) for name, key in _AUTOSCALING.items()}
    actor = mapping(written.get("ray_actor_options"))
    found["gpus"] = actor.get("num_gpus")
    return _without_none(found) | ({"autoscaling": _without_none(limits)} if scaling else {})


def _model(written: Mapping[str, Any]) -> dict[str, Any]:
    loading, engine = mapping(written.get("model_loading_config")), mapping(written.get("engine_kwargs"))
    source = loading.get("model_source")
    uri = at(source, "bucket_uri") if isinstance(source, Mapping) else source
    text = word(uri) or word(loading.get("model_id"))
    found = {"served_model_name": loading.get("model_id"), "model": filled(text) if text else None}
    found |= {name: engine.get(key) for name, key in _ENGINE.items()}
    found["lora_adapters"] = at(written, "lora_config", "dynamic_lora_loading_path")
    scaling = mapping(at(written, "deployment_config", "autoscaling_config"))
    limits = _without_none({name: scaling.get(key) for name, key in _AUTOSCALING.items()})
    return _without_none(found) | ({"autoscaling": limits} if limits else {})


def _without_none(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}
