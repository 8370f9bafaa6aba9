"""The Azure resources that are made with another one, or let one in, and the attribute in which each names it."""

from scanner.linking import identifiers
from scanner.linking.joins import ANY_AZURE, Target

_ML, _HUB = "azurerm_machine_learning_workspace", "azurerm_ai_foundry"
_WITH_IDENTITIES = (
    _HUB,
    _ML,
    "azurerm_ai_foundry_project",
    "azurerm_ai_services",
    "azurerm_cognitive_account",
    "azurerm_container_app",
    "azurerm_container_app_job",
    "azurerm_container_group",
    "azurerm_kubernetes_cluster",
    "azurerm_linux_function_app",
    "azurerm_linux_virtual_machine",
    "azurerm_linux_web_app",
    "azurerm_machine_learning_compute_cluster",
    "azurerm_machine_learning_compute_instance",
    "azurerm_search_service",
    "azurerm_storage_account",
    "azurerm_windows_function_app",
    "azurerm_windows_web_app",
)

PARTS = (
    Target(
        "azurerm_network_security_group",
        "",
        {
            "azurerm_network_interface_security_group_association": "network_security_group_id",
            "azurerm_subnet_network_security_group_association": "network_security_group_id",
        },
    ),
    Target(
        "azurerm_key_vault",
        "name",
        {_HUB: "key_vault_id", _ML: "key_vault_id", "azurerm_storage_account_customer_managed_key": "key_vault_id"},
        read=identifiers.last_step,
        world_wide=True,
    ),
    Target(
        "azurerm_storage_account",
        "name",
        {
            _HUB: "storage_account_id",
            "azurerm_ai_services": "storage.storage_account_id",
            "azurerm_cognitive_account": "storage.storage_account_id",
            "azurerm_linux_function_app": "storage_account_name",
            _ML: "storage_account_id",
            "azurerm_monitor_diagnostic_setting": "storage_account_id",
            "azurerm_network_watcher_flow_log": "storage_account_id",
            "azurerm_windows_function_app": "storage_account_name",
        },
        read=identifiers.last_step,
        world_wide=True,
    ),
    Target(
        "azurerm_storage_container",
        "",
        {
            "azurerm_machine_learning_datastore_blobstorage": "storage_container_id",
            "azurerm_machine_learning_datastore_datalake_gen2": "storage_container_id",
        },
    ),
    Target(
        "azurerm_container_registry",
        "name",
        {_HUB: "container_registry_id", _ML: "container_registry_id"},
        read=identifiers.last_step,
        world_wide=True,
    ),
    Target("azurerm_application_insights", "", {_HUB: "application_insights_id", _ML: "application_insights_id"}),
    Target(
        "azurerm_log_analytics_workspace",
        "",
        {
            "azurerm_application_insights": "workspace_id",
            "azurerm_container_app_environment": "log_analytics_workspace_id",
            "azurerm_kubernetes_cluster": "oms_agent.log_analytics_workspace_id",
            "azurerm_monitor_diagnostic_setting": "log_analytics_workspace_id",
        },
    ),
    Target("azurerm_container_app_environment", "", {"azurerm_container_app": "container_app_environment_id"}),
    Target("azurerm_kubernetes_cluster", "", {"azurerm_machine_learning_inference_cluster": "kubernetes_cluster_id"}),
    Target("azurerm_cognitive_account_rai_policy", "name", {"azurerm_cognitive_deployment": "rai_policy_name"}),
    Target(
        "azurerm_user_assigned_identity",
        "",
        dict.fromkeys(_WITH_IDENTITIES, "identity.identity_ids[]"),
    ),
)

KEYS = (
    Target(
        "azurerm_key_vault_key",
        "",
        {
            _HUB: "encryption.key_id",
            "azurerm_ai_services": "customer_managed_key.key_vault_key_id",
            "azurerm_cognitive_account": "customer_managed_key.key_vault_key_id",
            "azurerm_cognitive_account_customer_managed_key": "key_vault_key_id",
            "azurerm_container_registry": "encryption.key_vault_key_id",
            "azurerm_cosmosdb_account": "key_vault_key_id",
            "azurerm_databricks_workspace": "managed_disk_cmk_key_vault_key_id managed_services_cmk_key_vault_key_id",
            "azurerm_databricks_workspace_customer_managed_key": "key_vault_key_id",
            "azurerm_databricks_workspace_root_dbfs_customer_managed_key": "key_vault_key_id",
            "azurerm_disk_encryption_set": "key_vault_key_id",
            "azurerm_eventhub_namespace_customer_managed_key": "key_vault_key_ids[]",
            "azurerm_kubernetes_cluster": "key_management_service.key_vault_key_id",
            "azurerm_log_analytics_cluster_customer_managed_key": "key_vault_key_id",
            _ML: "encryption.key_id",
            "azurerm_mssql_database": "transparent_data_encryption_key_vault_key_id",
            "azurerm_mssql_managed_instance_transparent_data_encryption": "key_vault_key_id",
            "azurerm_mssql_server": "transparent_data_encryption_key_vault_key_id",
            "azurerm_mssql_server_transparent_data_encryption": "key_vault_key_id",
            "azurerm_mysql_flexible_server": "customer_managed_key.key_vault_key_id",
            "azurerm_postgresql_flexible_server": "customer_managed_key.key_vault_key_id",
            "azurerm_postgresql_server_key": "key_vault_key_id",
            "azurerm_servicebus_namespace_customer_managed_key": "key_vault_key_id",
            "azurerm_storage_account": "customer_managed_key.key_vault_key_id",
            "azurerm_storage_account_customer_managed_key": "key_vault_key_id key_name",
            "azurerm_storage_encryption_scope": "key_vault_key_id",
        },
    ),
)

USES = (*PARTS, *KEYS)

# Whom a grant is for: a managed identity, or the resource whose own identity it is.
GRANTS = (
    Target(
        ANY_AZURE,
        "",
        {
            "azurerm_cosmosdb_sql_role_assignment": "principal_id",
            "azurerm_key_vault": "access_policy.object_id",
            "azurerm_key_vault_access_policy": "object_id",
            "azurerm_role_assignment": "principal_id",
            "azurerm_synapse_role_assignment": "principal_id",
        },
    ),
)
