import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from scanner.core.notification import Level
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath
from scanner.linking import LINKERS, link
from tests.linking.builder import container, made, manifest, model, refers, release, statement, tf, unknown, workload

# What a linker finds whose name is not that of its one kind of link.
KINDS = {
    "routes": {"routes_to"},
    "attaches": {"attaches_to"},
    "isolates": {"isolates_ingress"},
    "applies": {"applies_to"},
    "mtls": {"requires_mtls"},
}


def everything() -> list[Resource | Link]:
    """A small release with a tie of every kind, and an uncertain one."""
    bucket = tf("aws_s3_bucket.models", {"bucket": "ml-artifacts"})
    sidecar = tf("aws_s3_bucket_versioning.models", {"bucket": unknown("aws_s3_bucket.models.id")})
    role = tf("aws_iam_role.reader", {"name": "claims-reader"})
    policy = tf("aws_iam_role_policy.read", {"role": "claims-reader"})
    account = manifest(
        "ServiceAccount",
        "claims",
        {"metadata": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/claims-reader"}}},
    )
    pod = workload(
        "claims",
        {
            "storage_uri": "s3://ml-artifacts/claims",
            "service_account": "claims",
            "labels": {"app": "claims", "model-id": "claims"},
        },
    )
    takes_in = [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "claims", "key": "key"}}}]
    calls = {"env": takes_in, "env_values": {"UPSTREAM": "http://claims:8000"}}
    server = container(
        pod, {**calls, "image": {"reference": "r.example/api", "registry": "r.example", "repository": "api"}}
    )
    stage = {"final": True, "labels": {"org.opencontainers.image.title": "api"}}
    logging = tf("aws_s3_bucket_logging.models", {"bucket": "ml-artifacts", "target_bucket": "logs"})
    return [
        bucket,
        logging,
        tf("aws_s3_bucket.logs", {"bucket": "logs"}),
        tf("data.aws_s3_bucket.models", {"bucket": "ml-artifacts"}),
        tf("aws_s3_account_public_access_block.this"),
        sidecar,
        refers(sidecar, "bucket", bucket),
        role,
        policy,
        statement(policy),
        account,
        pod,
        server,
        Resource("Dockerfile#0", "dockerfile_stage", "dockerfile", stage, policy.location),
        manifest("Service", "claims", {"spec": {"selector": {"app": "claims"}}}),
        manifest(
            "Ingress",
            "claims",
            {
                "metadata": {"annotations": {"cert-manager.io/cluster-issuer": "ca"}},
                "spec": {
                    "ingressClassName": "nginx",
                    "tls": [{"secretName": "claims"}],
                    "defaultBackend": {"service": {"name": "claims"}},
                },
            },
        ),
        *network(),
        manifest(
            "HorizontalPodAutoscaler", "claims", {"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "claims"}}}
        ),
        manifest("PodDisruptionBudget", "claims", {"apiVersion": "policy/v1", "spec": {"selector": {}}}),
        manifest("Role", "reader"),
        manifest("ClusterRole", "part", {"metadata": {"labels": {"take-in": "x"}}}, namespace=""),
        manifest("ClusterRole", "all", {"aggregationRule": {"clusterRoleSelectors": [{}]}}, namespace=""),
        manifest(
            "RoleBinding",
            "reader",
            {
                "roleRef": {"kind": "Role", "name": "reader"},
                "subjects": [{"kind": "ServiceAccount", "name": "claims"}],
            },
        ),
        model("claims", {"uri": "s3://ml-artifacts/claims"}),
        model("claims", {"uri": "s3://elsewhere/claims"}, source="model-card"),
        *model_files(),
    ]


def model_files() -> list[Resource]:
    """A file of a model, and what is said of it."""
    digest = "sha256:" + "ab" * 32
    release = model("files", path="files/model-release.yaml")
    at = "files/model.safetensors"
    signed = {"root": "files", "files": [{"path": at, "algorithm": "sha256", "digest": digest.removeprefix("sha256:")}]}
    things: list[tuple[str, dict[str, Any], Resource | None]] = [
        ("model_artifact", {"path": "model.safetensors"}, release),
        ("model_file", {"path": at, "digest": digest}, None),
        ("signature", signed, None),
        ("attestation", {"subjects": [{"name": at, "digests": [digest]}]}, None),
        ("approved_version", {"model": "files"}, None),
        ("previous_model", {"name": "files"}, None),
        ("dvc_output", {"path": at}, None),
    ]
    made_of = (
        made(
            kind,
            f"{kind}.x",
            attributes,
            path=release.location.path if parent else f"{kind}.x",
            format_="model",
            parent=parent,
        )
        for kind, attributes, parent in things
    )
    return [release, *made_of]


def network() -> list[Resource]:
    """What stands around a workload, one object for every tie."""
    peers = [{"from": [{"podSelector": {"matchLabels": {"app": "claims"}}}]}]
    istio = {"apiVersion": "security.istio.io/v1", "spec": {"mtls": {"mode": "STRICT"}}}
    return [
        manifest("Namespace", "prod", namespace=""),
        manifest("Endpoints", "claims"),
        manifest("NetworkPolicy", "claims", {"spec": {"podSelector": {}, "ingress": peers}}),
        manifest("Gateway", "public", {"spec": {"listeners": [{"protocol": "HTTPS"}]}}),
        manifest("HTTPRoute", "claims", {"spec": {"parentRefs": [{"name": "public"}]}}),
        manifest("SecurityPolicy", "claims", {"spec": {"targetRef": {"kind": "Gateway", "name": "public"}}}),
        manifest("PeerAuthentication", "strict", istio),
        manifest("AuthorizationPolicy", "claims", istio),
        manifest("ExternalSecret", "claims"),
        manifest("Secret", "claims"),
        manifest("ClusterIssuer", "ca", namespace=""),
        manifest("IngressClass", "nginx", namespace=""),
    ]


def test_every_linker_takes_part() -> None:
    links, notifications = link(release(*everything()))
    kinds = (KINDS.get(linker.__name__, {linker.__name__}) for linker in LINKERS)
    assert {each.kind for each in links} == {kind for several in kinds for kind in several}
    assert [(each.level, each.component) for each in notifications] == [(Level.NOTE, "linking")]


def test_the_order_of_the_resources_does_not_matter() -> None:
    things = everything()
    expected = link(release(*things))
    assert list(expected[0]) == sorted(expected[0], key=lambda each: (each.source, each.kind, each.target))
    for shift in range(1, len(things)):
        turned = things[shift:] + things[:shift]
        assert link(release(*turned)) == expected
        assert link(release(*turned[::-1])) == expected


def test_links_lead_to_resources_of_the_release() -> None:
    made = release(*everything())
    for each in link(made)[0]:
        assert {each.source, each.target} <= set(made.by_key)


@pytest.mark.parametrize("odd", [None, [], {}, "", "x", 3, True, [["x"]], [{"name": ["x"]}], {"x": {}}, unknown("y")])
def test_no_shape_of_an_attribute_is_too_odd(odd: Any) -> None:
    things = everything()
    for position, thing in enumerate(things):
        if isinstance(thing, Resource):
            for at, _ in walk(thing.attributes):
                bent = replace(thing, attributes=replaced(thing.attributes, at, odd))
                links, _ = link(release(*things[:position], bent, *things[position + 1 :]))
                assert links


def walk(value: Any, path: AttributePath = ()) -> Iterator[tuple[AttributePath, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield (*path, step), each
        yield from walk(each, (*path, step))


def replaced(value: Any, path: AttributePath, odd: Any) -> Any:
    if not path:
        return odd
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], odd)
    return copy


def test_an_empty_release_has_no_ties() -> None:
    assert link(Release()) == ((), ())


def test_thousands_of_resources_are_linked_in_seconds() -> None:
    things: list[Resource | Link] = []
    for number in range(2000):
        labels = {"app": f"app-{number}", "part-of": "release"}
        pod = workload(f"app-{number}", {"labels": labels, "storage_uri": f"s3://bucket-{number}/m"})
        bucket = tf(f"aws_s3_bucket.b{number}", {"bucket": f"bucket-{number}"})
        sidecar = tf(f"aws_s3_bucket_versioning.b{number}", {"bucket": unknown("x")})
        selector = {"app": f"app-{number}", "part-of": "release"}
        things += [
            pod,
            container(pod, {"arguments": ["--model", f"s3://bucket-{number}/m"]}),
            bucket,
            sidecar,
            refers(sidecar, "bucket", bucket),
            manifest("Service", f"app-{number}", {"spec": {"selector": selector}}),
            model(f"model-{number}", {"uri": f"s3://bucket-{number}/m"}),
        ]
    whole = release(*things)
    started = time.process_time()
    links, notifications = link(whole)
    assert time.process_time() - started < 10  # a scan of all pairs takes minutes
    assert (len(links), len(notifications)) == (2000 * 5, 0)
