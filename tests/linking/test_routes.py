from typing import Any

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import links, manifest, ties, warnings

SERVICE = manifest("Service", "llm", namespace="models")


def route(namespace: str = "web", kind: str = "HTTPRoute", **reference: Any) -> Resource:
    to = {"name": "llm", "namespace": "models", **reference}
    return manifest(kind, "api", {"spec": {"rules": [{"backendRefs": [to]}]}}, namespace=namespace)


def grant(namespace: str = "models", from_: Any = None, to: Any = None) -> Resource:
    origin = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "web"}
    spec = {"from": [{**origin, **(from_ or {})}], "to": [{"group": "", "kind": "Service", **(to or {})}]}
    return manifest("ReferenceGrant", "web", {"spec": spec}, namespace=namespace)


def test_a_route_needs_no_grant_in_its_own_namespace() -> None:
    assert ties("routes_to", route("models"), SERVICE)


def test_a_route_into_another_namespace_needs_a_grant_of_that_namespace() -> None:
    refused = route()
    assert ties("routes_to", refused, SERVICE) == set()
    (found,) = links("may_route_to", refused, SERVICE)
    assert found.evidence == refused.attribute_locations[("spec", "rules", 0, "backendRefs", 0, "name")]
    assert "no ReferenceGrant lets this route in" in warnings(refused, SERVICE)[0]
    assert ties("routes_to", refused, SERVICE, grant()) == {(refused.address, SERVICE.address)}
    assert warnings(refused, SERVICE, grant()) == []


@pytest.mark.parametrize(
    "other",
    [
        grant("web"),
        grant(from_={"namespace": "other"}),
        grant(from_={"kind": "GRPCRoute"}),
        grant(from_={"group": "example.com"}),
        grant(to={"kind": "Secret"}),
        grant(to={"name": "another"}),
        manifest("ReferenceGrant", "web", {"spec": None}, namespace="models"),
    ],
)
def test_a_grant_for_something_else(other: Resource) -> None:
    assert ties("routes_to", route(), SERVICE, other) == set()


def test_a_grant_may_name_the_one_target() -> None:
    assert ties("routes_to", route(), SERVICE, grant(to={"name": "llm"}))


def test_other_routes_need_no_grant() -> None:
    spec = {"routes": [{"services": [{"name": "llm", "namespace": "models"}]}]}
    traefik = manifest("IngressRoute", "api", {"spec": spec}, namespace="web")
    assert ties("routes_to", traefik, SERVICE) == {(traefik.address, SERVICE.address)}


def test_a_mirror_is_a_way_too() -> None:
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "llm"}}}
    spec = {"rules": [{"filters": [mirror]}]}
    assert ties("routes_to", manifest("HTTPRoute", "api", {"spec": spec}, namespace="models"), SERVICE)


def test_an_inference_pool_and_its_model_server() -> None:
    pool = manifest("InferencePool", "llm", namespace="models")
    assert ties("routes_to", route("models", kind="HTTPRoute"), pool) == set()
    through = manifest(
        "HTTPRoute",
        "api",
        {"spec": {"rules": [{"backendRefs": [{"name": "llm", "kind": "InferencePool"}]}]}},
        namespace="models",
    )
    objective = manifest("InferenceObjective", "chat", {"spec": {"poolRef": {"name": "llm"}}}, namespace="models")
    assert ties("routes_to", through, objective, pool) == {
        (through.address, pool.address),
        (objective.address, pool.address),
    }


def test_the_pool_that_kserve_makes() -> None:
    served = manifest("LLMInferenceService", "chat", namespace="models")
    to = {"name": "chat-inference-pool", "kind": "InferencePool", "group": "inference.networking.k8s.io"}
    spec = {"rules": [{"backendRefs": [to]}]}
    assert ties("routes_to", manifest("HTTPRoute", "api", {"spec": spec}, namespace="models"), served)


def test_an_openshift_route_with_an_alternative() -> None:
    spec = {"to": {"kind": "Service", "name": "llm"}, "alternateBackends": [{"kind": "Service", "name": "canary"}]}
    written = {"apiVersion": "route.openshift.io/v1", "spec": spec}
    canary = manifest("Service", "canary", namespace="models")
    source = manifest("Route", "api", written, namespace="models")
    assert ties("routes_to", source, SERVICE, canary) == {
        (source.address, SERVICE.address),
        (source.address, canary.address),
    }
    knative = manifest("Route", "api", {"apiVersion": "serving.knative.dev/v1", "spec": spec}, namespace="models")
    assert ties("routes_to", knative, SERVICE, canary) == set()


def test_an_inference_graph_leads_to_the_services_of_its_steps() -> None:
    steps = [{"serviceName": "first"}, {"nodeName": "more"}, {"serviceUrl": "http://x"}, "odd"]
    graph = manifest("InferenceGraph", "g", {"spec": {"nodes": {"root": {"steps": steps}, "odd": None}}})
    first = manifest("InferenceService", "first")
    (found,) = links("routes_to", graph, first)
    assert found.target == first.key
    assert found.evidence == graph.attribute_locations[("spec", "nodes", "root", "steps", 0, "serviceName")]


def test_a_delegate_takes_the_traffic_of_a_virtual_service() -> None:
    root = manifest("VirtualService", "root", {"spec": {"http": [{"delegate": {"name": "api", "namespace": "team"}}]}})
    part = manifest("VirtualService", "api", namespace="team")
    assert ties("routes_to", root, part) == {(root.address, part.address)}


@pytest.mark.parametrize(
    ("kind", "spec", "name"),
    [
        ("RayCluster", {}, "x-head-svc"),
        ("RayService", {}, "x-serve-svc"),
        ("RayCluster", {"headGroupSpec": {"headService": {"metadata": {"name": "mine"}}}}, "mine"),
        ("LLMInferenceService", {}, "x-kserve-workload-svc"),
        ("KnativeService", {}, "x"),
        ("InferenceGraph", {}, "x"),
        ("SeldonDeployment", {"predictors": [{"name": "main"}]}, "x-main"),
    ],
)
def test_services_that_operators_make(kind: str, spec: dict[str, Any], name: str) -> None:
    made = manifest(kind, "x", {"spec": spec})
    ingress = manifest("Ingress", "i", {"spec": {"defaultBackend": {"service": {"name": name}}}})
    assert ties("routes_to", ingress, made) == {(ingress.address, made.address)}


def test_kuberay_cuts_off_the_beginning_of_a_long_name() -> None:
    long = "n" * 60
    made = manifest("RayCluster", long)
    name = f"{long}-head-svc"[-50:]
    ingress = manifest("Ingress", "i", {"spec": {"defaultBackend": {"service": {"name": name}}}})
    assert ties("routes_to", ingress, made)
