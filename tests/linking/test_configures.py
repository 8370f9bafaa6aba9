from dataclasses import replace

import pytest

from scanner.core.location import Location
from scanner.core.values import AttributePath
from tests.linking.builder import links, refers, tf, ties, unknown, warnings

BUCKET = tf("aws_s3_bucket.models", {"bucket": "ml-artifacts"})
VERSIONED = ("aws_s3_bucket_versioning.v", "aws_s3_bucket.models")


def test_a_literal_name_is_enough() -> None:
    sidecar = tf("aws_s3_bucket_versioning.v", {"bucket": "ml-artifacts"})
    (found,) = links("configures", sidecar, BUCKET)
    assert (found.source, found.target) == (sidecar.key, BUCKET.key)
    assert found.evidence == sidecar.attribute_locations[("bucket",)]
    assert found.target_evidence == BUCKET.attribute_locations[("bucket",)]


@pytest.mark.parametrize(
    ("sidecar", "attribute", "target"),
    [
        ("aws_s3_bucket_public_access_block.x", "bucket", "aws_s3_bucket.t"),
        ("aws_s3_bucket_server_side_encryption_configuration.x", "bucket", "aws_s3_bucket.t"),
        ("aws_ecr_repository_policy.x", "repository", "aws_ecr_repository.t"),
        ("aws_ecr_lifecycle_policy.x", "repository", "aws_ecr_repository.t"),
        ("aws_security_group_rule.x", "security_group_id", "aws_security_group.t"),
        ("aws_vpc_security_group_ingress_rule.x", "security_group_id", "aws_security_group.t"),
        ("google_storage_bucket_iam_member.x", "bucket", "google_storage_bucket.t"),
        ("azurerm_storage_account_customer_managed_key.x", "storage_account_id", "azurerm_storage_account.t"),
        ("azurerm_storage_container.x", "storage_account_name", "azurerm_storage_account.t"),
        ("azurerm_storage_container.x", "storage_account_id", "azurerm_storage_account.t"),
    ],
)
def test_a_reference_ties_every_kind_of_sidecar(sidecar: str, attribute: str, target: str) -> None:
    source, other = tf(sidecar, {"name": "x", attribute: unknown(f"{target}.id")}), tf(target)
    assert ties("configures", source, other, refers(source, attribute, other)) == {(sidecar, target)}


def test_a_reference_of_another_attribute_does_not_count() -> None:
    logs = tf("aws_s3_bucket.logs", {"bucket": "logs"})
    sidecar = tf("aws_s3_bucket_logging.l", {"bucket": unknown("x"), "target_bucket": unknown("y")})
    both = (refers(sidecar, "bucket", BUCKET), refers(sidecar, "target_bucket", logs))
    assert ties("configures", sidecar, BUCKET, logs, *both) == {("aws_s3_bucket_logging.l", "aws_s3_bucket.models")}
    assert ties("configures", sidecar, BUCKET, logs, both[1]) == set()


def test_the_reference_wins_over_a_name() -> None:
    twin = tf("aws_s3_bucket.twin", {"bucket": "ml-artifacts"})
    sidecar = tf("aws_s3_bucket_versioning.v", {"bucket": "ml-artifacts"})
    assert ties("configures", sidecar, BUCKET, twin, refers(sidecar, "bucket", BUCKET)) == {VERSIONED}
    assert ties("configures", sidecar, BUCKET, twin) == set()
    assert len(warnings(sidecar, BUCKET, twin)) == 1


def test_of_several_instances_the_one_with_the_same_key_is_meant() -> None:
    names = {"a": unknown("var.a"), "b": unknown("var.b")}
    buckets = [tf(f'aws_s3_bucket.m["{key}"]', {"bucket": name}) for key, name in names.items()]
    sidecar = tf('aws_s3_bucket_versioning.v["b"]', {"bucket": unknown("aws_s3_bucket.m[each.key].id")})
    references = [refers(sidecar, "bucket", bucket) for bucket in buckets]
    assert ties("configures", sidecar, *buckets, *references) == {
        ('aws_s3_bucket_versioning.v["b"]', 'aws_s3_bucket.m["b"]')
    }
    either = tf("aws_s3_bucket_versioning.v", {"bucket": unknown("var.x ? a : b")})
    references = [refers(either, "bucket", bucket) for bucket in buckets]
    assert ties("configures", either, *buckets, *references) == set()
    assert len(warnings(either, *buckets, *references)) == 1


@pytest.mark.parametrize(
    ("sidecar", "target", "attribute", "unique"),
    [
        ("aws_s3_bucket_versioning.x", "aws_s3_bucket.t", "bucket", True),
        ("google_storage_bucket_iam_member.x", "google_storage_bucket.t", "bucket", True),
        ("azurerm_storage_container.x", "azurerm_storage_account.t", "storage_account_name", True),
        ("aws_ecr_lifecycle_policy.x", "aws_ecr_repository.t", "repository", False),
    ],
)
def test_a_name_of_another_root_is_meant_where_names_are_unique_in_the_world(
    sidecar: str, target: str, attribute: str, unique: bool
) -> None:
    named = tf(target, {"name": "models", "bucket": "models"})
    here, there = (tf(sidecar, {attribute: "models"}, origin=origin) for origin in (".", "hardening"))
    assert ties("configures", here, named) == {(sidecar, target)}
    assert ties("configures", there, named) == ({(sidecar, target)} if unique else set())


def test_a_bucket_of_the_same_root_is_preferred() -> None:
    twin = tf("aws_s3_bucket.staging", {"bucket": "ml-artifacts"}, origin="staging")
    sidecar = tf("aws_s3_bucket_versioning.v", {"bucket": "ml-artifacts"}, origin="staging")
    assert ties("configures", sidecar, BUCKET, twin) == {("aws_s3_bucket_versioning.v", "aws_s3_bucket.staging")}


def test_the_same_unknown_on_both_sides_is_the_same_name() -> None:
    bucket = tf("module.store.aws_s3_bucket.b", {"bucket": unknown("var.name")})
    other = tf("module.other.aws_s3_bucket.b", {"bucket": unknown("var.name")})
    sidecar = tf("module.store.aws_s3_bucket_versioning.v", {"bucket": unknown("var.name")})
    assert ties("configures", sidecar, bucket, other) == {
        ("module.store.aws_s3_bucket_versioning.v", "module.store.aws_s3_bucket.b")
    }


@pytest.mark.parametrize(
    ("of_sidecar", "of_bucket"),
    [("var.other", "var.name"), ("uuid()", "uuid()"), ("var.x ? a : …", "var.x ? a : …"), ("", "")],
)
def test_another_unknown_may_be_any_bucket_of_the_root(of_sidecar: str, of_bucket: str) -> None:
    bucket = tf("aws_s3_bucket.b", {"bucket": unknown(of_bucket)})
    sidecar = tf("aws_s3_bucket_versioning.v", {"bucket": unknown(of_sidecar)})
    elsewhere = tf("aws_s3_bucket.far", {"bucket": "x"}, origin="elsewhere")
    assert ties("configures", sidecar, bucket, elsewhere) == set()
    (message,) = warnings(sidecar, bucket, elsewhere)
    assert "aws_s3_bucket.b" in message
    assert "far" not in message


def test_the_same_unknown_of_two_instances_is_not_the_same_name() -> None:
    buckets = [tf(f"aws_s3_bucket.b[{index}]", {"bucket": unknown("var.names[count.index]")}) for index in (0, 1)]
    sidecars = [
        tf(f"aws_s3_bucket_versioning.v[{index}]", {"bucket": unknown("var.names[count.index]")}) for index in (1, 2)
    ]
    assert ties("configures", *buckets, *sidecars) == {("aws_s3_bucket_versioning.v[1]", "aws_s3_bucket.b[1]")}


def test_attributes_in_one_line_are_told_apart_by_their_columns() -> None:
    logs = tf("aws_s3_bucket.logs", {"bucket": "logs"})
    both = {"bucket": unknown("x"), "target_bucket": unknown("y")}
    places: dict[AttributePath, Location] = {
        ("bucket",): Location("main.tf.json", 1, 10, 1, 20),
        ("target_bucket",): Location("main.tf.json", 1, 30, 1, 40),
    }
    sidecar = replace(tf("aws_s3_bucket_logging.l", both), attribute_locations=places)
    references = (refers(sidecar, "bucket", BUCKET), refers(sidecar, "target_bucket", logs))
    assert ties("configures", sidecar, BUCKET, logs, *references) == {
        ("aws_s3_bucket_logging.l", "aws_s3_bucket.models")
    }


def test_a_literal_name_may_be_that_of_a_bucket_of_unknown_name() -> None:
    sidecar = tf("aws_s3_bucket_versioning.v", {"bucket": "ml-artifacts"})
    here, elsewhere = (tf("aws_s3_bucket.b", {"bucket": unknown("var.n")}, origin=origin) for origin in (".", "other"))
    (message,) = warnings(sidecar, here, tf("aws_s3_bucket.logs", {"bucket": "logs"}))
    assert message.endswith("it may be aws_s3_bucket.b")
    assert warnings(sidecar, elsewhere) == []


def test_a_bucket_outside_of_the_release_is_no_trouble() -> None:
    literal = tf("aws_s3_bucket_versioning.v", {"bucket": "other-team"})
    assert (ties("configures", literal, BUCKET), warnings(literal, BUCKET)) == (set(), [])
    data = tf("data.aws_s3_bucket.theirs", {"bucket": "theirs"})
    theirs = tf("aws_s3_bucket_versioning.v", {"bucket": unknown("data.aws_s3_bucket.theirs.id")})
    things = (theirs, BUCKET, data, refers(theirs, "bucket", data))
    assert (ties("configures", *things), warnings(*things)) == (set(), [])
