"""TrainJobs with their training runtimes, and what they say about models and data."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.assembled import Assembled
from scanner.parsers.kubernetes.catalog import Catalog, Lookup
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.reading import at, elements, word
from scanner.parsers.kubernetes.strategic_merge import (
    Traced,
    elements_of,
    fields_of,
    list_of,
    mapping_of,
    merged,
    retraced,
    traced,
    with_value,
)

Fact = tuple[Any, AttributePath]

KUBEFLOW_JOBS = {
    "PyTorchJob": "pytorchReplicaSpecs",
    "TFJob": "tfReplicaSpecs",
    "MPIJob": "mpiReplicaSpecs",
    "XGBoostJob": "xgbReplicaSpecs",
    "PaddleJob": "paddleReplicaSpecs",
    "JAXJob": "jaxReplicaSpecs",
}
"""The jobs of the first training operator, and the field that holds their roles."""

JOBS = ("spec", "template", "spec", "replicatedJobs")
_POD: AttributePath = ("template", "spec", "template")
_CONTAINERS: AttributePath = (*_POD, "spec", "containers")
_NODE, _LAUNCHER = "node", "launcher"
_STEP = "trainer.kubeflow.org/trainjob-ancestor-step"
_INITIALIZERS = {"dataset-initializer": "dataset", "model-initializer": "model"}


def with_training_runtime(manifest: Manifest, catalog: Catalog) -> Assembled:
    """A TrainJob with the jobs of its runtime, changed by its overrides and then by its trainer and initializers."""
    root = traced(manifest)
    kind = word(at(manifest.body, "spec", "runtimeRef", "kind")) or "ClusterTrainingRuntime"
    name = word(at(manifest.body, "spec", "runtimeRef", "name")) or ""
    found = catalog.named(kind, name, manifest.namespace, manifest) if name else Lookup()
    runtime = traced(found.manifest, True) if found.manifest is not None else None
    jobs = elements_of(runtime.at(*JOBS)) if runtime is not None else _implied(root)
    jobs = [job for job in jobs if isinstance(job.value, Mapping)]
    if not jobs:
        return Assembled(manifest)
    for patch in _patches(root):
        jobs = [merged(job, each) for job in jobs for each in [_for_job(patch, job) or job]]
    policy = runtime.at("spec", "mlPolicy") if runtime is not None else None
    jobs = [_changed(job, root, policy) for job in jobs]
    place = root.at("spec", "trainer") or root.part("spec") or root
    whole = retraced(manifest, with_value(root, JOBS, list_of(jobs, place)))
    if found.manifest is not None:
        return Assembled(whole, {}, {(): (found.manifest.address,)})
    cause = found.cause or f"the {kind} {name}, which is not part of the release, may set it"
    return Assembled(whole, {(): cause})


def facts(type_: str, body: Mapping[str, Any], component: str) -> dict[str, Fact]:
    """Where a job of a TrainJob takes its model or its data from, with the place where it is written."""
    if type_ != "TrainJob" or component not in _INITIALIZERS:
        return {}
    kind = _INITIALIZERS[component]
    place = ("spec", "initializer", kind, "storageUri")
    uri = word(at(body, *place))
    return {} if uri is None else {"storage_uri" if kind == "model" else "dataset_uri": (uri, place)}


def _implied(root: Traced) -> list[Traced]:
    """The jobs that a TrainJob must have, whatever its runtime: a node, and its initializers."""
    spec = root.part("spec") or root
    wanted = [(_NODE, spec.part("trainer") or spec)]
    for name, key in _INITIALIZERS.items():
        initializer = spec.at("initializer", key)
        if initializer is not None:
            wanted.append((name, initializer))
    return [_job(name, place) for name, place in wanted]


def _job(name: str, place: Traced) -> Traced:
    called = {"name": replace(place, value=name, parts=None)}
    job = mapping_of(called, place)
    return with_value(job, _CONTAINERS, list_of([mapping_of(called, place)], place))


# --- Overrides --------------------------------------------------------------------------------------------------------


def _patches(root: Traced) -> Iterable[tuple[frozenset[str], Traced]]:
    """Changes of jobs, the weaker first: the names of the jobs (none for all), and the job to lay over them."""
    for override in elements_of(root.at("spec", "podTemplateOverrides")):
        names = frozenset(word(at(each, "name")) or "" for each in elements(at(override.value, "targetJobs")))
        fields = {key: part for key, part in fields_of(override).items() if key in ("metadata", "spec")}
        yield names, with_value(mapping_of({}, override), _POD, mapping_of(fields, override))
    for patch in elements_of(root.at("spec", "runtimePatches")):
        for job in elements_of(patch.at("trainingRuntimeSpec", "template", "spec", "replicatedJobs")):
            if isinstance(job.value, Mapping):
                yield frozenset({word(at(job.value, "name")) or ""}), job


def _for_job(patch: tuple[frozenset[str], Traced], job: Traced) -> Traced | None:
    names, change = patch
    return change if not names or word(at(job.value, "name")) in names else None


# --- Trainer and initializers -----------------------------------------------------------------------------------------


def _changed(job: Traced, root: Traced, policy: Traced | None) -> Traced:
    step = word(at(job.value, "template", "metadata", "labels", _STEP)) or word(at(job.value, "name"))
    trainer = root.at("spec", "trainer")
    nodes = trainer.part("numNodes") if trainer is not None else None
    nodes = nodes or (policy.part("numNodes") if policy is not None else None)
    if nodes is not None and step in ("trainer", _NODE):
        job = with_value(job, ("replicas",), nodes)
    found = job.at(*_CONTAINERS)
    if found is None or not isinstance(found.value, list):
        return job
    is_node_too = policy is not None and at(policy.value, "mpi", "runLauncherAsNode") is True
    containers = []
    for container in elements_of(found):
        name = word(at(container.value, "name")) or ""
        initializer = root.at("spec", "initializer", _INITIALIZERS.get(name, name))
        if trainer is not None and (name == _NODE or (name == _LAUNCHER and is_node_too)):
            containers.append(_trained(container, trainer))
        elif name in _INITIALIZERS and initializer is not None:
            containers.append(_initialized(container, initializer))
        else:
            containers.append(container)
    return with_value(job, _CONTAINERS, list_of(containers, found))


def _trained(container: Traced, trainer: Traced) -> Traced:
    fields = fields_of(container)
    for name, key in (("image", "image"), ("command", "command"), ("args", "args"), ("resources", "resourcesPerNode")):
        part = trainer.part(key)
        if part is not None and part.value:
            fields[name] = part
    return _with_variables(
        mapping_of(fields, trainer), elements_of(trainer.part("env")), trainer.part("env") or trainer
    )


def _initialized(container: Traced, initializer: Traced) -> Traced:
    variables = elements_of(initializer.part("env"))
    uri, secret = initializer.part("storageUri"), initializer.part("secretRef")
    if uri is not None and uri.value:
        name = replace(uri, value="STORAGE_URI", parts=None)
        variables.insert(0, mapping_of({"name": name, "value": uri}, uri))
    result = _with_variables(container, variables, initializer)
    if secret is not None and isinstance(secret.value, Mapping):
        sources = [*elements_of(container.part("envFrom")), mapping_of({"secretRef": secret}, secret)]
        result = with_value(result, ("envFrom",), list_of(sources, initializer))
    return result


def _with_variables(container: Traced, added: list[Traced], place: Traced) -> Traced:
    """Each variable in place of that of the same name, or after the others."""
    if not added:
        return container
    variables = {_name(each, index): each for index, each in enumerate(elements_of(container.part("env")))}
    for index, each in enumerate(added, len(variables)):
        variables[_name(each, index)] = each
    return with_value(container, ("env",), list_of(list(variables.values()), container.part("env") or place))


def _name(variable: Traced, index: int) -> str | int:
    return word(at(variable.value, "name")) or index
