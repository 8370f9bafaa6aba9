"""How routes of the Gateway API attach to listeners, and VirtualServices to gateways of Istio."""

from typing import Any

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import links, manifest, ties, unknown


def gateway(namespace: str = "edge", **listener: Any) -> Resource:
    first = {"name": "web", "port": 443, "protocol": "HTTPS", **listener}
    return manifest("Gateway", "public", {"spec": {"listeners": [first]}}, namespace=namespace)


def route(of_kind: str = "HTTPRoute", hosts: tuple[str, ...] = (), **parent: Any) -> Resource:
    spec = {"parentRefs": [{"name": "public", "namespace": "edge", **parent}], "hostnames": list(hosts)}
    return manifest(of_kind, "api", {"spec": spec})


def from_(origin: Any, **selector: Any) -> dict[str, Any]:
    return {"allowedRoutes": {"namespaces": {"from": origin, **selector}}}


def is_attached(carrier: Resource, carried: Resource, *others: Resource) -> bool | None:
    if ties("attaches_to", carrier, carried, *others):
        return True
    return None if ties("may_attach_to", carrier, carried, *others) else False


def test_a_route_attaches_to_a_gateway_that_lets_all_namespaces_in() -> None:
    carrier, carried = gateway(**from_("All")), route()
    (found,) = links("attaches_to", carrier, carried)
    assert (found.source, found.target) == (carried.key, carrier.key)
    assert found.evidence == carried.attribute_locations[("spec", "parentRefs", 0)]
    assert found.target_evidence == carrier.attribute_locations[("metadata", "name")]


PROD = manifest("Namespace", "prod", {"metadata": {"labels": {"expose": "yes"}}}, namespace="")
BY_LABEL = from_("Selector", selector={"matchLabels": {"expose": "yes"}})
BY_NAME = from_("Selector", selector={"matchLabels": {"kubernetes.io/metadata.name": "prod"}})


@pytest.mark.parametrize(
    ("allowed", "others", "answer"),
    [
        # Routes of the gateway's own namespace alone, unless the listener says more.
        ({}, (), False),
        (from_("Same"), (), False),
        (from_("None"), (), False),
        (from_("All"), (), True),
        (BY_NAME, (), True),
        (BY_LABEL, (PROD,), True),
        (BY_LABEL, (), None),
        (from_("Selector", selector={"matchLabels": {"expose": "no"}}), (PROD,), False),
        (from_("Selector"), (PROD,), False),
        (from_(unknown("from")), (), None),
    ],
)
def test_the_namespaces_that_a_listener_lets_in(
    allowed: dict[str, Any], others: tuple[Resource, ...], answer: bool | None
) -> None:
    assert is_attached(gateway(**allowed), route(), *others) is answer


def test_a_route_beside_its_gateway_needs_no_leave() -> None:
    assert is_attached(gateway("prod"), route(namespace=None)) is True


@pytest.mark.parametrize(
    ("parent", "answer"),
    [
        ({"sectionName": "web"}, True),
        ({"sectionName": "admin"}, False),
        ({"port": 443}, True),
        ({"port": 80}, False),
        ({"kind": "Gateway", "group": "gateway.networking.k8s.io"}, True),
        ({"group": "example.com"}, False),
        ({"name": "other"}, False),
        ({"namespace": "prod"}, False),
    ],
)
def test_a_parent_reference_names_gateway_listener_and_port(parent: dict[str, Any], answer: bool) -> None:
    assert is_attached(gateway(**from_("All")), route(**parent)) is answer


@pytest.mark.parametrize(
    ("protocol", "kind", "answer"),
    [
        ("HTTP", "HTTPRoute", True),
        ("HTTPS", "GRPCRoute", True),
        ("TLS", "TLSRoute", True),
        ("TCP", "TCPRoute", True),
        ("UDP", "UDPRoute", True),
        ("TCP", "HTTPRoute", False),
        ("HTTPS", "TLSRoute", False),
    ],
)
def test_a_listener_carries_the_routes_of_its_protocol(protocol: str, kind: str, answer: bool) -> None:
    assert is_attached(gateway(protocol=protocol, **from_("All")), route(kind)) is answer


def test_a_listener_may_list_the_kinds_it_carries() -> None:
    allowed: dict[str, Any] = {"allowedRoutes": {"namespaces": {"from": "All"}, "kinds": [{"kind": "GRPCRoute"}]}}
    assert is_attached(gateway(**allowed), route("GRPCRoute")) is True
    assert is_attached(gateway(**allowed), route("HTTPRoute")) is False


@pytest.mark.parametrize(
    ("listener", "hosts", "answer"),
    [
        ("api.example.com", ("api.example.com",), True),
        ("api.example.com", (), True),
        ("*.example.com", ("api.example.com",), True),
        ("*.example.com", ("example.com",), False),
        ("api.example.com", ("*.example.com",), True),
        ("api.example.com", ("www.example.com", "api.other.com"), False),
    ],
)
def test_route_and_listener_need_a_host_in_common(listener: str, hosts: tuple[str, ...], answer: bool) -> None:
    assert is_attached(gateway(hostname=listener, **from_("All")), route(hosts=hosts)) is answer


def test_a_route_of_a_mesh_attaches_to_its_service() -> None:
    service = manifest("Service", "public", namespace="edge")
    carried = route(kind="Service", group="")
    assert ties("attaches_to", carried, service) == {(carried.address, service.address)}


@pytest.mark.parametrize("parents", [None, "public", [None, "public", {"name": ["public"]}, {"kind": {}}]])
def test_parent_references_of_the_wrong_shape_do_no_harm(parents: Any) -> None:
    assert ties("attaches_to", gateway(), manifest("HTTPRoute", "api", {"spec": {"parentRefs": parents}})) == set()


def istio(*hosts: str) -> Resource:
    return manifest("IstioGateway", "public", {"spec": {"servers": [{"hosts": list(hosts)}]}}, namespace="edge")


@pytest.mark.parametrize(
    ("hosts", "written", "answer"),
    [
        (("*",), "edge/public", True),
        (("api.example.com",), "edge/public", True),
        (("www.example.com",), "edge/public", False),
        (("prod/*",), "edge/public", True),
        (("./*",), "edge/public", False),
        (("*/api.example.com",), "edge/public", True),
        (("*",), "public", False),
        (("*",), "mesh", False),
    ],
)
def test_a_virtual_service_attaches_to_a_gateway_that_serves_its_host(
    hosts: tuple[str, ...], written: str, answer: bool
) -> None:
    service = manifest("VirtualService", "api", {"spec": {"hosts": ["api.example.com"], "gateways": [written]}})
    assert bool(ties("attaches_to", istio(*hosts), service)) is answer
