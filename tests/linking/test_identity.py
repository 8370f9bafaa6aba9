from typing import Any

import pytest

from scanner.core.resource import Resource
from tests.linking.builder import links, manifest, refers, tf, ties, unknown, warnings, workload

ROLE = tf("aws_iam_role.reader", {"name": "claims-reader"})
ASSUMED = ("prod/ServiceAccount/claims", "aws_iam_role.reader")


def account(annotations: dict[str, Any], name: str = "claims") -> Resource:
    return manifest("ServiceAccount", name, {"metadata": {"annotations": annotations}})


def irsa(arn: str) -> Resource:
    return account({"eks.amazonaws.com/role-arn": arn})


def test_a_workload_uses_the_account_it_names() -> None:
    pod, own = workload("api", {"service_account": "claims"}), manifest("ServiceAccount", "claims")
    others = [manifest("ServiceAccount", "claims", namespace="test"), manifest("ServiceAccount", "default")]
    (found,) = links("uses_account", pod, own, *others)
    assert (found.source, found.target) == (pod.key, own.key)
    assert found.evidence == pod.attribute_locations[("service_account",)]
    assert found.target_evidence == own.attribute_locations[("metadata", "name")]


def test_a_workload_without_an_account_uses_the_default_one() -> None:
    pod, unwritten = workload("api"), workload("api", {"namespace": "default"})
    used = manifest("ServiceAccount", "default")
    assert ties("uses_account", pod, used) == {("prod/Deployment/api/pod", "prod/ServiceAccount/default")}
    assert ties("uses_account", unwritten, used) == set()
    assert ties("uses_account", unwritten, manifest("ServiceAccount", "default", namespace="")) == {
        ("default/Deployment/api/pod", "default/ServiceAccount/default")
    }
    assert ties("uses_account", workload("api", {"service_account": unknown("x")}), used) == set()


def test_of_several_environments_the_nearest_account_is_meant() -> None:
    pods = [workload("api", {"service_account": "a"}, path=f"{env}/api.yaml") for env in ("dev", "prod", "test")]
    accounts = [manifest("ServiceAccount", "a", path=f"{env}/account.yaml") for env in ("dev", "prod")]
    found = {(each.source, each.target) for each in links("uses_account", *pods, *accounts)}
    assert found == {(pod.key, near.key) for pod, near in zip(pods, accounts, strict=False)}
    (message,) = warnings(*pods, *accounts)
    assert "dev/account.yaml" in message


@pytest.mark.parametrize(
    ("arn", "role"),
    [
        ("arn:aws:iam::123456789012:role/claims-reader", {}),
        ("arn:aws-cn:iam::123456789012:role/claims-reader", {"path": "/"}),
        ("arn:aws:iam::${ACCOUNT}:role/claims-reader", {}),
        ("arn:aws:iam::123456789012:role/ml/prod/claims-reader", {"path": "/ml/prod/"}),
        ("arn:aws:iam::123456789012:role/ml/claims-reader", {"path": unknown("var.path")}),
    ],
)
def test_an_annotation_names_its_role(arn: str, role: dict[str, Any]) -> None:
    taker, taken = irsa(arn), tf("aws_iam_role.reader", {"name": "claims-reader", **role})
    (found,) = links("assumes", taker, taken)
    assert (found.source, found.target) == (taker.key, taken.key)
    assert found.evidence == taker.locate(("metadata", "annotations", "eks.amazonaws.com/role-arn"))
    assert found.target_evidence == taken.attribute_locations[("name",)]


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::123456789012:role/other",
        "arn:aws:iam::123456789012:role/ml/claims-reader",  # the role has no path
        "arn:aws:iam::123456789012:user/claims-reader",
        "claims-reader",
    ],
)
def test_another_arn_is_another_role(arn: str) -> None:
    assert ties("assumes", irsa(arn), ROLE) == set()


def test_a_role_of_unknown_name_may_be_the_one() -> None:
    taker = irsa("arn:aws:iam::123456789012:role/claims-reader")
    prefixed = tf("aws_iam_role.reader", {"name_prefix": "claims-"})
    assert ties("assumes", taker, prefixed) == set()
    assert "aws_iam_role.reader has no statically known name" in warnings(taker, prefixed)[0]
    assert warnings(taker, tf("aws_iam_role.reader", {"name_prefix": "billing-"})) == []
    assert "placeholder" in warnings(irsa("${READER_ROLE_ARN}"), ROLE)[0]
    assert warnings(irsa("${READER_ROLE_ARN}")) == []


@pytest.mark.parametrize(("project", "fits"), [({}, True), ({"project": "acme"}, True), ({"project": "other"}, False)])
def test_a_google_account_is_named_by_its_address(project: dict[str, str], fits: bool) -> None:
    taker = account({"iam.gke.io/gcp-service-account": "claims@acme.iam.gserviceaccount.com"})
    taken = tf("google_service_account.c", {"account_id": "claims", **project})
    assert bool(ties("assumes", taker, taken)) is fits


def test_an_azure_identity_is_named_by_a_literal_client_id_only() -> None:
    taker = account({"azure.workload.identity/client-id": "1-2-3"})
    literal = tf("azurerm_user_assigned_identity.i", {"name": "claims", "client_id": "1-2-3"})
    given_out = tf("azurerm_user_assigned_identity.i", {"name": "claims"})
    assert ties("assumes", taker, literal) == {("prod/ServiceAccount/claims", "azurerm_user_assigned_identity.i")}
    assert (ties("assumes", taker, given_out), warnings(taker, given_out)) == (set(), [])


def test_a_pod_identity_association_gives_a_role_to_an_account() -> None:
    taker = manifest("ServiceAccount", "claims")
    who = {"namespace": "prod", "service_account": "claims"}
    literal = tf("aws_eks_pod_identity_association.a", {**who, "role_arn": "arn:aws:iam::1:role/ml/claims-reader"})
    assert ties("assumes", taker, ROLE, literal) == {ASSUMED}
    by_reference = tf("aws_eks_pod_identity_association.a", {**who, "role_arn": unknown("aws_iam_role.reader.arn")})
    (found,) = links("assumes", taker, ROLE, by_reference, refers(by_reference, "role_arn", ROLE))
    assert (found.target, found.evidence) == (ROLE.key, by_reference.attribute_locations[("role_arn",)])
    elsewhere = tf("aws_eks_pod_identity_association.a", {**who, "namespace": "test", "role_arn": "claims-reader"})
    assert ties("assumes", taker, ROLE, elsewhere) == set()
    nobody = {
        "namespace": unknown("var.ns"),
        "service_account": "claims",
        "role_arn": "arn:aws:iam::1:role/claims-reader",
    }
    (message,) = warnings(taker, ROLE, tf("aws_eks_pod_identity_association.a", nobody))
    assert "which ServiceAccount gets aws_iam_role.reader is not statically known" in message


@pytest.mark.parametrize("attribute", ["parent_id", "user_assigned_identity_id"])
def test_a_federated_credential_gives_an_azure_identity_to_an_account(attribute: str) -> None:
    taker, identity = manifest("ServiceAccount", "claims"), tf("azurerm_user_assigned_identity.i", {"name": "claims"})
    attributes = {"subject": "system:serviceaccount:prod:claims", attribute: unknown("x.id")}
    credential = tf("azurerm_federated_identity_credential.f", attributes)
    assert ties("assumes", taker, identity, credential, refers(credential, attribute, identity)) == {
        ("prod/ServiceAccount/claims", "azurerm_user_assigned_identity.i")
    }
    copy = manifest("ServiceAccount", "claims", path="other/account.yaml")
    things = (taker, copy, identity, credential, refers(credential, attribute, identity))
    assert ties("assumes", *things) == set()
    assert len(warnings(*things)) == 1


def test_roles_of_one_name_are_ambiguous() -> None:
    taker, twin = (
        irsa("arn:aws:iam::123456789012:role/claims-reader"),
        tf("aws_iam_role.twin", {"name": "claims-reader"}),
    )
    assert ties("assumes", taker, ROLE, twin) == set()
    assert "aws_iam_role.reader, aws_iam_role.twin" in warnings(taker, ROLE, twin)[0]
