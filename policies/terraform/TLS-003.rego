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

import data.lib.decisions
import data.lib.releasegate as lib
import data.lib.settings
import data.lib.transport

# --- AWS ------------------------------------------------------------------------------------------
# What is asked of a bucket more than once is worked out once, for functions forget what they gave.

policies[bucket.key] := {policy |
	some policy in lib.linked_to(bucket.key, "configures")
	policy.type == "aws_s3_bucket_policy"
} if some bucket in input.resources.aws_s3_bucket

statements[bucket.key] := {statement |
	some holder in {bucket} | policies[bucket.key]
	some statement in lib.children(holder.key)
	statement.type == "iam_statement"
} if some bucket in input.resources.aws_s3_bucket

# What each statement answers: whether it refuses requests without TLS.
refusals[bucket.key] := [transport.refuses_over_http(statement, bucket_name(bucket), actions) |
	actions := ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]
	some statement in statements[bucket.key]
] if some bucket in input.resources.aws_s3_bucket

bucket_name(bucket) := object.get(bucket.attributes, "bucket", null)

settled contains bucket.key if {
	some bucket in input.resources.aws_s3_bucket
	some answer in refusals[bucket.key]
	decisions.is_yes(answer)
}

# A statement that may be the right one, or a policy that may be this bucket's.
open_question[bucket.key] := {"resource": each.resource, "cause": lib.cause(each.is)} if {
	some bucket in input.resources.aws_s3_bucket
	count(refusals[bucket.key]) > 0
	each := decisions.open(refusals[bucket.key])[0]
}

open_question[bucket.key] := question if {
	count(unplaced) > 0
	some bucket in input.resources.aws_s3_bucket
	count(policies[bucket.key]) == 0
	count(decisions.open(refusals[bucket.key])) == 0
	question := [{"resource": policy, "cause": lib.cause(policy.attributes.bucket)} |
		some policy in unplaced
		split(policy.key, "::")[0] == split(bucket.key, "::")[0]
	][0]
}

# Policies of which nobody knows whose they are.
unplaced := [policy |
	some policy in input.resources.aws_s3_bucket_policy
	count(lib.linked_from(policy.key, "configures")) == 0
]

deny contains finding if {
	some bucket in input.resources.aws_s3_bucket
	not bucket.key in settled
	not open_question[bucket.key]
	count(statements[bucket.key]) == 0
	finding := {
		"resource": bucket.key,
		"message": sprintf("%s has no policy, so it answers requests without TLS", [bucket.address]),
	}
}

deny contains finding if {
	some bucket in input.resources.aws_s3_bucket
	not bucket.key in settled
	not open_question[bucket.key]
	count(statements[bucket.key]) > 0
	finding := {
		"resource": bucket.key,
		"message": sprintf("no statement of the policy of %s refuses requests without TLS", [bucket.address]),
		"related": [{"resource": policy.key, "message": sprintf("its policy %s", [policy.address])} |
			some policy in policies[bucket.key]
		],
	}
}

unknown contains finding if {
	some bucket in input.resources.aws_s3_bucket
	not bucket.key in settled
	question := open_question[bucket.key]
	finding := {
		"resource": bucket.key,
		"message": sprintf("%s may answer requests without TLS: %s", [bucket.address, question.cause]),
		"related": [{"resource": question.resource.key, "message": question.resource.address}],
		"cause": question.cause,
	}
}

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
