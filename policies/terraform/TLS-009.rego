# METADATA
# title: Databases accept only TLS connections
# description: >-
#   A database that also takes plaintext is sooner or later spoken to in plaintext, by an old client or a wrong
#   connection string, and then passwords and patient data cross the network readable. On AWS the parameter group
#   decides, so an instance or cluster is judged where its group is in the release: what the default group does
#   depends on the engine's version. Cloud SQL takes plaintext unless told otherwise; Azure's flexible servers do not,
#   unless told to.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
#   - https://cloud.google.com/sql/docs/postgres/configure-ssl-instance
#   - https://learn.microsoft.com/azure/postgresql/flexible-server/security-tls
# custom:
#   id: TLS-009
#   severity: medium
#   applies_to:
#     format: terraform
#     types:
#       - aws_db_instance
#       - aws_rds_cluster
#       - aws_docdb_cluster
#       - aws_neptune_cluster
#       - aws_redshift_cluster
#       - google_sql_database_instance
#       - azurerm_mssql_server
#       - azurerm_mssql_managed_instance
#       - azurerm_postgresql_server
#       - azurerm_mysql_server
#       - azurerm_mariadb_server
#       - azurerm_postgresql_flexible_server_configuration
#       - azurerm_mysql_flexible_server_configuration
#   remediation: >-
#     Set `rds.force_ssl = 1` (PostgreSQL, SQL Server), `require_secure_transport = ON` (MySQL, MariaDB) or
#     `require_ssl = true` (Redshift) in the parameter group; `ssl_mode = "ENCRYPTED_ONLY"` on Cloud SQL;
#     `minimum_tls_version = "1.2"` and `ssl_enforcement_enabled = true` on Azure. Bring the clients to TLS first: the
#     log shows which still connect without.
package releasegate.tls_009

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

# --- AWS: a parameter of the group ----------------------------------------------------------------

# The attribute that names the group, and the type of the group.
groups := {
	"aws_db_instance": ["parameter_group_name", "aws_db_parameter_group"],
	"aws_rds_cluster": ["db_cluster_parameter_group_name", "aws_rds_cluster_parameter_group"],
	"aws_docdb_cluster": ["db_cluster_parameter_group_name", "aws_docdb_cluster_parameter_group"],
	"aws_neptune_cluster": ["neptune_cluster_parameter_group_name", "aws_neptune_cluster_parameter_group"],
	"aws_redshift_cluster": ["cluster_parameter_group_name", "aws_redshift_parameter_group"],
}

# By the beginning of the group's family: the parameter that decides, and what it is where nobody sets it.
families := [
	[`^postgres([1-9]|1[0-4])(\.|$)`, "rds.force_ssl", "0"],
	[`^postgres1[5-9]`, "rds.force_ssl", "1"],
	[`^aurora-postgresql([1-9]|1[0-6])(\.|$)`, "rds.force_ssl", "0"],
	[`^aurora-postgresql1[7-9]`, "rds.force_ssl", "1"],
	[`^sqlserver-`, "rds.force_ssl", "0"],
	[`^(mysql5|mysql8\.0|aurora5|aurora-mysql5|aurora-mysql8\.0|mariadb10|mariadb11\.4)`, "require_secure_transport", "0"],
	[`^(mysql8\.[1-9]|mysql9|aurora-mysql8\.[1-9]|mariadb11\.[5-9]|mariadb1[2-9])`, "require_secure_transport", "?"],
	[`^docdb`, "tls", "enabled"],
	[`^neptune`, "neptune_enforce_ssl", "1"],
	[`^redshift`, "require_ssl", "false"],
]

# What decides over a database: {resource, group, parameter, value, attribute}.
decisions contains decision if {
	some type, [attribute, group_type] in groups
	some r in input.resources[type]
	group := group_of(r, attribute, group_type)
	some [pattern, parameter, otherwise] in families
	is_string(group.attributes.family)
	regex.match(pattern, group.attributes.family)
	decision := object.union(
		{"resource": r, "group": group, "parameter": parameter},
		object.get(written(group, parameter), 0, {"value": otherwise, "attribute": "", "is_default": true}),
	)
}

# Where the family is not known, a parameter that is written decides all the same.
decisions contains decision if {
	some type, [attribute, group_type] in groups
	some r in input.resources[type]
	group := group_of(r, attribute, group_type)
	lib.unresolved(group.attributes.family)
	some [_, parameter, _] in families
	decision := object.union(
		{"resource": r, "group": group, "parameter": parameter},
		written(group, parameter)[0],
	)
}

# What is not known of where the parameter would be: {resource, group or null, attribute, value}.
lost contains {"resource": r, "group": group, "attribute": "family", "value": group.attributes.family} if {
	some type, [attribute, group_type] in groups
	some r in input.resources[type]
	not r.key in {decision.resource.key | some decision in decisions}
	group := group_of(r, attribute, group_type)
	lib.unresolved(group.attributes.family)
}

lost contains {"resource": r, "group": null, "attribute": attribute, "value": r.attributes[attribute]} if {
	some type, [attribute, group_type] in groups
	some r in input.resources[type]
	lib.unresolved(r.attributes[attribute])
	not group_of(r, attribute, group_type)
	not has_no_parameter(r)
}

# By its engine.
has_no_parameter(r) if {
	is_string(r.attributes.engine)
	regex.match(`^(oracle|custom-oracle|db2)`, r.attributes.engine)
}

unknown contains finding if {
	some each in lost
	place := place_of_lost(each)
	finding := object.union(place, {
		"message": sprintf("%s may accept connections without TLS: %s", [each.resource.address, lib.cause(each.value)]),
		"cause": lib.cause(each.value),
	})
}

place_of_lost(each) := {"resource": each.resource.key, "attribute": each.attribute} if each.group == null

place_of_lost(each) := {"resource": each.resource.key, "related": [related]} if {
	each.group != null
	said := sprintf("%s decides", [each.group.address])
	related := {"resource": each.group.key, "attribute": each.attribute, "message": said}
}

group_of(r, attribute, group_type) := [group |
	some group in input.resources[group_type]
	is_group_of(r, attribute, group)
][0]

is_group_of(r, attribute, group) if {
	not is_string(r.attributes[attribute])
	some target in lib.linked_from(r.key, "references")
	target.key == group.key
}

is_group_of(r, attribute, group) if r.attributes[attribute] == group.attributes.name

written(group, name) := {0: found |
	some i, parameter in settings.blocks(group.attributes.parameter)
	parameter.name == name
	found := {
		"value": parameter.value,
		"attribute": sprintf("parameter[%d].value", [i]),
		"is_default": false,
	}
}

on(value) if lower(sprintf("%v", [value])) in {"1", "on", "true", "enabled", "fips-140-3", "tls1.2+", "tls1.3+"}

deny contains finding if {
	some decision in decisions
	not on(decision.value)
	not lib.unresolved(decision.value)
	decision.value != "?"
	count(holes(decision)) == 0
	finding := {
		"resource": decision.resource.key,
		"message": sprintf("%s also accepts connections without TLS: %s of %s is %s", [
			decision.resource.address,
			decision.parameter,
			decision.group.address,
			spoken(decision),
		]),
		"related": [{
			"resource": decision.group.key,
			"attribute": decision.attribute,
			"message": sprintf("%s decides", [decision.group.address]),
		}],
	}
}

spoken(decision) := sprintf("%v", [decision.value]) if not decision.is_default

spoken(decision) := sprintf("not set and %s by default", [decision.value]) if decision.is_default

unknown contains open_question(decision, lib.cause(decision.value)) if {
	some decision in decisions
	lib.unresolved(decision.value)
}

unknown contains open_question(decision, cause) if {
	some decision in decisions
	decision.value == "?"
	count(holes(decision)) == 0
	cause := sprintf("%s is not set, and its default in %s is not known", [
		decision.parameter,
		decision.group.attributes.family,
	])
}

unknown contains open_question(decision, lib.cause(hole.value)) if {
	some decision in decisions
	decision.is_default
	some hole in holes(decision)
}

# A part of the group that may be the parameter.
holes(decision) := settings.unknown_in(
	decision.group.attributes,
	`^(parameter(\[\d+\](\.name)?)?)$`,
) if {
	decision.is_default
}

holes(decision) := set() if not decision.is_default

open_question(decision, cause) := {
	"resource": decision.resource.key,
	"message": sprintf("%s may accept connections without TLS: %s", [decision.resource.address, cause]),
	"related": [{
		"resource": decision.group.key,
		"attribute": decision.attribute,
		"message": sprintf("%s decides", [decision.group.address]),
	}],
	"cause": cause,
}

skip contains r.key if {
	some type, _ in groups
	some r in input.resources[type]
	not r.key in {decision.resource.key | some decision in decisions}
	not r.key in {each.resource.key | some each in lost}
}

# --- Google Cloud ---------------------------------------------------------------------------------

deny contains finding if {
	some r in input.resources.google_sql_database_instance
	not requires_tls(r)
	count(parts_unknown(r)) == 0
	place := place_of(r)
	finding := {
		"resource": r.key,
		"attribute": sprintf("%s.%s", [place.at, switch(place.address)]),
		"message": sprintf("%s also accepts connections without TLS: %s", [
			r.address,
			settings.said(place.address, switch(place.address)),
		]),
	}
}

requires_tls(r) if {
	some group in settings.blocks(r.attributes.settings)
	some address in settings.blocks(group.ip_configuration)
	address.ssl_mode in {"ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"}
}

requires_tls(r) if {
	some group in settings.blocks(r.attributes.settings)
	some address in settings.blocks(group.ip_configuration)
	not address.ssl_mode
	settings.is_true(address.require_ssl)
}

# The Auth Proxy and the connectors speak nothing else.
requires_tls(r) if {
	some group in settings.blocks(r.attributes.settings)
	group.connector_enforcement == "REQUIRED"
}

switch(address) := "require_ssl" if {
	not "ssl_mode" in object.keys(address)
	"require_ssl" in object.keys(address)
}

switch(address) := "ssl_mode" if "ssl_mode" in object.keys(address)

switch(address) := "ssl_mode" if not "require_ssl" in object.keys(address)

place_of(r) := object.get(places, 0, {"at": "settings[0].ip_configuration[0]", "address": {}}) if {
	places := {0: {"at": "settings[0].ip_configuration[0]", "address": address} |
		address := settings.blocks(settings.blocks(r.attributes.settings)[0].ip_configuration)[0]
	}
}

parts_unknown(r) := settings.unknown_in(
	r.attributes,
	`^settings(\[\d+\](\.connector_enforcement|\.ip_configuration(\[\d+\](\.ssl_mode|\.require_ssl)?)?)?)?$`,
)

unknown contains finding if {
	some r in input.resources.google_sql_database_instance
	not requires_tls(r)
	some part in parts_unknown(r)
	finding := {
		"resource": r.key,
		"attribute": part.attribute,
		"message": sprintf("%s may accept connections without TLS: %s", [r.address, lib.cause(part.value)]),
		"cause": lib.cause(part.value),
	}
}

# --- Azure ----------------------------------------------------------------------------------------

deny contains azure(r, "minimum_tls_version") if {
	some type in ["azurerm_mssql_server", "azurerm_mssql_managed_instance"]
	some r in input.resources[type]
	not object.get(r.attributes, "minimum_tls_version", "1.2") in {"1.2", "1.3", 1.2, 1.3}
}

deny contains azure(r, name) if {
	some type in ["azurerm_postgresql_server", "azurerm_mysql_server", "azurerm_mariadb_server"]
	some r in input.resources[type]
	name := enforcement(r)
	not r.attributes[name] in {true, "true", "Enabled"}
}

enforcement(r) := "ssl_enforcement" if "ssl_enforcement" in object.keys(r.attributes)

enforcement(r) := "ssl_enforcement_enabled" if not "ssl_enforcement" in object.keys(r.attributes)

deny contains azure(r, "ssl_minimal_tls_version_enforced") if {
	some type in ["azurerm_postgresql_server", "azurerm_mysql_server", "azurerm_mariadb_server"]
	some r in input.resources[type]
	not object.get(r.attributes, "ssl_minimal_tls_version_enforced", "TLS1_2") in {"TLS1_2", "TLS1_3"}
}

deny contains azure(r, "value") if {
	some r in configurations
	not on(r.attributes.value)
}

azure(r, name) := {
	"resource": r.key,
	"attribute": name,
	"message": sprintf("%s lets connections in without TLS 1.2: %s", [r.address, settings.said(r.attributes, name)]),
}

configurations contains r if {
	some type in ["azurerm_postgresql_flexible_server_configuration", "azurerm_mysql_flexible_server_configuration"]
	some r in input.resources[type]
	r.attributes.name == "require_secure_transport"
}

skip contains r.key if {
	some type in ["azurerm_postgresql_flexible_server_configuration", "azurerm_mysql_flexible_server_configuration"]
	some r in input.resources[type]
	is_string(r.attributes.name)
	not r in configurations
}

unknown contains finding if {
	some type in ["azurerm_postgresql_flexible_server_configuration", "azurerm_mysql_flexible_server_configuration"]
	some r in input.resources[type]
	lib.unresolved(r.attributes.name)
	not on(r.attributes.value)
	finding := {
		"resource": r.key,
		"attribute": "name",
		"message": sprintf("%s may switch TLS off: %s", [r.address, lib.cause(r.attributes.name)]),
		"cause": lib.cause(r.attributes.name),
	}
}
