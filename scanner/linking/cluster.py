"""The pods and namespaces of a release as selectors see them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.resource import Release, Resource
from scanner.linking.objects import nearest
from scanner.linking.pod_labels import pod_labels
from scanner.linking.reading import mapping, text
from scanner.linking.selectors import Labels, Pods, Selection, Selector, labels_of, meets, pods_of

# Every namespace carries its name as this label.
NAME_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class Cluster:
    """Workloads by namespace, and the Namespace objects by name."""

    pods: Mapping[str, Pods]
    namespaces: Mapping[str, tuple[Resource, ...]]

    def selected(self, namespace: str, selector: Selector) -> Selection:
        """The workloads of the namespace that the selector means."""
        return self.pods.get(namespace, Pods()).selected(selector)

    def is_selected(self, namespace: str, selector: Selector, source: Resource) -> bool | None:
        """Whether a selector of namespaces means this one, as `source` would have it; None when that is not known.

        The labels of a namespace that is not in the release are not known, except for the one with its name.
        """
        labels, is_whole = self._labels(namespace, source)
        if is_whole or selector is None:
            return meets(labels, selector)
        decided = tuple(each for each in selector if each.key == NAME_LABEL)
        answer = meets(labels, decided)
        return answer if answer is not True or len(decided) == len(selector) else None

    def _labels(self, namespace: str, source: Resource) -> tuple[Labels, bool]:
        """The labels, and whether these are all."""
        found = nearest(self.namespaces.get(namespace, ()), source)
        written = [labels_of(mapping(each, "metadata", "labels")) for each in found]
        agreed = bool(written) and all(each == written[0] for each in written)
        return {**(written[0] if agreed else {}), NAME_LABEL: namespace}, agreed


def cluster_of(release: Release) -> Cluster:
    """Index the release's workloads and namespaces."""
    members: dict[str, list[tuple[Resource, Labels]]] = {}
    for workload in release.by_type.get("workload", ()):
        members.setdefault(text(workload, "namespace"), []).append((workload, pod_labels(workload)))
    named: dict[str, list[Resource]] = {}
    for each in manifests(release, "Namespace"):
        named.setdefault(text(each, "metadata", "name"), []).append(each)
    return Cluster(
        {namespace: pods_of(found) for namespace, found in members.items()},
        {name: tuple(found) for name, found in named.items()},
    )


def manifests(release: Release, *kinds: str) -> Iterator[Resource]:
    """The Kubernetes objects of these types; Terraform has resources of some of these names."""
    for kind in kinds:
        yield from (each for each in release.by_type.get(kind, ()) if each.format == "kubernetes")


def group_of(manifest: Resource) -> str:
    """The API group, `""` for the core one."""
    return text(manifest, "apiVersion").rpartition("/")[0]


def named(entry: Mapping[str, Any], key: str, default: str = "") -> str:
    """The text under `key`, `default` where nothing is written, `""` for what is no known text."""
    value = entry.get(key)
    if value is None or value == "":
        return default
    return value if isinstance(value, str) else ""
