"""`configures`: a Terraform resource that only completes another one → that other one."""

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.linking.interface import ambiguous, named, warning
from scanner.linking.terraform import Names, meant_by, names_of


@dataclass(frozen=True)
class Target:
    """What sidecars complete, by the attribute that holds its name.

    `world_wide` says that no two of them in the world share a name, so that another root's may be meant.
    """

    type: str
    name: str
    sidecars: dict[str, str]
    world_wide: bool = False


_BUCKET_PARTS = (
    "accelerate_configuration",
    "acl",
    "analytics_configuration",
    "cors_configuration",
    "intelligent_tiering_configuration",
    "inventory",
    "lifecycle_configuration",
    "logging",
    "metric",
    "notification",
    "object_lock_configuration",
    "ownership_controls",
    "policy",
    "public_access_block",
    "replication_configuration",
    "request_payment_configuration",
    "server_side_encryption_configuration",
    "versioning",
    "website_configuration",
)

# For each target its sidecars: the type, and the attribute in which it names the target.
TARGETS = (
    Target("aws_s3_bucket", "bucket", {f"aws_s3_bucket_{part}": "bucket" for part in _BUCKET_PARTS}, world_wide=True),
    Target(
        "aws_ecr_repository",
        "name",
        {"aws_ecr_repository_policy": "repository", "aws_ecr_lifecycle_policy": "repository"},
    ),
    Target(
        "aws_security_group",
        "id",
        {
            "aws_security_group_rule": "security_group_id",
            "aws_vpc_security_group_egress_rule": "security_group_id",
            "aws_vpc_security_group_ingress_rule": "security_group_id",
        },
    ),
    Target("aws_kms_key", "key_id", {"aws_kms_key_policy": "key_id"}),
    Target(
        "aws_secretsmanager_secret",
        "arn",
        {"aws_secretsmanager_secret_policy": "secret_arn", "aws_secretsmanager_secret_rotation": "secret_id"},
    ),
    Target(
        "aws_sagemaker_model_package_group",
        "model_package_group_name",
        {"aws_sagemaker_model_package_group_policy": "model_package_group_name"},
    ),
    Target(
        "google_storage_bucket",
        "name",
        {
            "google_storage_bucket_access_control": "bucket",
            "google_storage_bucket_acl": "bucket",
            "google_storage_bucket_iam_binding": "bucket",
            "google_storage_bucket_iam_member": "bucket",
            "google_storage_bucket_iam_policy": "bucket",
            "google_storage_default_object_acl": "bucket",
        },
        world_wide=True,
    ),
    Target(
        "google_artifact_registry_repository",
        "repository_id",
        {
            "google_artifact_registry_repository_iam_binding": "repository",
            "google_artifact_registry_repository_iam_member": "repository",
            "google_artifact_registry_repository_iam_policy": "repository",
        },
    ),
    Target(
        "azurerm_storage_account",
        "name",
        {
            "azurerm_storage_account_customer_managed_key": "storage_account_id",
            "azurerm_storage_account_network_rules": "storage_account_id",
            "azurerm_storage_account_queue_properties": "storage_account_id",
            "azurerm_storage_account_static_website": "storage_account_id",
            "azurerm_storage_container": "storage_account_name storage_account_id",
            "azurerm_storage_management_policy": "storage_account_id",
        },
        world_wide=True,
    ),
)


def configures(release: Release) -> Iterator[Link | Notification]:
    """Links from every sidecar of `TARGETS` to the resource it completes."""
    for target in TARGETS:
        names = names_of(release, (target.type,), target.name)
        if names.by_origin:
            for kind, attributes in target.sidecars.items():
                for sidecar in release.by_type.get(kind, ()):
                    attribute = next((each for each in attributes.split() if each in sidecar.attributes), None)
                    if attribute is not None:
                        yield from _tie(release, sidecar, attribute, names, target)


def _tie(
    release: Release, sidecar: Resource, attribute: str, names: Names, target: Target
) -> Iterator[Link | Notification]:
    meant = meant_by(release, sidecar, (attribute,), names, world_wide=target.world_wide)
    evidence = sidecar.locate((attribute,))
    if meant.one is not None:
        yield Link(sidecar.key, "configures", meant.one.key, evidence, meant.one.locate((target.name,)))
    elif meant.several:
        yield ambiguous(f"{sidecar.address}: {attribute}", meant.several, evidence)
    elif meant.may:
        yield warning(
            f"{sidecar.address}: whose {attribute} this is cannot be known statically, so it is linked to no"
            f" {target.type}; it may be {named(meant.may)}",
            evidence,
        )
