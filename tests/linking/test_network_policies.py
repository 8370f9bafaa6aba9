"""NetworkPolicy by the rules of the Kubernetes documentation, each rule in a test of its own."""

from typing import Any

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import links, manifest, ties, unknown, workload

MODEL = workload("llm", {"labels": {"app": "llm", "tier": "gpu"}})
WEB = workload("web", {"labels": {"app": "web"}, "serving": False})
GATEWAY = workload("gateway", {"labels": {"app": "gateway"}, "namespace": "edge", "serving": False})
OTHER = workload("other", {"labels": {"app": "other"}, "namespace": "edge", "serving": False})
PODS = (MODEL, WEB, GATEWAY, OTHER)


def namespace(name: str, **labels: Any) -> Resource:
    return manifest("Namespace", name, {"metadata": {"labels": labels}}, namespace="")


def policy(**spec: Any) -> Resource:
    return manifest("NetworkPolicy", "np", {"spec": {"podSelector": {"matchLabels": {"app": "llm"}}, **spec}})


def peer(**selectors: Any) -> Resource:
    return policy(ingress=[{"from": [selectors]}])


def isolated(direction: str, *things: Resource) -> set[str]:
    return {target.split("/")[2] for _, target in ties(f"isolates_{direction}", *things, *PODS)}


def admitted(kind: str, *things: Resource) -> set[str]:
    return {target for _, target in ties(kind, *things, *PODS)}


# --- Which pods are isolated, and in which direction ------------------------------------------------


def test_a_pod_is_isolated_only_when_a_policy_selects_it() -> None:
    source = policy(policyTypes=["Ingress"])
    (found,) = links("isolates_ingress", source, *PODS)
    assert (found.source, found.target) == (source.key, MODEL.key)
    assert found.evidence == source.attribute_locations[("spec", "podSelector")]
    assert found.target_evidence == MODEL.attribute_locations[("labels", "app")]


def test_an_empty_pod_selector_selects_every_pod_of_the_policys_namespace_and_no_other() -> None:
    assert isolated("ingress", policy(podSelector={})) == {"llm", "web"}


@pytest.mark.parametrize(
    ("spec", "ingress", "egress"),
    [
        # Without policyTypes a policy is for ingress always …
        ({}, True, False),
        ({"ingress": []}, True, False),
        # … and for egress when it has rules for egress.
        ({"egress": [{}]}, True, True),
        ({"egress": []}, True, False),
        # What policyTypes lists counts alone.
        ({"policyTypes": ["Ingress"], "egress": [{}]}, True, False),
        ({"policyTypes": ["Egress"]}, False, True),
        ({"policyTypes": ["Ingress", "Egress"]}, True, True),
        ({"policyTypes": []}, True, False),
    ],
)
def test_the_types_of_a_policy_and_their_defaults(spec: dict[str, Any], ingress: bool, egress: bool) -> None:
    assert isolated("ingress", policy(**spec)) == ({"llm"} if ingress else set())
    assert isolated("egress", policy(**spec)) == ({"llm"} if egress else set())


@pytest.mark.parametrize("spec", [{"policyTypes": unknown("types")}, {"podSelector": unknown("selector")}])
def test_what_is_not_known_may_isolate(spec: dict[str, Any]) -> None:
    assert isolated("ingress", policy(**spec)) == set()
    assert (policy().address, MODEL.address) in ties("may_isolate_ingress", policy(**spec), *PODS)


def test_a_label_that_is_filled_in_later_may_be_the_one_that_is_selected() -> None:
    source = policy(podSelector={"matchLabels": {"app": "${APP}"}})
    assert isolated("ingress", source) == set()
    assert {target for _, target in ties("may_isolate_ingress", source, *PODS)} == {MODEL.address, WEB.address}


@pytest.mark.parametrize("spec", [None, [], "x", {"podSelector": []}, {"policyTypes": {"a": 1}}, {"ingress": "all"}])
def test_policies_of_the_wrong_shape_do_no_harm(spec: Any) -> None:
    links("isolates_ingress", manifest("NetworkPolicy", "np", {"spec": spec}), *PODS)


# --- Whom a policy lets in --------------------------------------------------------------------------


def test_a_pod_selector_alone_means_pods_of_the_policys_namespace() -> None:
    source = peer(podSelector={"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "gateway"]}]})
    (found,) = links("admits", source, *PODS)
    assert found.target == WEB.key
    assert found.evidence == source.attribute_locations[("spec", "ingress", 0, "from", 0)]


def test_a_namespace_selector_alone_means_all_pods_of_those_namespaces() -> None:
    edge = namespace("edge", team="net")
    assert admitted("admits", peer(namespaceSelector={"matchLabels": {"team": "net"}}), edge) == {edge.address}


def test_both_selectors_in_one_peer_have_to_hold_together() -> None:
    both = peer(namespaceSelector={"matchLabels": {"team": "net"}}, podSelector={"matchLabels": {"app": "gateway"}})
    assert admitted("admits", both, namespace("edge", team="net")) == {GATEWAY.address}


def test_two_peers_with_one_selector_each_are_alternatives() -> None:
    edge = namespace("edge", team="net")
    peers = [{"namespaceSelector": {"matchLabels": {"team": "net"}}}, {"podSelector": {"matchLabels": {"app": "web"}}}]
    assert admitted("admits", policy(ingress=[{"from": peers}]), edge) == {edge.address, WEB.address}


def test_every_namespace_has_its_name_as_a_label() -> None:
    wanted = {"matchLabels": {"kubernetes.io/metadata.name": "edge"}}
    found = peer(namespaceSelector=wanted, podSelector={"matchLabels": {"app": "gateway"}})
    assert admitted("admits", found) == {GATEWAY.address}
    assert admitted("may_admit", found) == set()


def test_other_labels_of_a_namespace_outside_of_the_release_are_not_known() -> None:
    wanted = {"matchLabels": {"team": "net"}}
    found = peer(namespaceSelector=wanted, podSelector={"matchLabels": {"app": "gateway"}})
    assert admitted("admits", found) == set()
    assert admitted("may_admit", found) == {GATEWAY.address}
    # The name decides where it excludes the namespace.
    both = {"matchLabels": {"team": "net", "kubernetes.io/metadata.name": "prod"}}
    assert admitted("may_admit", peer(namespaceSelector=both, podSelector={"matchLabels": {"app": "gateway"}})) == set()


def test_labels_that_a_namespace_of_the_release_lacks_do_not_match() -> None:
    found = peer(namespaceSelector={"matchLabels": {"team": "net"}}, podSelector={"matchLabels": {"app": "gateway"}})
    assert admitted("admits", found, namespace("edge")) == set()
    assert admitted("may_admit", found, namespace("edge")) == set()


def test_an_empty_namespace_selector_means_every_namespace() -> None:
    everywhere = peer(namespaceSelector={}, podSelector={"matchExpressions": [{"key": "app", "operator": "Exists"}]})
    assert admitted("admits", everywhere) == {each.address for each in PODS}


def test_an_address_is_no_pod() -> None:
    assert admitted("admits", peer(ipBlock={"cidr": "10.0.0.0/8"})) == set()


def test_rules_that_are_not_for_ingress_let_nobody_in() -> None:
    outward = policy(policyTypes=["Egress"], ingress=[{"from": [{"podSelector": {}}]}])
    assert admitted("admits", outward, namespace("prod")) == set()


# --- Cilium -----------------------------------------------------------------------------------------


def cilium(kind: str = "CiliumNetworkPolicy", **spec: Any) -> Resource:
    selector = {"endpointSelector": {"matchLabels": {"k8s:app": "llm"}}}
    return manifest(kind, "np", {"spec": {**selector, **spec}})


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        ({"ingress": [{}]}, {"llm"}),
        ({"ingressDeny": [{"fromEntities": ["world"]}]}, {"llm"}),
        ({"egress": [{}]}, set()),
        ({"ingress": [{}], "enableDefaultDeny": {"ingress": False}}, set()),
        ({"enableDefaultDeny": {"ingress": True}}, {"llm"}),
        ({"ingress": [{}], "endpointSelector": {}}, {"llm", "web"}),
    ],
)
def test_cilium_denies_in_a_direction_that_has_rules(spec: dict[str, Any], names: set[str]) -> None:
    assert isolated("ingress", cilium(**spec)) == names


def test_a_clusterwide_policy_means_pods_by_their_namespace() -> None:
    spec = {"endpointSelector": {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "edge"}}, "egress": [{}]}
    assert isolated("egress", cilium("CiliumClusterwideNetworkPolicy", **spec)) == {"gateway", "other"}


def test_labels_of_a_namespace_are_not_known_to_cilium_here() -> None:
    labels = {"io.cilium.k8s.namespace.labels.team": "net"}
    spec = {"endpointSelector": {"matchLabels": labels}, "egress": [{}]}
    found = cilium("CiliumClusterwideNetworkPolicy", **spec)
    assert isolated("egress", found) == set()
    assert len(ties("may_isolate_egress", found, *PODS)) == len(PODS)
