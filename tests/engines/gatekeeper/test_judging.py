"""What templates see of the objects of a release, and what becomes of what they say."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.core.finding import Status
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.resource import Release, Resource
from scanner.core.values import Unresolved
from tests.engines.gatekeeper.judging import (
    CONTEXT,
    constraint,
    evaluated,
    findings,
    policies,
    release_of,
    template,
    told,
)

_SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: web}\n"
_SEEN = 'violation[{"msg": msg}] { msg := json.marshal(%s) }'


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("input.review.kind", '{"group": "", "kind": "Service", "version": "v1"}'),
        ("[input.review.name, input.review.namespace]", '["api", "web"]'),
        ("input.review.operation", '"CREATE"'),
        ("[input.review.oldObject, input.review.dryRun]", "[null, false]"),
        ("input.parameters", '{"limit": 3, "wanted": "blue"}'),
        ("input.review.object.metadata", '{"name": "api", "namespace": "web"}'),
    ],
)
def test_a_review_is_that_of_an_object_being_created(expression: str, expected: str, tmp_path: Path) -> None:
    found = findings(
        policies(template(_SEEN % expression), constraint(parameters="{limit: 3}")),
        release_of({"api.yaml": _SERVICE}, tmp_path),
    )
    assert [each.message.replace('":', '": ').replace(",", ", ").replace("  ", " ") for each in found] == [expected]


def test_the_review_has_the_namespace_of_the_object(tmp_path: Path) -> None:
    rego = 'violation[{"msg": msg}] { msg := input.review.namespaceObject.metadata.labels.stage }'
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: web, labels: {stage: prod}}\n"
    both = policies(template(rego), constraint("{kinds: [{kinds: [Service]}]}"))
    found = findings(both, release_of({"api.yaml": _SERVICE, "web.yaml": namespace}, tmp_path))
    assert told(found) == [("fail", "web/Service/api", "prod")]
    found = findings(both, release_of({"api.yaml": _SERVICE}, tmp_path))
    cause = "the release has no Namespace web, and the template looks at it"
    assert told(found) == [("unknown", "web/Service/api", f"web/Service/api cannot be judged: {cause}")]


def test_who_applies_an_object_is_not_known(tmp_path: Path) -> None:
    rego = 'violation[{"msg": "not allowed"}] { input.review.userInfo.username != "admin" }'
    (found,) = findings(policies(template(rego), constraint()), release_of({"api.yaml": _SERVICE}, tmp_path))
    assert (found.status, found.cause) == (
        Status.UNKNOWN,
        "who applies it is not known before deployment, and the template asks for that",
    )


_READS_IMAGE = """
violation[{"msg": msg}] {
  container := input.review.object.spec.containers[_]
  not startswith(container.image, "registry.acme.example/")
  msg := sprintf("container <%v> is from elsewhere", [container.name])
}
"""


def _pod(image: Any) -> Release:
    body = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "api", "namespace": "web", "labels": {"token": Unresolved("{{ … }}", "it is random")}},
        "spec": {"containers": [{"name": "api", "image": image}]},
    }
    return Release((Resource("web/Pod/api", "Pod", "kubernetes", body, Location("pod.yaml", 1)),))


def test_what_is_not_known_decides_nothing_that_the_template_reads() -> None:
    found = findings(policies(template(_READS_IMAGE), constraint()), _pod(Unresolved("${IMAGE}", "IMAGE is not set")))
    assert told(found) == [("unknown", "web/Pod/api", "web/Pod/api cannot be judged: IMAGE is not set")]


def test_what_is_not_known_and_not_read_changes_nothing() -> None:
    both = policies(template(_READS_IMAGE), constraint())
    assert [each.status for each in findings(both, _pod("docker.io/api"))] == [Status.FAIL]
    assert [each.status for each in findings(both, _pod("registry.acme.example/api"))] == [Status.PASS]


def test_an_object_that_rego_cannot_hold_is_not_judged(tmp_path: Path) -> None:
    huge = f"apiVersion: v1\nkind: Service\nmetadata: {{name: api, namespace: web}}\nspec: {{port: {2**70}}}\n"
    (found,) = findings(policies(template(_READS_IMAGE), constraint()), release_of({"api.yaml": huge}, tmp_path))
    assert found.status is Status.UNKNOWN
    assert "integer beyond 64 bits" in found.cause


_WORKLOAD = """
apiVersion: %s
kind: %s
metadata: {name: api, namespace: web}
spec:
  %s
    metadata: {labels: {app: api}}
    spec:
      containers:
        - name: api
          image: docker.io/api
"""


@pytest.mark.parametrize(
    ("api_version", "kind", "way"),
    [
        ("apps/v1", "Deployment", "template:"),
        ("apps/v1", "DaemonSet", "template:"),
        ("batch/v1", "Job", "template:"),
    ],
)
def test_a_constraint_on_pods_judges_the_pods_that_a_workload_will_start(
    api_version: str, kind: str, way: str, tmp_path: Path
) -> None:
    release = release_of({"api.yaml": _WORKLOAD % (api_version, kind, way)}, tmp_path)
    only_pods = constraint("{kinds: [{apiGroups: [''], kinds: [Pod]}]}")
    (found,) = findings(policies(template(_READS_IMAGE), only_pods), release)
    assert (found.status, found.resource.type, found.location.start_line) == (Status.FAIL, "container", 10)
    assert found.attribute == "spec.template.spec.containers[0]"


def test_the_inventory_is_that_of_the_world(tmp_path: Path) -> None:
    """Two overlays of one base are two answers to one question: their Ingresses never meet."""
    rego = """
violation[{"msg": msg}] {
  other := data.inventory.namespace[ns]["v1"]["Service"][name]
  other.spec.externalName == input.review.object.spec.externalName
  [ns, name] != [input.review.namespace, input.review.name]
  msg := sprintf("the name is that of %v too", [name])
}
"""
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: web}\nspec: {externalName: one.example}\n"
    release = release_of({f"{name}.yaml": text % name for name in ("a", "b")}, tmp_path)
    both = policies(template(rego), constraint())
    assert [each.status for each in findings(both, release)] == [Status.FAIL, Status.FAIL]
    apart = [replace(each, world=each.address) for each in release.resources]
    assert [each.status for each in findings(both, Release(tuple(apart)))] == [Status.PASS, Status.PASS]


def test_a_rule_without_end_costs_its_own_constraints(tmp_path: Path) -> None:
    endless = 'violation[{"msg": "never"}] { numbers.range(1, 3000)[a]; numbers.range(1, 3000)[b]; a * b == 0.5 }'
    found = policies(
        template(endless, "Endless"),
        constraint(kind="Endless"),
        template('violation[{"msg": "no"}] { input.review.object.spec.open }'),
        constraint(),
    )
    release = release_of({"api.yaml": _SERVICE}, tmp_path)
    evaluation = evaluated(found, release, replace(CONTEXT, time_limit=0.5))
    assert evaluation.failed == {"Endless.one"}
    (note,) = evaluation.notifications
    assert (note.level, note.location) == (Level.ERROR, found[0].location)
    assert note.message.startswith("Endless.one was not evaluated: stopped after 0.5 s")
    assert [(each.policy.id, each.status) for each in evaluation.findings] == [("Tested.one", Status.PASS)]


@pytest.mark.parametrize(
    ("rego", "message"),
    [
        ('violation[{"text": "no"}] { true }', "a violation by web/Service/api has no text as its msg"),
        ('violation[{"msg": 1}] { true }', "a violation by web/Service/api has no text as its msg"),
        ('violation = {"msg": "no"} { true }', "its violation is no set of results for web/Service/api"),
    ],
)
def test_what_is_no_violation_does_not_pass(rego: str, message: str, tmp_path: Path) -> None:
    evaluation = evaluated(policies(template(rego), constraint()), release_of({"api.yaml": _SERVICE}, tmp_path))
    assert [note.message for note in evaluation.notifications] == [
        f"Tested.one was not evaluated as a whole: {message}"
    ]
    assert not evaluation.findings
    assert evaluation.failed == {"Tested.one"}


def test_a_function_that_does_not_exist_is_named_with_its_line(tmp_path: Path) -> None:
    found = policies(template('violation[{"msg": "no"}] { no.such(input.review.object) }'), constraint())
    evaluation = evaluated(found, release_of({"api.yaml": _SERVICE}, tmp_path))
    (note,) = evaluation.notifications
    assert "no.such" in note.message
    assert (note.location.path, note.location.start_line) == ("policies/0.yaml", 24) if note.location else None
