# METADATA
# title: The account's audit trail is switched on and protected from tampering
# description: >-
#   Whoever breaks in first pauses the trail, exempts himself from it or empties the place it is written to, and then
#   nobody can say which patient records were read or which model was swapped. On AWS the trail has to run, to record
#   IAM and STS, and to write to a bucket that strangers cannot reach and that `terraform destroy` does not empty; on
#   Google Cloud reading and writing of data is recorded for everyone; on Azure the subscription's activity log is
#   kept. Reach, validation and key of a CloudTrail are LOG-001's; Azure settings of single resources are left alone.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
#   - https://cloud.google.com/logging/docs/audit/configure-data-access
#   - https://learn.microsoft.com/azure/azure-monitor/platform/activity-log
# custom:
#   id: LOG-008
#   severity: high
#   applies_to:
#     format: terraform
#     types:
#       - aws_cloudtrail
#       - google_project_iam_audit_config
#       - google_folder_iam_audit_config
#       - google_organization_iam_audit_config
#       - azurerm_monitor_diagnostic_setting
#   parameters:
#     google_log_types: [DATA_READ, DATA_WRITE] # ADMIN_WRITE is always recorded
#     azure_categories: [Administrative, Security, Policy]
#   remediation: >-
#     Remove what weakens the trail: `enable_logging = false`, `include_global_service_events = false`,
#     `exempted_members`, and public access to or `force_destroy` of its bucket. Record DATA_READ and DATA_WRITE on
#     Google Cloud, and the categories Administrative, Security and Policy of the Azure subscription.
package releasegate.log_008

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

# --- AWS ------------------------------------------------------------------------------------------

trails contains r if some r in input.resources.aws_cloudtrail

# False, and not merely unknown, or not written: the defaults are right.
deny contains finding if {
	some r in trails
	"enable_logging" in object.keys(r.attributes)
	not settings.is_true(r.attributes.enable_logging)
	finding := {
		"resource": r.key,
		"attribute": "enable_logging",
		"message": sprintf("%s records nothing: %s", [r.address, settings.said(r.attributes, "enable_logging")]),
	}
}

deny contains finding if {
	some r in trails
	"include_global_service_events" in object.keys(r.attributes)
	not settings.is_true(r.attributes.include_global_service_events)
	count([other | some other in trails; other.key != r.key; records_globally(other)]) == 0
	finding := {
		"resource": r.key,
		"attribute": "include_global_service_events",
		"message": sprintf("%s does not record IAM and STS: %s", [
			r.address,
			settings.said(r.attributes, "include_global_service_events"),
		]),
	}
}

# One of several trails is enough.
records_globally(r) if not "include_global_service_events" in object.keys(r.attributes)

records_globally(r) if settings.is_true(r.attributes.include_global_service_events)

buckets(trail) := {bucket |
	some bucket in lib.linked_from(trail.key, "references")
	bucket.type == "aws_s3_bucket"
	not names_another(trail, bucket)
} | {bucket |
	some bucket in input.resources.aws_s3_bucket
	is_string(bucket.attributes.bucket)
	bucket.attributes.bucket == trail.attributes.s3_bucket_name
}

# Another reference of the trail, such as a bucket whose data events it records.
names_another(trail, bucket) if {
	is_string(trail.attributes.s3_bucket_name)
	is_string(bucket.attributes.bucket)
	trail.attributes.s3_bucket_name != bucket.attributes.bucket
}

# What lets others at the bucket: the resource and the attribute that says so, and its value.
weaknesses(bucket) := {{"resource": part, "attribute": flag, "value": object.get(part.attributes, flag, false)} |
	some part in lib.linked_to(bucket.key, "configures")
	part.type == "aws_s3_bucket_public_access_block"
	some flag in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
	not settings.is_true(part.attributes[flag])
} | {{"resource": part, "attribute": "acl", "value": part.attributes.acl} |
	some part in {bucket} | lib.linked_to(bucket.key, "configures")
	part.attributes.acl in {"public-read", "public-read-write", "authenticated-read"}
} | {{"resource": bucket, "attribute": "force_destroy", "value": bucket.attributes.force_destroy} |
	not settings.is_false(bucket.attributes.force_destroy)
}

deny contains finding if {
	some r in trails
	some bucket in buckets(r)
	some weakness in weaknesses(bucket)
	not lib.unresolved(weakness.value)
	finding := {
		"resource": r.key,
		"attribute": "s3_bucket_name",
		"message": sprintf("%s writes to %s, which is not protected: %s of %s is %v", [
			r.address,
			bucket.address,
			weakness.attribute,
			weakness.resource.address,
			weakness.value,
		]),
		"related": [{"resource": weakness.resource.key, "attribute": weakness.attribute}],
	}
}

unknown contains finding if {
	some r in trails
	some bucket in buckets(r)
	some weakness in weaknesses(bucket)
	lib.unresolved(weakness.value)
	finding := {
		"resource": r.key,
		"attribute": "s3_bucket_name",
		"message": sprintf("%s may write to an unprotected bucket: %s", [r.address, lib.cause(weakness.value)]),
		"related": [{"resource": weakness.resource.key, "attribute": weakness.attribute}],
		"cause": lib.cause(weakness.value),
	}
}

# --- Google Cloud ---------------------------------------------------------------------------------

configs contains r if {
	some level in ["project", "folder", "organization"]
	some r in input.resources[sprintf("google_%s_iam_audit_config", [level])]
}

deny contains finding if {
	some r in configs
	some i, log in settings.blocks(r.attributes.audit_log_config)
	is_array(log.exempted_members)
	some j, member in log.exempted_members
	finding := {
		"resource": r.key,
		"attribute": sprintf("audit_log_config[%d].exempted_members[%d]", [i, j]),
		"message": sprintf("%s records nothing of what %v does", [r.address, member]),
	}
}

deny contains finding if {
	some r in configs
	count(open_parts(r)) == 0
	types := {log.log_type | some log in settings.blocks(r.attributes.audit_log_config)}
	missing := [wanted | some wanted in input.parameters.google_log_types; not wanted in types]
	count(missing) > 0
	finding := {
		"resource": r.key,
		"attribute": "audit_log_config",
		"message": sprintf("%s does not record %s", [r.address, concat(" and ", missing)]),
	}
}

open_parts(r) := settings.unknown_in(r.attributes, `^audit_log_config(\[\d+\](\.log_type|\.exempted_members)?)?$`)

unknown contains finding if {
	some r in configs
	some part in open_parts(r)
	finding := {
		"resource": r.key,
		"attribute": part.attribute,
		"message": sprintf("%s may leave gaps in the trail: %s", [r.address, lib.cause(part.value)]),
		"cause": lib.cause(part.value),
	}
}

# --- Azure ----------------------------------------------------------------------------------------

diagnostics contains r if some r in input.resources.azurerm_monitor_diagnostic_setting

# The activity log is that of a subscription; only its categories are called so.
is_activity_log(r) if {
	is_string(r.attributes.target_resource_id)
	regex.match(`^/subscriptions/[^/]+/?$`, r.attributes.target_resource_id)
}

is_activity_log(r) if regex.match(
	`azurerm_subscription\.|^"/subscriptions/[^/]+"$`,
	r.attributes.target_resource_id["$unresolved"],
)

is_activity_log(r) if {
	some each in recorded(r)
	each.category in {"Administrative", "ServiceHealth", "Recommendation", "Policy", "Autoscale", "ResourceHealth"}
}

# `log` is the form of version 3 of the provider and can be switched off.
recorded(r) := {log |
	some block in ["enabled_log", "log"]
	some log in settings.blocks(r.attributes[block])
	not settings.is_false(log.enabled)
}

# Several settings may share the categories of one subscription.
categories(r) := {log.category |
	some other in diagnostics
	other.attributes.target_resource_id == r.attributes.target_resource_id
	some log in recorded(other)
}

deny contains finding if {
	some r in diagnostics
	is_activity_log(r)
	count(open_categories(r)) == 0
	missing := [wanted | some wanted in input.parameters.azure_categories; not wanted in categories(r)]
	count(missing) > 0
	finding := {
		"resource": r.key,
		"message": sprintf("%s does not keep %s of the activity log", [r.address, concat(", ", missing)]),
	}
}

open_categories(r) := settings.unknown_in(r.attributes, `^(enabled_log|log)(\[\d+\](\.category|\.enabled)?)?$`)

unknown contains finding if {
	some r in diagnostics
	is_activity_log(r)
	some part in open_categories(r)
	finding := {
		"resource": r.key,
		"attribute": part.attribute,
		"message": sprintf("%s may not keep the activity log: %s", [r.address, lib.cause(part.value)]),
		"cause": lib.cause(part.value),
	}
}

skip contains r.key if {
	some r in diagnostics
	not is_activity_log(r)
}
