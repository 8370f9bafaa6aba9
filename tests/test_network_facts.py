"""What the shared Rego says of a workload's network: reachable from outside, who asks for a login, who counts."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scanner.core.finding import Status
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.engines.rego.document import input_document
from scanner.engines.rego.evaluator import Evaluator
from scanner.linking import link
from tests.engines.rego.judging import bundled, judged
from tests.linking.real import read
from tests.policy_cases import ROOT

WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm, namespace: ml}
spec:
  template:
    metadata: {labels: {app: llm}}
    spec:
      containers:
        - {name: vllm, image: vllm/vllm-openai, ports: [{containerPort: 8000}]}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: llm, namespace: ml, annotations: {%s}}
spec: {type: %s, selector: {app: llm}, ports: [{port: 80, targetPort: 8000}]%s}
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: llm, namespace: ml, annotations: {%s}}
spec: {defaultBackend: {service: {name: llm, port: {number: 80}}}}
"""
PLAIN = SERVICE % ("", "ClusterIP", "")
# The functions of the libraries that policies ask of a workload, each with what it says as text.
FACTS = """\
package releasegate.facts

import rego.v1

import data.lib.authentication
import data.lib.exposure
import data.lib.isolation
import data.lib.rate_limits

answers(r) := {
	"outside": [sprintf("%s: %s", [way.resource.address, way.what]) | some way in exposure.outside(r)],
	"may be outside": [cause | some cause in exposure.may_be_outside(r)],
	"nobody asks": [route.address | some route in authentication.unauthenticated(r)],
	"nobody counts": [route.address | some route in rate_limits.unlimited(r)],
	"admitted": [peer.address | some peer in isolation.admitted(r)],
}

deny contains {"resource": r.key, "message": json.marshal(answers(r))} if {
	some r in input.resources.workload
	r.attributes.serving == true
}
"""


def library_texts() -> tuple[tuple[str, str], ...]:
    return tuple((path.name, path.read_text()) for path in sorted((ROOT / "policies" / "lib").glob("*.rego")))


@cache
def libraries() -> Evaluator:
    evaluator, problems = Evaluator.load(library_texts())
    assert problems == []
    assert evaluator.add("facts", "facts.rego", FACTS, {}) == []
    return evaluator


def facts(root: Path, *documents: str) -> dict[str, Any]:
    """What is said of the one workload that serves a model."""
    release = read(root, {"release.yaml": "---\n".join((WORKLOAD, *documents))})
    linked = Release(release.resources, link(release)[0])
    libraries().read(json.dumps(input_document(linked, Scope())), ["facts"])
    (found,) = libraries().evaluate("facts")["deny"]
    answers: dict[str, Any] = json.loads(found["message"])
    return answers


AWS = "service.beta.kubernetes.io/aws-load-balancer-scheme"


@pytest.mark.parametrize(
    ("documents", "ways"),
    [
        ((), []),
        ((PLAIN,), []),
        ((SERVICE % ("", "NodePort", ""),), ["ml/Service/llm: a port of every node (type NodePort)"]),
        ((SERVICE % ("", "LoadBalancer", ""),), ["ml/Service/llm: a public load balancer"]),
        ((SERVICE % (f"{AWS}: internal", "LoadBalancer", ""),), []),
        ((SERVICE % ("networking.gke.io/load-balancer-type: Internal", "LoadBalancer", ""),), []),
        ((SERVICE % ("service.beta.kubernetes.io/azure-load-balancer-internal: 'true'", "LoadBalancer", ""),), []),
        ((SERVICE % ("", "LoadBalancer", ", loadBalancerSourceRanges: [10.0.0.0/8]"),), []),
        (
            (SERVICE % ("", "ClusterIP", ", externalIPs: [203.0.113.7]"),),
            ["ml/Service/llm: external addresses (externalIPs)"],
        ),
        ((PLAIN, INGRESS % ""), ["ml/Ingress/llm: a route (Ingress)"]),
    ],
)
def test_what_makes_a_workload_reachable_from_outside(
    tmp_path: Path, documents: tuple[str, ...], ways: list[str]
) -> None:
    assert facts(tmp_path, *documents)["outside"] == ways


def test_a_way_through_a_gateway_counts(tmp_path: Path) -> None:
    proxy = WORKLOAD.replace("vllm/vllm-openai", "acme/proxy").replace("name: vllm", "name: server")
    proxy = proxy.replace("llm", "proxy").replace(
        "ports:", "env: [{name: UPSTREAM, value: 'http://llm.ml:80'}], ports:"
    )
    before = (PLAIN.replace("llm", "proxy"), INGRESS.replace("llm", "proxy") % "")
    assert facts(tmp_path, PLAIN, proxy, *before)["outside"] == ["ml/Ingress/proxy: a route (Ingress)"]


@pytest.mark.parametrize(
    ("documents", "cause"),
    [
        ((SERVICE % ("", "'${TYPE}'", ""),), "a placeholder that is filled in before deployment"),
        (
            (SERVICE % (f"{AWS}: '${{SCHEME}}'", "LoadBalancer", ""),),
            "a placeholder that is filled in before deployment",
        ),
        (
            ((SERVICE % ("", "NodePort", "")).replace("app: llm", 'app: "${APP}"'),),
            "it is not known whether ml/Service/llm selects its pods",
        ),
    ],
)
def test_what_leaves_it_open(tmp_path: Path, documents: tuple[str, ...], cause: str) -> None:
    answers = facts(tmp_path, *documents)
    assert answers["outside"] == []
    assert answers["may be outside"] == [cause]


@pytest.mark.parametrize(
    ("annotation", "nobody_asks", "nobody_counts"),
    [
        ("", True, True),
        ("nginx.ingress.kubernetes.io/auth-url: 'https://login.example.com'", False, True),
        ("nginx.ingress.kubernetes.io/limit-rps: '5'", True, False),
    ],
)
def test_what_stands_before_a_workload(tmp_path: Path, annotation: str, nobody_asks: bool, nobody_counts: bool) -> None:
    answers = facts(tmp_path, PLAIN, INGRESS % annotation)
    assert answers["nobody asks"] == (["ml/Ingress/llm"] if nobody_asks else [])
    assert answers["nobody counts"] == (["ml/Ingress/llm"] if nobody_counts else [])


def test_whom_network_policies_let_in(tmp_path: Path) -> None:
    policy = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: llm, namespace: ml}
spec:
  podSelector: {matchLabels: {app: llm}}
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]
"""
    web = WORKLOAD.replace("vllm/vllm-openai", "acme/web").replace("name: vllm", "name: server").replace("llm", "web")
    assert facts(tmp_path, policy, web)["admitted"] == ["ml/Deployment/web/pod"]


DENY_ALL = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: ml}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""


@pytest.mark.parametrize(
    ("worlds", "denied"),
    [
        (("prod", "prod"), True),
        (("prod", ""), True),  # a file that every overlay may stand beside
        (("prod", "dev"), False),
        (("", "dev"), False),
    ],
)
def test_the_default_deny_of_another_overlay_protects_nobody(
    tmp_path: Path, worlds: tuple[str, str], denied: bool
) -> None:
    of_workload, of_policy = worlds
    release = read(tmp_path, {"release.yaml": f"{WORKLOAD}---\n{DENY_ALL}"})
    resources = [
        replace(each, world=of_policy if each.type == "NetworkPolicy" else of_workload) for each in release.resources
    ]
    evaluation = judged(bundled("kubernetes/NET-008.rego"), Release(tuple(resources)), libraries=library_texts())
    assert evaluation.notifications == ()
    assert {each.status for each in evaluation.findings} == {Status.PASS if denied else Status.FAIL}
