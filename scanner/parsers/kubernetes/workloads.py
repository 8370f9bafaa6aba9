"""Workloads and their containers: what every pod of an object runs, as it will be at run time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.resource import Resource
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes import kserve
from scanner.parsers.kubernetes.arguments import Environment, Word, arguments, environment, script_words
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.pod_specs import PodSpec
from scanner.parsers.kubernetes.reading import at, elements, image, mapping, word
from scanner.parsers.kubernetes.security_context import CONTAINER, POD, effective
from scanner.parsers.kubernetes.serving import FRAMEWORKS, runtime_of_command, runtime_of_image

_POD_FIELDS = {
    "automount_token": "automountServiceAccountToken",
    "host_network": "hostNetwork",
    "host_pid": "hostPID",
    "host_ipc": "hostIPC",
    "runtime_class": "runtimeClassName",
    "volumes": "volumes",
}
_CONTAINER_FIELDS = {
    "command": "command",
    "args": "args",
    "env": "env",
    "ports": "ports",
    "resources": "resources",
    "volume_mounts": "volumeMounts",
}
_LISTS = (("containers", "main"), ("initContainers", "init"), ("ephemeralContainers", "ephemeral"))


@dataclass
class _Sheet:
    """Attributes under construction, each with the place in the object where it is written."""

    attributes: dict[str, Any] = field(default_factory=dict)
    routes: dict[AttributePath, AttributePath] = field(default_factory=dict)

    def put(self, name: str, value: Any, place: AttributePath | None = None) -> None:
        """Add an attribute, unless it is absent."""
        if value is not None:
            self.attributes[name] = value
            if place is not None:
                self.routes[(name,)] = place


@dataclass(frozen=True)
class _Container:
    role: str
    body: Mapping[str, Any]
    path: AttributePath
    name: str | None
    key: str
    image: Mapping[str, Any]
    environment: Environment
    words: list[tuple[Word, AttributePath]]
    runtime: str | None


def workload(manifest: Manifest, owner: Resource, pod: PodSpec, address: str) -> Iterator[Resource]:
    """The workload of one pod spec, and its containers. Their addresses may repeat."""
    spec = mapping(at(manifest.body, *pod.spec))
    containers = list(_containers(manifest, pod, spec))
    platform = kserve.platform_of(manifest.type, pod.component)
    serving = _serving(containers, platform)
    runtime = platform or next((served for served in serving if served), None)
    sheet = _Sheet()
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
    for name, (value, place) in kserve.facts(manifest.type, manifest.body, pod.component, pod.spec).items():
        sheet.put(name, value, place)
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
    for container, served in zip(containers, serving, strict=True):
        yield _container(manifest, result, pod, container, served)


def malformed(manifest: Manifest, pod: PodSpec) -> Iterator[AttributePath]:
    """The places where the pod spec should list containers and holds something else."""
    spec = mapping(at(manifest.body, *pod.spec))
    for key, _ in _LISTS:
        value = spec.get(key)
        if value is not None and not isinstance(value, list):
            yield (*pod.spec, key)
        for index, each in enumerate(elements(value)):
            if not isinstance(each, Mapping):
                yield (*pod.spec, key, index)


def _service_account(pod: PodSpec, spec: Mapping[str, Any]) -> tuple[Any, AttributePath]:
    """The account of a pod, by its present field or by the old one."""
    key = "serviceAccountName" if spec.get("serviceAccountName") is not None else "serviceAccount"
    return spec.get(key), (*pod.spec, key)


def _put_labels(sheet: _Sheet, manifest: Manifest, pod: PodSpec) -> None:
    """Labels and annotations of the pod, with those that its controller takes over from the object or adds."""
    holders: list[AttributePath] = [pod.pod] if pod.pod else []
    if manifest.type == "InferenceService":
        holders = [("metadata",), *holders]
    for kind in ("labels", "annotations"):
        merged: dict[str, Any] = {}
        for holder in holders:
            for name, value in mapping(at(manifest.body, *holder, kind)).items():
                merged[name] = value
                sheet.routes[kind, name] = (*holder, kind, name)
        if holders:
            sheet.routes[(kind,)] = (*holders[-1], kind)
        sheet.attributes[kind] = merged
    for name, value in kserve.controller_labels(manifest.type, manifest.name, pod.component).items():
        sheet.attributes["labels"][name] = value
        sheet.routes["labels", name] = ("metadata", "name")
    sheet.put("object_labels", dict(mapping(at(manifest.body, "metadata", "labels"))), ("metadata", "labels"))


def _containers(manifest: Manifest, pod: PodSpec, spec: Mapping[str, Any]) -> Iterator[_Container]:
    keys = list(kserve.model_containers(manifest.type, pod.component, spec))
    for key in keys:
        yield _read(manifest, "main", mapping(spec[key]), (*pod.spec, key), key)
    for key, role in _LISTS:
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
    repository = parts.get("repository")
    runtime = runtime_of_command([each for each, _ in words])
    runtime = runtime or (runtime_of_image(repository) if isinstance(repository, str) else None)
    if key:
        runtime = runtime or runtime_of_image(word(body.get("runtime")) or "") or FRAMEWORKS.get(key)
    name = word(body.get("name")) or ("kserve-container" if key else None)
    return _Container(role, body, path, name, key, parts, known, words, runtime)


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
    manifest: Manifest, parent: Resource, pod: PodSpec, container: _Container, served: str | None
) -> Resource:
    sheet = _Sheet()
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
    _put_security_context(sheet, manifest, pod, container)
    sheet.put("namespace", manifest.namespace, ("metadata", "namespace"))
    sheet.put("workload_kind", manifest.kind, ("kind",))
    sheet.put("workload_name", manifest.name or None, ("metadata", "name"))
    sheet.put("service_account", *_service_account(pod, mapping(at(manifest.body, *pod.spec))))
    sheet.put("serving", served is not None)
    sheet.put("runtime", served)
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


def _put_security_context(sheet: _Sheet, manifest: Manifest, pod: PodSpec, container: _Container) -> None:
    spec = mapping(at(manifest.body, *pod.spec))
    annotations = mapping(at(manifest.body, *pod.pod, "annotations")) if pod.pod else {}
    context, origins = effective(container.body, spec, annotations)
    sheet.put("security_context", context)
    holder = container.path if "securityContext" in container.body else pod.spec
    if "securityContext" in container.body or "securityContext" in spec:
        sheet.routes[("security_context",)] = (*holder, "securityContext")
    starts = {CONTAINER: container.path, POD: pod.spec}
    for path, (start, place) in origins.items():
        sheet.routes["security_context", *path] = (*starts.get(start, (*pod.pod, "annotations")), *place)
