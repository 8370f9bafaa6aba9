"""Every row of the tables, as HCL that the real parser reads."""

import re
from collections import Counter
from pathlib import Path

import pytest

from scanner.linking import link
from scanner.linking.joins import Target
from scanner.linking.tables import CONFIGURES, GRANTS, USES
from tests.linking.builder import links, tf, unknown, warnings
from tests.linking.real import read, tied

TABLES = {"configures": CONFIGURES, "uses": USES, "grants_to": GRANTS}


def block(path: str, value: str) -> str:
    *outer, attribute = path.removesuffix("[]").split(".")
    body = f"{attribute} = [{value}]" if path.endswith("[]") else f"{attribute} = {value}"
    for name in reversed(outer):
        body = f"{name} {{\n{body}\n}}"
    return body


def resource(kind: str, name: str, body: str = "") -> str:
    return f'resource "{kind}" "{name}" {{\n{body}\n}}'


def types_of(target: Target) -> list[str]:
    """The types of a target; one that may be anything is tried with two."""
    if target.types.endswith("*"):
        return ["azurerm_search_service", "azapi_resource"]
    return target.types.split()


@pytest.mark.parametrize("kind", TABLES)
def test_every_attribute_of_the_tables_joins_by_reference(tmp_path: Path, kind: str) -> None:
    written, expected = [], set()
    for number, target in enumerate(TABLES[kind]):
        for other in types_of(target):
            written.append(resource(other, f"target{number}"))
            for source, paths in target.joined.items():
                for path in paths.split():
                    name = f"source{len(written)}"
                    written.append(resource(source, name, block(path, f"{other}.target{number}.id")))
                    expected.add((f"{source}.{name}", f"{other}.target{number}"))
    release = read(tmp_path, {"main.tf": "\n".join(written)})
    found, notifications = link(release)
    pairs = {
        (release.by_key[each.source].address, release.by_key[each.target].address)
        for each in found
        if each.kind == kind
    }
    assert len(expected) > 5
    assert pairs == expected
    assert [each.message for each in notifications] == []


@pytest.mark.parametrize("kind", TABLES)
def test_no_row_says_the_same_twice(kind: str) -> None:
    rows = Counter(
        (source, path, other)
        for target in TABLES[kind]
        for other in target.types.split()
        for source, paths in target.joined.items()
        for path in paths.split()
    )
    assert [row for row, number in rows.items() if number > 1] == []
    assert all(re.fullmatch(r"[a-z0-9_]+", source) for source, _, _ in rows)


# What configurations write in place of a reference, by the type that it means.
LITERALS = [
    ("aws_sqs_queue_policy", "queue_url", "https://sqs.eu-central-1.amazonaws.com/1/models", "aws_sqs_queue", "name"),
    ("aws_sns_topic_policy", "arn", "arn:aws:sns:eu-central-1:1:models", "aws_sns_topic", "name"),
    ("aws_dynamodb_resource_policy", "resource_arn", "arn:aws:dynamodb:x:1:table/models", "aws_dynamodb_table", "name"),
    (
        "aws_lambda_permission",
        "function_name",
        "arn:aws:lambda:x:1:function:models:live",
        "aws_lambda_function",
        "function_name",
    ),
    (
        "aws_secretsmanager_secret_policy",
        "secret_arn",
        "arn:aws:secretsmanager:x:1:secret:models-AbC123",
        "aws_secretsmanager_secret",
        "name",
    ),
    ("aws_iam_role_policy_attachment", "role", "models", "aws_iam_role", "name"),
    ("aws_eks_addon", "cluster_name", "models", "aws_eks_cluster", "name"),
    ("aws_opensearch_domain_policy", "domain_name", "models", "aws_opensearch_domain", "domain_name"),
    ("aws_rds_cluster_instance", "cluster_identifier", "models", "aws_rds_cluster", "cluster_identifier"),
    ("aws_appautoscaling_target", "resource_id", "endpoint/models/variant/all", "aws_sagemaker_endpoint", "name"),
    ("aws_appautoscaling_target", "resource_id", "service/cluster/models", "aws_ecs_service", "name"),
    (
        "azurerm_network_security_rule",
        "network_security_group_name",
        "models",
        "azurerm_network_security_group",
        "name",
    ),
    (
        "azurerm_mssql_firewall_rule",
        "server_id",
        "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Sql/servers/models",
        "azurerm_mssql_server",
        "name",
    ),
    (
        "google_artifact_registry_repository_iam_member",
        "repository",
        "projects/p/locations/l/repositories/models",
        "google_artifact_registry_repository",
        "repository_id",
    ),
    ("google_kms_crypto_key_iam_member", "crypto_key_id", "p/global/ring/models", "google_kms_crypto_key", "name"),
    (
        "google_service_account_iam_member",
        "service_account_id",
        "projects/p/serviceAccounts/models@p.iam.gserviceaccount.com",
        "google_service_account",
        "account_id",
    ),
    ("google_compute_firewall", "network", "models", "google_compute_network", "name"),
    ("google_container_node_pool", "cluster", "models", "google_container_cluster", "name"),
]


@pytest.mark.parametrize(("source", "attribute", "written", "target", "name"), LITERALS)
def test_a_name_in_any_form_means_the_resource_of_that_name(
    source: str, attribute: str, written: str, target: str, name: str
) -> None:
    sidecar = tf(f"{source}.s", {attribute: written})
    meant, other = tf(f"{target}.meant", {name: "models"}), tf(f"{target}.other", {name: "other"})
    (found,) = links("configures", sidecar, meant, other)
    assert found.target == meant.key
    assert found.evidence == sidecar.attribute_locations[attribute,]
    assert found.target_evidence == meant.attribute_locations[name,]
    assert links("configures", tf(f"{source}.s", {attribute: written.replace("models", "else")}), meant, other) == []


@pytest.mark.parametrize(
    ("place", "source", "attribute", "target", "name"),
    [
        (
            "resource_group_name",
            "azurerm_network_security_rule",
            "network_security_group_name",
            "azurerm_network_security_group",
            "name",
        ),
        (
            "location",
            "google_artifact_registry_repository_iam_member",
            "repository",
            "google_artifact_registry_repository",
            "repository_id",
        ),
        ("project", "google_pubsub_topic_iam_member", "topic", "google_pubsub_topic", "name"),
        ("region", "aws_sqs_queue_policy", "queue_url", "aws_sqs_queue", "name"),
    ],
)
def test_of_two_of_one_name_the_one_in_the_same_place_is_meant(
    place: str, source: str, attribute: str, target: str, name: str
) -> None:
    here, there = (tf(f"{target}.{at}", {name: "models", place: at}) for at in ("here", "there"))
    (found,) = links("configures", tf(f"{source}.s", {attribute: "models", place: "here"}), here, there)
    assert found.target == here.key
    assert links("configures", tf(f"{source}.s", {attribute: "models", place: "nowhere"}), here, there) == []
    anywhere = tf(f"{source}.s", {attribute: "models"})
    assert links("configures", anywhere, here, there) == []
    assert len(warnings(anywhere, here, there)) == 1


def test_who_is_given_an_id_means_something_that_is_there_already() -> None:
    group = tf("aws_security_group.nodes", {"name": "nodes"})
    vault = tf("azurerm_key_vault.v", {"name": "v"})
    assert warnings(tf("aws_security_group_rule.r", {"security_group_id": unknown("var.group")}), group) == []
    assert warnings(tf("azurerm_key_vault_key.k", {"key_vault_id": unknown("var.vault_id")}), vault) == []


def test_a_name_that_is_given_is_none_of_those_that_are_written_down() -> None:
    cluster = tf("aws_eks_cluster.inference", {"name": "inference"})
    addon = tf("aws_eks_addon.a", {"cluster_name": unknown("var.cluster")})
    assert warnings(addon, cluster) == []
    named = tf("aws_eks_cluster.inference", {"name": unknown("var.name")})
    (message,) = warnings(addon, named)
    assert "it may be aws_eks_cluster.inference" in message


def test_one_warning_is_enough_for_a_resource() -> None:
    roles = [tf(f"aws_iam_role.{name}", {"name": unknown(f"var.{name}")}) for name in "ab"]
    policy = tf("aws_iam_policy.p", {"name": unknown("var.p")})
    attributes = {"role": unknown("var.role"), "policy_arn": unknown("var.policy")}
    assert len(warnings(*roles, policy, tf("aws_iam_role_policy_attachment.a", attributes))) == 1
    bucket = tf("aws_s3_bucket.b", {"bucket": unknown("var.name")})
    assert (
        len(
            warnings(
                bucket,
                tf("aws_s3_bucket_logging.l", {"bucket": unknown("var.other"), "target_bucket": unknown("var.logs")}),
            )
        )
        == 1
    )


SECURITY_GROUPS = """\
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_default_security_group" "default" {
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group" "database" {
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.clients.id]
  }
}

resource "aws_security_group" "clients" {}

resource "aws_security_group_rule" "from_clients" {
  type                     = "ingress"
  security_group_id        = aws_security_group.database.id
  source_security_group_id = aws_security_group.clients.id
}

resource "aws_security_group_rule" "within" {
  type              = "ingress"
  security_group_id = aws_security_group.database.id
  self              = true
}

resource "aws_vpc_security_group_ingress_rule" "default" {
  security_group_id            = aws_default_security_group.default.id
  referenced_security_group_id = aws_security_group.clients.id
}
"""


def test_a_rule_completes_its_own_group_and_not_the_one_that_it_lets_in(tmp_path: Path) -> None:
    assert tied(tmp_path, {"main.tf": SECURITY_GROUPS}, "configures") == {
        ("aws_default_security_group.default", "aws_vpc.main"),
        ("aws_security_group_rule.from_clients", "aws_security_group.database"),
        ("aws_security_group_rule.within", "aws_security_group.database"),
        ("aws_vpc_security_group_ingress_rule.default", "aws_default_security_group.default"),
    }
    assert tied(tmp_path, {"main.tf": SECURITY_GROUPS}, "uses") == {
        ("aws_security_group.database", "aws_security_group.clients"),
        ("aws_security_group_rule.from_clients", "aws_security_group.clients"),
        ("aws_vpc_security_group_ingress_rule.default", "aws_security_group.clients"),
    }
