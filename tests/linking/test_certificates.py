from typing import Any

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import links, manifest, ties

SECRET = manifest("Secret", "tls")


@pytest.mark.parametrize(
    ("kind", "spec", "path"),
    [
        ("Ingress", {"tls": [{"hosts": ["a"], "secretName": "tls"}]}, ("spec", "tls", 0, "secretName")),
        (
            "Gateway",
            {"listeners": [{}, {"tls": {"certificateRefs": [{"name": "tls"}]}}]},
            ("spec", "listeners", 1, "tls", "certificateRefs", 0, "name"),
        ),
        (
            "IstioGateway",
            {"servers": [{"tls": {"credentialName": "tls"}}]},
            ("spec", "servers", 0, "tls", "credentialName"),
        ),
    ],
)
def test_an_entrance_takes_its_certificate_from_a_secret(
    kind: str, spec: dict[str, Any], path: tuple[Any, ...]
) -> None:
    entrance = manifest(kind, "e", {"spec": spec})
    (found,) = links("uses_certificate", entrance, SECRET, manifest("Secret", "tls", namespace="other"))
    assert (found.source, found.target) == (entrance.key, SECRET.key)
    assert found.evidence == entrance.attribute_locations[path]
    made = manifest("Certificate", "c", {"spec": {"secretName": "tls"}})
    assert ties("uses_certificate", entrance, made) == {(entrance.address, made.address)}


def test_istio_reads_the_secret_where_its_gateway_runs() -> None:
    entrance = manifest("IstioGateway", "e", {"spec": {"servers": [{"tls": {"credentialName": "tls"}}]}})
    assert ties("uses_certificate", entrance, manifest("Secret", "tls", namespace="istio-system"))


ISSUER, CLUSTER = manifest("Issuer", "i"), manifest("ClusterIssuer", "i", namespace="")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (manifest("Certificate", "c", {"spec": {"issuerRef": {"name": "i"}}}), ISSUER),
        (manifest("Certificate", "c", {"spec": {"issuerRef": {"name": "i", "kind": "ClusterIssuer"}}}), CLUSTER),
        (manifest("Ingress", "e", {"metadata": {"annotations": {"cert-manager.io/cluster-issuer": "i"}}}), CLUSTER),
        (manifest("Gateway", "e", {"metadata": {"annotations": {"cert-manager.io/issuer": "i"}}}), ISSUER),
    ],
)
def test_certificates_and_entrances_name_their_issuer(source: Resource, target: Resource) -> None:
    assert ties("issued_by", source, ISSUER, CLUSTER) == {(source.address, target.address)}


def ingress_class(name: str, **annotations: str) -> Resource:
    return manifest("IngressClass", name, {"metadata": {"annotations": annotations}}, namespace="")


DEFAULT = ingress_class("nginx", **{"ingressclass.kubernetes.io/is-default-class": "true"})


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"spec": {"ingressClassName": "kong"}}, "kong"),
        ({"metadata": {"annotations": {"kubernetes.io/ingress.class": "kong"}}}, "kong"),
        ({}, "nginx"),
        ({"spec": {"ingressClassName": "other"}}, None),
    ],
)
def test_the_class_of_an_ingress_is_named_or_the_default_one(attributes: dict[str, Any], name: str | None) -> None:
    found = ties("of_class", manifest("Ingress", "e", attributes), ingress_class("kong"), DEFAULT)
    assert {target.rpartition("/")[2] for _, target in found} == ({name} if name else set())


def test_the_class_of_a_gateway() -> None:
    gateway = manifest("Gateway", "g", {"spec": {"gatewayClassName": "envoy"}})
    named = manifest("GatewayClass", "envoy", namespace="")
    assert ties("of_class", gateway, named) == {(gateway.address, named.address)}
