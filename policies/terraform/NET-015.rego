# METADATA
# title: Object storage is not public by ACL or IAM binding
# description: >-
#   One public grant on a bucket, object or container publishes it to whoever guesses the name, and names of model
#   buckets are guessed by tools: weights walk away, and training data is a reportable breach. ACLs are easy to
#   overlook, because no policy document shows them. A grant is left alone where a switch above it takes its effect
#   away: `ignore_public_acls` or `BucketOwnerEnforced` of the bucket, `public_access_prevention = "enforced"`,
#   `allow_nested_items_to_be_public = false`.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#   - https://cloud.google.com/storage/docs/public-access-prevention
#   - https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent
# custom:
#   id: NET-015
#   severity: critical
#   applies_to:
#     format: terraform
#     types:
#       - aws_s3_bucket
#       - aws_s3_bucket_acl
#       - aws_s3_object
#       - aws_s3_bucket_object
#       - aws_s3_object_copy
#       - google_storage_bucket_iam_member
#       - google_storage_bucket_iam_binding
#       - google_storage_bucket_access_control
#       - google_storage_default_object_access_control
#       - google_storage_object_access_control
#       - google_storage_bucket_acl
#       - google_storage_default_object_acl
#       - google_storage_object_acl
#       - azurerm_storage_container
#   remediation: >-
#     Remove the grant: `acl = "private"`, no `allUsers` or `allAuthenticatedUsers`, `container_access_type =
#     "private"`. Then block such grants for good with all four flags of `aws_s3_bucket_public_access_block`, with
#     `public_access_prevention = "enforced"` or `allow_nested_items_to_be_public = false`. Serve public files from a
#     CDN.
package releasegate.net_015

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

# --- Grants: what a resource gives, and to whom ---------------------------------------------------

public := {
	"public-read", "public-read-write", "authenticated-read", "publicRead", "publicReadWrite", "authenticatedRead",
	"allUsers", "allAuthenticatedUsers", "READER:allUsers", "READER:allAuthenticatedUsers", "WRITER:allUsers",
	"WRITER:allAuthenticatedUsers", "OWNER:allUsers", "OWNER:allAuthenticatedUsers", "blob", "container",
	"http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
}

attributes := {
	"aws_s3_bucket": ["acl"],
	"aws_s3_bucket_acl": ["acl"],
	"aws_s3_object": ["acl"],
	"aws_s3_bucket_object": ["acl"],
	"aws_s3_object_copy": ["acl"],
	"google_storage_bucket_iam_member": ["member"],
	"google_storage_bucket_iam_binding": ["members"],
	"google_storage_bucket_access_control": ["entity"],
	"google_storage_default_object_access_control": ["entity"],
	"google_storage_object_access_control": ["entity"],
	"google_storage_bucket_acl": ["predefined_acl", "default_acl", "role_entity"],
	"google_storage_default_object_acl": ["role_entity"],
	"google_storage_object_acl": ["predefined_acl", "role_entity"],
	"azurerm_storage_container": ["container_access_type"],
}

grants contains {"resource": r, "attribute": name, "value": value} if {
	some type, names in attributes
	some r in input.resources[type]
	some name in names
	value := r.attributes[name]
	not is_array(value)
}

grants contains {"resource": r, "attribute": sprintf("%s[%d]", [name, i]), "value": value} if {
	some type, names in attributes
	some r in input.resources[type]
	some name in names
	is_array(r.attributes[name])
	some i, value in r.attributes[name]
}

# Grants that are written out one by one.
grants contains {"resource": r, "attribute": settings.path_text(path), "value": value} if {
	some type in ["aws_s3_bucket", "aws_s3_bucket_acl", "aws_s3_object_copy"]
	some r in input.resources[type]
	some block in ["grant", "access_control_policy"]
	walk(object.filter(r.attributes, [block]), [path, value])
	path[count(path) - 1] == "uri"
}

grants contains {"resource": r, "attribute": part.attribute, "value": part.value} if {
	some type in ["aws_s3_bucket", "aws_s3_bucket_acl", "aws_s3_object_copy"]
	some r in input.resources[type]
	some part in settings.unknown_in(r.attributes, `^(grant|access_control_policy)(\[\d+\]|\.grant|\.grantee)*$`)
}

# --- Switches that take the effect away -----------------------------------------------------------

switches(grant) := {switch |
	some bucket in buckets_of(grant.resource)
	some part in {bucket} | lib.linked_to(bucket.key, "configures")
	switch := part_switch(part)
}

buckets_of(r) := {r} if r.type == "aws_s3_bucket"

buckets_of(r) := linked | named if {
	r.type != "aws_s3_bucket"
	linked := {bucket |
		some kind in ["configures", "references"]
		some bucket in lib.linked_from(r.key, kind)
		bucket.type in {"aws_s3_bucket", "google_storage_bucket", "azurerm_storage_account"}
	}
	named := {bucket |
		startswith(r.type, "aws_s3_")
		is_string(r.attributes.bucket)
		some bucket in input.resources.aws_s3_bucket
		bucket.attributes.bucket == r.attributes.bucket
	}
}

part_switch(part) := part.attributes.ignore_public_acls if part.type == "aws_s3_bucket_public_access_block"

part_switch(part) := true if {
	part.type == "aws_s3_bucket_ownership_controls"
	part.attributes.rule[_].object_ownership == "BucketOwnerEnforced"
}

part_switch(part) := true if {
	part.type == "google_storage_bucket"
	part.attributes.public_access_prevention == "enforced"
}

part_switch(part) := part.attributes.public_access_prevention if {
	part.type == "google_storage_bucket"
	lib.unresolved(part.attributes.public_access_prevention)
}

part_switch(part) := settings.is_false(part.attributes.allow_nested_items_to_be_public) if {
	part.type == "azurerm_storage_account"
}

part_switch(part) := part.attributes.allow_nested_items_to_be_public if {
	part.type == "azurerm_storage_account"
	lib.unresolved(part.attributes.allow_nested_items_to_be_public)
}

overruled(grant) if {
	some switch in switches(grant)
	settings.is_true(switch)
}

# --- Verdict --------------------------------------------------------------------------------------

deny contains finding if {
	some grant in grants
	grant.value in public
	not overruled(grant)
	count([switch | some switch in switches(grant); lib.unresolved(switch)]) == 0
	finding := {
		"resource": grant.resource.key,
		"attribute": grant.attribute,
		"evidence": grant.value,
		"message": sprintf("%s is open to the public: %s is %s", [grant.resource.address, written(grant), grant.value]),
	}
}

written(grant) := regex.replace(grant.attribute, `\[\d+\]`, "")

unknown contains finding if {
	some grant in grants
	not overruled(grant)
	doubt := doubts(grant)[0]
	finding := {
		"resource": grant.resource.key,
		"attribute": grant.attribute,
		"message": sprintf("%s may be open to the public: %s", [grant.resource.address, lib.cause(doubt)]),
		"cause": lib.cause(doubt),
	}
}

doubts(grant) := [switch | some switch in switches(grant); lib.unresolved(switch)] if grant.value in public

doubts(grant) := [grant.value] if {
	lib.unresolved(grant.value)
	not is_closed(grant)
}

# Not known, but certainly not everyone: an account's address, or a text that begins with `serviceAccount:`.
is_closed(grant) if settings.is_attribute(grant.value)

is_closed(grant) if regex.match(`^[A-Za-z]+[:-]`, settings.fixed_text(grant.value))

is_closed(grant) if {
	settings.is_computed(grant.value)
	not written(grant) in {"members", "role_entity"}
}

is_closed(grant) if {
	settings.is_computed(grant.value)
	endswith(grant.attribute, "]")
}
