"""The AWS resources that complete another one, networks apart, and the attribute in which each names it."""

from scanner.linking import identifiers
from scanner.linking.joins import Target

_BUCKET_PARTS = (
    "abac",
    "accelerate_configuration",
    "acl",
    "analytics_configuration",
    "cors_configuration",
    "intelligent_tiering_configuration",
    "inventory",
    "lifecycle_configuration",
    "logging",
    "metadata_configuration",
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


STORAGE = (
    Target(
        "aws_s3_bucket aws_s3_directory_bucket",
        "bucket",
        {f"aws_s3_bucket_{part}": "bucket" for part in _BUCKET_PARTS} | {"aws_s3_access_point": "bucket"},
        world_wide=True,
    ),
    Target(
        "aws_s3_access_point",
        "name",
        {"aws_s3control_access_point_policy": "access_point_arn"},
        read=identifiers.last_part,
    ),
    Target(
        "aws_efs_file_system",
        "",
        {
            "aws_efs_access_point": "file_system_id",
            "aws_efs_backup_policy": "file_system_id",
            "aws_efs_file_system_policy": "file_system_id",
            "aws_efs_mount_target": "file_system_id",
            "aws_efs_replication_configuration": "source_file_system_id",
        },
    ),
    Target(
        "aws_ecr_repository",
        "name",
        {"aws_ecr_repository_policy": "repository", "aws_ecr_lifecycle_policy": "repository"},
    ),
    Target("aws_ecrpublic_repository", "repository_name", {"aws_ecrpublic_repository_policy": "repository_name"}),
    Target(
        "aws_backup_vault",
        "name",
        {
            "aws_backup_vault_lock_configuration": "backup_vault_name",
            "aws_backup_vault_notifications": "backup_vault_name",
            "aws_backup_vault_policy": "backup_vault_name",
        },
    ),
    Target("aws_glacier_vault", "name", {"aws_glacier_vault_lock": "vault_name"}),
    Target("aws_media_store_container", "name", {"aws_media_store_container_policy": "container_name"}),
)

DATABASES = (
    Target(
        "aws_rds_cluster",
        "cluster_identifier",
        {
            "aws_rds_cluster_activity_stream": "resource_arn",
            "aws_rds_cluster_endpoint": "cluster_identifier",
            "aws_rds_cluster_instance": "cluster_identifier",
            "aws_rds_cluster_role_association": "db_cluster_identifier",
        },
        read=identifiers.last_part,
    ),
    Target(
        "aws_db_instance",
        "identifier",
        {
            "aws_db_instance_automated_backups_replication": "source_db_instance_arn",
            "aws_db_instance_role_association": "db_instance_identifier",
        },
        read=identifiers.last_part,
    ),
    Target("aws_docdb_cluster", "cluster_identifier", {"aws_docdb_cluster_instance": "cluster_identifier"}),
    Target("aws_neptune_cluster", "cluster_identifier", {"aws_neptune_cluster_instance": "cluster_identifier"}),
    Target("aws_redshift_cluster", "cluster_identifier", {"aws_redshift_logging": "cluster_identifier"}),
    Target(
        "aws_opensearch_domain",
        "domain_name",
        {"aws_opensearch_domain_policy": "domain_name", "aws_opensearch_domain_saml_options": "domain_name"},
    ),
    Target("aws_elasticsearch_domain", "domain_name", {"aws_elasticsearch_domain_policy": "domain_name"}),
    Target(
        "aws_dynamodb_table",
        "name",
        {
            "aws_dynamodb_kinesis_streaming_destination": "table_name",
            "aws_dynamodb_resource_policy": "resource_arn",
        },
        read=identifiers.last_part,
    ),
)

MESSAGING = (
    Target(
        "aws_sqs_queue",
        "name",
        {
            "aws_sqs_queue_policy": "queue_url",
            "aws_sqs_queue_redrive_allow_policy": "queue_url",
            "aws_sqs_queue_redrive_policy": "queue_url",
        },
        read=identifiers.last_step,
    ),
    Target(
        "aws_sns_topic",
        "name",
        {"aws_sns_topic_data_protection_policy": "arn", "aws_sns_topic_policy": "arn"},
        read=identifiers.last_part,
    ),
    Target("aws_kinesis_stream", "name", {"aws_kinesis_resource_policy": "resource_arn"}, read=identifiers.last_part),
    Target("aws_msk_cluster", "", {"aws_msk_cluster_policy": "cluster_arn"}),
    Target(
        "aws_cloudwatch_event_bus",
        "name",
        {"aws_cloudwatch_event_bus_policy": "event_bus_name", "aws_cloudwatch_event_permission": "event_bus_name"},
        read=identifiers.last_part,
    ),
    Target(
        "aws_cloudwatch_log_group",
        "name",
        {
            "aws_cloudwatch_log_data_protection_policy": "log_group_name",
            "aws_cloudwatch_log_metric_filter": "log_group_name",
            "aws_cloudwatch_log_subscription_filter": "log_group_name",
        },
    ),
)

# What is attached to roles, users and groups is spoken of where their statements are joined to them.
IDENTITIES = (
    Target(
        "aws_iam_role",
        "name",
        {
            "aws_iam_policy_attachment": "roles[]",
            "aws_iam_role_policies_exclusive": "role_name",
            "aws_iam_role_policy": "role",
            "aws_iam_role_policy_attachment": "role",
            "aws_iam_role_policy_attachments_exclusive": "role_name",
        },
        read=identifiers.role,
        quiet=True,
    ),
    Target(
        "aws_iam_user",
        "name",
        {
            "aws_iam_access_key": "user",
            "aws_iam_policy_attachment": "users[]",
            "aws_iam_user_group_membership": "user",
            "aws_iam_user_login_profile": "user",
            "aws_iam_user_policies_exclusive": "user_name",
            "aws_iam_user_policy": "user",
            "aws_iam_user_policy_attachment": "user",
            "aws_iam_user_policy_attachments_exclusive": "user_name",
        },
        quiet=True,
    ),
    Target(
        "aws_iam_group",
        "name",
        {
            "aws_iam_group_membership": "group",
            "aws_iam_group_policies_exclusive": "group_name",
            "aws_iam_group_policy": "group",
            "aws_iam_group_policy_attachment": "group",
            "aws_iam_group_policy_attachments_exclusive": "group_name",
            "aws_iam_policy_attachment": "groups[]",
        },
        quiet=True,
    ),
    Target(
        "aws_ssoadmin_permission_set",
        "",
        {
            "aws_ssoadmin_customer_managed_policy_attachment": "permission_set_arn",
            "aws_ssoadmin_managed_policy_attachment": "permission_set_arn",
            "aws_ssoadmin_permission_set_inline_policy": "permission_set_arn",
            "aws_ssoadmin_permissions_boundary_attachment": "permission_set_arn",
        },
    ),
    Target(
        "aws_kms_key aws_kms_external_key aws_kms_replica_key aws_kms_replica_external_key",
        "",
        {"aws_kms_alias": "target_key_id", "aws_kms_grant": "key_id", "aws_kms_key_policy": "key_id"},
    ),
    Target(
        "aws_secretsmanager_secret",
        "name",
        {
            "aws_secretsmanager_secret_policy": "secret_arn",
            "aws_secretsmanager_secret_rotation": "secret_id",
            "aws_secretsmanager_secret_version": "secret_id",
        },
        read=identifiers.secret,
    ),
)

COMPUTING = (
    Target(
        "aws_lambda_function",
        "function_name",
        {
            "aws_lambda_event_source_mapping": "function_name",
            "aws_lambda_function_event_invoke_config": "function_name",
            "aws_lambda_function_url": "function_name",
            "aws_lambda_permission": "function_name",
        },
        read=identifiers.function,
    ),
    Target(
        "aws_eks_cluster",
        "name",
        {
            "aws_eks_access_entry": "cluster_name",
            "aws_eks_access_policy_association": "cluster_name",
            "aws_eks_addon": "cluster_name",
            "aws_eks_fargate_profile": "cluster_name",
            "aws_eks_identity_provider_config": "cluster_name",
            "aws_eks_node_group": "cluster_name",
            "aws_eks_pod_identity_association": "cluster_name",
        },
    ),
    Target("aws_ecs_cluster", "name", {"aws_ecs_cluster_capacity_providers": "cluster_name"}),
    Target(
        "aws_ecs_service",
        "name",
        {"aws_appautoscaling_policy": "resource_id", "aws_appautoscaling_target": "resource_id"},
        read=identifiers.scaled_service,
    ),
    Target(
        "aws_sagemaker_endpoint",
        "name",
        {"aws_appautoscaling_policy": "resource_id", "aws_appautoscaling_target": "resource_id"},
        read=identifiers.scaled_endpoint,
    ),
    Target(
        "aws_sagemaker_model_package_group",
        "model_package_group_name",
        {"aws_sagemaker_model_package_group_policy": "model_package_group_name"},
    ),
    Target("aws_sagemaker_domain", "", {"aws_sagemaker_space": "domain_id", "aws_sagemaker_user_profile": "domain_id"}),
    Target("aws_bedrock_guardrail", "", {"aws_bedrock_guardrail_version": "guardrail_arn"}),
    Target(
        "aws_bedrockagent_agent",
        "",
        {
            "aws_bedrockagent_agent_action_group": "agent_id",
            "aws_bedrockagent_agent_alias": "agent_id",
            "aws_bedrockagent_agent_knowledge_base_association": "agent_id",
        },
    ),
    Target("aws_bedrockagent_knowledge_base", "", {"aws_bedrockagent_data_source": "knowledge_base_id"}),
)

CONFIGURES = (*STORAGE, *DATABASES, *MESSAGING, *IDENTITIES, *COMPUTING)
