"""Which objects a Constraint is for, as Gatekeeper decides it, and what cannot be decided from the files."""

from pathlib import Path

import pytest

from scanner.core.finding import Status
from tests.engines.gatekeeper.judging import constraint, findings, policies, release_of, template, told

_EVERYTHING = """
violation[{"msg": msg}] {
  msg := sprintf("%v is here", [object.get(input.review.object.metadata, "name", "it")])
}
"""
_OBJECTS = """
apiVersion: v1
kind: Namespace
metadata: {name: prod, labels: {stage: prod}}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: prod, labels: {app: api, tier: web}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: prod}
---
apiVersion: v1
kind: Service
metadata: {name: dns, namespace: kube-system}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
---
apiVersion: v1
kind: ConfigMap
metadata: {generateName: run-, namespace: test}
"""
_ALL = {"Namespace/prod", "prod/Service/api", "prod/Deployment/api", "kube-system/Service/dns", "ClusterRole/reader"}
_ALL |= {"test/ConfigMap/run-"}


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{}", _ALL),
        ("{kinds: [{apiGroups: [apps], kinds: [Deployment, Service]}]}", {"prod/Deployment/api"}),
        ("{kinds: [{apiGroups: ['*'], kinds: ['*']}]}", _ALL),
        ("{kinds: [{kinds: [Service]}]}", {"prod/Service/api", "kube-system/Service/dns"}),
        (
            "{kinds: [{apiGroups: [''], kinds: [Pod]}, {apiGroups: [rbac.authorization.k8s.io]}]}",
            {"ClusterRole/reader"},
        ),
        ("{scope: Cluster}", {"Namespace/prod", "ClusterRole/reader"}),
        ("{scope: Namespaced}", _ALL - {"Namespace/prod", "ClusterRole/reader"}),
        (
            "{namespaces: [prod, pro*]}",
            {"Namespace/prod", "prod/Service/api", "prod/Deployment/api", "ClusterRole/reader"},
        ),
        ("{namespaces: ['*-system'], scope: Namespaced}", {"kube-system/Service/dns"}),
        ("{excludedNamespaces: [prod, '*sys*']}", {"ClusterRole/reader", "test/ConfigMap/run-"}),
        ("{labelSelector: {matchLabels: {app: api}}}", {"prod/Service/api"}),
        (
            "{labelSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}",
            _ALL - {"prod/Service/api"},
        ),
        (
            "{labelSelector: {matchExpressions: [{key: app, operator: Exists}, "
            "{key: tier, operator: NotIn, values: [db]}]}}",
            {"prod/Service/api"},
        ),
        ("{name: ap*}", {"prod/Service/api", "prod/Deployment/api"}),
        ("{name: run-*}", {"test/ConfigMap/run-"}),
        ("{name: dns}", {"kube-system/Service/dns"}),
        ("{source: Original}", _ALL),
        ("{source: Generated}", set()),
        (
            "{namespaceSelector: {matchLabels: {stage: prod}}, kinds: [{kinds: [Namespace, Service]}], "
            "excludedNamespaces: [kube-*]}",
            {"Namespace/prod", "prod/Service/api"},
        ),
        (
            "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, scope: Namespaced}",
            {"kube-system/Service/dns"},
        ),
    ],
)
def test_a_constraint_is_for_what_it_matches(match: str, expected: set[str], tmp_path: Path) -> None:
    found = findings(
        policies(template(_EVERYTHING), constraint(match)), release_of({"objects.yaml": _OBJECTS}, tmp_path)
    )
    assert {each.resource.address for each in found if each.status is Status.FAIL} == expected
    assert all(each.status is Status.FAIL for each in found)


def test_without_the_namespace_a_selector_of_its_labels_leaves_a_violation_open(tmp_path: Path) -> None:
    found = findings(
        policies(
            template(_EVERYTHING), constraint("{namespaceSelector: {matchLabels: {stage: prod}}, scope: Namespaced}")
        ),
        release_of({"dns.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: dns, namespace: web}\n"}, tmp_path),
    )
    assert told(found) == [("unknown", "web/Service/dns", "dns is here")]
    assert found[0].cause == "the labels of the namespace web are not known: the release has no such Namespace"


def test_an_object_without_violation_passes_wherever_it_ends_up(tmp_path: Path) -> None:
    found = findings(
        policies(
            template('violation[{"msg": "no"}] { input.review.object.spec.open }'),
            constraint("{namespaceSelector: {matchLabels: {stage: prod}}, scope: Namespaced}"),
        ),
        release_of({"dns.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: dns, namespace: web}\n"}, tmp_path),
    )
    assert told(found) == [("pass", "web/Service/dns", "web/Service/dns: A rule of the tests")]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{}", ["fail"]),
        ("{excludedNamespaces: [kube-system]}", ["fail"]),
        ("{excludedNamespaces: [default]}", ["unknown"]),
        ("{namespaces: [default]}", ["fail"]),
        ("{namespaces: [prod]}", ["unknown"]),
        ("{namespaceSelector: {matchLabels: {stage: prod}}}", ["unknown"]),
        ("{scope: Cluster}", []),
    ],
)
def test_an_object_that_writes_no_namespace_is_judged_in_default_and_is_never_left_out_for_that(
    match: str, expected: list[str], tmp_path: Path
) -> None:
    release = release_of({"api.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: api}\n"}, tmp_path)
    found = findings(policies(template(_EVERYTHING), constraint(match)), release)
    assert [str(each.status) for each in found] == expected
    for each in found:
        if each.status is Status.UNKNOWN:
            assert "it does not write its namespace" in each.cause


_CONFIG = """
apiVersion: config.gatekeeper.sh/v1alpha1
kind: Config
metadata: {name: config, namespace: gatekeeper-system}
spec:
  match:
    - excludedNamespaces: [kube-*]
      processes: ["*"]
    - excludedNamespaces: [prod]
      processes: [audit]
"""


def test_the_config_of_the_policies_leaves_namespaces_alone_at_admission(tmp_path: Path) -> None:
    found = findings(
        policies(template(_EVERYTHING), constraint("{kinds: [{kinds: [Service]}]}"), _CONFIG),
        release_of({"objects.yaml": _OBJECTS}, tmp_path),
    )
    assert [each.resource.address for each in found] == ["prod/Service/api"]
