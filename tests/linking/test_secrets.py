from dataclasses import replace
from typing import Any

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import container, links, manifest, ties, warnings, workload

SECRET, CONFIG = manifest("Secret", "s"), manifest("ConfigMap", "c")


def deployment(spec: dict[str, Any]) -> tuple[Resource, ...]:
    """The workload of a pod spec, with its containers, as the parser makes them."""
    names = {"volumes": "volumes", "imagePullSecrets": "image_pull_secrets"}
    pod = workload("d", {name: spec[key] for key, name in names.items() if key in spec})
    names = {"env": "env", "envFrom": "env_from"}
    containers = [
        container(pod, {"name": str(index), **{name: body[key] for key, name in names.items() if key in body}})
        for index, body in enumerate([*spec.get("containers", ()), *spec.get("initContainers", ())])
    ]
    return pod, *containers


def read_by(spec: dict[str, Any], *objects: Resource) -> set[str]:
    return {target.split("/")[1] for _, target in ties("reads", *deployment(spec), *objects)}


@pytest.mark.parametrize(
    ("spec", "kinds"),
    [
        ({"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}]}, {"Secret"}),
        ({"containers": [{"env": [{"valueFrom": {"configMapKeyRef": {"name": "c"}}}]}]}, {"ConfigMap"}),
        ({"containers": [{"envFrom": [{"secretRef": {"name": "s"}}]}]}, {"Secret"}),
        ({"initContainers": [{"envFrom": [{"configMapRef": {"name": "c"}}]}]}, {"ConfigMap"}),
        ({"volumes": [{"secret": {"secretName": "s"}}]}, {"Secret"}),
        ({"volumes": [{"configMap": {"name": "c"}}]}, {"ConfigMap"}),
        (
            {"volumes": [{"projected": {"sources": [{"secret": {"name": "s"}}, {"configMap": {"name": "c"}}]}}]},
            {"Secret", "ConfigMap"},
        ),
        ({"imagePullSecrets": [{"name": "s"}, {}, "odd"]}, {"Secret"}),
        ({"volumes": [{"secret": {"secretName": "other"}}, {"secret": None}, "odd"]}, set()),
    ],
)
def test_what_a_pod_takes_in(spec: dict[str, Any], kinds: set[str]) -> None:
    assert read_by(spec, SECRET, CONFIG) == kinds


def test_the_line_is_that_of_the_reference() -> None:
    pod, server = deployment({"containers": [{"envFrom": [{"secretRef": {"name": "s"}}]}]})
    (found,) = links("reads", pod, server, SECRET)
    assert (found.source, found.target) == (pod.key, SECRET.key)
    assert found.evidence == server.attribute_locations[("env_from", 0, "secretRef")]
    assert found.target_evidence == SECRET.attribute_locations[("metadata", "name")]


def test_a_secret_of_another_namespace_is_another_one() -> None:
    assert read_by({"imagePullSecrets": [{"name": "s"}]}, manifest("Secret", "s", namespace="other")) == set()


def test_of_several_pods_each_reads_its_own() -> None:
    owner = manifest("RayCluster", "r", {"spec": {"env": [{"valueFrom": {"secretKeyRef": {"name": "s"}}}]}})
    head = replace(workload("r", {"component": "head"}, kind="RayCluster"), parent=owner.key)
    worker = replace(workload("r", {"component": "worker"}, kind="RayCluster"), parent=owner.key)
    env = [{"name": "K", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]
    assert ties("reads", owner, head, worker, container(head, {"env": env}), SECRET) == {(head.address, SECRET.address)}


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("ExternalSecret", {"target": {"name": "s"}}),
        ("SealedSecret", {"template": {"metadata": {"name": "s"}}}),
        ("Certificate", {"secretName": "s"}),
        ("SecretProviderClass", {"secretObjects": [{"secretName": "s"}]}),
        ("VaultStaticSecret", {"destination": {"name": "s"}}),
    ],
)
def test_what_makes_a_secret_stands_for_it(kind: str, spec: dict[str, Any]) -> None:
    maker = manifest(kind, "maker", {"spec": spec})
    pod = {"imagePullSecrets": [{"name": "s"}]}
    assert read_by(pod, maker) == {kind}
    # A Secret that is written is what is read, and the other one makes it.
    assert read_by(pod, maker, SECRET) == {"Secret"}
    assert ties("makes", maker, SECRET) == {(maker.address, SECRET.address)}


@pytest.mark.parametrize("kind", ["ExternalSecret", "SealedSecret", "OnePasswordItem"])
def test_without_a_name_for_it_the_secret_is_called_like_its_maker(kind: str) -> None:
    assert ties("makes", manifest(kind, "s", {"spec": {}}), SECRET)


def test_a_class_of_the_csi_driver_is_read_by_its_volume() -> None:
    volume = {"csi": {"driver": "secrets-store.csi.k8s.io", "volumeAttributes": {"secretProviderClass": "vault"}}}
    assert read_by({"volumes": [volume]}, manifest("SecretProviderClass", "vault")) == {"SecretProviderClass"}


def test_two_secrets_of_one_name_are_ambiguous() -> None:
    twins = [manifest("Secret", "s", path=f"{env}/s.yaml") for env in ("dev", "live")]
    pod = deployment({"imagePullSecrets": [{"name": "s"}]})
    assert ties("reads", *pod, *twins) == set()
    assert len(warnings(*pod, *twins)) == 1
