"""InferenceServices with their serving runtimes: which one KServe takes, and what it makes of both."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.kubernetes import kserve
from scanner.parsers.kubernetes.assembled import Assembled
from scanner.parsers.kubernetes.catalog import Catalog, Lookup, shortened
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.placeholders import of_metadata
from scanner.parsers.kubernetes.reading import at, elements, mapping, word
from scanner.parsers.kubernetes.strategic_merge import (
    Traced,
    elements_of,
    fields_of,
    list_of,
    mapping_of,
    merged,
    retraced,
    rewritten,
    traced,
    with_value,
)

_TAKEN_OVER = frozenset(kserve.RUNTIME_FIELDS) - {"containers", "labels", "annotations", "hostIPC"}
_MODEL_CONTAINER, _TRANSFORMER, _WORKER = "kserve-container", "transformer-container", "worker-container"
_ARGUMENTS = frozenset({"args"})
_TAG = re.compile(r":[\w.-]*$")
_KINDS = ("ServingRuntime", "ClusterServingRuntime")
_CONFIGURED = "the configuration of KServe in the cluster may set it"


@dataclass(frozen=True)
class _Wanted:
    """What a model asks of a runtime."""

    format: str
    version: str | None
    protocol: str
    is_multi_node: bool


def with_runtimes(manifest: Manifest, catalog: Catalog) -> Assembled:
    """An InferenceService whose predictors have what their serving runtimes say."""
    root = traced(manifest)
    open_ends: dict[AttributePath, str] = {}
    templates: dict[AttributePath, tuple[str, ...]] = {}
    for component, path in kserve.components(manifest.body):
        spec = mapping(at(manifest.body, *path))
        keys = list(kserve.model_containers(manifest.type, component, spec))
        if not keys or keys[0] == kserve.CUSTOM:
            continue
        key = keys[0]
        if kserve.is_old(path) or component.partition("-")[0] not in ("predictor", "canary"):
            open_ends[(*path, key)] = _CONFIGURED
            continue
        found = _chosen(manifest, spec, key, catalog)
        if found.manifest is None:
            open_ends[(*path, key)] = open_ends[(*path, "workerSpec", "containers")] = found.cause
            continue
        predictor = root.at(*path)
        if predictor is not None:
            root = with_value(root, path, _together(predictor, key, traced(found.manifest, True), manifest))
            templates[path] = (found.manifest.address,)
    if not templates:
        return Assembled(manifest, open_ends)
    return Assembled(retraced(manifest, root), open_ends, templates)


# --- Which runtime ----------------------------------------------------------------------------------------------------


def _chosen(manifest: Manifest, predictor: Mapping[str, Any], key: str, catalog: Catalog) -> Lookup:
    model = mapping(predictor.get(key))
    namespace = manifest.namespace or "default"
    name = word(model.get("runtime"))
    if name is None:
        found = _selected(manifest, predictor, key, catalog)
        missing = "a serving runtime that the cluster chooses"
    else:
        found = catalog.named(_KINDS[0], name, namespace, manifest)
        if found.manifest is None and not found.cause:
            found = catalog.named(_KINDS[1], name, None, manifest)
        missing = f"the serving runtime {name}"
    if found.manifest is not None or found.cause:
        return found
    return Lookup(None, f"{missing}, which is not part of the release, may set it")


def _selected(manifest: Manifest, predictor: Mapping[str, Any], key: str, catalog: Catalog) -> Lookup:
    """The runtime that KServe selects by itself; one of the namespace before one of the cluster."""
    model = mapping(predictor.get(key))
    wanted = _Wanted(
        word(at(model, "modelFormat", "name")) or "" if key == "model" else key,
        word(at(model, "modelFormat", "version")),
        word(model.get("protocolVersion")) or "v1",
        isinstance(predictor.get("workerSpec"), Mapping),
    )
    namespace = manifest.namespace or "default"
    for kind in _KINDS:
        best = catalog.selected((kind, namespace, wanted), partial(_best, kind, namespace, catalog, wanted))
        if not best.names:
            continue
        # Folders tell environments apart only where the namespace is left to whoever applies the files.
        is_open = at(manifest.body, "metadata", "namespace") is None
        found = best.nearest(manifest) if is_open or len(best.names) == 1 else Lookup()
        if found.manifest is None and len(best.names) > 1:
            return Lookup(None, f"several serving runtimes of the release fit alike ({shortened(sorted(best.names))})")
        return found
    return Lookup()


def _best(kind: str, namespace: str, catalog: Catalog, wanted: _Wanted) -> list[Manifest]:
    """The runtimes that fit, of those the ones with the highest priority."""
    found = catalog.for_format(kind, wanted.format, namespace)
    fitting = [runtime for runtime in found if _fits(mapping(runtime.body.get("spec")), wanted)]
    first = max((_priority(runtime, wanted.format) for runtime in fitting), default=0)
    return [runtime for runtime in fitting if _priority(runtime, wanted.format) == first]


def _fits(spec: Mapping[str, Any], wanted: _Wanted) -> bool:
    if spec.get("disabled") is True or spec.get("multiModel") is True:
        return False
    if wanted.is_multi_node and not isinstance(spec.get("workerSpec"), Mapping):
        return False
    protocols = [word(each) for each in elements(spec.get("protocolVersions"))]
    if protocols and wanted.protocol not in protocols:
        return False
    return any(
        word(at(each, "name")) == wanted.format
        and at(each, "autoSelect") is True
        and wanted.version in (None, word(at(each, "version")))
        for each in elements(spec.get("supportedModelFormats"))
    )


def _priority(runtime: Manifest, format_: str) -> int:
    """The priority that the runtime gives itself for the format; one without comes after all that have one."""
    for each in elements(at(runtime.body, "spec", "supportedModelFormats")):
        if word(at(each, "name")) == format_:
            priority = at(each, "priority")
            return priority if isinstance(priority, int) else 0
    return 0


# --- What becomes of both ---------------------------------------------------------------------------------------------


def _together(predictor: Traced, key: str, runtime: Traced, manifest: Manifest) -> Traced:
    """The predictor as KServe deploys it: its model container is that of the runtime with its own fields on top."""
    spec = runtime.at("spec") or runtime
    fill = of_metadata(manifest)
    theirs, own = elements_of(spec.part("containers")), elements_of(predictor.part("containers"))
    fields = _pod(spec, predictor)
    model = predictor.part(key) or predictor
    fields[key] = _with_version(rewritten(_over(_named(theirs, _MODEL_CONTAINER), model), fill), model)
    sidecars = [each for each in theirs if _name(each) not in (_MODEL_CONTAINER, _TRANSFORMER)]
    transformer = [each for each in (*theirs, *own) if _name(each) == _TRANSFORMER]
    if len(transformer) > 1:
        transformer = [merged(transformer[0], transformer[1], "", _ARGUMENTS)]
    sidecars[:0] = [rewritten(each, fill) for each in transformer[:1]]
    sidecars += [each for each in own if _name(each) != _TRANSFORMER]
    if sidecars:
        fields["containers"] = list_of(sidecars, predictor.part("containers") or spec.part("containers") or predictor)
    _put_labels(fields, spec, predictor, manifest)
    worker, base = predictor.part("workerSpec"), spec.part("workerSpec")
    if worker is not None and base is not None and isinstance(worker.value, Mapping):
        pod = _pod(base, worker)
        first = next(iter(elements_of(worker.part("containers"))), None)
        template = _named(elements_of(base.part("containers")), _WORKER)
        container = _over(template, first) if first is not None else template
        if container is not None:
            place = worker.part("containers") or base.part("containers") or worker
            pod["containers"] = list_of([rewritten(container, fill)], place)
        fields["workerSpec"] = mapping_of(pod, worker)
    return mapping_of(fields, predictor)


def _pod(runtime: Traced, own: Traced) -> dict[str, Traced]:
    """The pod's own fields over those that a runtime may give to a pod."""
    taken = {name: part for name, part in fields_of(runtime).items() if name in _TAKEN_OVER}
    return fields_of(merged(mapping_of(taken, runtime), own))


def _over(template: Traced | None, own: Traced) -> Traced:
    return merged(template, own, "", _ARGUMENTS) if template is not None else own


def _with_version(container: Traced, model: Traced) -> Traced:
    """`runtimeVersion` takes the place of the image's tag, unless a digest pins the image."""
    version, image = model.part("runtimeVersion"), container.part("image")
    tag = word(version.value) if version is not None else None
    if version is None or image is None or tag is None or not isinstance(image.value, str) or "@sha256:" in image.value:
        return container
    return with_value(container, ("image",), replace(version, value=f"{_TAG.sub('', image.value)}:{tag}", parts=None))


def _put_labels(fields: dict[str, Traced], runtime: Traced, predictor: Traced, manifest: Manifest) -> None:
    """Labels and annotations of the runtime, which those of the InferenceService and of its predictor override."""
    for kind in ("labels", "annotations"):
        theirs = runtime.part(kind)
        written = mapping(at(manifest.body, "metadata", kind))
        kept = {name: part for name, part in fields_of(theirs).items() if name not in written} if theirs else {}
        own = predictor.part(kind)
        if theirs is not None and kept:
            fields[kind] = mapping_of({**kept, **(fields_of(own) if own else {})}, own or theirs)


def _named(containers: list[Traced], name: str) -> Traced | None:
    return next((each for each in containers if _name(each) == name), None)


def _name(container: Traced) -> str | None:
    return word(at(container.value, "name"))
