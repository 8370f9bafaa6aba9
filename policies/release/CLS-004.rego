# METADATA
# title: The declared retention is implemented
# description: >-
#   A manifest that says "one year" deletes nothing. Data of people go away on time where the store has a rule for it:
#   a lifecycle rule that deletes what is older, and in a versioned bucket the earlier versions as well, for deleting
#   there only hides. Judged are the stores of the data sets that the manifests name, those that captured requests and
#   prompts are written to, and buckets that are called after training data or prompts. Stores of weights are not: a
#   released model has to be kept. Other logs are LOG-004's.
# related_resources:
#   - https://eur-lex.europa.eu/eli/reg/2016/679/oj
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
#   - https://docs.cloud.google.com/storage/docs/lifecycle
#   - https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-overview
# custom:
#   id: CLS-004
#   severity: medium
#   when:
#     data: [personal, special, phi]
#   applies_to:
#     types: [model, aws_s3_bucket, google_storage_bucket, azurerm_storage_account, aws_cloudwatch_log_group]
#   parameters:
#     # Words in the name of a store of training data or prompts.
#     store_words:
#       - training
#       - trainset
#       - dataset
#       - datasets
#       - prompt
#       - prompts
#       - capture
#       - captures
#       - datacapture
#       - transcripts
#       - conversations
#   remediation: >-
#     S3: an aws_s3_bucket_lifecycle_configuration with an enabled rule, `expiration { days }` of at most
#     `data.retention_days`, and `noncurrent_version_expiration` where the bucket is versioned. Google Cloud: a
#     `lifecycle_rule` with action Delete and `age`. Azure: an azurerm_storage_management_policy that deletes blobs.
#     CloudWatch: `retention_in_days`. And write `data.retention_days` into model-release.yaml.
package releasegate.cls_004

import rego.v1

import data.lib.data_classes
import data.lib.decisions
import data.lib.manifests
import data.lib.models
import data.lib.references
import data.lib.releasegate as lib
import data.lib.retention
import data.lib.settings
import data.lib.stores

# --- What is declared ---------------------------------------------------------------------------

personal contains model if {
	some model in manifests.releases
	data_classes.is_personal(model)
}

days_of(model) := min({declared.value |
	some declared in models.declared(model, ["data", "retention_days"])
	is_number(declared.value)
})

declaring contains model if {
	some model in personal
	days_of(model) >= 0
}

skip contains key if some key in manifests.others

skip contains model.key if {
	some model in manifests.releases
	not model in personal
}

deny contains finding if {
	some model in personal
	not model in declaring
	finding := {
		"resource": model.key,
		"attribute": "data.retention_days",
		"evidence": "missing",
		"message": sprintf("%s does not say for how many days the data of people are kept", [model.address]),
	}
}

# --- Which stores hold such data ----------------------------------------------------------------

all_stores contains store if {
	some type in ["aws_s3_bucket", "google_storage_bucket", "azurerm_storage_account"]
	some store in input.resources[type]
}

named[name] contains store if {
	some store in all_stores
	name := called_as(store.type, stores.called(store))
}

called_as(type, name) := sprintf("%s %v", [type, name])

# Each {"store", "path", "model"}: the model whose data it is, null where that is not seen.
uses contains {"store": store, "path": place.path, "model": model} if {
	some model in declaring
	some use in data_classes.datasets(model)
	some place in places_of(use.dataset.uri)
	some store in named[called_as(place.type, place.name)]
}

uses contains {"store": store, "path": "", "model": null} if {
	some store in all_stores
	is_used_for_requests(store)
}

uses contains {"store": store, "path": "", "model": null} if {
	some store in all_stores
	name := stores.called(store)
	is_string(name)
	some word in regex.split(`[-_.]`, lower(name))
	word in {lower(each) | some each in input.parameters.store_words}
}

# Of a data set: the store's type and name, and the path in it.
places_of(uri) := [{"type": kind, "name": parts[0], "path": concat("/", array.slice(parts, 1, count(parts)))} |
	some scheme, kind in {"s3://": "aws_s3_bucket", "gs://": "google_storage_bucket"}
	base := references.place(uri).base
	startswith(base, scheme)
	parts := split(trim_prefix(base, scheme), "/")
] if {
	is_string(uri)
	not startswith(uri, "https://")
	not startswith(uri, "abfs")
}

places_of(uri) := [{"type": "azurerm_storage_account", "name": found[0][1], "path": trim_left(found[0][2], "/")} |
	found := regex.find_all_string_submatch_n(`^https://([a-z0-9]+)\.(?:blob|dfs)\.core\.windows\.net(/.*)?$`, uri, 1)
	count(found) > 0
] if {
	is_string(uri)
	startswith(uri, "https://")
}

places_of(uri) := [{"type": "azurerm_storage_account", "name": found[0][2], "path": path} |
	found := regex.find_all_string_submatch_n(`^abfss?://([^@]+)@([a-z0-9]+)\.dfs\.core\.windows\.net/?(.*)$`, uri, 1)
	count(found) > 0
	path := sprintf("%s/%s", [found[0][1], found[0][3]])
] if {
	is_string(uri)
	startswith(uri, "abfs")
}

is_used_for_requests(store) if {
	some r in lib.linked_to(store.key, "stores_in")
	r.type == "aws_sagemaker_endpoint_configuration"
}

is_used_for_requests(store) if {
	some r in input.resources.aws_bedrock_model_invocation_logging_configuration
	some names in [["s3_config"], ["cloudwatch_config", "large_data_delivery_s3_config"]]
	some each in decisions.reached(r.attributes, array.concat(array.concat(["logging_config"], names), ["bucket_name"]))
	each.value == stores.called(store)
}

# Log groups that prompts are written to.
groups contains group if {
	some group in input.resources.aws_cloudwatch_log_group
	some r in input.resources.aws_bedrock_model_invocation_logging_configuration
	some each in decisions.reached(r.attributes, ["logging_config", "cloudwatch_config", "log_group_name"])
	is_group(r, each.value, group)
}

is_group(_, name, group) if name == group.attributes.name

is_group(r, name, group) if {
	lib.unresolved(name)
	some other in lib.linked_from(r.key, "references")
	other.key == group.key
}

skip contains store.key if {
	some store in all_stores
	not store in judged
}

skip contains group.key if {
	some group in input.resources.aws_cloudwatch_log_group
	not group in groups
}

# Where nothing is declared there is nothing to hold a store against.
skip contains r.key if {
	count(declaring) == 0
	some type in ["aws_s3_bucket", "google_storage_bucket", "azurerm_storage_account", "aws_cloudwatch_log_group"]
	some r in input.resources[type]
}

# --- How long they may keep it ------------------------------------------------------------------

longest := max({days_of(model) | some model in declaring})

# The shortest of the models whose data are there, else the longest of the release.
limit(store) := min({days_of(use.model) | some use in named_in[store.key]}) if named_in[store.key]

limit(store) := longest if not named_in[store.key]

named_in[use.store.key] contains use if {
	some use in uses
	use.model != null
}

sources(store) := {use.model | some use in named_in[store.key]} if named_in[store.key]

sources(store) := declaring if not named_in[store.key]

# By the paths of its data sets, where these are known.
paths(store) := {use.path | some use in named_in[store.key]} if named_in[store.key]

paths(store) := {""} if not named_in[store.key]

# --- Findings -----------------------------------------------------------------------------------

judged := {use.store | some use in uses}

# By the store's key; each is asked for several times.
answers_of[store.key] := decisions.all_of(parts) if {
	some store in judged
	parts := [retention.deletes(store, path, limit(store)) | some path in paths(store)]
}

answers(store) := answers_of[store.key]

deny contains finding if {
	some store in judged
	decisions.is_no(answers(store))
	finding := object.union(placed(store), {
		"evidence": "days",
		"message": sprintf("%s keeps data of people for longer than the declared %v days", [store.address, limit(store)]),
	})
}

unknown contains finding if {
	some store in judged
	decisions.is_open(answers(store))
	cause := lib.cause(answers(store).is)
	finding := object.union(placed(store), {
		"evidence": "days",
		"message": sprintf("%s: whether its data are deleted after %v days is not known: %s", [
			store.address, limit(store), cause,
		]),
		"cause": cause,
	})
}

deny contains finding if {
	some store in judged
	decisions.is_yes(answers(store))
	decisions.is_no(versions(store))
	finding := object.union(placed(store), {
		"evidence": "versions",
		"message": sprintf("%s deletes on time, but keeps earlier versions for longer than the declared %v days", [
			store.address, limit(store),
		]),
	})
}

versions(store) := decisions.all_of([retention.deletes_versions(store, path, limit(store)) | some path in paths(store)])

unknown contains finding if {
	some store in judged
	decisions.is_yes(answers(store))
	decisions.is_open(versions(store))
	cause := lib.cause(versions(store).is)
	finding := object.union(placed(store), {
		"evidence": "versions",
		"message": sprintf("%s deletes on time, but whether its earlier versions go after %v days is not known: %s", [
			store.address, limit(store), cause,
		]),
		"cause": cause,
	})
}

declarations(store) := [each |
	some model in sources(store)
	some declared in models.declared(model, ["data", "retention_days"])
	each := {"resource": declared.manifest.key, "attribute": "data.retention_days", "message": "declares it"}
]

# The store, at its own rule where that decided; beside it the sidecar that decided, and what is declared.
placed(store) := {"resource": store.key, "attribute": found.attribute, "related": declarations(store)} if {
	found := answers(store)
	found.resource.key == store.key
}

placed(store) := {"resource": store.key, "related": array.concat(declarations(store), [rule])} if {
	found := answers(store)
	found.resource.key != store.key
	rule := {"resource": found.resource.key, "attribute": found.attribute, "message": "its rule"}
}

# --- Log groups ---------------------------------------------------------------------------------

kept(group) := object.get(group.attributes, "retention_in_days", 0)

# `0` stands for ever.
is_too_long(days) if settings.number(days) > longest

is_too_long(days) if settings.number(days) == 0

deny contains finding if {
	some group in groups
	is_too_long(kept(group))
	finding := {
		"resource": group.key,
		"attribute": "retention_in_days",
		"message": sprintf("%s keeps prompts for longer than the declared %v days", [group.address, longest]),
		"related": [{"resource": model.key, "attribute": "data.retention_days", "message": "declares it"} |
			some model in declaring
		],
	}
}

unknown contains finding if {
	some group in groups
	cause := lib.cause(kept(group))
	finding := {
		"resource": group.key,
		"attribute": "retention_in_days",
		"message": sprintf("%s may keep prompts for too long: %s", [group.address, cause]),
		"cause": cause,
	}
}
