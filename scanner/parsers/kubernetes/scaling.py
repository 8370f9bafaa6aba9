"""How many pods a workload may have, as its own manifest says it: bounds, metric and target of its autoscaler."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes.reading import at, elements, filled, mapping, word

_KNATIVE = "autoscaling.knative.dev/"
# The present names of Knative's annotations and the old ones.
_KNATIVE_NAMES = {
    "min_replicas": ("min-scale", "minScale"),
    "max_replicas": ("max-scale", "maxScale"),
    "metric": ("metric",),
    "target": ("target",),
    "class": ("class",),
}
_KNATIVE_DEFAULT = "the configuration of Knative in the cluster says how far it scales down where min-scale is not set"

Part = tuple[str, Any, AttributePath | None]
"""A part of the attribute, its value, and its place in the object."""


def autoscaling(
    type_: str, body: Mapping[str, Any], component: str, spec: AttributePath, pod: AttributePath
) -> tuple[dict[str, Any], dict[AttributePath, AttributePath]]:
    """`{by, min_replicas, max_replicas, metric, target, scale_to_zero}` as far as known; empty where nothing scales."""
    find = _FINDERS.get(type_)
    found: dict[str, Any] = {}
    routes: dict[AttributePath, AttributePath] = {}
    for name, value, place in find(body, component, spec, pod) if find else ():
        if value is None or name in found:
            continue
        found[name] = _number(value)
        if place is not None:
            routes["autoscaling", name] = place
    if found:
        _put_scale_to_zero(found, routes)
        routes[("autoscaling",)] = next(iter(routes.values()), spec)
    return found, routes


def _put_scale_to_zero(found: dict[str, Any], routes: dict[AttributePath, AttributePath]) -> None:
    least = found.get("idle_replicas", found.get("min_replicas"))
    if least is not None:
        found["scale_to_zero"] = least if isinstance(least, Unresolved) else least == 0
        place = routes.get(("autoscaling", "idle_replicas" if "idle_replicas" in found else "min_replicas"))
        if place is not None:
            routes["autoscaling", "scale_to_zero"] = place


def _number(value: Any) -> Any:
    text = word(value)
    if text is None:
        return value
    known = filled(text)
    if isinstance(known, Unresolved):
        return known
    return int(text) if text.lstrip("-").isdigit() else value


def _kserve(body: Mapping[str, Any], component: str, spec: AttributePath, _: AttributePath) -> Iterator[Part]:
    if component.startswith("canary-") or component.endswith("-worker"):
        return
    here = mapping(at(body, *spec))
    annotations = ("metadata", "annotations")
    yield "by", "kserve", None
    for name in ("class", "autoscalerClass"):
        key = f"serving.kserve.io/{name}"
        yield "class", at(body, *annotations, key), (*annotations, key)
    fields = {"min_replicas": "minReplicas", "max_replicas": "maxReplicas", "metric": "scaleMetric"}
    for name, key in fields.items():
        yield name, here.get(key), (*spec, key)
    yield "target", here.get("scaleTarget"), (*spec, "scaleTarget")
    yield from _metrics(body, (*spec, "autoScaling", "metrics"))
    for part, value, place in _annotated(body, annotations):
        if part in ("metric", "target"):
            yield part, value, place
    yield "min_replicas", 1, None  # the controller's default


def _annotated(body: Mapping[str, Any], annotations: AttributePath) -> Iterator[Part]:
    written = mapping(at(body, *annotations))
    for name, keys in _KNATIVE_NAMES.items():
        for key in keys:
            yield name, written.get(_KNATIVE + key), (*annotations, _KNATIVE + key)


def _knative(body: Mapping[str, Any], _: str, __: AttributePath, pod: AttributePath) -> Iterator[Part]:
    yield "by", "knative", None
    yield from _annotated(body, (*pod, "annotations"))
    yield "min_replicas", Unresolved("min-scale", _KNATIVE_DEFAULT), None


def _seldon(body: Mapping[str, Any], _: str, spec: AttributePath, __: AttributePath) -> Iterator[Part]:
    if "componentSpecs" not in spec:
        return
    holder = spec[:-1]
    for by, key, least, most in (
        ("hpa", "hpaSpec", "minReplicas", "maxReplicas"),
        ("keda", "kedaSpec", "minReplicaCount", "maxReplicaCount"),
    ):
        written = at(body, *holder, key)
        if not isinstance(written, Mapping):
            continue
        yield "by", by, (*holder, key)
        yield "min_replicas", written.get(least), (*holder, key, least)
        yield "max_replicas", written.get(most), (*holder, key, most)
        for metrics in ("metricsv2", "metrics", "triggers"):
            yield from _metrics(body, (*holder, key, metrics))
        yield "min_replicas", 1 if by == "hpa" else 0, None


def _ray(prefix: AttributePath) -> Callable[..., Iterator[Part]]:
    def find(body: Mapping[str, Any], component: str, spec: AttributePath, _: AttributePath) -> Iterator[Part]:
        switch = (*prefix, "enableInTreeAutoscaling")
        if not component.startswith("worker-") or at(body, *switch) is not True:
            return
        group = spec[: len(prefix) + 2]
        yield "by", "ray", switch
        yield "min_replicas", at(body, *group, "minReplicas"), (*group, "minReplicas")
        yield "max_replicas", at(body, *group, "maxReplicas"), (*group, "maxReplicas")
        yield "min_replicas", 0, None  # the default of the resource's schema

    return find


def _language_model(body: Mapping[str, Any], component: str, _: AttributePath, __: AttributePath) -> Iterator[Part]:
    places: dict[str, AttributePath] = {"pod": ("spec",), "prefill": ("spec", "prefill")}
    place = (*places.get(component, ("none",)), "scaling")
    written = at(body, *place)
    if not isinstance(written, Mapping):
        return
    yield "by", "kserve", place
    yield "min_replicas", written.get("minReplicas"), (*place, "minReplicas")
    yield "max_replicas", written.get("maxReplicas"), (*place, "maxReplicas")
    idle = (*place, "wva", "keda", "idleReplicaCount")
    yield "idle_replicas", at(body, *idle), idle
    yield "min_replicas", 1, None


def metric_of(entry: Mapping[str, Any]) -> tuple[str | None, Any]:
    """Name and target of one metric, in the forms of HPA, KServe and Seldon, or of one trigger of KEDA."""
    for kind in ("resource", "containerResource", "pods", "podmetric", "external", "object"):
        written = entry.get(kind)
        if isinstance(written, Mapping):
            name = word(written.get("name")) or word(at(written, "metric", "name")) or word(written.get("metricName"))
            name = name or word(at(written, "metric", "backend"))
            target = mapping(written.get("target"))
            values = [target.get(key) for key in ("averageUtilization", "averageValue", "value")]
            values += [written.get(key) for key in ("targetAverageUtilization", "targetAverageValue", "targetValue")]
            return name, next((each for each in values if each is not None), None)
    metadata = mapping(entry.get("metadata"))
    keys = ("threshold", "value", "queueLength", "lagThreshold")
    wanted = next((metadata[key] for key in keys if key in metadata), None)
    return word(entry.get("type")), wanted


def _metrics(body: Mapping[str, Any], place: AttributePath) -> Iterator[Part]:
    """The first metric of a list, which stands for all of them."""
    for index, entry in enumerate(elements(at(body, *place))[:1]):
        name, target = metric_of(mapping(entry))
        yield "metric", name, (*place, index)
        yield "target", target, (*place, index)


_FINDERS: Mapping[str, Callable[[Mapping[str, Any], str, AttributePath, AttributePath], Iterator[Part]]] = {
    "InferenceService": _kserve,
    "KnativeService": _knative,
    "KnativeConfiguration": _knative,
    "SeldonDeployment": _seldon,
    "RayCluster": _ray(("spec",)),
    "RayService": _ray(("spec", "rayClusterConfig")),
    "RayJob": _ray(("spec", "rayClusterSpec")),
    "LLMInferenceService": _language_model,
}
