"""Objects: types, addresses, lists, lines, and documents that cannot be read."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("api_version", "kind", "type_", "address"),
    [
        ("v1", "Service", "Service", "ml/Service/x"),
        ("serving.knative.dev/v1", "Service", "KnativeService", "ml/Service/x"),
        ("networking.istio.io/v1", "Gateway", "IstioGateway", "ml/Gateway/x"),
        ("gateway.networking.k8s.io/v1", "Gateway", "Gateway", "ml/Gateway/x"),
        ("projectcalico.org/v3", "NetworkPolicy", "CalicoNetworkPolicy", "ml/NetworkPolicy/x"),
        ("networking.k8s.io/v1", "NetworkPolicy", "NetworkPolicy", "ml/NetworkPolicy/x"),
        ("iam.aws.example/v1beta1", "Role", "Role.iam.aws.example", "ml/Role/x"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "ClusterRole", "ClusterRole/x"),
        ("serving.kserve.io/v1alpha1", "ClusterServingRuntime", "ClusterServingRuntime", "ClusterServingRuntime/x"),
        ("constraints.gatekeeper.sh/v1", "K8sRequired", "K8sRequired", "K8sRequired/x"),
        ("v1", "Namespace", "Namespace", "Namespace/x"),
        ("acme.example/v1", "Widget", "Widget", "ml/Widget/x"),
    ],
)
def test_types_and_addresses(read: Callable[..., Any], api_version: str, kind: str, type_: str, address: str) -> None:
    reading = read(f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x, namespace: ml}}\n", "deploy/x.yaml")
    (found,) = reading.parsed.resources
    assert (found.type, found.address, found.format) == (type_, address, "kubernetes")
    assert (found.origin, found.key) == ("deploy/x.yaml", f"deploy/x.yaml::{address}")
    assert found.attributes["metadata"] == {"name": "x", "namespace": "ml"}
    assert reading.told() == []


def test_names_that_are_not_written(read: Callable[..., Any]) -> None:
    text = (
        "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: train-}\n---\n"
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: 12}\n"
    )
    assert read(text).addresses() == ["default/Job/train-", "Kustomization", "default/Service/12"]


def test_lines_of_an_object(read: Callable[..., Any]) -> None:
    text = (
        "# first\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: api\n"
        "spec:\n  ports:\n    - port: 80\n    - port: 443\n      name: tls\n  type: NodePort\n"
    )
    reading = read(text)
    found = reading.resource("default/Service/api")
    assert (found.location.start_line, found.location.end_line) == (3, 12)
    assert reading.line("default/Service/api", "spec.ports[1].name") == 11
    assert reading.line("default/Service/api", "spec.type") == 12
    assert reading.line("default/Service/api", "spec.selector.app") == 7
    assert reading.line("default/Service/api", "status") == 3
    place = found.attribute_locations[("spec", "ports", 1)]
    assert (place.start_line, place.start_column, place.end_line) == (10, 7, 11)
    assert ("spec", "ports", 0, "port") in list(found.attribute_locations)


def test_lists_give_their_items(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("list.yaml")
    assert reading.addresses() == [
        "default/Service/api",
        "ml/Pod/one",
        "ml/Pod/one/pod",
        "ml/Pod/one/pod/app",
        "ClusterRole/reader",
        "ClusterRole/reader/rule[0]",
    ]
    service = reading.resource("default/Service/api")
    assert (service.location.start_line, service.location.end_line) == (4, 8)
    assert reading.line("default/Service/api", "spec.type") == 8
    assert reading.line("ml/Pod/one", "metadata.namespace") == 14
    assert reading.line("ml/Pod/one/pod/app", "image.tag") == 18
    assert reading.line("ClusterRole/reader", "rules[0].verbs[0]") == 26
    assert reading.told() == [
        (
            "warning",
            19,
            "apiVersion and kind not written: this is no Kubernetes object and was not checked; add what is missing",
        )
    ]


def test_a_kind_that_ends_in_list_without_items_is_an_object(read: Callable[..., Any]) -> None:
    assert read("apiVersion: acme.example/v1\nkind: AllowList\nmetadata: {name: x}\n").addresses() == [
        "default/AllowList/x"
    ]


def test_a_bad_document_costs_only_itself(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("one_bad_document.yaml")
    assert reading.addresses() == ["default/ServiceAccount/first", "default/ConfigMap/last"]
    assert reading.line("default/ConfigMap/last", "data.alert") == 17
    (error, duplicate) = reading.told()
    assert error[:2] == ("error", 10)
    assert "that starts in line 9" in error[2]
    assert duplicate == ("warning", 15, "the key metadata.name is written twice and the last one counts; keep one")


def test_same_address_twice_in_a_file(read: Callable[..., Any]) -> None:
    one = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: a}, {name: a}]}\n"
    reading = read(f"{one}---\n{one}---\n{one}")
    addresses = reading.addresses()
    assert len(addresses) == len(set(addresses)) == 12
    assert addresses[:8] == [
        "default/Pod/x",
        "default/Pod/x/pod",
        "default/Pod/x/pod/a",
        "default/Pod/x/pod/a[2]",
        "default/Pod/x[2]",
        "default/Pod/x[2]/pod",
        "default/Pod/x[2]/pod/a",
        "default/Pod/x[2]/pod/a[2]",
    ]
    by_key = {each.key: each for each in reading.parsed.resources}
    second = reading.resource("default/Pod/x[2]/pod/a")
    assert by_key[by_key[second.parent].parent].address == "default/Pod/x[2]"


def test_same_address_in_two_files(read: Callable[..., Any]) -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n"
    reading = read({"a.yaml": text, "b.yaml": text})
    assert [each.key for each in reading.parsed.resources] == [
        "a.yaml::default/Service/x",
        "b.yaml::default/Service/x",
    ]


def test_documents_that_are_no_objects(read: Callable[..., Any]) -> None:
    assert read("a: 1\n---\n- a: v1\n  kind: Pod\n---\ntext\n---\n12\n---\nkind: x\n---\n").told() == []
    assert read("apiVersion: v2\nname: chart\n").told() == []
    assert read("apiVersion: releasegate/v1\nkind: ModelRelease\nmodel: {id: x}\n").parsed.resources == ()
    told = read("apiVersion: apps/v1\nmetadata: {name: x}\nspec: {replicas: 1}\n").told()
    assert [(level, line) for level, line, _ in told] == [("warning", 1)]
    assert told[0][2].startswith("kind not written")
    told = read("a: 1\n---\nkind: Deployment\nmetadata: {name: x}\n").told()
    assert told[0][:2] == ("warning", 3)
    assert told[0][2].startswith("apiVersion not written")


def test_json_manifest(read: Callable[..., Any]) -> None:
    text = '{\n\t"apiVersion": "v1",\n\t"kind": "Pod",\n\t"metadata": {"name": "x\\u002dy"},\n'
    text += (
        '\t"spec": {"containers": [\n\t\t{"name": "a", "image": "acme\\/a:1",\n\t\t "args": ["\\ud83d\\ude00"]}]}\n}\n'
    )
    reading = read(text, "pod.json")
    assert reading.addresses() == ["default/Pod/x-y", "default/Pod/x-y/pod", "default/Pod/x-y/pod/a"]
    container = reading.resource("default/Pod/x-y/pod/a")
    assert container.attributes["image"] == {"reference": "acme/a:1", "repository": "acme/a", "tag": "1"}
    assert container.attributes["arguments"] == ["😀"]
    assert reading.line("default/Pod/x-y/pod/a", "arguments[0]") == 7
    assert reading.line("default/Pod/x-y/pod/a", "image") == 6


def test_anchors_and_merge_keys(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("anchors.yaml")
    base = "default/Deployment/shared/pod"
    second = reading.resource(f"{base}/second")
    assert second.attributes["image"]["reference"] == "acme/app:1"
    assert second.attributes["security_context"] == {"readOnlyRootFilesystem": True}
    assert second.location.start_line == 17
    assert reading.line(f"{base}/second", "image") == 14
    assert reading.line(f"{base}/second", "name") == 18
    assert reading.line(f"{base}/third", "security_context") == 21
    assert reading.line(f"{base}/third", "security_context.readOnlyRootFilesystem") == 16
    assert reading.line("default/Deployment/shared", "spec.selector.matchLabels") == 23
    assert reading.line("default/Deployment/shared", "spec.selector.matchLabels.app") == 9
    assert reading.told() == []
