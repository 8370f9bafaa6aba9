"""Autoscalers and disruption budgets, and the workloads that they are about."""

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import links, manifest, notes, ties, unknown, warnings, workload


def hpa(kind: str = "Deployment", name: str = "llm", path: str = "") -> Resource:
    target = {"apiVersion": "apps/v1", "kind": kind, "name": name}
    return manifest(
        "HorizontalPodAutoscaler",
        "llm",
        {"apiVersion": "autoscaling/v2", "spec": {"scaleTargetRef": target}},
        path=path,
    )


def test_an_autoscaler_scales_the_workload_of_that_kind_and_name() -> None:
    others = [
        workload("llm", kind="StatefulSet"),
        workload("other"),
        workload("llm", {"namespace": "test"}, path="k8s/test/llm.yaml"),
    ]
    found = ties("scales", hpa(), workload("llm"), *others)
    assert found == {("prod/HorizontalPodAutoscaler/llm", "prod/Deployment/llm/pod")}


def test_the_link_names_both_lines() -> None:
    scaler, scaled = hpa(), workload("llm")
    (link,) = links("scales", scaler, scaled)
    assert link.evidence == scaler.locate(("spec", "scaleTargetRef", "name"))
    assert link.target_evidence == scaled.locate(("name",))


def test_all_pods_of_an_object_are_scaled() -> None:
    head = workload("ranker", {"component": "head"}, kind="RayCluster")
    worker = workload("ranker", {"component": "worker-gpu"}, kind="RayCluster")
    assert {target for _, target in ties("scales", hpa("RayCluster", "ranker"), head)} == {head.address}
    owner = manifest("RayCluster", "ranker")
    both = [
        type(each)(each.address, each.type, each.format, each.attributes, each.location, parent=owner.key)
        for each in (head, worker)
    ]
    found = ties("scales", hpa("RayCluster", "ranker"), owner, *both)
    assert {target for _, target in found} == {head.address, worker.address}


@pytest.mark.parametrize(
    ("target", "kind"), [({"name": "llm"}, "Deployment"), ({"kind": "StatefulSet", "name": "llm"}, "StatefulSet")]
)
def test_keda_means_a_deployment_unless_it_says_otherwise(target: dict[str, str], kind: str) -> None:
    scaler = manifest("ScaledObject", "llm", {"apiVersion": "keda.sh/v1alpha1", "spec": {"scaleTargetRef": target}})
    both = [workload("llm", path="k8s/a.yaml"), workload("llm", kind="StatefulSet", path="k8s/b.yaml")]
    assert ties("scales", scaler, *both) == {("prod/ScaledObject/llm", f"prod/{kind}/llm/pod")}


def test_a_vertical_autoscaler_names_its_target_elsewhere() -> None:
    spec = {"targetRef": {"kind": "Deployment", "name": "llm"}}
    scaler = manifest("VerticalPodAutoscaler", "llm", {"apiVersion": "autoscaling.k8s.io/v1", "spec": spec})
    assert ties("scales", scaler, workload("llm")) == {(scaler.address, "prod/Deployment/llm/pod")}


def test_of_two_alike_the_nearest_is_meant() -> None:
    near = workload("llm", path="overlays/a/llm.yaml")
    far = workload("llm", path="overlays/b/llm.yaml")
    (link,) = links("scales", hpa(path="overlays/a/hpa.yaml"), near, far)
    assert link.target == near.key
    (told,) = [
        each for each in warnings(hpa(path="hpa.yaml"), near, far) if "scale" in each or "Deployment llm" in each
    ]
    assert told.startswith("prod/HorizontalPodAutoscaler/llm: Deployment llm fits more than one resource")


def test_a_target_elsewhere_is_said() -> None:
    assert "prod/HorizontalPodAutoscaler/llm: Deployment llm is not in the release" in notes(hpa(), workload("x"))


@pytest.mark.parametrize("spec", [None, [], "x", {}, {"scaleTargetRef": None}, {"scaleTargetRef": ["a"]}])
def test_a_malformed_autoscaler_scales_nothing(spec: object) -> None:
    scaler = manifest("HorizontalPodAutoscaler", "llm", {"apiVersion": "autoscaling/v2", "spec": spec})
    assert ties("scales", scaler, workload("llm")) == set()


LABELLED = {"labels": {"app": "llm", "tier": "gold"}}


@pytest.mark.parametrize(
    ("selector", "version", "is_protected"),
    [
        ({"matchLabels": {"app": "llm"}}, "policy/v1", True),
        ({"matchLabels": {"app": "other"}}, "policy/v1", False),
        ({"matchExpressions": [{"key": "tier", "operator": "In", "values": ["gold"]}]}, "policy/v1", True),
        ({}, "policy/v1", True),
        ({}, "policy/v1beta1", False),
        ({"matchLabels": {"app": "llm"}}, "policy/v1beta1", True),
        (None, "policy/v1", False),
        ("app=llm", "policy/v1", False),
    ],
)
def test_a_budget_protects_what_it_selects(selector: object, version: str, is_protected: bool) -> None:
    attributes = {"apiVersion": version, "spec": {"minAvailable": 1, "selector": selector}}
    budget = manifest("PodDisruptionBudget", "llm", attributes)
    elsewhere = workload("llm", {**LABELLED, "namespace": "test"}, path="k8s/test/llm.yaml")
    wanted = {("prod/PodDisruptionBudget/llm", "prod/Deployment/llm/pod")} if is_protected else set()
    assert ties("protects", budget, workload("llm", LABELLED), elsewhere) == wanted


def test_a_selector_that_is_not_known_may_protect() -> None:
    attributes = {"apiVersion": "policy/v1", "spec": {"selector": unknown("var.selector")}}
    budget = manifest("PodDisruptionBudget", "llm", attributes)
    assert ties("protects", budget, workload("llm", LABELLED)) == set()
    assert ties("may_protect", budget, workload("llm", LABELLED)) == {(budget.address, "prod/Deployment/llm/pod")}
