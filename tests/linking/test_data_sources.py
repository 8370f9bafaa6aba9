"""Data sources lead to what they read, in their own root and in another one, and nowhere that is not shown."""

from pathlib import Path

import pytest

from scanner.core.resource import Link, Resource
from scanner.linking import link
from tests.linking.builder import links, refers, tf, ties, unknown, warnings
from tests.linking.real import read, tied, warned

PLATFORM = """\
resource "aws_s3_bucket" "models" {
  bucket = "acme-models"
}

resource "aws_iam_role" "reader" {
  name = "models-reader"
}

resource "aws_kms_key" "models" {}

resource "aws_kms_alias" "models" {
  name          = "alias/models"
  target_key_id = aws_kms_key.models.key_id
}

resource "azurerm_key_vault" "keys" {
  name                = "acme-keys"
  resource_group_name = "platform"
}
"""
SERVING = """\
data "aws_s3_bucket" "models" {
  bucket = "acme-models"
}

data "aws_s3_bucket" "theirs" {
  bucket = "their-models"
}

data "aws_iam_role" "reader" {
  name = "models-reader"
}

data "aws_kms_key" "models" {
  key_id = "alias/models"
}

data "azurerm_key_vault" "keys" {
  name                = "acme-keys"
  resource_group_name = "platform"
}

resource "aws_s3_bucket_versioning" "ours" {
  bucket = data.aws_s3_bucket.models.id
}

resource "aws_s3_bucket_versioning" "theirs" {
  bucket = data.aws_s3_bucket.theirs.id
}

resource "aws_s3_bucket_server_side_encryption_configuration" "ours" {
  bucket = data.aws_s3_bucket.models.bucket
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = data.aws_kms_key.models.arn
    }
  }
}

module "access" {
  source   = "../access"
  role     = data.aws_iam_role.reader.name
  vault_id = data.azurerm_key_vault.keys.id
}
"""
ACCESS = """\
variable "role" {}
variable "vault_id" {}

resource "aws_iam_role_policy_attachment" "read" {
  role       = var.role
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}

resource "azurerm_role_assignment" "read" {
  scope        = var.vault_id
  principal_id = "00000000-0000-0000-0000-000000000000"
}
"""
FILES = {"platform/main.tf": PLATFORM, "serving/main.tf": SERVING, "access/main.tf": ACCESS}


def test_what_a_data_source_reads_in_another_root_is_meant(tmp_path: Path) -> None:
    assert tied(tmp_path, FILES, "looks_up") == {
        ("data.aws_s3_bucket.models", "aws_s3_bucket.models"),
        ("data.aws_iam_role.reader", "aws_iam_role.reader"),
        ("data.aws_kms_key.models", "aws_kms_alias.models"),
        ("data.azurerm_key_vault.keys", "azurerm_key_vault.keys"),
    }
    assert tied(tmp_path, FILES, "configures") == {
        ("aws_kms_alias.models", "aws_kms_key.models"),
        ("aws_s3_bucket_server_side_encryption_configuration.ours", "aws_s3_bucket.models"),
        ("aws_s3_bucket_versioning.ours", "aws_s3_bucket.models"),
        ("module.access.aws_iam_role_policy_attachment.read", "aws_iam_role.reader"),
        ("module.access.azurerm_role_assignment.read", "azurerm_key_vault.keys"),
    }
    assert tied(tmp_path, FILES, "uses") == {
        ("aws_s3_bucket_server_side_encryption_configuration.ours", "aws_kms_alias.models"),
    }
    assert warned(tmp_path, FILES) == []


def test_both_ends_have_their_line(tmp_path: Path) -> None:
    release = read(tmp_path, FILES)
    found = {each.source: each for each in link(release)[0] if each.kind == "looks_up"}
    bucket = found["serving::data.aws_s3_bucket.models"]
    assert (str(bucket.evidence), str(bucket.target_evidence)) == ("serving/main.tf:2", "platform/main.tf:2")


SAME_ROOT = """\
variable "team" {}

resource "aws_s3_bucket" "models" {
  bucket = "${var.team}-models"
}

resource "aws_security_group" "nodes" {}

data "aws_s3_bucket" "in_the_same_words" {
  bucket = "${var.team}-models"
}

data "aws_s3_bucket" "by_reference" {
  bucket = aws_s3_bucket.models.bucket
}

data "aws_s3_bucket" "of_another_name" {
  bucket = "${var.team}-logs"
}

data "aws_security_group" "by_id" {
  id = aws_security_group.nodes.id
}
"""


def test_within_a_root_references_and_equal_words_count(tmp_path: Path) -> None:
    assert tied(tmp_path, {"main.tf": SAME_ROOT}, "looks_up") == {
        ("data.aws_s3_bucket.in_the_same_words", "aws_s3_bucket.models"),
        ("data.aws_s3_bucket.by_reference", "aws_s3_bucket.models"),
        ("data.aws_security_group.by_id", "aws_security_group.nodes"),
    }


def test_a_bucket_of_the_same_root_is_preferred() -> None:
    here, there = (tf("aws_s3_bucket.b", {"bucket": "models"}, origin=origin) for origin in (".", "other"))
    data = tf("data.aws_s3_bucket.d", {"bucket": "models"})
    assert [each.target for each in links("looks_up", data, here, there)] == [here.key]
    elsewhere = tf("data.aws_s3_bucket.d", {"bucket": "models"}, origin="third")
    assert links("looks_up", elsewhere, here, there) == []
    assert warnings(elsewhere, here, there) == []


@pytest.mark.parametrize(
    ("of_data", "of_resource", "expected"),
    [
        ({"resource_group_name": "rg"}, {"resource_group_name": "rg"}, True),
        ({"resource_group_name": "RG"}, {"resource_group_name": "rg"}, True),
        ({"resource_group_name": "rg"}, {"resource_group_name": "other"}, False),
        ({"resource_group_name": unknown("var.rg")}, {"resource_group_name": "rg"}, False),
        ({"resource_group_name": "rg", "virtual_network_name": "a"}, {"resource_group_name": "rg"}, True),
        (
            {"resource_group_name": "rg", "virtual_network_name": "a"},
            {"resource_group_name": "rg", "virtual_network_name": "b"},
            False,
        ),
    ],
)
def test_a_name_that_others_may_have_too_takes_the_same_place(
    of_data: dict[str, object], of_resource: dict[str, object], expected: bool
) -> None:
    data = tf("data.azurerm_subnet.d", {"name": "apps", **of_data})
    subnet = tf("azurerm_subnet.s", {"name": "apps", **of_resource}, origin="network")
    assert bool(ties("looks_up", data, subnet)) is expected


def test_a_key_of_the_same_name_in_another_vault_is_another_key() -> None:
    vaults = [tf(f"azurerm_key_vault.{name}", {"name": name}) for name in ("ours", "theirs")]
    keys = [
        tf(f"azurerm_key_vault_key.{each.address[-4:]}", {"name": "k", "key_vault_id": unknown("x")}) for each in vaults
    ]
    data = tf("data.azurerm_key_vault_key.d", {"name": "k", "key_vault_id": unknown("y")})
    things: list[Resource | Link] = [
        *vaults,
        *keys,
        *(refers(key, "key_vault_id", vault) for key, vault in zip(keys, vaults, strict=True)),
    ]
    found = links("looks_up", data, *things, refers(data, "key_vault_id", vaults[1]))
    assert [each.target for each in found] == [keys[1].key]
    assert links("looks_up", data, *things) == []
