"""What can be called by a host name inside the cluster: Services, and those that operators make from other objects."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.core.resource import Release, Resource
from scanner.linking.cluster import manifests
from scanner.linking.objects import namespace_of, nearest
from scanner.linking.reading import text

CALLABLE = (
    "Service",
    "InferenceService",
    "LLMInferenceService",
    "InferenceGraph",
    "KnativeService",
    "RayService",
    "RayCluster",
    "SeldonDeployment",
)
# The Services that operators make, each by what stands behind the object's name.
_MADE: Mapping[str, tuple[str, ...]] = {
    "InferenceService": tuple(
        f"{part}{rest}" for part in ("-predictor", "-transformer", "-explainer") for rest in ("", "-default", "-canary")
    ),
    "LLMInferenceService": ("-kserve-workload-svc", "-epp-service"),
    "RayService": ("-serve-svc", "-head-svc"),
    "RayCluster": ("-head-svc", "-serve-svc"),
}
# These are called only by the names that their operator makes.
_NEVER_BY_NAME = frozenset({"LLMInferenceService", "RayService", "RayCluster", "SeldonDeployment"})
# KubeRay cuts off the beginning of a longer name, and puts an r for a digit or a dash at its start.
_LONGEST_RAY_NAME = 50

_HOST = re.compile(
    r"(?P<name>[a-z0-9]([a-z0-9-]*[a-z0-9])?)"
    r"(?:\.(?P<namespace>[a-z0-9]([a-z0-9-]*[a-z0-9])?)(?:\.svc(?:\.cluster\.local)?\.?)?)?"
)


@dataclass(frozen=True)
class Called:
    """Everything with a host name of its own, by namespace and that name."""

    written: Mapping[tuple[str, str], tuple[Resource, ...]]
    made: Mapping[tuple[str, str], tuple[Resource, ...]]
    names: frozenset[str]

    def named(self, namespace: str, name: str, source: Resource) -> tuple[Resource, ...]:
        """What a Service of this name is, near `source`; a Service that is written wins over one that is made."""
        key = (namespace, name)
        return tuple(nearest(self.written.get(key) or self.made.get(key, ()), source))

    def host(self, host: str, namespace: str, source: Resource) -> tuple[Resource, ...]:
        """What a host name means that is called from this namespace."""
        parts = split_host(host, namespace)
        return self.named(*parts, source) if parts else ()


def called_in(release: Release) -> Called:
    """Index what the release's pods can call by name."""
    written: dict[tuple[str, str], list[Resource]] = {}
    made: dict[tuple[str, str], list[Resource]] = {}
    for each in manifests(release, *CALLABLE):
        namespace, name = namespace_of(each), text(each, "metadata", "name")
        if each.type == "Service":
            written.setdefault((namespace, name), []).append(each)
            continue
        for made_name in _made_names(each, name):
            made.setdefault((namespace, made_name), []).append(each)
    return Called(
        {key: tuple(found) for key, found in written.items()},
        {key: tuple(found) for key, found in made.items()},
        frozenset(name for _, name in (*written, *made)),
    )


def split_host(host: str, namespace: str) -> tuple[str, str] | None:
    """Namespace and Service of a host name in the cluster, None for one that is outside."""
    match = _HOST.fullmatch(host)
    return (match["namespace"] or namespace, match["name"]) if match else None


def _made_names(each: Resource, name: str) -> Iterator[str]:
    if each.type not in _NEVER_BY_NAME:
        yield name
    for behind in _MADE.get(each.type, ()):
        yield _shortened(f"{name}{behind}") if each.type.startswith("Ray") else f"{name}{behind}"
    if each.type.startswith("Ray"):
        cluster = "rayClusterConfig" if each.type == "RayService" else ""
        path = ("spec", *filter(None, (cluster,)), "headGroupSpec", "headService", "metadata", "name")
        yield from filter(None, (text(each, *path), text(each, "spec", "serveService", "metadata", "name")))
    if each.type == "SeldonDeployment":
        predictors = each.attributes.get("spec")
        listed = predictors.get("predictors") if isinstance(predictors, Mapping) else None
        for predictor in listed if isinstance(listed, list) else ():
            if isinstance(predictor, Mapping) and isinstance(predictor.get("name"), str):
                yield f"{name}-{predictor['name']}"


def _shortened(name: str) -> str:
    name = name[-_LONGEST_RAY_NAME:]
    return name if name[:1].isalpha() else f"r{name[1:]}"
