# METADATA
# title: Databases are not reachable from the internet
# description: >-
#   A database with a public address is one leaked password, one guessed login or one unpatched flaw away from whoever
#   scans the internet, and a firewall rule is then all that stands before patient records and features. The address
#   is given away by `publicly_accessible` on AWS; on Azure public access is on unless it is switched off; on Google
#   Cloud the address counts once every network may use it. Flexible servers that live in a subnet of their own have
#   no public address and are left alone.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
#   - https://cloud.google.com/sql/docs/postgres/configure-ip
#   - https://learn.microsoft.com/azure/azure-sql/database/connectivity-settings
# custom:
#   id: NET-013
#   severity: critical
#   applies_to:
#     format: terraform
#     types:
#       - aws_db_instance
#       - aws_rds_cluster_instance
#       - aws_neptune_cluster_instance
#       - aws_redshift_cluster
#       - aws_redshiftserverless_workgroup
#       - google_sql_database_instance
#       - azurerm_mssql_server
#       - azurerm_mssql_managed_instance
#       - azurerm_postgresql_server
#       - azurerm_postgresql_flexible_server
#       - azurerm_mysql_server
#       - azurerm_mysql_flexible_server
#       - azurerm_mariadb_server
#       - azurerm_sql_firewall_rule
#       - azurerm_mssql_firewall_rule
#       - azurerm_postgresql_firewall_rule
#       - azurerm_postgresql_flexible_server_firewall_rule
#       - azurerm_mysql_firewall_rule
#       - azurerm_mysql_flexible_server_firewall_rule
#   remediation: >-
#     Set `publicly_accessible = false` (AWS) or `public_network_access_enabled = false` (Azure), or take 0.0.0.0/0
#     out of `authorized_networks` and set `ipv4_enabled = false` (Google Cloud). Reach the database from its own
#     network: by a security group, a private endpoint or the Cloud SQL Auth Proxy; people come in through a bastion
#     or VPN.
package releasegate.net_013

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

# --- Switches that give away a public address ----------------------------------------------------

off_unless_written := {
	"aws_db_instance": "publicly_accessible",
	"aws_rds_cluster_instance": "publicly_accessible",
	"aws_neptune_cluster_instance": "publicly_accessible",
	"aws_redshift_cluster": "publicly_accessible",
	"aws_redshiftserverless_workgroup": "publicly_accessible",
	"azurerm_mssql_managed_instance": "public_data_endpoint_enabled",
}

deny contains exposed(r, switch) if {
	some type, switch in off_unless_written
	some r in input.resources[type]
	switch in object.keys(r.attributes)
	not settings.is_false(r.attributes[switch])
}

unknown contains finding if {
	some r in input.resources.aws_redshift_cluster
	not "publicly_accessible" in object.keys(r.attributes)
	finding := {
		"resource": r.key,
		"attribute": "publicly_accessible",
		"message": sprintf("%s may be reachable from the internet: publicly_accessible is not set", [r.address]),
		"cause": "publicly_accessible is not set, and before version 6 of the AWS provider that means true",
	}
}

on_unless_written := {
	"azurerm_mssql_server", "azurerm_postgresql_server", "azurerm_postgresql_flexible_server", "azurerm_mysql_server",
	"azurerm_mariadb_server",
}

deny contains exposed(r, "public_network_access_enabled") if {
	some type in on_unless_written
	some r in input.resources[type]
	not settings.is_false(r.attributes.public_network_access_enabled)
	not in_a_subnet(r)
}

deny contains exposed(r, "public_network_access") if {
	some r in input.resources.azurerm_mysql_flexible_server
	not r.attributes.public_network_access == "Disabled"
	not settings.is_false(r.attributes.public_network_access_enabled)
	not in_a_subnet(r)
}

in_a_subnet(r) if "delegated_subnet_id" in object.keys(r.attributes)

exposed(r, switch) := {
	"resource": r.key,
	"attribute": switch,
	"message": sprintf("%s has a public address: %s", [r.address, settings.said(r.attributes, switch)]),
}

# --- Networks that are let in ---------------------------------------------------------------------

deny contains finding if {
	some r in input.resources.google_sql_database_instance
	not without_address(r)
	some i, group in settings.blocks(r.attributes.settings)
	some j, address in settings.blocks(group.ip_configuration)
	some k, network in settings.blocks(address.authorized_networks)
	lib.cidr_is_world(network.value)
	finding := {
		"resource": r.key,
		"attribute": deciding(address, sprintf("settings[%d].ip_configuration[%d]", [i, j]), k),
		"evidence": network.value,
		"message": sprintf("%s accepts connections from every network (%s)", [r.address, network.value]),
	}
}

deciding(address, at, _) := sprintf("%s.ipv4_enabled", [at]) if lib.unresolved(address.ipv4_enabled)

deciding(address, at, k) := sprintf("%s.authorized_networks[%d].value", [at, k]) if {
	not lib.unresolved(address.ipv4_enabled)
}

unknown contains finding if {
	some r in input.resources.google_sql_database_instance
	not without_address(r)
	some part in settings.unknown_in(r.attributes, on_the_way)
	finding := {
		"resource": r.key,
		"attribute": part.attribute,
		"message": sprintf("%s may accept connections from every network: %s", [r.address, lib.cause(part.value)]),
		"cause": lib.cause(part.value),
	}
}

# The path to the networks, as far as it may be written.
on_the_way := `^settings(\[\d+\](\.ip_configuration(\[\d+\](\.authorized_networks(\[\d+\](\.value)?)?)?)?)?)?$`

without_address(r) if {
	some group in settings.blocks(r.attributes.settings)
	some address in settings.blocks(group.ip_configuration)
	settings.is_false(address.ipv4_enabled)
}

firewall_rules := {
	"azurerm_sql_firewall_rule", "azurerm_mssql_firewall_rule", "azurerm_postgresql_firewall_rule",
	"azurerm_postgresql_flexible_server_firewall_rule", "azurerm_mysql_firewall_rule",
	"azurerm_mysql_flexible_server_firewall_rule",
}

deny contains finding if {
	some type in firewall_rules
	some r in input.resources[type]
	r.attributes.start_ip_address in bounds.start_ip_address
	r.attributes.end_ip_address in bounds.end_ip_address
	finding := {
		"resource": r.key,
		"attribute": "end_ip_address",
		"message": sprintf("%s lets every IPv4 address in (%s to %s)", [
			r.address,
			r.attributes.start_ip_address,
			r.attributes.end_ip_address,
		]),
	}
}

unknown contains finding if {
	some type in firewall_rules
	some r in input.resources[type]
	some name, other in {"start_ip_address": "end_ip_address", "end_ip_address": "start_ip_address"}
	value := r.attributes[name]
	lib.unresolved(value)
	may_be(r.attributes[other], bounds[other])
	finding := {
		"resource": r.key,
		"attribute": name,
		"message": sprintf("%s may let every address in: %s", [r.address, lib.cause(value)]),
		"cause": lib.cause(value),
	}
}

may_be(value, wanted) if value in wanted

may_be(value, _) if lib.unresolved(value)

# 0.0.0.0 to 0.0.0.0 is Azure's way to let in other Azure services, not the internet.
bounds := {
	"start_ip_address": {"0.0.0.0", "0.0.0.1", "1.0.0.0"},
	"end_ip_address": {"223.255.255.255", "255.255.255.254", "255.255.255.255"},
}
