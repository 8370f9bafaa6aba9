# METADATA
# title: Model and data buckets refuse requests without TLS
# description: >-
#   S3 answers plain HTTP as well as HTTPS. Unless the bucket's policy refuses it, a client with a wrong endpoint
#   sends training data, weights and its signed request in the clear, and whoever sits on the way can read the data or
#   swap the model. Azure refuses HTTP unless told otherwise; Google Cloud Storage takes credentials over HTTPS only.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
#   - https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-ssl-requests-only.html
#   - https://learn.microsoft.com/azure/storage/common/storage-require-secure-transfer
# custom:
#   id: TLS-003
#   severity: high
#   applies_to:
#     format: terraform
#     types: [aws_s3_bucket, azurerm_storage_account]
#   remediation: >-
#     Add a statement to the bucket's policy that denies `s3:*` to principal `*` on the bucket and its objects (`arn`
#     and `arn/*`) when `aws:SecureTransport` is "false". On Azure set `https_traffic_only_enabled = true`.
package releasegate.tls_003

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

# --- AWS ------------------------------------------------------------------------------------------

policies(bucket) := {policy |
	some policy in lib.linked_to(bucket.key, "configures")
	policy.type == "aws_s3_bucket_policy"
}

statements(bucket) := {statement |
	some holder in {bucket} | policies(bucket)
	some statement in lib.children(holder.key)
	statement.type == "iam_statement"
}

deny contains finding if {
	some bucket in input.resources.aws_s3_bucket
	not settled(bucket)
	not open_question(bucket)
	count(statements(bucket)) == 0
	finding := {
		"resource": bucket.key,
		"message": sprintf("%s has no policy, so it answers requests without TLS", [bucket.address]),
	}
}

deny contains finding if {
	some bucket in input.resources.aws_s3_bucket
	not settled(bucket)
	not open_question(bucket)
	count(statements(bucket)) > 0
	finding := {
		"resource": bucket.key,
		"message": sprintf("no statement of the policy of %s refuses requests without TLS", [bucket.address]),
		"related": [{"resource": policy.key, "message": sprintf("its policy %s", [policy.address])} |
			some policy in policies(bucket)
		],
	}
}

unknown contains finding if {
	some bucket in input.resources.aws_s3_bucket
	not settled(bucket)
	question := open_question(bucket)
	finding := {
		"resource": bucket.key,
		"message": sprintf("%s may answer requests without TLS: %s", [bucket.address, question.cause]),
		"related": [{"resource": question.resource.key, "message": question.resource.address}],
		"cause": question.cause,
	}
}

settled(bucket) if {
	some statement in statements(bucket)
	every part in parts(statement) {
		part == true
	}
}

# A statement that may be the right one, or a policy that may be this bucket's.
open_question(bucket) := [question |
	some statement in statements(bucket)
	every part in parts(statement) {
		part != false
	}
	some part in parts(statement)
	question := {"resource": statement, "cause": lib.cause(part)}
][0]

open_question(bucket) := [question |
	some policy in input.resources.aws_s3_bucket_policy
	split(policy.key, "::")[0] == split(bucket.key, "::")[0]
	count(lib.linked_from(policy.key, "configures")) == 0
	question := {"resource": policy, "cause": lib.cause(policy.attributes.bucket)}
][0] if {
	count(policies(bucket)) == 0
	not may_settle(bucket)
}

may_settle(bucket) if {
	some statement in statements(bucket)
	every part in parts(statement) {
		part != false
	}
}

# What the statement has to be, each part true, false, or the value that is not known.
parts(statement) := [
	denies(object.get(statement.attributes, "effect", "Allow")),
	everyone(statement.attributes.principals),
	covers_actions(statement.attributes.actions),
	covers_objects(statement.attributes.resources),
	without_tls(conditions(statement)),
]

# Of a document that is not known the conditions are not known either.
conditions(statement) := statement.attributes.effect if endswith(statement.address, "/statement[?]")

conditions(statement) := object.get(statement.attributes, "conditions", {}) if {
	not endswith(statement.address, "/statement[?]")
}

denies(value) := value if lib.unresolved(value)

denies(value) := value == "Deny" if not lib.unresolved(value)

everyone(value) := value if lib.unresolved(value)

everyone(value) := true if {
	is_array(value)
	"*" in value
}

everyone(value) := first_or([each | some each in value; lib.unresolved(each)], false) if {
	is_array(value)
	not "*" in value
}

covers_actions(value) := value if lib.unresolved(value)

covers_actions(value) := true if covers_all(value)

covers_actions(value) := first_or([each | some each in value; lib.unresolved(each)], false) if {
	is_array(value)
	not covers_all(value)
}

covers_all(patterns) if {
	is_array(patterns)
	every action in ["s3:GetObject", "s3:PutObject", "s3:ListBucket"] {
		some pattern in patterns
		lib.action_matches(pattern, action)
	}
}

# A document may name the bucket by an attribute that is not known; what comes after it is written:
# `"${aws_s3_bucket.x.arn}/*"`.
covers_objects(value) := true if {
	lib.unresolved(value)
	names_objects(text_of(value))
}

covers_objects(value) := true if {
	is_array(value)
	some each in value
	names_objects(text_of(each))
}

covers_objects(value) := value if {
	lib.unresolved(value)
	not names_objects(text_of(value))
}

covers_objects(value) := first_or([each | some each in value; may_name_objects(each)], false) if {
	is_array(value)
	count([each | some each in value; names_objects(text_of(each))]) == 0
}

text_of(value) := value if is_string(value)

text_of(value) := value["$unresolved"]

names_objects(text) if regex.match(`\*[})\]" ]*$`, text)

# The ARN of the bucket alone says nothing about its objects.
may_name_objects(value) if {
	lib.unresolved(value)
	not regex.match(`\.(arn|id)(\}?"?)$`, value["$unresolved"])
}

without_tls(conditions) := conditions if lib.unresolved(conditions)

without_tls(conditions) := [keys | some keys in conditions; lib.unresolved(keys)][0] if {
	not lib.unresolved(conditions)
}

without_tls(conditions) := answer if {
	not lib.unresolved(conditions)
	count([keys | some keys in conditions; lib.unresolved(keys)]) == 0
	found := [value |
		some operator, keys in conditions
		lower(operator) in {"bool", "boolifexists"}
		some key, value in keys
		lower(key) == "aws:securetransport"
	]
	others := [key |
		some keys in conditions
		some key, _ in keys
		not lower(key) in {"aws:securetransport", "aws:principalisawsservice"}
	]
	answer := is_refused(found, others)
}

is_refused(found, others) := false if count(found) + count(others) != 1

is_refused([value], []) := value if lib.unresolved(value)

is_refused([value], []) := value in {false, "false"} if {
	not lib.unresolved(value)
	not is_array(value)
}

is_refused([value], []) := value in [["false"], [false]] if {
	is_array(value)
	count([each | some each in value; lib.unresolved(each)]) == 0
}

is_refused([value], []) := unknowns[0] if {
	is_array(value)
	unknowns := [each | some each in value; lib.unresolved(each)]
	count(unknowns) > 0
}

is_refused([], [_]) := false

first_or(list, otherwise) := list[0] if count(list) > 0

first_or(list, otherwise) := otherwise if count(list) == 0

# --- Azure ----------------------------------------------------------------------------------------

deny contains finding if {
	some account in input.resources.azurerm_storage_account
	some switch in ["https_traffic_only_enabled", "enable_https_traffic_only"]
	switch in object.keys(account.attributes)
	not settings.is_true(account.attributes[switch])
	finding := {
		"resource": account.key,
		"attribute": switch,
		"message": sprintf("%s answers requests without TLS: %s", [
			account.address,
			settings.said(account.attributes, switch),
		]),
	}
}
