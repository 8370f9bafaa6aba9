"""Whom a grant in the cloud is for."""

from pathlib import Path

import pytest

from tests.linking.builder import links, refers, tf, ties, unknown
from tests.linking.real import tied

ACCOUNT = tf("google_service_account.reader", {"account_id": "models-reader"})


@pytest.mark.parametrize(
    ("grant", "attribute", "value"),
    [
        ("google_storage_bucket_iam_member", "member", "serviceAccount:models-reader@acme.iam.gserviceaccount.com"),
        (
            "google_project_iam_binding",
            "members",
            ["user:a@b.c", "serviceAccount:models-reader@x.iam.gserviceaccount.com"],
        ),
        ("google_bigquery_dataset_access", "user_by_email", "models-reader@acme.iam.gserviceaccount.com"),
    ],
)
def test_a_google_grant_is_for_the_account_of_that_address(grant: str, attribute: str, value: object) -> None:
    source = tf(f"{grant}.g", {attribute: value})
    other = tf("google_service_account.other", {"account_id": "other"})
    assert ties("grants_to", source, ACCOUNT, other) == {(f"{grant}.g", "google_service_account.reader")}


def test_the_service_account_of_a_pod_is_no_account_of_google() -> None:
    source = tf("google_service_account_iam_member.g", {"member": "serviceAccount:p.svc.id.goog[prod/models-reader]"})
    assert ties("grants_to", source, ACCOUNT) == set()


def test_a_grant_for_several_is_for_each_of_them() -> None:
    accounts = [tf(f"google_service_account.{name}", {"account_id": unknown(f"var.{name}")}) for name in "ab"]
    source = tf("google_kms_crypto_key_iam_binding.g", {"members": unknown("local.members")})
    found = links("grants_to", source, *accounts, *(refers(source, "members", each) for each in accounts))
    assert {each.target for each in found} == {each.key for each in accounts}


AZURE = """\
resource "azurerm_storage_account" "models" {
  name = "acmemodels"
}

resource "azurerm_user_assigned_identity" "serving" {
  name = "serving"
}

resource "azurerm_kubernetes_cluster" "inference" {
  name = "inference"
}

resource "azurerm_role_assignment" "serving" {
  scope                = azurerm_storage_account.models.id
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = azurerm_user_assigned_identity.serving.principal_id
}

resource "azurerm_role_assignment" "kubelet" {
  scope                = "${azurerm_storage_account.models.id}/blobServices/default/containers/models"
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = azurerm_kubernetes_cluster.inference.kubelet_identity[0].object_id
}

resource "azurerm_key_vault" "keys" {
  name = "acmekeys"
  access_policy {
    object_id = azurerm_user_assigned_identity.serving.principal_id
  }
}

resource "azurerm_key_vault_access_policy" "kubelet" {
  key_vault_id = azurerm_key_vault.keys.id
  object_id    = azurerm_kubernetes_cluster.inference.kubelet_identity[0].object_id
}
"""


def test_a_role_assignment_ties_its_scope_and_its_principal(tmp_path: Path) -> None:
    files = {"main.tf": AZURE}
    assert tied(tmp_path, files, "grants_to") == {
        ("azurerm_role_assignment.serving", "azurerm_user_assigned_identity.serving"),
        ("azurerm_role_assignment.kubelet", "azurerm_kubernetes_cluster.inference"),
        ("azurerm_key_vault.keys", "azurerm_user_assigned_identity.serving"),
        ("azurerm_key_vault_access_policy.kubelet", "azurerm_kubernetes_cluster.inference"),
    }
    assert tied(tmp_path, files, "configures") == {
        ("azurerm_role_assignment.serving", "azurerm_storage_account.models"),
        ("azurerm_role_assignment.kubelet", "azurerm_storage_account.models"),
        ("azurerm_key_vault_access_policy.kubelet", "azurerm_key_vault.keys"),
    }


def test_an_access_entry_is_for_its_role() -> None:
    role = tf("aws_iam_role.admin", {"name": "admin"})
    entry = tf("aws_eks_access_entry.e", {"principal_arn": "arn:aws:iam::123456789012:role/admin"})
    assert ties("grants_to", entry, role) == {("aws_eks_access_entry.e", "aws_iam_role.admin")}
