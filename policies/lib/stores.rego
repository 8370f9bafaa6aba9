# What object stores have of the safeguards for sensitive data, answered by them and by the sidecars beside them.
package lib.stores

import rego.v1

import data.lib.decisions
import data.lib.releasegate as lib
import data.lib.transport

# The name by which URIs call it. It is known for every store that something is linked to by a URI.
called(store) := store.attributes[{
	"aws_s3_bucket": "bucket",
	"azurerm_storage_account": "name",
	"google_storage_bucket": "name",
}[store.type]]

# Each safeguard with its parts, all of which it takes; every part is the answer that decides it.
safeguards(bucket) := [
	{"name": "encryption with a customer-managed key", "parts": [s3_encryption(bucket)]},
	{"name": "complete block of public access", "parts": [s3_public_access(bucket, switch) | some switch in switches]},
	{"name": "policy that refuses requests without TLS", "parts": [s3_transport(bucket)]},
	{"name": "versioning", "parts": [s3_versioning(bucket)]},
	{"name": "access logging", "parts": [s3_logging(bucket)]},
] if {
	bucket.type == "aws_s3_bucket"
	switches := ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
}

# Google Cloud Storage takes credentials over HTTPS only.
safeguards(bucket) := [
	{"name": "encryption with a customer-managed key", "parts": [google_encryption(bucket)]},
	{"name": "prevention of public access", "parts": [google_public_access(bucket)]},
	{"name": "versioning", "parts": [google_versioning(bucket)]},
	{"name": "access logging", "parts": [google_logging(bucket)]},
] if {
	bucket.type == "google_storage_bucket"
}

safeguards(account) := [
	{"name": "encryption with a customer-managed key", "parts": [azure_encryption(account)]},
	{"name": "ban on public containers", "parts": [azure_public_access(account)]},
	{"name": "ban on requests without TLS", "parts": [azure_transport(account)]},
	{"name": "versioning", "parts": [azure_versioning(account)]},
] if {
	account.type == "azurerm_storage_account"
}

# --- Where answers come from --------------------------------------------------------------------

on := {true, "true"}

# The first yes, else what is not known, else the first no. Sidecars come first, so that they answer for what is off.
first_of(lists) := decisions.any_of([each | some list in lists; some each in list])

nothing(store) := [decisions.answer(store, "", false)]

# What stands beside the store and completes it.
sidecars(store, type) := [r | some r in lib.linked_to(store.key, "configures"); r.type == type]

sidecar_settings(store, type, names, accepted) := [each |
	some r in sidecars(store, type)
	some each in decisions.setting(r, names, accepted, false)
]

# Sidecars that may be this store's: which one they complete is not known.
astray(store, type) := [decisions.answer(r, naming_attribute(type), r.attributes[naming_attribute(type)]) |
	some r in _astray[type]
	root(r) == root(store)
]

# Looked for once for all stores.
_astray[type] contains r if {
	some type in [
		"aws_s3_bucket_logging",
		"aws_s3_bucket_policy",
		"aws_s3_bucket_public_access_block",
		"aws_s3_bucket_server_side_encryption_configuration",
		"aws_s3_bucket_versioning",
		"azurerm_storage_account_customer_managed_key",
	]
	some r in input.resources[type]
	lib.unresolved(r.attributes[naming_attribute(type)])
	count(lib.linked_from(r.key, "configures")) == 0
}

naming_attribute(type) := "bucket" if startswith(type, "aws_")

naming_attribute(type) := "storage_account_id" if startswith(type, "azurerm_")

root(r) := split(r.key, "::")[0]

# Settings of the store itself; it says nothing where they are not written.
own_settings(r, names, accepted) := [decisions.accepts(r, each, accepted) |
	some each in decisions.reached(r.attributes, names)
]

# A block that is there, or of which that is not known: a dynamic block may make none.
block(r, name) := [decisions.answer(r, name, r.attributes[name])] if lib.unresolved(r.attributes[name])

block(r, name) := [decisions.answer(r, name, is_there(each)) | some each in r.attributes[name]] if {
	is_array(r.attributes[name])
}

block(r, name) := [decisions.answer(r, name, true) | count(object.get(r.attributes, name, [])) > 0] if {
	not lib.unresolved(r.attributes[name])
	not is_array(r.attributes[name])
}

is_there(each) := each if lib.unresolved(each)

is_there(each) if not lib.unresolved(each)

# --- Keys ---------------------------------------------------------------------------------------

# Whether the key is the customer's: one that is known only after apply is, when it is a key of this configuration.
# Of a block that may not be there, that says nothing.
customers_key(r, names, types) := [decisions.answer(r, each.attribute, is_customers(r, each, names, types)) |
	some each in decisions.reached(r.attributes, names)
]

is_customers(r, found, names, types) if {
	lib.unresolved(found.value)
	is_key_of_ours(r, found, names, types)
}

is_customers(r, found, names, types) := found.value if {
	lib.unresolved(found.value)
	not is_key_of_ours(r, found, names, types)
}

is_customers(_, found, _, _) := false if is_providers(found.value)

is_customers(_, found, _, _) if {
	not lib.unresolved(found.value)
	not is_providers(found.value)
}

is_key_of_ours(r, found, names, types) if {
	endswith(found.attribute, names[count(names) - 1])
	refers_to(r, types)
}

is_providers(value) if value == ""

is_providers(value) if {
	is_string(value)
	contains(value, "alias/aws/")
}

refers_to(r, types) if {
	some target in lib.linked_from(r.key, "references")
	target.type in types
}

# --- S3 -----------------------------------------------------------------------------------------

s3_encryption(bucket) := first_of([
	[s3_default(r, ["rule"]) | some r in sidecars(bucket, "aws_s3_bucket_server_side_encryption_configuration")],
	astray(bucket, "aws_s3_bucket_server_side_encryption_configuration"),
	[s3_default(bucket, ["server_side_encryption_configuration", "rule"]) |
		bucket.attributes.server_side_encryption_configuration
	],
	nothing(bucket),
])

s3_default(r, rule) := decisions.all_of([algorithm, key]) if {
	path := array.concat(rule, ["apply_server_side_encryption_by_default"])
	algorithms := {"aws:kms", "aws:kms:dsse"}
	algorithm := first_of([decisions.setting(r, array.concat(path, ["sse_algorithm"]), algorithms, false)])
	key := first_of([
		customers_key(r, array.concat(path, ["kms_master_key_id"]), s3_keys),
		[decisions.answer(r, concat(".", path), false)],
	])
}

s3_keys := {"aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key", "aws_kms_alias", "data.aws_kms_key"}

# A switch is on for the bucket when it is on for its account.
s3_public_access(bucket, switch) := first_of([
	sidecar_settings(bucket, "aws_s3_bucket_public_access_block", [switch], on),
	[each |
		some r in object.get(input.resources, "aws_s3_account_public_access_block", [])
		root(r) == root(bucket)
		some each in decisions.setting(r, [switch], on, false)
	],
	astray(bucket, "aws_s3_bucket_public_access_block"),
	nothing(bucket),
])

s3_transport(bucket) := first_of([
	[each |
		some holder in array.concat([bucket], sidecars(bucket, "aws_s3_bucket_policy"))
		some statement in lib.children(holder.key)
		each := transport.refuses_plain_http(statement, called(bucket))
		not decisions.is_no(each)
	],
	astray(bucket, "aws_s3_bucket_policy"),
	[decisions.answer(policy, "policy", false) | some policy in sidecars(bucket, "aws_s3_bucket_policy")],
	[decisions.answer(bucket, "policy", false) | bucket.attributes.policy],
	nothing(bucket),
])

# Object Lock turns versioning on by itself.
s3_versioning(bucket) := first_of([
	sidecar_settings(bucket, "aws_s3_bucket_versioning", ["versioning_configuration", "status"], {"Enabled"}),
	astray(bucket, "aws_s3_bucket_versioning"),
	own_settings(bucket, ["versioning", "enabled"], on),
	own_settings(bucket, ["object_lock_enabled"], on),
	nothing(bucket),
])

# CloudTrail logs what is done with objects where a trail asks for them as data events.
s3_logging(bucket) := first_of([
	[decisions.answer(r, "bucket", true) | some r in sidecars(bucket, "aws_s3_bucket_logging")],
	block(bucket, "logging"),
	[each |
		some trail in object.get(input.resources, "aws_cloudtrail", [])
		some each in array.concat(data_events(trail, bucket), advanced_events(trail, bucket))
	],
	astray(bucket, "aws_s3_bucket_logging"),
	nothing(bucket),
])

data_events(trail, bucket) := [decisions.answer(trail, each.attribute, both(type.value, reaches(each.value, bucket))) |
	some type in decisions.reached(trail.attributes, ["event_selector", "data_resource", "type"])
	is_about_objects_perhaps(type.value)
	some each in decisions.reached(trail.attributes, ["event_selector", "data_resource", "values"])
	startswith(each.attribute, trim_suffix(type.attribute, "type"))
]

is_about_objects_perhaps(type) if type == "AWS::S3::Object"

is_about_objects_perhaps(type) if lib.unresolved(type)

# Whether the events are about objects, and those of the bucket.
both(type, is) := type if {
	lib.unresolved(type)
	is != false
}

both(type, is) := false if {
	lib.unresolved(type)
	is == false
}

both(type, is) := is if not lib.unresolved(type)

advanced_events(trail, bucket) := [decisions.answer(trail, sprintf("advanced_event_selector[%d]", [i]), is) |
	some i, selector in trail.attributes.advanced_event_selector
	some field in selector.field_selector
	field.field == "resources.type"
	"AWS::S3::Object" in field.equals
	is := is_selected(selector, bucket)
]

# Without a selector for the ARN the objects of all buckets are meant.
is_selected(selector, bucket) if count(selected_arns(selector)) == 0

is_selected(selector, bucket) := decisions.any_of([{"is": is} |
	some arn in selected_arns(selector)
	is := reaches(arn, bucket)
]).is if {
	count(selected_arns(selector)) > 0
}

selected_arns(selector) := array.concat(
	[each.value |
		some field in selector.field_selector
		field.field == "resources.ARN"
		some operator in ["equals", "starts_with"]
		some each in decisions.reached(field, [operator])
	],
	[unknown | some field in selector.field_selector; unknown := perhaps_of_arns(field)],
)

# A field of which it is not known whether it is the ARN; a dynamic block's is not known at all.
perhaps_of_arns(field) := field if lib.unresolved(field)

perhaps_of_arns(field) := field.field if lib.unresolved(field.field)

# Whether the beginning of an ARN takes in objects of the bucket: all of them, or some.
reaches(beginning, _) := beginning if lib.unresolved(beginning)

reaches(beginning, bucket) if is_beginning(beginning, bucket)

reaches(beginning, bucket) := false if {
	not lib.unresolved(beginning)
	not is_beginning(beginning, bucket)
}

is_beginning(beginning, bucket) if {
	is_string(beginning)
	startswith(objects_of(bucket), beginning)
}

is_beginning(beginning, bucket) if {
	is_string(beginning)
	startswith(beginning, objects_of(bucket))
}

objects_of(bucket) := sprintf("arn:aws:s3:::%v/", [called(bucket)])

# --- Google Cloud Storage -----------------------------------------------------------------------

google_encryption(bucket) := first_of([
	customers_key(bucket, ["encryption", "default_kms_key_name"], google_keys),
	nothing(bucket),
])

google_keys := {"google_kms_crypto_key", "google_kms_crypto_key_version", "data.google_kms_crypto_key"}

google_public_access(bucket) := first_of([
	decisions.setting(bucket, ["public_access_prevention"], {"enforced"}, false),
])

# A locked retention keeps everything as well.
google_versioning(bucket) := first_of([
	own_settings(bucket, ["versioning", "enabled"], on),
	own_settings(bucket, ["retention_policy", "is_locked"], on),
	nothing(bucket),
])

google_logging(bucket) := first_of([
	block(bucket, "logging"),
	[decisions.answer(r, "service", true) |
		some r in object.get(input.resources, "google_project_iam_audit_config", [])
		r.attributes.service in {"allServices", "storage.googleapis.com"}
		logged := {each.value | some each in decisions.reached(r.attributes, ["audit_log_config", "log_type"])}
		count({"DATA_READ", "DATA_WRITE"} - logged) == 0
	],
	nothing(bucket),
])

# --- Azure Storage ------------------------------------------------------------------------------

azure_encryption(account) := first_of([
	[decisions.answer(r, "storage_account_id", true) |
		some r in sidecars(account, "azurerm_storage_account_customer_managed_key")
	],
	block(account, "customer_managed_key"),
	astray(account, "azurerm_storage_account_customer_managed_key"),
	nothing(account),
])

azure_public_access(account) := first_of([
	own_settings(account, ["allow_nested_items_to_be_public"], {false, "false"}),
	own_settings(account, ["allow_blob_public_access"], {false, "false"}),
	nothing(account),
])

# On unless it is switched off.
azure_transport(account) := decisions.all_of(array.concat(
	array.concat(
		own_settings(account, ["https_traffic_only_enabled"], on),
		own_settings(account, ["enable_https_traffic_only"], on),
	),
	[decisions.answer(account, "https_traffic_only_enabled", true)],
))

# Accounts with a hierarchical namespace have no versions, but keep what is deleted for a while.
azure_versioning(account) := first_of([
	own_settings(account, ["blob_properties", "versioning_enabled"], on),
	[decisions.answer(account, each.attribute, true) |
		some each in decisions.reached(account.attributes, ["blob_properties", "delete_retention_policy"])
		account.attributes.is_hns_enabled in on
	],
	nothing(account),
])
