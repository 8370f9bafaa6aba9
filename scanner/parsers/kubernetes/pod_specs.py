"""Where the pod specs of an object are: one table for the known kinds, and the shape of a pod spec for the others."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.values import AttributePath, format_path
from scanner.parsers.kubernetes.reading import at, elements, mapping, word
from scanner.parsers.kubernetes.training import KUBEFLOW_JOBS


@dataclass(frozen=True)
class PodSpec:
    """One pod spec of an object: paths in the object.

    `pod` is the mapping that holds the pod's labels and annotations, `replicas` the number of pods.
    """

    component: str
    spec: AttributePath
    pod: AttributePath = ()
    replicas: AttributePath = ()


@dataclass(frozen=True)
class _Place:
    """A row of the table. `*` stands for each element of a list or mapping, whose name takes the place of a `{}`.

    `unless` names a key beside which the place does not count, `always` a place that counts even when nothing is
    written there, because the controller fills it in.
    """

    component: str
    spec: str
    pod: str = ""
    replicas: str = ""
    unless: str = ""
    always: bool = False


def _template(path: str, component: str = "pod", replicas: str = "") -> _Place:
    return _Place(component, f"{path}.spec", f"{path}.metadata", replicas)


def _ray_cluster(path: str) -> tuple[_Place, ...]:
    workers = f"{path}.workerGroupSpecs.*"
    return (
        _template(f"{path}.headGroupSpec.template", "head"),
        _template(f"{workers}.template", "worker-{}", f"{workers}.replicas"),
    )


def _kserve_component(path: str, component: str) -> _Place:
    return _Place(component, path, path, f"{path}.minReplicas")


_REPLICATED = (_template("spec.template", replicas="spec.replicas"),)
_TEMPLATE = (_template("spec.template"),)
_RUNTIME = (
    _Place("pod", "spec", "spec", "spec.replicas"),
    _Place("worker", "spec.workerSpec", "spec.workerSpec"),
)
_LLM = (
    _Place("worker", "spec.worker", "spec"),
    _Place("prefill", "spec.prefill.template", "spec.prefill", "spec.prefill.replicas"),
    _Place("prefill-worker", "spec.prefill.worker", "spec.prefill"),
    _Place("scheduler", "spec.router.scheduler.template", "spec.router.scheduler", "spec.router.scheduler.replicas"),
    _Place("tokenizer", "spec.router.scheduler.tokenizer.template"),
)
_OLD_KSERVE = (
    *(_kserve_component(f"spec.default.{name}", name) for name in ("predictor", "transformer", "explainer")),
    _kserve_component("spec.canary.predictor", "canary"),
    _kserve_component("spec.canary.transformer", "transformer-canary"),
    _kserve_component("spec.canary.explainer", "explainer-canary"),
)
_SELDON = "spec.predictors.*"


def _replicated_jobs(path: str) -> tuple[_Place, ...]:
    return (_template(f"{path}.replicatedJobs.*.template.spec.template", "{}", f"{path}.replicatedJobs.*.replicas"),)


def _workflow(path: str) -> tuple[_Place, ...]:
    return (_template(f"{path}.templates.*.pod", "{}"),)


TABLE: dict[str, tuple[_Place, ...]] = {
    "Pod": (_Place("pod", "spec", "metadata"),),
    "PodTemplate": (_template("template"),),
    "Deployment": _REPLICATED,
    "ReplicaSet": _REPLICATED,
    "ReplicationController": _REPLICATED,
    "StatefulSet": _REPLICATED,
    "DaemonSet": _TEMPLATE,
    "Job": _TEMPLATE,
    "CronJob": (_template("spec.jobTemplate.spec.template"),),
    "Rollout": _REPLICATED,
    "KnativeService": _TEMPLATE,
    "KnativeConfiguration": _TEMPLATE,
    "Revision": (_Place("pod", "spec", "metadata"),),
    "Notebook": _TEMPLATE,
    "InferenceService": (
        _kserve_component("spec.predictor", "predictor"),
        _kserve_component("spec.transformer", "transformer"),
        _kserve_component("spec.explainer", "explainer"),
        _kserve_component("spec.canary.*.predictor", "canary-{}"),
        _Place("predictor-worker", "spec.predictor.workerSpec", "spec.predictor"),
        *_OLD_KSERVE,
    ),
    "InferenceGraph": (_Place("router", "spec", "metadata", "spec.minReplicas"),),
    "ServingRuntime": _RUNTIME,
    "ClusterServingRuntime": _RUNTIME,
    "LLMInferenceService": (_Place("pod", "spec.template", "spec", "spec.replicas", always=True), *_LLM),
    "LLMInferenceServiceConfig": (_Place("pod", "spec.template", "spec", "spec.replicas"), *_LLM),
    "RayCluster": _ray_cluster("spec"),
    "RayService": _ray_cluster("spec.rayClusterConfig"),
    "RayJob": (*_ray_cluster("spec.rayClusterSpec"), _template("spec.submitterPodTemplate", "submitter")),
    "RayCronJob": _ray_cluster("spec.jobTemplate.rayClusterSpec"),
    "SeldonDeployment": (
        _Place(
            "{}-{}",
            f"{_SELDON}.componentSpecs.*.spec",
            f"{_SELDON}.componentSpecs.*.metadata",
            f"{_SELDON}.replicas",
        ),
        _Place("{}", _SELDON, _SELDON, f"{_SELDON}.replicas", unless="componentSpecs"),
    ),
    "Server": (_Place("pod", "spec.podSpec", "", "spec.replicas"),),
    "ServerConfig": (_Place("pod", "spec.podSpec"),),
    **{
        kind: (_template(f"spec.{key}.*.template", "{}", f"spec.{key}.*.replicas"),)
        for kind, key in KUBEFLOW_JOBS.items()
    },
    "JobSet": _replicated_jobs("spec"),
    "TrainJob": _replicated_jobs("spec.template.spec"),
    "TrainingRuntime": _replicated_jobs("spec.template.spec"),
    "ClusterTrainingRuntime": _replicated_jobs("spec.template.spec"),
    "LeaderWorkerSet": (
        _template("spec.leaderWorkerTemplate.leaderTemplate", "leader", "spec.replicas"),
        _template("spec.leaderWorkerTemplate.workerTemplate", "worker", "spec.replicas"),
    ),
    "Job.batch.volcano.sh": (_template("spec.tasks.*.template", "{}", "spec.tasks.*.replicas"),),
    "Workflow": _workflow("spec"),
    "WorkflowTemplate": _workflow("spec"),
    "ClusterWorkflowTemplate": _workflow("spec"),
    "CronWorkflow": _workflow("spec.workflowSpec"),
}
"""Resource type → its pod specs. A kind that is not here is searched for the shape of one."""

# Kinds whose name other APIs have too.
_GROUPS = {
    "InferenceGraph": "kserve.io",
    "JobSet": "jobset.x-k8s.io",
    "Notebook": "kubeflow.org",
    "Revision": "serving.knative.dev",
    **dict.fromkeys(("Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"), "argoproj.io"),
}

_WITHOUT_PODS = frozenset({"ConfigMap", "CustomResourceDefinition", "Kustomization", "Secret", "List"})
# What is below these keys is no pod of the object: values of a chart, schemas, patterns, what the cluster reports.
_OTHER_KEYS = frozenset(
    {
        *("anyPattern", "managedFields", "openAPIV3Schema", "overrides", "pattern", "patches", "patchStrategicMerge"),
        *("schema", "status", "values", "valuesInline", "valuesObject"),
    }
)
_GROUPS_OF_RULES = ("kyverno.io", "gatekeeper.sh", "kubewarden.io", "admissionregistration.k8s.io", "sigstore.dev")


def pod_specs(type_: str, group: str, body: Mapping[str, Any]) -> list[PodSpec]:
    """The pod specs of an object, in the order of the table or of the document."""
    if type_ in TABLE and group.endswith(_GROUPS.get(type_, "")):
        known = [found for place in TABLE[type_] for found in _placed(place, body)]
        if known:
            return known
    if type_ in _WITHOUT_PODS or group.endswith(_GROUPS_OF_RULES):
        return []  # what looks like a pod there is a pattern or a schema
    found = list(_shaped(body, ()))
    return [PodSpec("pod" if len(found) == 1 else _name(path), path, _metadata(body, path)) for path in found]


def _placed(place: _Place, body: Mapping[str, Any]) -> Iterator[PodSpec]:
    for path, stars, names in _bound(place.spec.split("."), body, (), (), ()):
        spec = at(body, *path)
        if (isinstance(spec, Mapping) or place.always) and not mapping(spec).get(place.unless):
            yield PodSpec(
                place.component.format(*names), path, _filled(place.pod, stars), _filled(place.replicas, stars)
            )


def _bound(
    steps: list[str], value: Any, path: AttributePath, stars: AttributePath, names: tuple[str, ...]
) -> Iterator[tuple[AttributePath, AttributePath, tuple[str, ...]]]:
    """The path with every `*` replaced by an index or key that exists, those steps, and the names of the elements."""
    if "*" not in steps:
        yield (*path, *steps), stars, names
        return
    star = steps.index("*")
    before = (*path, *steps[:star])
    several = at(value, *steps[:star])
    pairs: Iterable[tuple[Any, Any]] = mapping(several).items() or enumerate(elements(several))
    for step, element in pairs:
        name = next(filter(None, (word(at(element, *key)) for key in _NAMES)), str(step))
        called = step if isinstance(step, str) else name
        yield from _bound(steps[star + 1 :], element, (*before, step), (*stars, step), (*names, called))


_NAMES = (("name",), ("groupName",), ("predictor", "name"), ("metadata", "name"))


def _filled(path: str, stars: AttributePath) -> AttributePath:
    remaining = iter(stars)
    return tuple(next(remaining) if step == "*" else step for step in path.split(".")) if path else ()


def _shaped(value: Any, path: AttributePath) -> Iterator[AttributePath]:
    if isinstance(value, Mapping):
        containers = elements(value.get("containers"))
        if containers and all(isinstance(each, Mapping) for each in containers) and any(map(_has_image, containers)):
            yield path
        for key, inner in value.items():
            if key not in _OTHER_KEYS and not (key == "containers" and containers):
                yield from _shaped(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _shaped(inner, (*path, index))


def _has_image(container: Mapping[str, Any]) -> bool:
    return isinstance(container.get("image"), str)


def _name(path: AttributePath) -> str:
    """What tells this pod spec from the others of the object: its path without the steps that all of them have."""
    kept = [step for step in path if step not in ("spec", "template")]
    return format_path(tuple(kept)) if kept else "pod"


def _metadata(body: Mapping[str, Any], path: AttributePath) -> AttributePath:
    beside = (*path[:-1], "metadata")
    return beside if path[-1:] == ("spec",) and isinstance(at(body, *beside), Mapping) else ()
