"""The Google Cloud resources that complete another one, and the attribute in which each names it."""

from collections.abc import Mapping

from scanner.linking import identifiers
from scanner.linking.joins import Target

# How each type is called, and how its `_iam_member`, `_iam_binding` and `_iam_policy` call it.
_IAM = (
    ("google_artifact_registry_repository", "repository_id", "repository"),
    ("google_bigquery_table", "table_id", "table_id"),
    ("google_cloud_run_service", "name", "service"),
    ("google_cloud_run_v2_job", "name", "name"),
    ("google_cloud_run_v2_service", "name", "name"),
    ("google_cloudfunctions2_function", "name", "cloud_function"),
    ("google_cloudfunctions_function", "name", "cloud_function"),
    ("google_colab_runtime_template", "name", "runtime_template"),
    ("google_compute_instance", "name", "instance_name"),
    ("google_compute_subnetwork", "name", "subnetwork"),
    ("google_dataproc_cluster", "name", "cluster"),
    ("google_notebooks_instance", "name", "instance_name"),
    ("google_notebooks_runtime", "name", "runtime_name"),
    ("google_pubsub_subscription", "name", "subscription"),
    ("google_spanner_database", "name", "database"),
    ("google_spanner_instance", "name", "instance"),
    ("google_vertex_ai_endpoint", "name", "endpoint"),
    ("google_vertex_ai_feature_group", "name", "feature_group"),
    ("google_vertex_ai_feature_online_store", "name", "feature_online_store"),
    ("google_vertex_ai_featurestore", "name", "featurestore"),
    ("google_workbench_instance", "name", "name"),
)


def _iam(type_: str, attribute: str) -> Mapping[str, str]:
    return {f"{type_}_iam_{kind}": attribute for kind in ("binding", "member", "policy")}


GRANTS = tuple(
    Target(type_, name, _iam(type_, attribute), read=identifiers.last_step) for type_, name, attribute in _IAM
)

STORAGE = (
    Target(
        "google_storage_bucket",
        "name",
        {
            **_iam("google_storage_bucket", "bucket"),
            "google_storage_anywhere_cache": "bucket",
            "google_storage_bucket_access_control": "bucket",
            "google_storage_bucket_acl": "bucket",
            "google_storage_default_object_access_control": "bucket",
            "google_storage_default_object_acl": "bucket",
            "google_storage_managed_folder": "bucket",
            "google_storage_notification": "bucket",
            "google_storage_object_access_control": "bucket",
            "google_storage_object_acl": "bucket",
        },
        read=identifiers.bucket,
        world_wide=True,
    ),
    Target(
        "google_bigquery_dataset",
        "dataset_id",
        {**_iam("google_bigquery_dataset", "dataset_id"), "google_bigquery_dataset_access": "dataset_id"},
        read=identifiers.last_step,
    ),
    Target(
        "google_pubsub_topic",
        "name",
        {**_iam("google_pubsub_topic", "topic"), "google_pubsub_subscription": "topic"},
        read=identifiers.last_step,
    ),
)

KEYS = (
    Target(
        "google_kms_crypto_key",
        "name",
        {**_iam("google_kms_crypto_key", "crypto_key_id"), "google_kms_crypto_key_version": "crypto_key"},
        read=identifiers.last_step,
    ),
    Target(
        "google_kms_key_ring",
        "name",
        {**_iam("google_kms_key_ring", "key_ring_id"), "google_kms_crypto_key": "key_ring"},
        read=identifiers.last_step,
    ),
    Target(
        "google_secret_manager_secret",
        "secret_id",
        {**_iam("google_secret_manager_secret", "secret_id"), "google_secret_manager_secret_version": "secret"},
        read=identifiers.last_step,
    ),
    Target(
        "google_secret_manager_regional_secret",
        "secret_id",
        {
            **_iam("google_secret_manager_regional_secret", "secret_id"),
            "google_secret_manager_regional_secret_version": "secret",
        },
        read=identifiers.last_step,
    ),
    Target(
        "google_service_account",
        "account_id",
        {
            **_iam("google_service_account", "service_account_id"),
            "google_service_account_key": "service_account_id",
            "google_storage_hmac_key": "service_account_email",
        },
        read=identifiers.service_account,
    ),
)

# Projects have ids that nobody else has.
PROJECTS = (
    Target(
        "google_project",
        "project_id",
        {
            **_iam("google_project", "project"),
            "google_project_iam_audit_config": "project",
            "google_project_organization_policy": "project",
            "google_project_service": "project",
        },
        read=identifiers.last_step,
        world_wide=True,
        quiet=True,
    ),
)

NETWORKS = (
    Target(
        "google_compute_network",
        "name",
        {
            "google_compute_firewall": "network",
            "google_compute_network_firewall_policy_association": "attachment_target",
        },
        read=identifiers.last_step,
    ),
    Target(
        "google_compute_network_firewall_policy",
        "name",
        {
            "google_compute_network_firewall_policy_association": "firewall_policy",
            "google_compute_network_firewall_policy_rule": "firewall_policy",
        },
        read=identifiers.last_step,
    ),
    Target(
        "google_compute_security_policy",
        "name",
        {"google_compute_security_policy_rule": "security_policy"},
        read=identifiers.last_step,
    ),
    Target(
        "google_compute_backend_service",
        "name",
        {
            **_iam("google_compute_backend_service", "name"),
            **_iam("google_iap_web_backend_service", "web_backend_service"),
        },
        read=identifiers.last_step,
    ),
)

COMPUTING = (
    Target(
        "google_container_cluster",
        "name",
        {"google_container_node_pool": "cluster", "google_gke_backup_backup_plan": "cluster"},
        read=identifiers.last_step,
    ),
    Target(
        "google_sql_database_instance",
        "name",
        {
            "google_sql_database": "instance",
            "google_sql_ssl_cert": "instance",
            "google_sql_user": "instance",
        },
        read=identifiers.last_step,
    ),
    Target("google_alloydb_cluster", "", {"google_alloydb_instance": "cluster", "google_alloydb_user": "cluster"}),
    Target("google_vertex_ai_index_endpoint", "", {"google_vertex_ai_index_endpoint_deployed_index": "index_endpoint"}),
    Target("google_vertex_ai_featurestore", "", {"google_vertex_ai_featurestore_entitytype": "featurestore"}),
    Target(
        "google_vertex_ai_feature_online_store",
        "name",
        {"google_vertex_ai_feature_online_store_featureview": "feature_online_store"},
    ),
)

CONFIGURES = (*GRANTS, *STORAGE, *KEYS, *PROJECTS, *NETWORKS, *COMPUTING)
