"""Argo Workflows: the pod that each template of a workflow runs in."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.assembled import Assembled
from scanner.parsers.kubernetes.catalog import Catalog
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.reading import at, mapping, word
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
from scanner.yaml_source import SourceError, load_documents

WORKFLOWS = frozenset({"Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate"})

_RUNNING = ("container", "script", "containerSet")
_OF_SPEC = (
    *("hostNetwork", "dnsPolicy", "imagePullSecrets", "nodeSelector", "affinity", "tolerations", "schedulerName"),
    *("hostAliases", "serviceAccountName", "automountServiceAccountToken", "securityContext"),
)
_PATCH = "podSpecPatch"
_PATCHED_LATER = "podSpecPatch, which is filled in when the workflow runs, may set it"


def with_pods(manifest: Manifest, catalog: Catalog) -> Assembled:
    """A workflow with a pod (`pod.metadata`, `pod.spec`) in every template that runs one.

    As Argo builds it: a template's security context, service account and volumes go before those of the workflow.
    """
    root = traced(manifest)
    path: AttributePath = ("spec", "workflowSpec") if manifest.type == "CronWorkflow" else ("spec",)
    spec = root.at(*path)
    if spec is None or not isinstance(spec.value, Mapping):
        return Assembled(manifest)
    open_ends: dict[AttributePath, str] = {}
    templates: dict[AttributePath, tuple[str, ...]] = {}
    reference = mapping(spec.value.get("workflowTemplateRef"))
    name = word(reference.get("name"))
    running = [each for template in elements_of(spec.part("templates")) for each in _with_inline(template)]
    if name is not None:
        kind = "ClusterWorkflowTemplate" if reference.get("clusterScope") is True else "WorkflowTemplate"
        found = catalog.named(kind, name, manifest.namespace, manifest)
        base = traced(found.manifest, True).part("spec") if found.manifest is not None else None
        if found.manifest is not None and base is not None:
            spec = merged(base, spec)
            templates[path] = (found.manifest.address,)
            running = [each for template in elements_of(spec.part("templates")) for each in _with_inline(template)]
        else:
            open_ends[path] = found.cause or f"the {kind} {name}, which is not part of the release, may set it"
            if not running:
                place = spec.part("workflowTemplateRef") or spec
                called = replace(place, value=name, parts=None)
                stand_in = mapping_of({"spec": mapping_of(_shared({}, fields_of(spec)), place)}, place)
                running = [mapping_of({"name": called, "pod": stand_in}, place)]
    built = []
    for index, template in enumerate(running):
        pod, unknown = _pod(template, spec)
        if unknown:
            open_ends[(*path, "templates", index)] = unknown
        built.append(with_value(template, ("pod",), pod) if pod is not None else template)
    if not built:
        return Assembled(manifest, open_ends, templates)
    spec = with_value(spec, ("templates",), list_of(built, spec.part("templates") or spec))
    return Assembled(retraced(manifest, with_value(root, path, spec)), open_ends, templates)


def _with_inline(template: Traced) -> Iterator[Traced]:
    """The template, and those written inside its steps and tasks."""
    yield template
    groups = [elements_of(group) for group in elements_of(template.part("steps"))]
    for step in [each for group in groups for each in group] + elements_of(template.at("dag", "tasks")):
        inline, called = step.part("inline"), step.part("name")
        if inline is not None and isinstance(inline.value, Mapping):
            if called is not None and inline.part("name") is None:
                name = replace(called, value=f"{at(template.value, 'name')}-{called.value}", parts=None)
                inline = with_value(inline, ("name",), name)
            yield from _with_inline(inline)


def _pod(template: Traced, spec: Traced) -> tuple[Traced | None, str]:
    """The pod of a template, and why it may look otherwise; None for a template that starts none."""
    running = next((kind for kind in _RUNNING if isinstance(at(template.value, kind), Mapping)), None)
    if running is None:
        return None, ""
    defaults = spec.part("templateDefaults")
    if defaults is not None and isinstance(defaults.value, Mapping):
        taken = {name: part for name, part in fields_of(defaults).items() if name not in _RUNNING or name == running}
        template = merged(mapping_of(taken, defaults), template)
    fields = _shared(fields_of(template), fields_of(spec))
    main = template.part(running) or template
    if running == "containerSet":
        fields["containers"] = list_of(elements_of(main.part("containers")), main)
        volumes = main.part("volumes")
    else:
        name = replace(main, value="main", parts=None)
        fields["containers"] = list_of([mapping_of({**fields_of(main), "name": name}, main)], main)
        volumes = None
    for key in ("sidecars", "initContainers"):
        part = template.part(key)
        if part is not None:
            fields[key] = part
    parts = [each for each in (spec.part("volumes"), template.part("volumes"), volumes) if each is not None]
    if parts:
        fields["volumes"] = list_of([each for part in parts for each in elements_of(part)], parts[-1])
    pod, unknown = mapping_of(fields, template), ""
    for place in (spec.part(_PATCH), template.part(_PATCH)):
        if place is not None and place.value:
            patched = _patched(pod, place)
            unknown = unknown if patched is not None else _PATCHED_LATER
            pod = patched or pod
    labels = [part for part in (spec.part("podMetadata"), template.part("metadata")) if part is not None]
    metadata = labels[0] if labels else mapping_of({}, template)
    for part in labels[1:]:
        metadata = merged(metadata, part)
    return mapping_of({"metadata": metadata, "spec": pod}, template), unknown


def _shared(template: Mapping[str, Traced], spec: Mapping[str, Traced]) -> dict[str, Traced]:
    """The fields of the pod that a template may set, else its workflow."""
    both = {**spec, **template}
    return {name: both[name] for name in _OF_SPEC if name in both}


def _patched(pod: Traced, patch: Traced) -> Traced | None:
    """The pod with a patch laid over it, all of it on the line of the patch; None when it is not known now."""
    if not isinstance(patch.value, str) or "{{" in patch.value or "$patch" in patch.value:
        return None
    try:
        documents = load_documents(patch.value, _PATCH)
    except SourceError:
        return None
    if len(documents) != 1 or not isinstance(documents[0].value, Mapping):
        return None
    return merged(pod, _at_one_place(documents[0].value, patch))


def _at_one_place(value: object, place: Traced) -> Traced:
    if isinstance(value, Mapping):
        return mapping_of({str(key): _at_one_place(inner, place) for key, inner in value.items()}, place)
    if isinstance(value, list):
        return list_of([_at_one_place(inner, place) for inner in value], place)
    return replace(place, value=value, parts=None)
