"""`scales` and `protects`: which workloads an autoscaler changes, and which a disruption budget keeps running."""

from collections.abc import Iterator, Mapping

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath, Unresolved
from scanner.linking.cluster import cluster_of, group_of, manifests
from scanner.linking.interface import ambiguous, note
from scanner.linking.objects import namespace_of, nearest
from scanner.linking.reading import mapping, text
from scanner.linking.selectors import label_selector

# Where each kind of autoscaler names its target, and the kind of a target that names none.
_AUTOSCALERS: Mapping[str, tuple[AttributePath, str]] = {
    "HorizontalPodAutoscaler": (("spec", "scaleTargetRef"), ""),
    "ScaledObject": (("spec", "scaleTargetRef"), "Deployment"),
    "VerticalPodAutoscaler": (("spec", "targetRef"), ""),
}
_OLD_BUDGETS = "policy/v1beta1"


def scales(release: Release) -> Iterator[Link | Notification]:
    """Links from HorizontalPodAutoscalers, KEDA's ScaledObjects and VerticalPodAutoscalers to the workloads they name.

    A target is looked for in the autoscaler's own namespace; all pods of an object with several are meant.
    """
    autoscalers = list(manifests(release, *_AUTOSCALERS))
    if not autoscalers:
        return
    owners: dict[tuple[str, str, str], dict[str, list[Resource]]] = {}
    for workload in release.by_type.get("workload", ()):
        key = (text(workload, "kind"), text(workload, "namespace"), text(workload, "name"))
        owners.setdefault(key, {}).setdefault(workload.parent or workload.key, []).append(workload)
    for autoscaler in autoscalers:
        path, usual = _AUTOSCALERS[autoscaler.type]
        kind, name = text(autoscaler, *path, "kind") or usual, text(autoscaler, *path, "name")
        if not kind or not name:
            continue
        of_owner = owners.get((kind, namespace_of(autoscaler), name), {})
        firsts = nearest([members[0] for members in of_owner.values()], autoscaler)
        evidence = autoscaler.locate((*path, "name"))
        if len(firsts) > 1:
            yield ambiguous(f"{autoscaler.address}: {kind} {name}", firsts, evidence)
        for first in firsts if len(firsts) == 1 else ():
            for workload in of_owner[first.parent or first.key]:
                yield Link(autoscaler.key, "scales", workload.key, evidence, workload.locate(("name",)))
        if not firsts:
            yield note(f"{autoscaler.address}: {kind} {name} is not in the release", evidence)


def protects(release: Release) -> Iterator[Link | Notification]:
    """Links from PodDisruptionBudgets to the workloads whose pods they select; `may_protect` where that is not known.

    No selector selects nothing. An empty one selects every pod of the namespace, and none in the API's old version.
    """
    budgets = [each for each in manifests(release, "PodDisruptionBudget") if group_of(each) == "policy"]
    if not budgets:
        return
    cluster = cluster_of(release)
    for budget in budgets:
        written = mapping(budget, "spec").get("selector")
        is_old = text(budget, "apiVersion") == _OLD_BUDGETS
        if written is None or (not isinstance(written, Unresolved) and not written and is_old):
            continue
        selector = label_selector(written)
        found = cluster.selected(namespace_of(budget), selector)
        label = ("labels", selector[0].key) if selector else ("labels",)
        for kind, workloads in (("protects", found.certain), ("may_protect", found.possible)):
            for workload in workloads:
                evidence = budget.locate(("spec", "selector"))
                yield Link(budget.key, kind, workload.key, evidence, workload.locate(label))
