"""Kubernetes objects by kind, namespace and name."""

from collections.abc import Mapping, Sequence
from posixpath import dirname

from scanner.core.resource import Release, Resource
from scanner.linking.reading import text

CLUSTER_SCOPED = frozenset(
    {
        "CiliumClusterwideNetworkPolicy",
        "ClusterIssuer",
        "ClusterRole",
        "ClusterRoleBinding",
        "GatewayClass",
        "IngressClass",
        "Namespace",
    }
)

Objects = Mapping[tuple[str, str, str], tuple[Resource, ...]]


def namespace_of(manifest: Resource) -> str:
    """The namespace of an object, `default` when none is written, `""` for one that has none."""
    if manifest.type in CLUSTER_SCOPED:
        return ""
    return text(manifest, "metadata", "namespace") or "default"


def objects_of(release: Release, *kinds: str) -> Objects:
    """The release's objects of these kinds by `(kind, namespace, name)`."""
    grouped: dict[tuple[str, str, str], list[Resource]] = {}
    for kind in kinds:
        for manifest in release.by_type.get(kind, ()):
            if manifest.format == "kubernetes":
                key = (kind, namespace_of(manifest), text(manifest, "metadata", "name"))
                grouped.setdefault(key, []).append(manifest)
    return {key: tuple(found) for key, found in grouped.items()}


def share_a_world(one: Resource, other: Resource) -> bool:
    """Whether both can be in one cluster at once."""
    return "" in (one.world, other.world) or one.world == other.world


def nearest(candidates: Sequence[Resource], source: Resource) -> Sequence[Resource]:
    """The candidates of the same rendering, else those of none: in the file of `source`, its directory, or anywhere.

    A repository often holds the same object for several environments, one directory each. What several renderings
    have from one and the same lines is one object: the first of them stands for all.
    """
    candidates = [each for each in candidates if share_a_world(each, source)]
    candidates = [each for each in candidates if each.world == source.world] or candidates
    if len(candidates) > 1:
        where = source.location.path
        same_rendering = [each for each in candidates if source.origin and each.origin == source.origin]
        candidates = same_rendering or candidates
        same_file = [each for each in candidates if each.location.path == where]
        same_directory = [each for each in candidates if dirname(each.location.path) == dirname(where)]
        candidates = same_file or same_directory or candidates
        if len({each.location for each in candidates}) == 1 and len({each.origin for each in candidates}) > 1:
            return candidates[:1]
    return candidates
