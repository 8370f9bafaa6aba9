from typing import Any

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import links, manifest, tf, ties, unknown, warnings, workload

API = workload("api", {"labels": {"app": "api", "tier": "front"}})
BATCH = workload("batch", {"labels": {"app": "batch"}})
BARE = workload("bare")
ELSEWHERE = workload("api", {"labels": {"app": "api"}, "namespace": "test"})
PODS = (API, BATCH, BARE, ELSEWHERE)


def service(selector: dict[str, Any] | None, **spec: Any) -> Resource:
    return manifest("Service", "api", {"spec": {**({} if selector is None else {"selector": selector}), **spec}})


def selected(selector: Any) -> set[str]:
    policy = manifest("NetworkPolicy", "np", {"spec": {"podSelector": selector}})
    return {target.split("/")[2] for _, target in ties("selects", policy, *PODS)}


def test_a_service_selects_by_every_label_in_its_namespace() -> None:
    source = service({"app": "api", "tier": "front"})
    (found,) = links("selects", source, *PODS)
    assert (found.source, found.target) == (source.key, API.key)
    assert found.evidence == source.attribute_locations[("spec", "selector")]
    assert found.target_evidence == API.attribute_locations[("labels", "app")]


@pytest.mark.parametrize(
    "source",
    [
        service(None),
        service({}),
        service({"app": "api", "tier": "back"}),
        service({"app": "api"}, type="ExternalName", externalName="api.example"),
        service({"app": unknown("x")}),
    ],
)
def test_a_service_that_selects_nothing(source: Resource) -> None:
    assert ties("selects", source, *PODS) == set()


def expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"key": key, "operator": operator} | ({"values": list(values)} if values else {})


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ({}, {"api", "batch", "bare"}),
        ({"matchLabels": {}}, {"api", "batch", "bare"}),
        ({"matchLabels": {"app": "api"}}, {"api"}),
        ({"matchExpressions": [expression("app", "In", "api", "batch")]}, {"api", "batch"}),
        ({"matchExpressions": [expression("app", "NotIn", "api")]}, {"batch", "bare"}),
        ({"matchExpressions": [expression("tier", "Exists")]}, {"api"}),
        ({"matchExpressions": [expression("tier", "DoesNotExist")]}, {"batch", "bare"}),
        ({"matchLabels": {"app": "api"}, "matchExpressions": [expression("tier", "NotIn", "front")]}, set()),
        (
            {"matchExpressions": [expression("app", "In", "api", "batch"), expression("tier", "DoesNotExist")]},
            {"batch"},
        ),
        # What the API server refuses selects nothing.
        ({"matchExpressions": [expression("app", "In")]}, set()),
        ({"matchExpressions": [expression("app", "Exists", "api")]}, set()),
        ({"matchExpressions": [expression("app", "Equals", "api")]}, set()),
        ({"matchExpressions": [{"key": "app", "operator": {}}]}, set()),
        ({"matchExpressions": "app"}, set()),
        ({"matchLabels": ["app"]}, set()),
        ("app=api", set()),
        (unknown("x"), set()),
    ],
)
def test_label_selectors_mean_what_kubernetes_means(selector: Any, names: set[str]) -> None:
    assert selected(selector) == names


def test_an_unwritten_pod_selector_selects_the_namespace() -> None:
    everything = manifest("NetworkPolicy", "np", {"spec": {"policyTypes": ["Ingress"]}})
    assert len(ties("selects", everything, *PODS)) == 3


def test_labels_are_compared_as_text() -> None:
    pod = workload("api", {"labels": {"canary": True, "shard": 3}})
    assert ties("selects", service({"canary": "true", "shard": "3"}), pod)
    assert not ties("selects", service({"canary": "True"}), pod)


@pytest.mark.parametrize(
    ("kind", "component", "label"),
    [
        ("InferenceService", "predictor", {"app": "isvc.x-predictor"}),
        ("RayCluster", "head", {"ray.io/node-type": "head", "ray.io/cluster": "x"}),
        ("RayService", "worker-gpu", {"ray.io/node-type": "worker", "ray.io/is-ray-node": "yes"}),
        ("Job", "pod", {"job-name": "x", "written": "yes"}),
    ],
)
def test_labels_that_controllers_add_are_there(kind: str, component: str, label: dict[str, str]) -> None:
    attributes = {"component": component, "labels": {"written": "yes"}}
    assert ties("selects", service(label), workload("x", attributes, kind=kind))
    assert not ties("selects", service(label), workload("x", attributes, kind="Deployment"))


def test_the_cluster_of_a_ray_service_has_another_name() -> None:
    attributes = {"component": "head", "labels": {}}
    assert not ties("selects", service({"ray.io/cluster": "x"}), workload("x", attributes, kind="RayService"))


SERVICE = manifest("Service", "api")
OTHER = manifest("Service", "api", namespace="test")
PORT = {"number": 80}


@pytest.mark.parametrize(
    ("route", "path"),
    [
        (
            manifest(
                "Ingress", "i", {"spec": {"rules": [{"http": {"paths": [{"backend": {"service": {"name": "api"}}}]}}]}}
            ),
            ("spec", "rules", 0, "http", "paths", 0, "backend", "service", "name"),
        ),
        (
            manifest(
                "Ingress", "i", {"spec": {"rules": [{}, {"http": {"paths": [{"backend": {"serviceName": "api"}}]}}]}}
            ),
            ("spec", "rules", 1, "http", "paths", 0, "backend", "serviceName"),
        ),
        (
            manifest("Ingress", "i", {"spec": {"defaultBackend": {"service": {"name": "api", "port": PORT}}}}),
            ("spec", "defaultBackend", "service", "name"),
        ),
        (manifest("Ingress", "i", {"spec": {"backend": {"serviceName": "api"}}}), ("spec", "backend", "serviceName")),
        (
            manifest("HTTPRoute", "h", {"spec": {"rules": [{"backendRefs": [{"name": "x"}, {"name": "api"}]}]}}),
            ("spec", "rules", 0, "backendRefs", 1, "name"),
        ),
        (
            manifest(
                "GRPCRoute",
                "g",
                {"spec": {"rules": [{"backendRefs": [{"name": "api", "namespace": "prod", "kind": "Service"}]}]}},
            ),
            ("spec", "rules", 0, "backendRefs", 0, "name"),
        ),
        *(
            (
                manifest(
                    "VirtualService",
                    "v",
                    {"spec": {"http": [{"route": [{"destination": {"host": host}}]}]}},
                    namespace=namespace,
                ),
                ("spec", "http", 0, "route", 0, "destination", "host"),
            )
            for host, namespace in [
                ("api", "prod"),
                ("api.prod", "mesh"),
                ("api.prod.svc", "mesh"),
                ("api.prod.svc.cluster.local", "mesh"),
            ]
        ),
        (
            manifest("VirtualService", "v", {"spec": {"tcp": [{"route": [{"destination": {"host": "api"}}]}]}}),
            ("spec", "tcp", 0, "route", 0, "destination", "host"),
        ),
    ],
)
def test_a_route_leads_to_its_service(route: Resource, path: tuple[str | int, ...]) -> None:
    (found,) = links("routes_to", route, SERVICE, OTHER)
    assert (found.source, found.target) == (route.key, SERVICE.key)
    assert found.evidence == route.attribute_locations[path]
    assert found.target_evidence == SERVICE.attribute_locations[("metadata", "name")]


@pytest.mark.parametrize(
    "route",
    [
        manifest("HTTPRoute", "h", {"spec": {"rules": [{"backendRefs": [{"name": "api", "kind": "InferencePool"}]}]}}),
        manifest("HTTPRoute", "h", {"spec": {"rules": [{"backendRefs": [{"name": ["api"]}, "api"]}]}}),
        manifest(
            "VirtualService", "v", {"spec": {"http": [{"route": [{"destination": {"host": "api.example.com"}}]}]}}
        ),
        manifest("Ingress", "i", {"spec": {"defaultBackend": {"resource": {"name": "api"}}}}),
    ],
)
def test_a_route_to_something_else(route: Resource) -> None:
    assert ties("routes_to", route, SERVICE) == set()


def to_host(host: str) -> Resource:
    return manifest("Ingress", "i", {"spec": {"defaultBackend": {"service": {"name": host}}}})


@pytest.mark.parametrize("name", ["claims", "claims-predictor", "claims-transformer", "claims-predictor-default"])
def test_a_service_that_kserve_makes_stands_for_its_inference_service(name: str) -> None:
    served = manifest("InferenceService", "claims")
    assert ties("routes_to", to_host(name), served) == {("prod/Ingress/i", "prod/InferenceService/claims")}
    written = manifest("Service", name)
    assert ties("routes_to", to_host(name), served, written) == {("prod/Ingress/i", f"prod/Service/{name}")}


def test_two_services_of_one_name_are_ambiguous_unless_one_is_near() -> None:
    twins = [manifest("Service", "api", path=f"{env}/service.yaml") for env in ("dev", "live")]
    route = to_host("api")
    assert ties("routes_to", route, *twins) == set()
    assert len(warnings(route, *twins)) == 1
    near = manifest("Ingress", "i", dict(route.attributes) | {"metadata": {}}, path="live/ingress.yaml")
    (found,) = links("routes_to", near, *twins)
    assert found.target == twins[1].key


def test_terraform_resources_of_the_same_type_name_are_not_read() -> None:
    assert ties("selects", tf("kubernetes_service.api", {"spec": [{"selector": {"app": "api"}}]}), *PODS) == set()


def test_a_label_that_is_filled_in_later_may_select() -> None:
    source = service({"app": "${APP}"})
    assert ties("selects", source, *PODS) == set()
    assert {target for _, target in ties("may_select", source, *PODS)} == {API.address, BATCH.address}
    pod = workload("new", {"labels": {"app": unknown("app")}})
    assert ties("may_select", service({"app": "api"}), pod)
    assert ties("may_select", service({"other": "api"}), pod) == set()


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("InferencePool", {"selector": {"matchLabels": {"app": "api"}}}),
        ("InferencePool", {"selector": {"app": "api"}}),
        ("Server.policy.linkerd.io", {"podSelector": {"matchLabels": {"app": "api"}}}),
        ("ServiceEntry", {"workloadSelector": {"labels": {"app": "api"}}}),
    ],
)
def test_others_that_select_pods_of_their_namespace(kind: str, spec: dict[str, Any]) -> None:
    source = manifest(kind, "x", {"spec": spec})
    assert ties("selects", source, *PODS) == {(source.address, API.address)}


def test_a_gateway_of_istio_selects_pods_of_every_namespace() -> None:
    source = manifest("IstioGateway", "x", {"spec": {"selector": {"app": "api"}}}, namespace="edge")
    assert {target for _, target in ties("selects", source, *PODS)} == {API.address, ELSEWHERE.address}


def test_endpoints_written_by_hand_stand_behind_their_service() -> None:
    listed = manifest("EndpointSlice", "api-1", {"metadata": {"labels": {"kubernetes.io/service-name": "api"}}})
    old = manifest("Endpoints", "api")
    stray = manifest("EndpointSlice", "api")
    assert ties("backs", listed, old, stray, SERVICE, OTHER) == {
        (listed.address, SERVICE.address),
        (old.address, SERVICE.address),
    }


def test_a_workload_lies_in_its_namespace() -> None:
    namespace = manifest("Namespace", "prod", namespace="")
    assert {source for source, _ in ties("lies_in", namespace, *PODS)} == {API.address, BATCH.address, BARE.address}
