# METADATA
# title: Model registries, buckets, keys and queues are not open to everyone
# description: >-
#   A principal of `*` means every AWS account and every anonymous caller, `allUsers` the whole internet and
#   `allAuthenticatedUsers` everybody with a Google account. On a registry or bucket that gives the model away or,
#   with write actions, lets a stranger replace it; on a queue or topic it lets him feed the pipeline. A statement is
#   left alone when a condition ties it to an organisation, an account, a principal, a source or a network.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#   - https://cloud.google.com/iam/docs/principals-overview
# custom:
#   id: IAM-005
#   severity: critical
#   applies_to:
#     format: terraform
#     types:
#       - iam_statement
#       - google_storage_bucket_iam_member
#       - google_storage_bucket_iam_binding
#       - google_artifact_registry_repository_iam_member
#       - google_artifact_registry_repository_iam_binding
#       - google_vertex_ai_endpoint_iam_member
#       - google_vertex_ai_endpoint_iam_binding
#       - google_cloud_run_service_iam_member
#       - google_cloud_run_service_iam_binding
#       - google_cloud_run_v2_service_iam_member
#       - google_cloud_run_v2_service_iam_binding
#       - data.google_iam_policy
#   parameters:
#     restricting_conditions:
#       - aws:PrincipalOrgID
#       - aws:PrincipalOrgPaths
#       - aws:PrincipalAccount
#       - aws:PrincipalArn
#       - aws:userid
#       - aws:SourceAccount
#       - aws:SourceArn
#       - aws:SourceOrgID
#       - aws:SourceOrgPaths
#       - aws:SourceOwner
#       - aws:SourceVpc
#       - aws:SourceVpce
#       - aws:SourceIp
#       - aws:VpcSourceIp
#       - kms:CallerAccount
#       - s3:DataAccessPointAccount
#       - s3:DataAccessPointArn
#   remediation: >-
#     Name the principals (`"AWS": "arn:aws:iam::111122223333:role/…"`, `serviceAccount:…`), or keep `*` and add a
#     condition such as StringEquals on `aws:PrincipalOrgID` or `aws:SourceVpce`. `…IfExists`, `ForAllValues:…` and
#     negated operators do not restrict: they also hold for a caller without such a key.
package releasegate.iam_005

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

# --- AWS: policies that stand on a resource -------------------------------------------------------

holders := {
	"aws_s3_bucket", "aws_s3_bucket_policy", "aws_ecr_repository_policy", "aws_ecr_registry_policy", "aws_kms_key",
	"aws_kms_key_policy", "aws_sagemaker_model_package_group_policy", "aws_sqs_queue", "aws_sqs_queue_policy",
	"aws_sns_topic", "aws_sns_topic_policy", "aws_secretsmanager_secret", "aws_secretsmanager_secret_policy",
}

statements contains r if {
	some r in input.resources.iam_statement
	lib.resource(r.parent).type in holders
	object.get(r.attributes, "effect", "Allow") != "Deny"
}

skip contains r.key if {
	some r in input.resources.iam_statement
	not r in statements
}

# The parts of the question, each true, false, or the value that is not known.
parts(r) := [
	{"attribute": "effect", "is": effect(object.get(r.attributes, "effect", "Allow"))},
	{"attribute": addressed(r), "is": everyone(r)},
	{"attribute": "conditions", "is": unrestricted(object.get(r.attributes, "conditions", {}))},
]

deny contains finding if {
	some r in statements
	every part in parts(r) {
		part.is == true
	}
	finding := {
		"resource": r.key,
		"attribute": addressed(r),
		"message": sprintf("%s allows %s to everyone", [r.address, what(r)]),
	}
}

unknown contains finding if {
	some r in statements
	every part in parts(r) {
		part.is != false
	}
	doubt := [part | some part in parts(r); part.is != true][0]
	finding := {
		"resource": r.key,
		"attribute": doubt.attribute,
		"message": sprintf("%s may allow something to everyone: %s", [r.address, lib.cause(doubt.is)]),
		"cause": lib.cause(doubt.is),
	}
}

what(r) := concat(", ", actions) if {
	is_array(r.attributes.actions)
	actions := [action | some action in r.attributes.actions; is_string(action)]
	count(actions) in {1, 2, 3}
}

what(r) := sprintf("%d actions", [count(r.attributes.actions)]) if {
	is_array(r.attributes.actions)
	count([action | some action in r.attributes.actions; is_string(action)]) > 3
}

what(r) := "actions" if lib.unresolved(r.attributes.actions)

what(r) := "actions" if {
	is_array(r.attributes.actions)
	count([action | some action in r.attributes.actions; is_string(action)]) == 0
}

effect(value) := value if lib.unresolved(value)

effect(value) := value == "Allow" if not lib.unresolved(value)

# `NotPrincipal` beside Allow is everyone but a few.
addressed(r) := "not_principals" if r.attributes.not_principals

addressed(r) := "principals" if not r.attributes.not_principals

everyone(r) := true if r.attributes.not_principals

everyone(r) := r.attributes.principals if {
	not r.attributes.not_principals
	lib.unresolved(r.attributes.principals)
}

everyone(r) := true if {
	not r.attributes.not_principals
	is_array(r.attributes.principals)
	"*" in r.attributes.principals
}

everyone(r) := answer if {
	not r.attributes.not_principals
	is_array(r.attributes.principals)
	not "*" in r.attributes.principals
	unknowns := [each | some each in r.attributes.principals; may_be_star(each)]
	answer := object.get({i: each | some i, each in unknowns}, 0, false)
}

# The ARN of a resource, and a text with a fixed part, are not known, but they are no `*`.
may_be_star(each) if {
	lib.unresolved(each)
	not is_closed(each)
}

# --- AWS: conditions that restrict ----------------------------------------------------------------

unrestricted(conditions) := conditions if lib.unresolved(conditions)

unrestricted(conditions) := false if {
	not lib.unresolved(conditions)
	restricts(conditions)
}

unrestricted(conditions) := answer if {
	not lib.unresolved(conditions)
	not restricts(conditions)
	unknowns := array.concat(
		[each.value |
			some each in restrictions(conditions)
			lib.unresolved(each.value)
			not narrow(each.operator, each.value)
		],
		[keys | some keys in conditions; lib.unresolved(keys)],
	)
	answer := object.get({i: each | some i, each in unknowns}, 0, true)
}

restricts(conditions) if {
	some operator, keys in conditions
	positive(operator)
	some key, values in keys
	is_restricting(key)
	count([value | some value in as_list(values); not narrow(operator, value)]) == 0
}

restrictions(conditions) := [{"operator": operator, "value": value} |
	some operator, keys in conditions
	positive(operator)
	some key, values in keys
	is_restricting(key)
	some value in as_list(values)
]

narrow(_, value) if {
	is_string(value)
	not regex.match(`^[*?]+$`, value)
	not lib.cidr_is_world(value)
}

# Of an unknown value an exact comparison still restricts to something, and so does the attribute of a resource.
narrow(operator, value) if {
	lib.unresolved(value)
	base(operator) in {"stringequals", "stringequalsignorecase"}
}

narrow(_, value) if is_closed(value)

# Not known, but certainly not everyone.
is_closed(value) if settings.is_attribute(value)

is_closed(value) if regex.match(`[A-Za-z]`, settings.fixed_text(value))

positive(operator) if base(operator) in {
	"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress",
}

base(operator) := trim_prefix(lower(operator), "foranyvalue:")

is_restricting(key) if {
	some known in input.parameters.restricting_conditions
	lower(key) == lower(known)
}

is_restricting(key) if startswith(lower(key), "aws:principaltag/")

as_list(values) := values if is_array(values)

as_list(values) := [values] if not is_array(values)

# --- Google Cloud ---------------------------------------------------------------------------------

is_closed_member(each) if settings.is_attribute(each.member)

is_closed_member(each) if regex.match(`^[A-Za-z]+:`, settings.fixed_text(each.member))

is_closed_member(each) if {
	settings.is_computed(each.member)
	regex.match(`(^|\.)member$|\]$`, each.attribute)
}

granting := {
	"google_storage_bucket_iam", "google_artifact_registry_repository_iam", "google_vertex_ai_endpoint_iam",
	"google_cloud_run_service_iam", "google_cloud_run_v2_service_iam",
}

members contains {"resource": r, "attribute": "member", "member": member} if {
	some family in granting
	some r in input.resources[sprintf("%s_member", [family])]
	member := r.attributes.member
}

members contains {"resource": r, "attribute": attribute, "member": member} if {
	some family in granting
	some r in input.resources[sprintf("%s_binding", [family])]
	some attribute, member in listed("members", r.attributes.members)
}

members contains {"resource": r, "attribute": attribute, "member": member} if {
	some r in input.resources["data.google_iam_policy"]
	some i, binding in r.attributes.binding
	some attribute, member in listed(sprintf("binding[%d].members", [i]), binding.members)
}

members contains {"resource": r, "attribute": attribute, "member": binding} if {
	some r in input.resources["data.google_iam_policy"]
	some attribute, binding in listed("binding", r.attributes.binding)
	lib.unresolved(binding)
}

listed(at, values) := {sprintf("%s[%d]", [at, i]): value | some i, value in values} if is_array(values)

listed(at, values) := {at: values} if lib.unresolved(values)

deny contains finding if {
	some each in members
	each.member in {"allUsers", "allAuthenticatedUsers"}
	finding := {
		"resource": each.resource.key,
		"attribute": each.attribute,
		"evidence": each.member,
		"message": sprintf("%s grants its role to %s", [each.resource.address, each.member]),
	}
}

unknown contains finding if {
	some each in members
	lib.unresolved(each.member)
	not is_closed_member(each)
	finding := {
		"resource": each.resource.key,
		"attribute": each.attribute,
		"message": sprintf("%s may be open to everyone: %s", [each.resource.address, lib.cause(each.member)]),
		"cause": lib.cause(each.member),
	}
}
