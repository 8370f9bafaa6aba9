"""Workloads and their containers: what every pod of an object runs, as it will be at run time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.resource import Resource
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes import kserve, training
from scanner.parsers.kubernetes.arguments import Environment, Word, arguments, environment, script_words
from scanner.parsers.kubernetes.assembled import Assembled
from scanner.parsers.kubernetes.catalog import Catalog
from scanner.parsers.kubernetes.controller_labels import controller_labels
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.mounted import file_text
from scanner.parsers.kubernetes.other_programs import is_client_image, starts_something_else
from scanner.parsers.kubernetes.pod_specs import PodSpec
from scanner.parsers.kubernetes.reading import at, elements, image, mapping, word
from scanner.parsers.kubernetes.security_context import CONTAINER, POD, effective
from scanner.parsers.kubernetes.serving import FRAMEWORKS, runtime_of_command, runtime_of_image
from scanner.parsers.kubernetes.serving_facts import (
    cause_of,
    container_facts,
    runtime_of_options,
    storage_fact,
    workload_facts,
)
from scanner.parsers.kubernetes.serving_options import Launch
from scanner.parsers.kubernetes.sheet import Sheet
from scanner.parsers.kubernetes.storage_uris import more_uris
from scanner.parsers.kubernetes.strategic_merge import taken_over
from scanner.parsers.kubernetes.workflows import WORKFLOWS

_POD_FIELDS = {
    "automount_token": "automountServiceAccountToken",
    "host_network": "hostNetwork",
    "host_pid": "hostPID",
    "host_ipc": "hostIPC",
    "host_users": "hostUsers",
    "share_process_namespace": "shareProcessNamespace",
    "runtime_class": "runtimeClassName",
    "volumes": "volumes",
    "image_pull_secrets": "imagePullSecrets",
    "resources": "resources",
    "security_context": "securityContext",
}
_CONTAINER_FIELDS = {
    "command": "command",
    "args": "args",
    "env": "env",
    "env_from": "envFrom",
    "ports": "ports",
    "resources": "resources",
    "volume_mounts": "volumeMounts",
}
_LISTS = (("containers", "main"), ("initContainers", "init"), ("ephemeralContainers", "ephemeral"))
_SERVING_RUNTIMES = frozenset({"ServingRuntime", "ClusterServingRuntime"})


@dataclass(frozen=True)
class _Container:
    role: str
    body: Mapping[str, Any]
    path: AttributePath
    name: str | None
    image: Mapping[str, Any]
    environment: Environment
    words: list[tuple[Word, AttributePath]]
    runtime: str | None


def workload(whole: Assembled, owner: Resource, pod: PodSpec, address: str, catalog: Catalog) -> Iterator[Resource]:
    """The workload of one pod spec, and its containers. Their addresses may repeat."""
    manifest = whole.manifest
    spec = _pod_spec(manifest, pod)
    containers = list(_containers(manifest, pod, spec))
    platform = kserve.platform_of(manifest.type, pod.component)
    serving = _serving(containers, platform)
    runtime = platform or next((served for served in serving if served), None)
    sheet = Sheet()
    sheet.put("kind", manifest.kind, ("kind",))
    sheet.put("name", manifest.name or None, ("metadata", "name"))
    sheet.put("namespace", manifest.namespace, ("metadata", "namespace"))
    sheet.put("component", pod.component)
    _put_labels(sheet, manifest, pod)
    sheet.put("replicas", at(manifest.body, *pod.replicas) if pod.replicas else None, pod.replicas)
    for name, key in _POD_FIELDS.items():
        sheet.put(name, spec.get(key), (*pod.spec, key))
    sheet.put("service_account", *_service_account(pod, spec))
    sheet.put("serving", runtime is not None)
    sheet.put("runtime", runtime)
    facts = kserve.facts(manifest.type, manifest.body, pod.component, pod.spec)
    for name, (value, place) in (facts | training.facts(manifest.type, manifest.body, pod.component)).items():
        sheet.put(name, value, place)
    sheet.put("templates", list(whole.templates_of(pod.spec)) or None)
    sheet.put("filled_in", whole.open_end(pod.spec))
    sheet.put_facts(workload_facts(manifest.type, manifest.body, pod.component, pod.spec, pod.pod))
    launches = [
        _launch(whole, each, sheet.attributes, file_text(each.body, spec, manifest, catalog)) if served else None
        for each, served in zip(containers, serving, strict=True)
    ]
    starts = [(each.path, launch) for each, launch in zip(containers, launches, strict=True) if launch is not None]
    uris = more_uris(manifest.type, manifest.body, pod.spec)
    sheet.put_facts(storage_fact(sheet.attributes, sheet.routes, starts, uris))
    result = Resource(
        address=address,
        type="workload",
        format=owner.format,
        attributes=sheet.attributes,
        location=manifest.location_of(pod.spec),
        attribute_locations=manifest.written(sheet.attributes, sheet.routes),
        parent=owner.key,
        origin=owner.origin,
    )
    yield result
    for container, served, launch in zip(containers, serving, launches, strict=True):
        yield _container(whole, result, pod, container, served, launch)


def _launch(
    whole: Assembled,
    container: _Container,
    attributes: Mapping[str, Any],
    file_text: Callable[[str], str | None],
) -> Launch | None:
    model_format = attributes.get("model_format")
    runtime = runtime_of_options(container.runtime, whole.manifest.type, model_format, bool(container.image))
    if runtime is None:
        return None
    return Launch(
        runtime,
        container.words,
        container.environment,
        container.image,
        "command" in container.body,
        cause_of(whole.open_end(container.path)),
        file_text,
    )


def malformed(manifest: Manifest, pod: PodSpec) -> Iterator[AttributePath]:
    """The places where the pod spec should list containers and holds something else."""
    spec = mapping(at(manifest.body, *pod.spec))
    for key, _ in _lists(manifest):
        value = spec.get(key)
        if value is not None and not isinstance(value, list):
            yield (*pod.spec, key)
        for index, each in enumerate(elements(value)):
            if not isinstance(each, Mapping):
                yield (*pod.spec, key, index)


def _pod_spec(manifest: Manifest, pod: PodSpec) -> Mapping[str, Any]:
    """The pod spec, of a serving runtime only those fields that its API has."""
    spec = mapping(at(manifest.body, *pod.spec))
    if manifest.type in _SERVING_RUNTIMES:
        return {name: value for name, value in spec.items() if name in kserve.RUNTIME_FIELDS}
    return spec


def _lists(manifest: Manifest) -> tuple[tuple[str, str], ...]:
    """The keys that hold containers, and their role."""
    return (*_LISTS, ("sidecars", "sidecar")) if manifest.type in WORKFLOWS else _LISTS


def _service_account(pod: PodSpec, spec: Mapping[str, Any]) -> tuple[Any, AttributePath]:
    """The account of a pod, by its present field or by the old one."""
    key = "serviceAccountName" if spec.get("serviceAccountName") is not None else "serviceAccount"
    return spec.get(key), (*pod.spec, key)


def _put_labels(sheet: Sheet, manifest: Manifest, pod: PodSpec) -> None:
    """Labels and annotations of the pod, with those that its controller takes over from the object or adds."""
    holders = _label_holders(manifest, pod)
    for kind in ("labels", "annotations"):
        merged: dict[str, Any] = {}
        for holder in holders:
            for name, value in mapping(at(manifest.body, *holder, kind)).items():
                merged[name] = value
                sheet.routes[kind, name] = (*holder, kind, name)
        if holders:
            sheet.routes[(kind,)] = (*holders[-1], kind)
        sheet.attributes[kind] = merged
    for name, value in controller_labels(manifest.type, manifest.name, pod.component).items():
        sheet.attributes["labels"][name] = value
        sheet.routes["labels", name] = ("metadata", "name")
    sheet.put("object_labels", dict(mapping(at(manifest.body, "metadata", "labels"))), ("metadata", "labels"))


def _containers(manifest: Manifest, pod: PodSpec, spec: Mapping[str, Any]) -> Iterator[_Container]:
    keys = list(kserve.model_containers(manifest.type, pod.component, spec))
    for key in keys:
        path: AttributePath = (key, "container") if key == kserve.CUSTOM else (key,)
        yield _read(manifest, "main", mapping(at(spec, *path)), (*pod.spec, *path), key)
    for key, role in _lists(manifest):
        for index, body in enumerate(elements(spec.get(key))):
            if isinstance(body, Mapping):
                is_sidecar = (role == "init" and body.get("restartPolicy") == "Always") or (role == "main" and keys)
                yield _read(manifest, "sidecar" if is_sidecar else role, body, (*pod.spec, key, index), "")


def _read(manifest: Manifest, role: str, body: Mapping[str, Any], path: AttributePath, key: str) -> _Container:
    written = word(body.get("image"))
    parts = image(written) if written else {}
    known = environment(body)
    words = arguments(body, known)
    more = "VLLM_ADDITIONAL_ARGS"  # the command that KServe fills in for a language model ends with it
    if manifest.type.startswith("LLMInferenceService") and "command" not in body and more in known.places:
        value = word(at(body, *known.places[more], "value"))
        reason = known.unknown.get(more)
        added = [Unresolved(f"$({more})", reason)] if reason else script_words(value or "", known)
        words = [*words, *((each, known.places[more]) for each in added)]
    runtime = runtime_of_command([each for each, _ in words]) or _runtime_of_image(manifest, parts, words)
    if key:
        runtime = runtime or runtime_of_image(word(body.get("runtime")) or "") or FRAMEWORKS.get(key)
    name = word(body.get("name")) or ("kserve-container" if key else None)
    return _Container(role, body, path, name, parts, known, words, runtime)


def _runtime_of_image(
    manifest: Manifest, parts: Mapping[str, Any], words: list[tuple[Word, AttributePath]]
) -> str | None:
    """What the image serves with when nothing else is started in it; KubeRay starts Ray in every image."""
    repository, tag = parts.get("repository"), parts.get("tag")
    if not isinstance(repository, str) or manifest.group == "ray.io":
        return None
    if starts_something_else([each for each, _ in words]):
        return None
    return None if isinstance(tag, str) and is_client_image(repository, tag) else runtime_of_image(repository)


def _serving(containers: list[_Container], platform: str | None) -> list[str | None]:
    """For each container what it serves models with, None for one that does not serve."""
    runtimes = [each.runtime if each.role in ("main", "sidecar") else None for each in containers]
    candidates = [index for index, each in enumerate(containers) if each.role in ("main", "sidecar")]
    if platform and candidates:
        names = [containers[index].name for index in candidates]
        chosen = candidates[kserve.principal(names, [runtimes[index] is not None for index in candidates])]
        runtimes[chosen] = runtimes[chosen] or platform
    return runtimes


def _container(
    whole: Assembled,
    parent: Resource,
    pod: PodSpec,
    container: _Container,
    served: str | None,
    launch: Launch | None,
) -> Resource:
    manifest, sheet = whole.manifest, Sheet()
    sheet.put("name", container.name, (*container.path, "name"))
    sheet.put("role", container.role)
    sheet.put("image", container.image or None, (*container.path, "image"))
    for name, key in _CONTAINER_FIELDS.items():
        sheet.put(name, container.body.get(key), (*container.path, key))
    sheet.put("arguments", [each for each, _ in container.words])
    for index, (_, place) in enumerate(container.words):
        sheet.routes["arguments", index] = container.path + place
    sheet.put("env_values", container.environment.values)
    for name in container.environment.values:
        sheet.routes["env_values", name] = (*container.path, *container.environment.places[name])
    _put_security_context(sheet, manifest, pod, container, parent.attributes["annotations"])
    sheet.put("namespace", manifest.namespace, ("metadata", "namespace"))
    sheet.put("workload_kind", manifest.kind, ("kind",))
    sheet.put("workload_name", manifest.name or None, ("metadata", "name"))
    sheet.put("service_account", *_service_account(pod, mapping(at(manifest.body, *pod.spec))))
    sheet.put("serving", served is not None)
    sheet.put("runtime", served)
    sheet.put(
        "script", container.body.get("source") if manifest.type in WORKFLOWS else None, (*container.path, "source")
    )
    sheet.put("inherited", sorted(taken_over(manifest, container.path)) or None)
    sheet.put("filled_in", whole.open_end(container.path))
    sheet.put_facts(container_facts(container.body, container.words, launch), container.path)
    last = next((str(step) for step in reversed(container.path) if isinstance(step, int)), "")
    return Resource(
        address=f"{parent.address}/{container.name or last}",
        type="container",
        format=parent.format,
        attributes=sheet.attributes,
        location=manifest.location_of(container.path),
        attribute_locations=manifest.written(sheet.attributes, sheet.routes),
        parent=parent.key,
        origin=parent.origin,
    )


def _put_security_context(
    sheet: Sheet, manifest: Manifest, pod: PodSpec, container: _Container, annotations: Mapping[str, Any]
) -> None:
    spec = _pod_spec(manifest, pod)
    context, origins = effective(container.body, spec, annotations)
    sheet.put("security_context", context)
    is_of_pod = "securityContext" in spec and "securityContext" not in container.body
    # where neither has one, the layer of an overlay that takes it out may still have a line for it
    sheet.routes[("security_context",)] = (*(pod.spec if is_of_pod else container.path), "securityContext")
    starts = {CONTAINER: container.path, POD: pod.spec}
    for path, (start, place) in origins.items():
        if start in starts:
            sheet.routes["security_context", *path] = (*starts[start], *place)
        else:
            holders = [
                each
                for each in _label_holders(manifest, pod)
                if place[0] in mapping(at(manifest.body, *each, "annotations"))
            ]
            sheet.routes["security_context", *path] = (*holders[-1], "annotations", *place)


def _label_holders(manifest: Manifest, pod: PodSpec) -> list[AttributePath]:
    """The mappings with labels and annotations of the pod, the weaker first."""
    holders: list[AttributePath] = [pod.pod] if pod.pod else []
    return [("metadata",), *holders] if manifest.type == "InferenceService" else holders
