# METADATA
# title: Databases keep backups and are protected against deletion
# description: >-
#   Features, outcomes and decision records cannot be trained again: without a backup of some days a bad migration or
#   a wrong `terraform destroy` ends the service and the evidence with it. RDS keeps no backup and clusters keep one
#   day unless told otherwise, and deletion protection is off on AWS. Read replicas are left alone, for they restore
#   from their source; Azure keeps seven days unless told otherwise and protects by a management lock, which is not
#   judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html
#   - https://cloud.google.com/sql/docs/postgres/backup-recovery/backups
#   - https://cloud.google.com/sql/docs/postgres/deletion-protection
# custom:
#   id: REL-005
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
#       - azurerm_mssql_database
#       - azurerm_postgresql_server
#       - azurerm_postgresql_flexible_server
#       - azurerm_mysql_server
#       - azurerm_mysql_flexible_server
#   parameters:
#     backup_days: 7 # days for which backups are kept
#   remediation: >-
#     Set `backup_retention_period = 7` or more and `deletion_protection = true` (AWS), or
#     `backup_configuration.enabled = true` and `deletion_protection = true` (Google Cloud), or the retention days to
#     7 or more (Azure). Restore once a year to know that it works.
package releasegate.rel_005

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

days := input.parameters.backup_days

# --- AWS and Azure: a number of days --------------------------------------------------------------

# Each type's attribute, and the provider's value where it is not written.
retention := {
	"aws_db_instance": ["backup_retention_period", 0],
	"aws_rds_cluster": ["backup_retention_period", 1],
	"aws_docdb_cluster": ["backup_retention_period", 1],
	"aws_neptune_cluster": ["backup_retention_period", 1],
	"aws_redshift_cluster": ["automated_snapshot_retention_period", 1],
	"azurerm_postgresql_server": ["backup_retention_days", 7],
	"azurerm_postgresql_flexible_server": ["backup_retention_days", 7],
	"azurerm_mysql_server": ["backup_retention_days", 7],
	"azurerm_mysql_flexible_server": ["backup_retention_days", 7],
}

deny contains finding if {
	some type, [attribute, otherwise] in retention
	some r in input.resources[type]
	value := object.get(r.attributes, attribute, otherwise)
	not keeps_enough(value)
	finding := too_short(r, attribute, settings.said(r.attributes, attribute))
}

deny contains finding if {
	some r in input.resources.azurerm_mssql_database
	some i, rule in settings.blocks(r.attributes.short_term_retention_policy)
	not keeps_enough(object.get(rule, "retention_days", 7))
	attribute := sprintf("short_term_retention_policy[%d].retention_days", [i])
	finding := too_short(r, attribute, settings.said(rule, "retention_days"))
}

unknown contains finding if {
	some r in input.resources.azurerm_mssql_database
	some part in settings.unknown_in(r.attributes, `^short_term_retention_policy(\[\d+\])?$`)
	finding := {
		"resource": r.key,
		"attribute": part.attribute,
		"message": sprintf("%s may keep backups for less than %d days: %s", [r.address, days, lib.cause(part.value)]),
		"cause": lib.cause(part.value),
	}
}

# What is not known is no number, and the engine says of such an attribute that it is not known.
keeps_enough(value) if settings.number(value) >= days

too_short(r, attribute, said) := {
	"resource": r.key,
	"attribute": attribute,
	"message": sprintf("%s keeps backups for less than %d days: %s", [r.address, days, said]),
}

# --- AWS: deletion protection ---------------------------------------------------------------------

protected := {"aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"}

deny contains finding if {
	some type in protected
	some r in input.resources[type]
	not settings.is_true(r.attributes.deletion_protection)
	finding := unprotected(r)
}

unprotected(r) := {
	"resource": r.key,
	"attribute": "deletion_protection",
	"message": sprintf("%s can be deleted by mistake: %s", [
		r.address,
		settings.said(r.attributes, "deletion_protection"),
	]),
}

# --- Google Cloud ---------------------------------------------------------------------------------

instances := input.resources.google_sql_database_instance

deny contains finding if {
	some r in instances
	no_backup(r)
	not settings_unknown(r)
	finding := {
		"resource": r.key,
		"attribute": "settings[0].backup_configuration[0].enabled",
		"message": sprintf("%s makes no backups: backup_configuration.enabled is not true", [r.address]),
	}
}

no_backup(r) if {
	count([backup |
		some group in settings.blocks(r.attributes.settings)
		some backup in settings.blocks(group.backup_configuration)
		settings.is_true(backup.enabled)
	]) == 0
}

deny contains finding if {
	some r in instances
	some i, group in settings.blocks(r.attributes.settings)
	some j, backup in settings.blocks(group.backup_configuration)
	some k, rule in settings.blocks(backup.backup_retention_settings)
	object.get(rule, "retention_unit", "COUNT") == "COUNT"
	not keeps_enough(object.get(rule, "retained_backups", days))
	finding := {
		"resource": r.key,
		"attribute": sprintf(
			"settings[%d].backup_configuration[%d].backup_retention_settings[%d].retained_backups",
			[i, j, k],
		),
		"message": sprintf("%s keeps fewer than %d daily backups: %s", [
			r.address,
			days,
			settings.said(rule, "retained_backups"),
		]),
	}
}

# The provider protects unless it is told not to; the API's own protection counts as well.
deny contains finding if {
	some r in instances
	"deletion_protection" in object.keys(r.attributes)
	not settings.is_true(r.attributes.deletion_protection)
	not by_api(r)
	not settings_unknown(r)
	finding := unprotected(r)
}

by_api(r) if {
	some group in settings.blocks(r.attributes.settings)
	settings.is_true(group.deletion_protection_enabled)
}

settings_unknown(r) if count(parts_unknown(r)) > 0

parts_unknown(r) := settings.unknown_in(
	r.attributes,
	`^settings(\[\d+\](\.deletion_protection_enabled|\.backup_configuration(\[\d+\](\.enabled)?)?)?)?$`,
)

unknown contains finding if {
	some r in instances
	some part in parts_unknown(r)
	finding := {
		"resource": r.key,
		"attribute": part.attribute,
		"message": sprintf("%s cannot be judged: %s", [r.address, lib.cause(part.value)]),
		"cause": lib.cause(part.value),
	}
}

# --- Replicas -------------------------------------------------------------------------------------

skip contains r.key if {
	some type, attribute in {
		"aws_db_instance": "replicate_source_db",
		"google_sql_database_instance": "master_instance_name",
	}
	some r in input.resources[type]
	attribute in object.keys(r.attributes)
}

skip contains r.key if {
	some type in ["postgresql_server", "postgresql_flexible_server", "mysql_server", "mysql_flexible_server"]
	some r in input.resources[sprintf("azurerm_%s", [type])]
	r.attributes.create_mode == "Replica"
}
