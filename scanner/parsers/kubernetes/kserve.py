"""What the components of KServe and Seldon say about the model that they serve, and the containers they stand for."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes.reading import at, elements, filled, mapping, word
from scanner.parsers.kubernetes.serving import FRAMEWORKS

PLATFORMS = {
    "InferenceService": "kserve",
    "ServingRuntime": "kserve",
    "ClusterServingRuntime": "kserve",
    "LLMInferenceService": "kserve",
    "LLMInferenceServiceConfig": "kserve",
    "SeldonDeployment": "seldon",
    "Server": "seldon",
    "ServerConfig": "seldon",
    "RayService": "ray",
}
"""Resource types whose pods serve models, and what operates them."""

CUSTOM = "custom"
"""The key with which a component of the old API (v1alpha2) holds a container of its own."""

RUNTIME_FIELDS = [
    "containers",
    "volumes",
    "nodeSelector",
    "affinity",
    "tolerations",
    "imagePullSecrets",
    "schedulerName",
    "resourceClaims",
    "labels",
    "annotations",
    "hostIPC",
]
"""The fields of a serving runtime that describe its pods; the API drops any other field of a pod spec."""

_MODEL_KEYS = {
    "predictor": ("model", *FRAMEWORKS),
    "canary": ("model", *FRAMEWORKS),
    "explainer": ("art", "alibi", "aix"),
}
_COMPONENTS = ("predictor", "transformer", "explainer")
_WITHOUT_MODEL = ("scheduler", "tokenizer")
_PRINCIPALS = ("kserve-container", "main")

Fact = tuple[Any, AttributePath]


def platform_of(type_: str, component: str) -> str | None:
    """What operates the pods of this component as model servers, None when they do not serve by their kind."""
    if type_.startswith("LLMInferenceService") and component in _WITHOUT_MODEL:
        return None
    return PLATFORMS.get(type_)


def components(body: Mapping[str, Any]) -> Iterator[tuple[str, AttributePath]]:
    """The components of an InferenceService and where they are, in the present API and in the old one (v1alpha2)."""
    for name in _COMPONENTS:
        yield name, ("spec", name)
        yield name, ("spec", "default", name)
        yield ("canary" if name == "predictor" else f"{name}-canary"), ("spec", "canary", name)
    for index, each in enumerate(elements(at(body, "spec", "canary"))):
        yield f"canary-{word(at(each, 'predictor', 'name')) or index}", ("spec", "canary", index, "predictor")


def is_old(path: AttributePath) -> bool:
    """Whether a component stands where the old API (v1alpha2) has it."""
    return path[1:2] in (("default",), ("canary",)) and not isinstance(path[2], int)


def model_containers(type_: str, component: str, spec: Mapping[str, Any]) -> Iterator[str]:
    """The keys of an InferenceService's component that stand for its model container."""
    if type_ == "InferenceService":
        for key in _MODEL_KEYS.get(component.partition("-")[0], ()):
            if isinstance(spec.get(key), Mapping):
                yield key
        if isinstance(at(spec, CUSTOM, "container"), Mapping):
            yield CUSTOM


def principal(names: list[str | None], detected: list[bool]) -> int:
    """Which of a model server's containers serves the model: by its name, by what it runs, or the first."""
    for index, name in enumerate(names):
        if name in _PRINCIPALS:
            return index
    return detected.index(True) if True in detected else 0


def facts(type_: str, body: Mapping[str, Any], component: str, spec_path: AttributePath) -> dict[str, Fact]:
    """The attributes that a component adds to its workload, each with the place where it is written."""
    spec = mapping(at(body, *spec_path))
    found: dict[str, Fact] = {}
    if type_ == "InferenceService":
        found |= _inference_service(body, component, spec, spec_path)
    elif type_.startswith("LLMInferenceService") and component not in _WITHOUT_MODEL:
        found["storage_uri"] = at(body, "spec", "model", "uri"), ("spec", "model", "uri")
    elif type_ == "SeldonDeployment":
        predictor = spec_path[:3]
        found["storage_uri"] = at(body, *predictor, "graph", "modelUri"), (*predictor, "graph", "modelUri")
        found["canary_traffic_percent"] = at(body, *predictor, "traffic"), (*predictor, "traffic")
        found["logger"] = at(body, *predictor, "graph", "logger"), (*predictor, "graph", "logger")
    elif type_ == "InferenceGraph":
        found["nodes"] = at(body, "spec", "nodes"), ("spec", "nodes")
    uri, place = found.get("storage_uri", (None, ()))
    if isinstance(uri, str):
        found["storage_uri"] = filled(uri), place
    return {name: fact for name, fact in found.items() if fact[0] is not None}


def _inference_service(
    body: Mapping[str, Any], component: str, spec: Mapping[str, Any], path: AttributePath
) -> dict[str, Fact]:
    found: dict[str, Fact] = {"logger": (spec.get("logger"), (*path, "logger"))}
    traffic = (*path, "canaryTrafficPercent")
    if is_old(path):
        traffic = ("spec", "canaryTrafficPercent")
    elif component.startswith("canary-"):
        traffic = (*path[:-1], "trafficPercent")
    if not is_old(path) or component == "canary":
        found["canary_traffic_percent"] = at(body, *traffic), traffic
    for key in model_containers("InferenceService", component, spec):
        model = (*path, key)
        if key == "model":
            found["model_format"] = at(body, *model, "modelFormat", "name"), (*model, "modelFormat", "name")
        elif key in FRAMEWORKS:
            found["model_format"] = key, model
        found["storage_uri"] = at(body, *model, "storageUri"), (*model, "storageUri")
        if found["storage_uri"][0] is None and isinstance(at(body, *model, "storage"), Mapping):
            found["storage_uri"] = _storage(mapping(at(body, *model, "storage"))), (*model, "storage")
    uris = [at(each, "uri") for each in elements(spec.get("storageUris"))]
    if uris:
        found["storage_uris"] = uris, (*path, "storageUris")
        if found.get("storage_uri", (None,))[0] is None:
            found["storage_uri"] = uris[0], (*path, "storageUris", 0, "uri")
    for index, container in enumerate(elements(spec.get("containers"))):
        for place, variable in enumerate(elements(at(container, "env"))):
            if at(variable, "name") == "STORAGE_URI" and found.get("storage_uri", (None,))[0] is None:
                where = (*path, "containers", index, "env", place, "value")
                found["storage_uri"] = word(at(variable, "value")), where
    return found


def _storage(storage: Mapping[str, Any]) -> str | Unresolved | None:
    """The URI that a `storage` block stands for; its bucket may be named in a secret only."""
    path, parameters = word(storage.get("path")), mapping(storage.get("parameters"))
    kind, bucket = word(parameters.get("type")), word(parameters.get("bucket"))
    if kind and bucket:
        return f"{kind}://{bucket}/{(path or '').lstrip('/')}"
    if path is None and "key" not in storage:
        return None
    return Unresolved(f"storage.path {path or ''}".rstrip(), "the bucket is named in the secret storage-config only")
