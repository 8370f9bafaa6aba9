# Where the stores, databases, models and their callers of a release are, in Terraform: each statement of it is
# {"resource", "attribute", "value", "place"}, without `place` where the value is not known.
package lib.locations

import rego.v1

import data.lib.decisions
import data.lib.reading
import data.lib.regions
import data.lib.releasegate as lib

# Every type that says where it is, or is where its provider says.
types := array.concat(aws_types, array.concat(
	[google_type | some google_type, _ in google_types],
	array.concat(azure_types, ["azurerm_cognitive_deployment", "terraform_provider"]),
))

# --- Where things are ---------------------------------------------------------------------------

aws_types := [
	"aws_bedrock_custom_model", "aws_bedrock_guardrail", "aws_bedrock_inference_profile", "aws_bedrockagent_agent",
	"aws_bedrockagent_knowledge_base", "aws_cloudwatch_log_group", "aws_db_instance", "aws_docdb_cluster",
	"aws_dynamodb_table", "aws_ecs_service", "aws_efs_file_system", "aws_eks_cluster",
	"aws_elasticache_replication_group", "aws_instance", "aws_kendra_index", "aws_lambda_function",
	"aws_neptune_cluster", "aws_opensearch_domain", "aws_opensearchserverless_collection", "aws_rds_cluster",
	"aws_redshift_cluster", "aws_s3_bucket", "aws_sagemaker_domain", "aws_sagemaker_endpoint",
	"aws_sagemaker_endpoint_configuration", "aws_sagemaker_feature_group", "aws_sagemaker_model",
	"aws_sagemaker_notebook_instance",
]

# The attributes that say it, and what holds where none of them is written ("" for the provider's region).
google_types := {
	"google_alloydb_cluster": [["location"], ""],
	"google_bigquery_dataset": [["location"], "US"],
	"google_cloud_run_v2_service": [["location"], ""],
	"google_compute_instance": [["zone"], ""],
	"google_container_cluster": [["location"], ""],
	"google_discovery_engine_data_store": [["location"], ""],
	"google_filestore_instance": [["location", "zone"], ""],
	"google_firestore_database": [["location_id"], ""],
	"google_redis_instance": [["region"], ""],
	"google_sql_database_instance": [["region"], ""],
	"google_storage_bucket": [["location"], "US"],
	"google_vertex_ai_dataset": [["region"], ""],
	"google_vertex_ai_endpoint": [["location"], ""],
	"google_vertex_ai_endpoint_with_model_garden_deployment": [["location"], ""],
	"google_vertex_ai_feature_online_store": [["region"], ""],
	"google_vertex_ai_index": [["region"], ""],
	"google_vertex_ai_index_endpoint": [["region"], ""],
	"google_workbench_instance": [["location"], ""],
}

azure_types := [
	"azurerm_ai_foundry", "azurerm_cognitive_account", "azurerm_cosmosdb_account", "azurerm_kubernetes_cluster",
	"azurerm_log_analytics_workspace", "azurerm_machine_learning_workspace", "azurerm_mssql_server",
	"azurerm_mysql_flexible_server", "azurerm_postgresql_flexible_server", "azurerm_redis_cache",
	"azurerm_search_service", "azurerm_storage_account",
]

placed_at(region) := object.union({"region": region}, {"countries": found | found := regions.countries(region)}) if {
	not lower(region) == "global"
}

placed_at(region) := {"countries": regions.anywhere} if lower(region) == "global"

places contains stated(r, "region", r.attributes.region) if {
	some type in aws_types
	some r in input.resources[type]
	r.attributes.region
}

places contains stated(r, attribute, value) if {
	some type, [attributes, _] in google_types
	some r in input.resources[type]
	attribute := [each | some each in attributes; each in object.keys(r.attributes)][0]
	value := r.attributes[attribute]
	not has_placement(r)
}

places contains stated(r, attributes[0], otherwise) if {
	some type, [attributes, otherwise] in google_types
	otherwise != ""
	some r in input.resources[type]
	count({each | some each in attributes} & object.keys(r.attributes)) == 0
}

# A bucket in two regions names them.
has_placement(r) if count(decisions.reached(r.attributes, ["custom_placement_config"])) > 0

places contains stated(r, each.attribute, location) if {
	some r in input.resources.google_storage_bucket
	some each in lists(r, ["custom_placement_config", "data_locations"])
	some location in reading.items(each.value)
}

lists(r, names) := [{"attribute": concat(".", names), "value": value} |
	walk(r.attributes, [path, value])
	[step | some step in path; is_string(step)] == names
	is_array(value)
]

places contains stated(r, "location", r.attributes.location) if {
	some type in azure_types
	some r in input.resources[type]
	r.attributes.location
}

places contains stated(r, each.attribute, each.value) if {
	some r in input.resources.azurerm_cosmosdb_account
	some each in decisions.reached(r.attributes, ["geo_location", "location"])
}

places contains stated(r, each.attribute, each.value) if {
	some r in input.resources.aws_dynamodb_table
	some each in decisions.reached(r.attributes, ["replica", "region_name"])
}

stated(r, attribute, value) := {"resource": r, "attribute": attribute, "value": value} if lib.unresolved(value)

stated(r, attribute, value) := {
	"resource": r,
	"attribute": attribute,
	"value": value,
	"place": placed_at(value),
} if {
	is_string(value)
}

# --- Providers ----------------------------------------------------------------------------------

root(r) := split(r.key, "::")[0]

provider_name(r) := object.get(r.attributes, "provider", split(r.type, "_")[0])

# Those that say where something is that does not say it itself, by the provider's key.
users[key] contains r.key if {
	some r in without_place
	key := sprintf("%s::provider.%s", [root(r), provider_name(r)])
}

without_place contains r if {
	some type in aws_types
	some r in input.resources[type]
	not "region" in object.keys(r.attributes)
}

without_place contains r if {
	some type, [attributes, otherwise] in google_types
	otherwise == ""
	some r in input.resources[type]
	count({each | some each in attributes} & object.keys(r.attributes)) == 0
}

providers contains r if {
	some r in input.resources.terraform_provider
	users[r.key]
}

places contains stated(r, attribute, r.attributes[attribute]) if {
	some r in providers
	attribute := [each | some each in ["region", "zone"]; each in object.keys(r.attributes)][0]
}

# An alias that no resource names may be what a module was given.
may_be_passed contains stated(r, "region", r.attributes.region) if {
	some r in input.resources.terraform_provider
	r.attributes.alias
	r.attributes.region
	not users[r.key]
	not [root(r), trim_prefix(r.address, "provider.")] in named
	some other in without_place
	root(other) == root(r)
	startswith(other.address, "module.")
	not other.attributes.provider
}

named contains [root(r), r.attributes.provider] if {
	r := input.resources[_][_]
	r.attributes.provider
}

# Nothing written says it.
unplaced contains {"resource": r, "cause": "the provider takes its region from the environment"} if {
	some r in providers
	count({"region", "zone"} & object.keys(r.attributes)) == 0
}

# --- Where prompts go ---------------------------------------------------------------------------

# Bedrock: what is called through a profile is answered in any region of its area.
profile_areas := {
	"apac": {"AU", "IN", "JP", "KR", "SG"},
	"au": {"AU"},
	"eu": regions.european_union,
	"global": regions.anywhere,
	"jp": {"JP"},
	"us": {"US"},
	"us-gov": {"US"},
}

profile_places := {
	"aws_bedrock_guardrail": ["cross_region_config", "guardrail_profile_identifier"],
	"aws_bedrock_inference_profile": ["model_source", "copy_from"],
	"aws_bedrockagent_agent": ["foundation_model"],
}

places contains item if {
	some type, names in profile_places
	some r in input.resources[type]
	some each in decisions.reached(r.attributes, names)
	area := area_of(each.value)
	item := {
		"resource": r,
		"attribute": known_part(each),
		"value": sprintf("%s. (a cross-region profile)", [area]),
		"place": {"countries": profile_areas[area]},
	}
}

places contains {"resource": r, "attribute": each.attribute, "value": each.value} if {
	some type, names in profile_places
	some r in input.resources[type]
	some each in decisions.reached(r.attributes, names)
	lib.unresolved(each.value)
	not area_of(each.value)
	not names_model(each.value)
}

# What says the area is known, though the whole attribute may not be.
known_part(each) := each.attribute if is_string(each.value)

known_part(each) := regex.replace(each.attribute, `\.?[^.]+$`, "") if lib.unresolved(each.value)

# The text, or what is fixed of it: accounts and regions are often filled in.
text_of(value) := value if is_string(value)

text_of(value) := value["$unresolved"] if lib.unresolved(value)

area_of(value) := found[0][1] if {
	found := regex.find_all_string_submatch_n(
		`(?:^|inference-profile/|guardrail-profile/)(us-gov|us|eu|apac|au|jp|global)\.`,
		trim(text_of(value), `"`), 1,
	)
	count(found) > 0
}

# A model itself is answered where it is called.
names_model(value) if contains(text_of(value), "foundation-model/")

# Azure: Global deployments are answered anywhere, DataZone deployments anywhere in the EU or the US.
deployments contains {"resource": r, "attribute": each.attribute, "value": each.value} if {
	some r in input.resources.azurerm_cognitive_deployment
	some names in [["sku", "name"], ["scale", "type"]]
	some each in decisions.reached(r.attributes, names)
}

places contains object.union(each, {"place": {"countries": regions.anywhere}}) if {
	some each in deployments
	is_string(each.value)
	startswith(lower(each.value), "global")
}

places contains object.union(each, zone_of(each)) if {
	some each in deployments
	is_string(each.value)
	startswith(lower(each.value), "datazone")
}

places contains each if {
	some each in deployments
	lib.unresolved(each.value)
}

accounts(r) := {account |
	some account in lib.linked_from(r.key, "references")
	account.type == "azurerm_cognitive_account"
}

zone_of(each) := {"place": {"countries": zone}} if {
	some account in accounts(each.resource)
	zone := zone_around(regions.countries(reading.text(account.attributes.location)))
}

zone_of(each) := {"value": regions.open_because(each.value, reason)} if {
	zones := [zone |
		some account in accounts(each.resource)
		zone := zone_around(regions.countries(reading.text(account.attributes.location)))
	]
	count(zones) == 0
	reason := "the region of its account, and with it the data zone, is not known"
}

zone_around(countries) := regions.european_union if count(countries - regions.european_union) == 0

zone_around(countries) := {"US"} if countries == {"US"}
