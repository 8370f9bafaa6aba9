"""The objects that will come of an object: the pods of a workload, and what ExpansionTemplates say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from scanner.core.values import AttributePath
from scanner.engines.gatekeeper.objects import KubernetesObject

_TEMPLATE: AttributePath = ("spec", "template")
# What starts pods by itself, and where it keeps their template. Each pod is reviewed when its controller creates it.
_PODS: Mapping[tuple[str, str], AttributePath] = {
    **{(group, kind): _TEMPLATE for group in ("apps", "extensions") for kind in ("Deployment", "ReplicaSet")},
    **{(group, "DaemonSet"): _TEMPLATE for group in ("apps", "extensions")},
    ("apps", "StatefulSet"): _TEMPLATE,
    ("", "ReplicationController"): _TEMPLATE,
    ("batch", "Job"): _TEMPLATE,
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
}
_DEEPEST = 5


def pods_of(owner: KubernetesObject) -> Iterator[KubernetesObject]:
    """The pod of a workload, as its controller will create it."""
    path = _PODS.get((owner.group, owner.kind))
    if path is not None:
        yield from _made(owner, path, "v1", "Pod")


def expanded(
    owner: KubernetesObject, expansions: Sequence[Mapping[str, Any]], depth: int = 0
) -> Iterator[KubernetesObject]:
    """What the ExpansionTemplates make of an object, and of that again."""
    for spec in expansions if depth < _DEEPEST else ():
        generated = spec.get("generatedGVK")
        source = spec.get("templateSource")
        if not isinstance(generated, Mapping) or not isinstance(source, str) or not _applies(spec, owner):
            continue
        group, version = str(generated.get("group") or ""), str(generated.get("version") or "")
        api_version = f"{group}/{version}" if group else version
        for made in _made(owner, tuple(source.split(".")), api_version, str(generated.get("kind") or "")):
            found = replace(made, is_generated=True)
            yield found
            yield from expanded(found, expansions, depth + 1)


def _applies(spec: Mapping[str, Any], owner: KubernetesObject) -> bool:
    entries = spec.get("applyTo")
    return isinstance(entries, list) and any(
        isinstance(each, Mapping)
        and owner.group in (each.get("groups") or ())
        and owner.version in (each.get("versions") or ())
        and owner.kind in (each.get("kinds") or ())
        for each in entries
    )


def _made(owner: KubernetesObject, path: AttributePath, api_version: str, kind: str) -> Iterator[KubernetesObject]:
    template: Any = owner.body
    for step in path:
        template = template.get(step) if isinstance(template, Mapping) else None
    if not isinstance(template, Mapping):
        return
    written = template.get("metadata")
    metadata = {
        **(written if isinstance(written, Mapping) else {}),
        "name": f"{owner.name or owner.generate_name}-{kind}".lower(),
        "ownerReferences": [{"apiVersion": owner.api_version, "kind": owner.kind, "name": owner.name}],
    }
    if owner.namespace is not None:
        metadata["namespace"] = owner.namespace
    yield replace(
        owner,
        body={**template, "apiVersion": api_version, "kind": kind, "metadata": metadata},
        api_version=api_version,
        kind=kind,
        unresolved=tuple(_below(owner, path)),
        place=(*owner.place, *path),
    )


def _below(owner: KubernetesObject, path: AttributePath) -> Iterator[tuple[AttributePath, Any]]:
    for found, cause in owner.unresolved:
        if found[: len(path)] == path:
            yield found[len(path) :], cause
        elif path[: len(found)] == found:
            yield (), cause
