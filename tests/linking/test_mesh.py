"""Istio: which PeerAuthentication decides, and what the other policies are for."""

from typing import Any

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import container, links, manifest, ties, unknown, workload

MODEL = workload("llm", {"labels": {"app": "llm"}})
SERVER = container(MODEL, {"ports": [{"containerPort": 8000}]})
WEB = workload("web", {"labels": {"app": "web"}, "namespace": "edge"})
PODS = (MODEL, SERVER, WEB)
FOR_MODEL: dict[str, Any] = {"selector": {"matchLabels": {"app": "llm"}}}
KINDS = ("requires_mtls", "permits_plaintext", "may_permit_plaintext")


def peer(name: str, mode: Any, namespace: str = "prod", /, **spec: Any) -> Resource:
    mtls = {} if mode is None else {"mtls": {"mode": mode}}
    return manifest("PeerAuthentication", name, {"spec": {**spec, **mtls}}, namespace=namespace)


def decided(*policies: Resource, of: Resource = MODEL) -> set[tuple[str, str]]:
    """What is decided for the workload, and by which policy."""
    return {
        (kind, source.split("/")[2])
        for kind in KINDS
        for source, target in ties(kind, *policies, *PODS)
        if target == of.address
    }


MESH, NAMESPACE = peer("mesh", "STRICT", "istio-system"), peer("ns", "PERMISSIVE")
OWN = peer("own", "STRICT", **FOR_MODEL)


def test_the_root_namespace_is_for_the_whole_mesh() -> None:
    assert decided(MESH) == {("requires_mtls", "mesh")}
    assert decided(MESH, of=WEB) == {("requires_mtls", "mesh")}


def test_the_namespace_goes_before_the_mesh() -> None:
    assert decided(MESH, NAMESPACE) == {("permits_plaintext", "ns")}
    assert decided(MESH, NAMESPACE, of=WEB) == {("requires_mtls", "mesh")}


def test_the_workload_goes_before_the_namespace() -> None:
    assert decided(MESH, NAMESPACE, OWN) == {("requires_mtls", "own")}


@pytest.mark.parametrize("mode", [None, "UNSET"])
def test_an_unset_mode_is_inherited(mode: str | None) -> None:
    assert decided(MESH, peer("own", mode, **FOR_MODEL)) == {("requires_mtls", "mesh")}
    assert decided(peer("own", mode, **FOR_MODEL)) == set()


def test_a_selector_in_the_root_namespace_is_ignored() -> None:
    assert decided(MESH, peer("odd", "DISABLE", "istio-system", **FOR_MODEL)) == {("requires_mtls", "mesh")}


def test_a_policy_is_for_its_own_namespace_alone() -> None:
    assert decided(peer("ns", "STRICT", "edge")) == set()


def test_of_two_for_the_same_pods_the_oldest_counts_which_nobody_knows() -> None:
    both = decided(peer("a", "STRICT"), peer("b", "PERMISSIVE"))
    assert both == {("may_permit_plaintext", "a"), ("may_permit_plaintext", "b")}
    assert decided(peer("a", "STRICT"), peer("b", "STRICT")) == {("requires_mtls", "a"), ("requires_mtls", "b")}


@pytest.mark.parametrize("mode", [unknown("mode"), "${MODE}"])
def test_a_mode_that_is_not_known(mode: Any) -> None:
    assert decided(peer("ns", mode)) == {("may_permit_plaintext", "ns")}


def test_a_policy_that_may_be_for_the_pods_leaves_the_answer_open() -> None:
    maybe = peer("maybe", "PERMISSIVE", selector={"matchLabels": {"app": "${APP}"}})
    assert decided(MESH, maybe) == {("may_permit_plaintext", "maybe"), ("may_permit_plaintext", "mesh")}


@pytest.mark.parametrize(("port", "fatal"), [("8000", True), ("9090", False)])
def test_a_port_of_its_own_counts_where_the_model_is_served(port: str, fatal: bool) -> None:
    own = peer("own", "STRICT", **FOR_MODEL, portLevelMtls={port: {"mode": "DISABLE"}})
    assert (("permits_plaintext", "own") in decided(own)) is fatal
    assert ("requires_mtls", "own") in decided(own)


def test_the_line_is_that_of_the_mode() -> None:
    (found,) = links("requires_mtls", OWN, *PODS)
    assert found.evidence == OWN.attribute_locations[("spec", "mtls", "mode")]


@pytest.mark.parametrize("spec", [None, [], {"mtls": []}, {"selector": "x"}, {"portLevelMtls": {"8000": None}}])
def test_policies_of_the_wrong_shape_do_no_harm(spec: Any) -> None:
    assert decided(manifest("PeerAuthentication", "odd", {"spec": spec})) == set()


# --- applies_to -------------------------------------------------------------------------------------


def istio(kind: str, spec: dict[str, Any], namespace: str = "prod") -> Resource:
    return manifest(kind, "p", {"apiVersion": "security.istio.io/v1", "spec": spec}, namespace=namespace)


@pytest.mark.parametrize("kind", ["AuthorizationPolicy", "RequestAuthentication"])
def test_policies_are_for_the_pods_they_select(kind: str) -> None:
    def meant(spec: dict[str, Any], namespace: str = "prod") -> set[str]:
        return {target for _, target in ties("applies_to", istio(kind, spec, namespace), *PODS)}

    assert meant(FOR_MODEL) == {MODEL.address}
    assert meant({}) == {MODEL.address}
    assert meant({}, "istio-system") == {MODEL.address, WEB.address}
    assert meant(FOR_MODEL, "istio-system") == {MODEL.address}
    assert meant({"selector": {"matchLabels": {"app": "web"}}}) == set()


def test_an_envoy_filter_selects_by_another_field() -> None:
    spec = {"workloadSelector": {"labels": {"app": "llm"}}}
    assert ties("applies_to", istio("EnvoyFilter", spec), *PODS) == {("prod/EnvoyFilter/p", MODEL.address)}


def test_a_policy_for_the_pods_of_a_gateway_is_for_the_gateway() -> None:
    gateway = manifest("IstioGateway", "public", {"spec": {"selector": {"istio": "ingress", "app": "gw"}}})
    for_gateway = istio("AuthorizationPolicy", {"selector": {"matchLabels": {"istio": "ingress"}}}, "istio-system")
    assert ties("applies_to", for_gateway, gateway) == {(for_gateway.address, gateway.address)}


def test_linkerds_policy_of_the_same_kind_selects_nothing() -> None:
    spec = {"targetRef": {"group": "policy.linkerd.io", "kind": "Server", "name": "llm"}}
    policy = manifest("AuthorizationPolicy", "p", {"apiVersion": "policy.linkerd.io/v1alpha1", "spec": spec})
    server = manifest("Server.policy.linkerd.io", "llm")
    assert ties("applies_to", policy, server, *PODS) == set()
    assert ties("targets", policy, server, *PODS) == {(policy.address, server.address)}


def test_a_destination_rule_is_for_what_its_host_names() -> None:
    service = manifest("Service", "llm")
    rule = manifest("DestinationRule", "llm", {"spec": {"host": "llm.prod.svc.cluster.local"}}, namespace="edge")
    assert ties("applies_to", rule, service) == {(rule.address, service.address)}


def test_a_target_is_told_by_kind_group_and_namespace() -> None:
    reference = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public", "namespace": "edge"}
    policy = manifest("SecurityPolicy", "p", {"spec": {"targetRefs": [reference, {"kind": {}, "name": 1}, "odd"]}})
    gateway = manifest("Gateway", "public", namespace="edge")
    others = (manifest("IstioGateway", "public", namespace="edge"), manifest("Gateway", "public"))
    assert ties("targets", policy, gateway, *others) == {(policy.address, gateway.address)}
