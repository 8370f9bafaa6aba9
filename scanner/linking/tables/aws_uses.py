"""The AWS resources that are made with another one (its key, role, group, bucket, model), and where each names it."""

from scanner.linking import identifiers
from scanner.linking.joins import Target

_ENDPOINT = "aws_sagemaker_endpoint_configuration"

# endpoint → configuration → model, service → task definition
SERVING = (
    Target(_ENDPOINT, "name", {"aws_sagemaker_endpoint": "endpoint_config_name"}),
    Target(
        "aws_sagemaker_model",
        "name",
        {_ENDPOINT: "production_variants.model_name shadow_production_variants.model_name"},
    ),
    Target(
        "aws_sagemaker_notebook_instance_lifecycle_configuration",
        "name",
        {"aws_sagemaker_notebook_instance": "lifecycle_config_name"},
    ),
    Target("aws_ecs_cluster", "name", {"aws_ecs_service": "cluster"}, read=identifiers.last_part),
    Target("aws_ecs_task_definition", "family", {"aws_ecs_service": "task_definition"}, read=identifiers.task_family),
    Target("aws_bedrock_guardrail", "", {"aws_bedrockagent_agent": "guardrail_configuration.guardrail_identifier"}),
    Target(
        "aws_bedrockagent_knowledge_base",
        "",
        {"aws_bedrockagent_agent_knowledge_base_association": "knowledge_base_id"},
    ),
    Target("aws_wafv2_web_acl", "", {"aws_wafv2_web_acl_association": "web_acl_arn"}),
)

# Where logs and data go.
BUCKETS = (
    Target(
        "aws_s3_bucket",
        "bucket",
        {
            "aws_alb": "access_logs.bucket connection_logs.bucket",
            "aws_bedrock_model_invocation_logging_configuration": (
                "logging_config.s3_config.bucket_name"
                " logging_config.cloudwatch_config.large_data_delivery_s3_config.bucket_name"
            ),
            "aws_bedrockagent_data_source": "data_source_configuration.s3_configuration.bucket_arn",
            "aws_cloudtrail": "s3_bucket_name",
            "aws_config_delivery_channel": "s3_bucket_name",
            "aws_elb": "access_logs.bucket",
            "aws_flow_log": "log_destination",
            "aws_lb": "access_logs.bucket connection_logs.bucket",
            "aws_redshift_logging": "bucket_name",
            "aws_s3_bucket_logging": "target_bucket",
            "aws_s3_object": "bucket",
        },
        read=identifiers.bucket,
        world_wide=True,
    ),
)

LOG_GROUPS = (
    Target(
        "aws_cloudwatch_log_group",
        "name",
        {
            "aws_api_gateway_stage": "access_log_settings.destination_arn",
            "aws_apigatewayv2_stage": "access_log_settings.destination_arn",
            "aws_bedrock_model_invocation_logging_configuration": "logging_config.cloudwatch_config.log_group_name",
            "aws_cloudtrail": "cloud_watch_logs_group_arn",
            "aws_flow_log": "log_destination log_group_name",
        },
        read=identifiers.log_group,
    ),
)

PARAMETER_GROUPS = (
    Target(
        "aws_db_parameter_group",
        "name",
        {"aws_db_instance": "parameter_group_name", "aws_rds_cluster_instance": "db_parameter_group_name"},
    ),
    Target(
        "aws_rds_cluster_parameter_group",
        "name",
        {"aws_rds_cluster": "db_cluster_parameter_group_name"},
    ),
    Target(
        "aws_docdb_cluster_parameter_group",
        "name",
        {"aws_docdb_cluster": "db_cluster_parameter_group_name"},
    ),
    Target(
        "aws_neptune_cluster_parameter_group",
        "name",
        {"aws_neptune_cluster": "neptune_cluster_parameter_group_name"},
    ),
    Target("aws_redshift_parameter_group", "name", {"aws_redshift_cluster": "cluster_parameter_group_name"}),
)

IDENTITIES = (
    Target(
        "aws_iam_role",
        "name",
        {
            "aws_bedrockagent_agent": "agent_resource_role_arn",
            "aws_bedrockagent_knowledge_base": "role_arn",
            "aws_ecs_task_definition": "task_role_arn execution_role_arn",
            "aws_eks_cluster": "role_arn",
            "aws_eks_fargate_profile": "pod_execution_role_arn",
            "aws_eks_node_group": "node_role_arn",
            "aws_eks_pod_identity_association": "role_arn",
            "aws_glue_job": "role_arn",
            "aws_iam_instance_profile": "role",
            "aws_lambda_function": "role",
            "aws_sagemaker_domain": "default_user_settings.execution_role",
            "aws_sagemaker_model": "execution_role_arn",
            "aws_sagemaker_notebook_instance": "role_arn",
            "aws_sagemaker_pipeline": "role_arn",
            "aws_sagemaker_user_profile": "user_settings.execution_role",
            "aws_sfn_state_machine": "role_arn",
        },
        read=identifiers.role,
    ),
    Target(
        "aws_iam_instance_profile",
        "name",
        {
            "aws_instance": "iam_instance_profile",
            "aws_launch_template": "iam_instance_profile.name iam_instance_profile.arn",
        },
        read=identifiers.last_part,
    ),
    Target(
        "aws_iam_group",
        "name",
        {"aws_iam_user_group_membership": "groups[]"},
    ),
    Target("aws_iam_user", "name", {"aws_iam_group_membership": "users[]"}),
    Target(
        "aws_iam_policy",
        "name",
        {
            "aws_iam_group_policy_attachment": "policy_arn",
            "aws_iam_group_policy_attachments_exclusive": "policy_arns[]",
            "aws_iam_policy_attachment": "policy_arn",
            "aws_iam_role": "managed_policy_arns[] permissions_boundary",
            "aws_iam_role_policy_attachment": "policy_arn",
            "aws_iam_role_policy_attachments_exclusive": "policy_arns[]",
            "aws_iam_user": "permissions_boundary",
            "aws_iam_user_policy_attachment": "policy_arn",
            "aws_iam_user_policy_attachments_exclusive": "policy_arns[]",
        },
        read=identifiers.policy,
    ),
    Target(
        "aws_security_group aws_default_security_group",
        "",
        {
            "aws_db_instance": "vpc_security_group_ids[]",
            "aws_default_security_group": "ingress.security_groups[]",
            "aws_eks_cluster": "vpc_config.security_group_ids[]",
            "aws_instance": "vpc_security_group_ids[]",
            "aws_lambda_function": "vpc_config.security_group_ids[]",
            "aws_lb": "security_groups[]",
            "aws_rds_cluster": "vpc_security_group_ids[]",
            "aws_sagemaker_model": "vpc_config.security_group_ids[]",
            "aws_sagemaker_notebook_instance": "security_groups[]",
            "aws_security_group": "ingress.security_groups[]",
            "aws_security_group_rule": "source_security_group_id",
            "aws_vpc_security_group_ingress_rule": "referenced_security_group_id",
        },
    ),
)

KEYS = (
    Target(
        "aws_kms_key aws_kms_alias aws_kms_external_key aws_kms_replica_key aws_kms_replica_external_key",
        "name",
        {
            "aws_backup_vault": "kms_key_arn",
            "aws_bedrock_custom_model": "custom_model_kms_key_id",
            "aws_bedrock_guardrail": "kms_key_arn",
            "aws_bedrockagent_agent": "customer_encryption_key_arn",
            "aws_cloudtrail": "kms_key_id",
            "aws_cloudwatch_log_group": "kms_key_id",
            "aws_db_instance": "kms_key_id",
            "aws_docdb_cluster": "kms_key_id",
            "aws_dynamodb_table": "server_side_encryption.kms_key_arn",
            "aws_ebs_default_kms_key": "key_arn",
            "aws_ebs_volume": "kms_key_id",
            "aws_ecr_repository": "encryption_configuration.kms_key",
            "aws_efs_file_system": "kms_key_id",
            "aws_eks_cluster": "encryption_config.provider.key_arn",
            "aws_elasticsearch_domain": "encrypt_at_rest.kms_key_id",
            "aws_fsx_lustre_file_system": "kms_key_id",
            "aws_kendra_index": "server_side_encryption_configuration.kms_key_id",
            "aws_kinesis_stream": "kms_key_id",
            "aws_lambda_function": "kms_key_arn",
            "aws_neptune_cluster": "kms_key_arn",
            "aws_opensearch_domain": "encrypt_at_rest.kms_key_id",
            "aws_rds_cluster": "kms_key_id",
            "aws_redshift_cluster": "kms_key_id",
            "aws_s3_bucket": (
                "server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.kms_master_key_id"
            ),
            "aws_s3_bucket_server_side_encryption_configuration": (
                "rule.apply_server_side_encryption_by_default.kms_master_key_id"
            ),
            "aws_s3_object": "kms_key_id",
            "aws_sagemaker_domain": "kms_key_id",
            _ENDPOINT: "kms_key_arn data_capture_config.kms_key_id async_inference_config.output_config.kms_key_id",
            "aws_sagemaker_feature_group": (
                "offline_store_config.s3_storage_config.kms_key_id online_store_config.security_config.kms_key_id"
            ),
            "aws_sagemaker_notebook_instance": "kms_key_id",
            "aws_secretsmanager_secret": "kms_key_id",
            "aws_sns_topic": "kms_master_key_id",
            "aws_sqs_queue": "kms_master_key_id",
        },
        read=identifiers.key_alias,
    ),
)

USES = (*SERVING, *BUCKETS, *LOG_GROUPS, *PARAMETER_GROUPS, *IDENTITIES, *KEYS)

# Whom a grant is for.
GRANTS = (
    Target(
        "aws_iam_role aws_iam_user",
        "name",
        {
            "aws_eks_access_entry": "principal_arn",
            "aws_eks_access_policy_association": "principal_arn",
            "aws_kms_grant": "grantee_principal",
            "aws_lakeformation_permissions": "principal",
        },
        read=identifiers.role,
    ),
)
