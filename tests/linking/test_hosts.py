from dataclasses import replace
from typing import Any

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import container, links, manifest, ties, workload

SERVICE = manifest("Service", "llm", namespace="models")
NEAR = manifest("Service", "llm")


def gateway(**attributes: Any) -> tuple[Resource, Resource]:
    pod = workload("gateway", {"serving": False})
    return pod, container(pod, attributes)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("http://llm.models.svc.cluster.local:8000/v1", SERVICE),
        ("llm.models.svc", SERVICE),
        ("llm.models:8000", SERVICE),
        ("http://llm/v1", NEAR),
        ("llm", NEAR),
        ("llm:8000", NEAR),
        ("upstream = llm", NEAR),
        ('{"host": "llm"}', NEAR),
        ("https://llm.example.com/v1", None),
        ("the llm of the house", None),
        ("llm-v2", None),
    ],
)
def test_a_variable_names_a_service(text: str, target: Resource | None) -> None:
    pod, server = gateway(env_values={"UPSTREAM": text})
    found = ties("mentions_host", pod, server, SERVICE, NEAR)
    assert found == ({(pod.address, target.address)} if target else set())


def test_the_line_is_where_the_host_is_named() -> None:
    pod, server = gateway(arguments=["--listen", "--upstream=http://llm.models:80"])
    (found,) = links("mentions_host", pod, server, SERVICE)
    assert found.evidence == server.attribute_locations[("arguments", 1)]
    assert found.target_evidence == SERVICE.attribute_locations[("metadata", "name")]


def test_a_config_map_of_the_pod_names_a_service() -> None:
    pod = workload("gateway", {"serving": False, "volumes": [{"configMap": {"name": "conf"}}]})
    conf = manifest("ConfigMap", "conf", {"data": {"a.yaml": "x: 1", "b.yaml": "upstream:\n  url: http://llm.models"}})
    (found,) = links("mentions_host", pod, conf, manifest("ConfigMap", "other", conf.attributes), SERVICE)
    assert (found.source, found.target) == (pod.key, SERVICE.key)
    assert found.evidence == conf.attribute_locations[("data", "b.yaml")]


def test_a_workload_does_not_mention_itself() -> None:
    owner = manifest("InferenceService", "claims")
    pod = replace(workload("claims", kind="InferenceService"), parent=owner.key)
    assert ties("mentions_host", owner, pod, container(pod, {"arguments": ["--model_name=claims", "claims"]})) == set()
