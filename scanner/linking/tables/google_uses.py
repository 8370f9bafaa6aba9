"""The Google Cloud resources that are made with another one, and the attribute in which each names it."""

from scanner.linking import identifiers
from scanner.linking.joins import Target

PARTS = (
    Target(
        "google_storage_bucket",
        "name",
        {
            "google_logging_project_sink": "destination",
            "google_storage_bucket": "logging.log_bucket",
            "google_storage_bucket_object": "bucket",
        },
        read=identifiers.bucket,
        world_wide=True,
    ),
    Target("google_vertex_ai_index", "", {"google_vertex_ai_index_endpoint_deployed_index": "index"}),
    Target(
        "google_compute_security_policy",
        "name",
        {"google_compute_backend_service": "security_policy edge_security_policy"},
        read=identifiers.last_step,
    ),
    Target(
        "google_service_account",
        "account_id",
        {
            "google_cloud_run_service": "template.spec.service_account_name",
            "google_cloud_run_v2_job": "template.template.service_account",
            "google_cloud_run_v2_service": "template.service_account",
            "google_cloudfunctions2_function": "service_config.service_account_email",
            "google_cloudfunctions_function": "service_account_email",
            "google_colab_notebook_execution": "service_account",
            "google_compute_instance": "service_account.email",
            "google_container_cluster": "node_config.service_account",
            "google_container_node_pool": "node_config.service_account",
            "google_dataproc_cluster": "cluster_config.gce_cluster_config.service_account",
            "google_notebooks_instance": "service_account",
            "google_workbench_instance": "gce_setup.service_accounts.email",
        },
        read=identifiers.service_account,
    ),
    Target(
        "google_compute_network",
        "name",
        {
            "google_container_cluster": "network",
            "google_notebooks_instance": "network",
            "google_sql_database_instance": "settings.ip_configuration.private_network",
            "google_vertex_ai_endpoint": "network",
            "google_vertex_ai_index_endpoint": "network",
            "google_workbench_instance": "gce_setup.network_interfaces.network",
        },
        read=identifiers.last_step,
    ),
)

KEYS = (
    Target(
        "google_kms_crypto_key",
        "name",
        {
            "google_alloydb_cluster": "encryption_config.kms_key_name",
            "google_artifact_registry_repository": "kms_key_name",
            "google_bigquery_dataset": "default_encryption_configuration.kms_key_name",
            "google_bigquery_table": "encryption_configuration.kms_key_name",
            "google_cloud_run_v2_job": "template.template.encryption_key",
            "google_cloud_run_v2_service": "template.encryption_key",
            "google_cloudfunctions2_function": "kms_key_name",
            "google_colab_runtime_template": "encryption_spec.kms_key_name",
            "google_compute_disk": "disk_encryption_key.kms_key_self_link",
            "google_compute_instance": "boot_disk.kms_key_self_link",
            "google_container_cluster": "database_encryption.key_name node_config.boot_disk_kms_key",
            "google_container_node_pool": "node_config.boot_disk_kms_key",
            "google_dataproc_cluster": "cluster_config.encryption_config.kms_key_name",
            "google_filestore_instance": "kms_key_name",
            "google_logging_project_bucket_config": "cmek_settings.kms_key_name",
            "google_notebooks_instance": "kms_key",
            "google_pubsub_topic": "kms_key_name",
            "google_redis_cluster": "kms_key",
            "google_redis_instance": "customer_managed_key",
            "google_secret_manager_secret": (
                "replication.auto.customer_managed_encryption.kms_key_name"
                " replication.user_managed.replicas.customer_managed_encryption.kms_key_name"
            ),
            "google_spanner_database": "encryption_config.kms_key_name",
            "google_sql_database_instance": "encryption_key_name",
            "google_storage_bucket": "encryption.default_kms_key_name",
            "google_vertex_ai_dataset": "encryption_spec.kms_key_name",
            "google_vertex_ai_endpoint": "encryption_spec.kms_key_name",
            "google_vertex_ai_featurestore": "encryption_spec.kms_key_name",
            "google_vertex_ai_metadata_store": "encryption_spec.kms_key_name",
            "google_vertex_ai_tensorboard": "encryption_spec.kms_key_name",
            "google_workbench_instance": "gce_setup.boot_disk.kms_key gce_setup.data_disks.kms_key",
        },
        read=identifiers.last_step,
    ),
)

USES = (*PARTS, *KEYS)
