"""The Azure resources that complete another one, and the attribute in which each names it."""

from scanner.linking import identifiers
from scanner.linking.joins import ANY_AZURE, Target

_ML_OUTBOUND_RULE = "azurerm_machine_learning_workspace_network_outbound_rule"

STORAGE = (
    Target(
        "azurerm_storage_account",
        "name",
        {
            "azurerm_security_center_storage_defender": "storage_account_id",
            "azurerm_storage_account_customer_managed_key": "storage_account_id",
            "azurerm_storage_account_local_user": "storage_account_id",
            "azurerm_storage_account_network_rules": "storage_account_id storage_account_name",
            "azurerm_storage_account_queue_properties": "storage_account_id",
            "azurerm_storage_account_static_website": "storage_account_id",
            "azurerm_storage_blob_inventory_policy": "storage_account_id",
            "azurerm_storage_container": "storage_account_name storage_account_id",
            "azurerm_storage_data_lake_gen2_filesystem": "storage_account_id",
            "azurerm_storage_encryption_scope": "storage_account_id",
            "azurerm_storage_management_policy": "storage_account_id",
            "azurerm_storage_queue": "storage_account_name storage_account_id",
            "azurerm_storage_share": "storage_account_name storage_account_id",
            "azurerm_storage_table": "storage_account_name",
        },
        read=identifiers.last_step,
        world_wide=True,
    ),
    Target(
        "azurerm_storage_container",
        "",
        {"azurerm_storage_container_immutability_policy": "storage_container_resource_manager_id"},
    ),
    Target(
        "azurerm_container_registry",
        "name",
        {
            "azurerm_container_registry_cache_rule": "container_registry_id",
            "azurerm_container_registry_scope_map": "container_registry_name",
            "azurerm_container_registry_task": "container_registry_id",
            "azurerm_container_registry_token": "container_registry_name",
            "azurerm_container_registry_webhook": "registry_name",
        },
        read=identifiers.last_step,
        world_wide=True,
    ),
    Target(
        "azurerm_key_vault",
        "name",
        {
            "azurerm_key_vault_access_policy": "key_vault_id",
            "azurerm_key_vault_certificate": "key_vault_id",
            "azurerm_key_vault_key": "key_vault_id",
            "azurerm_key_vault_secret": "key_vault_id",
        },
        read=identifiers.last_step,
        world_wide=True,
    ),
)

NETWORKS = (
    Target(
        "azurerm_network_security_group",
        "name",
        {"azurerm_network_security_rule": "network_security_group_name"},
    ),
    Target(
        "azurerm_subnet",
        "",
        {
            "azurerm_subnet_nat_gateway_association": "subnet_id",
            "azurerm_subnet_network_security_group_association": "subnet_id",
            "azurerm_subnet_route_table_association": "subnet_id",
        },
    ),
    Target(
        "azurerm_network_interface",
        "",
        {"azurerm_network_interface_security_group_association": "network_interface_id"},
    ),
    Target("azurerm_firewall_policy", "", {"azurerm_firewall_policy_rule_collection_group": "firewall_policy_id"}),
    Target(
        "azurerm_firewall",
        "name",
        {
            "azurerm_firewall_application_rule_collection": "azure_firewall_name",
            "azurerm_firewall_nat_rule_collection": "azure_firewall_name",
            "azurerm_firewall_network_rule_collection": "azure_firewall_name",
        },
    ),
    Target(
        "azurerm_api_management",
        "name",
        {
            "azurerm_api_management_api": "api_management_name",
            "azurerm_api_management_diagnostic": "api_management_name",
            "azurerm_api_management_logger": "api_management_name",
            "azurerm_api_management_policy": "api_management_id",
        },
        read=identifiers.last_step,
    ),
)

DATABASES = (
    Target(
        "azurerm_mssql_server azurerm_sql_server",
        "name",
        {
            "azurerm_mssql_database": "server_id",
            "azurerm_mssql_firewall_rule": "server_id",
            "azurerm_mssql_outbound_firewall_rule": "server_id",
            "azurerm_mssql_server_extended_auditing_policy": "server_id",
            "azurerm_mssql_server_microsoft_support_auditing_policy": "server_id",
            "azurerm_mssql_server_security_alert_policy": "server_name",
            "azurerm_mssql_server_transparent_data_encryption": "server_id",
            "azurerm_mssql_virtual_network_rule": "server_id",
            "azurerm_sql_firewall_rule": "server_name",
        },
        read=identifiers.last_step,
    ),
    Target("azurerm_mssql_database", "", {"azurerm_mssql_database_extended_auditing_policy": "database_id"}),
    Target(
        "azurerm_mssql_managed_instance",
        "",
        {
            "azurerm_mssql_managed_database": "managed_instance_id",
            "azurerm_mssql_managed_instance_active_directory_administrator": "managed_instance_id",
            "azurerm_mssql_managed_instance_transparent_data_encryption": "managed_instance_id",
            "azurerm_mssql_managed_instance_vulnerability_assessment": "managed_instance_id",
        },
    ),
    Target(
        "azurerm_postgresql_flexible_server",
        "name",
        {
            "azurerm_postgresql_flexible_server_active_directory_administrator": "server_name",
            "azurerm_postgresql_flexible_server_configuration": "server_id",
            "azurerm_postgresql_flexible_server_database": "server_id",
            "azurerm_postgresql_flexible_server_firewall_rule": "server_id",
        },
        read=identifiers.last_step,
    ),
    Target(
        "azurerm_postgresql_server",
        "name",
        {
            "azurerm_postgresql_active_directory_administrator": "server_name",
            "azurerm_postgresql_configuration": "server_name",
            "azurerm_postgresql_database": "server_name",
            "azurerm_postgresql_firewall_rule": "server_name",
            "azurerm_postgresql_server_key": "server_id",
            "azurerm_postgresql_virtual_network_rule": "server_name",
        },
        read=identifiers.last_step,
    ),
    Target(
        "azurerm_mysql_flexible_server",
        "name",
        {
            "azurerm_mysql_flexible_database": "server_name",
            "azurerm_mysql_flexible_server_active_directory_administrator": "server_id",
            "azurerm_mysql_flexible_server_configuration": "server_name",
            "azurerm_mysql_flexible_server_firewall_rule": "server_name",
        },
        read=identifiers.last_step,
    ),
    Target(
        "azurerm_mysql_server",
        "name",
        {"azurerm_mysql_configuration": "server_name", "azurerm_mysql_firewall_rule": "server_name"},
    ),
    Target(
        "azurerm_cosmosdb_account",
        "name",
        {"azurerm_cosmosdb_sql_database": "account_name", "azurerm_cosmosdb_sql_role_assignment": "account_name"},
    ),
    Target(
        "azurerm_redis_cache",
        "name",
        {
            "azurerm_redis_cache_access_policy_assignment": "redis_cache_id",
            "azurerm_redis_firewall_rule": "redis_cache_name",
        },
        read=identifiers.last_step,
    ),
    Target(
        "azurerm_synapse_workspace",
        "",
        {
            "azurerm_synapse_firewall_rule": "synapse_workspace_id",
            "azurerm_synapse_role_assignment": "synapse_workspace_id",
            "azurerm_synapse_workspace_extended_auditing_policy": "synapse_workspace_id",
            "azurerm_synapse_workspace_key": "synapse_workspace_id",
            "azurerm_synapse_workspace_security_alert_policy": "synapse_workspace_id",
        },
    ),
    Target(
        "azurerm_databricks_workspace",
        "",
        {
            "azurerm_databricks_workspace_customer_managed_key": "workspace_id",
            "azurerm_databricks_workspace_root_dbfs_customer_managed_key": "workspace_id",
        },
    ),
    Target(
        "azurerm_eventhub_namespace", "", {"azurerm_eventhub_namespace_customer_managed_key": "eventhub_namespace_id"}
    ),
    Target("azurerm_servicebus_namespace", "", {"azurerm_servicebus_namespace_customer_managed_key": "namespace_id"}),
)

COMPUTING = (
    Target(
        "azurerm_kubernetes_cluster",
        "",
        {
            "azurerm_kubernetes_cluster_extension": "cluster_id",
            "azurerm_kubernetes_cluster_node_pool": "kubernetes_cluster_id",
            "azurerm_kubernetes_flux_configuration": "cluster_id",
        },
    ),
    Target(
        "azurerm_cognitive_account azurerm_ai_services",
        "",
        {
            "azurerm_cognitive_account_customer_managed_key": "cognitive_account_id",
            "azurerm_cognitive_account_project": "cognitive_account_id",
            "azurerm_cognitive_account_rai_blocklist": "cognitive_account_id",
            "azurerm_cognitive_account_rai_policy": "cognitive_account_id",
            "azurerm_cognitive_deployment": "cognitive_account_id",
        },
    ),
    Target("azurerm_ai_foundry", "", {"azurerm_ai_foundry_project": "ai_services_hub_id"}),
    Target(
        "azurerm_machine_learning_workspace",
        "",
        {
            "azurerm_machine_learning_compute_cluster": "machine_learning_workspace_id",
            "azurerm_machine_learning_compute_instance": "machine_learning_workspace_id",
            "azurerm_machine_learning_datastore_blobstorage": "workspace_id",
            "azurerm_machine_learning_datastore_datalake_gen2": "workspace_id",
            "azurerm_machine_learning_datastore_fileshare": "workspace_id",
            "azurerm_machine_learning_inference_cluster": "machine_learning_workspace_id",
            "azurerm_machine_learning_synapse_spark": "machine_learning_workspace_id",
            f"{_ML_OUTBOUND_RULE}_fqdn": "workspace_id",
            f"{_ML_OUTBOUND_RULE}_private_endpoint": "workspace_id",
            f"{_ML_OUTBOUND_RULE}_service_tag": "workspace_id",
        },
    ),
    Target("azurerm_search_service", "", {"azurerm_search_shared_private_link_service": "search_service_id"}),
    Target("azurerm_linux_function_app", "", {"azurerm_linux_function_app_slot": "function_app_id"}),
    Target("azurerm_windows_function_app", "", {"azurerm_windows_function_app_slot": "function_app_id"}),
    Target("azurerm_linux_web_app", "", {"azurerm_linux_web_app_slot": "app_service_id"}),
    Target("azurerm_windows_web_app", "", {"azurerm_windows_web_app_slot": "app_service_id"}),
    Target(
        "azurerm_log_analytics_workspace",
        "",
        {
            "azurerm_log_analytics_data_export_rule": "workspace_resource_id",
            "azurerm_log_analytics_linked_storage_account": "workspace_id workspace_resource_id",
            "azurerm_log_analytics_workspace_table": "workspace_id",
            "azurerm_sentinel_log_analytics_workspace_onboarding": "workspace_id",
        },
    ),
    Target("azurerm_user_assigned_identity", "", {"azurerm_federated_identity_credential": "parent_id"}),
)

# These complete whatever their attribute refers to.
ANYTHING = (
    Target(
        ANY_AZURE,
        "",
        {
            "azapi_resource_action": "resource_id",
            "azapi_update_resource": "resource_id",
            "azurerm_advanced_threat_protection": "target_resource_id",
            "azurerm_management_lock": "scope",
            "azurerm_monitor_diagnostic_setting": "target_resource_id",
            "azurerm_network_watcher_flow_log": "target_resource_id network_security_group_id",
            "azurerm_private_endpoint": "private_service_connection.private_connection_resource_id",
            "azurerm_resource_policy_assignment": "resource_id",
            "azurerm_role_assignment": "scope",
        },
    ),
)

CONFIGURES = (*STORAGE, *NETWORKS, *DATABASES, *COMPUTING, *ANYTHING)
