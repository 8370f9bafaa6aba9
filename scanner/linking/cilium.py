"""How Cilium's network policies name the pods that they are for."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.core.resource import Resource
from scanner.core.values import AttributePath
from scanner.linking.cluster import Cluster
from scanner.linking.selectors import UNKNOWN, Labels, Pods, Requirement, Selector, label_selector, pods_of

CILIUM = ("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")

_NAMESPACE = "io.kubernetes.pod.namespace"
_LABELS_OF_NAMESPACE = "io.cilium.k8s.namespace.labels."
_SOURCES = ("k8s:", "any:", "k8s.", "any.")


def specs_of(policy: Resource) -> Iterator[tuple[AttributePath, Mapping[str, Any]]]:
    """The rule books of a policy, each with its path."""
    spec, specs = policy.attributes.get("spec"), policy.attributes.get("specs")
    if isinstance(spec, Mapping):
        yield ("spec",), spec
    for index, each in enumerate(specs if isinstance(specs, list) else ()):
        if isinstance(each, Mapping):
            yield ("specs", index), each


def endpoint_selector(spec: Mapping[str, Any]) -> Selector:
    """The pods that a rule book is for; one without a selector of endpoints is for nodes."""
    if "endpointSelector" not in spec:
        return None
    selector = label_selector(spec["endpointSelector"])
    return None if selector is None else tuple(map(_without_source, selector))


def pods_of_cilium(cluster: Cluster) -> Mapping[str, Pods]:
    """The workloads by namespace, all of them under `""`, with the label that has their namespace."""
    found: dict[str, list[tuple[Resource, Labels]]] = {"": []}
    for namespace, pods in cluster.pods.items():
        found[namespace] = [
            (workload, {**labels, _NAMESPACE: namespace})
            for workload, labels in zip(pods.workloads, pods.labels, strict=True)
        ]
        found[""] += found[namespace]
    return {namespace: pods_of(members) for namespace, members in found.items()}


def _without_source(requirement: Requirement) -> Requirement:
    key = requirement.key
    for source in _SOURCES:
        key = key.removeprefix(source)
    if key.startswith(_LABELS_OF_NAMESPACE):
        return Requirement(key, UNKNOWN)
    return Requirement(key, requirement.operator, requirement.values)
