# METADATA
# title: Data and inference stay in the declared regions
# description: >-
#   The manifest says in which regions the data of people may be. The configuration says where they are: the region of
#   a provider and of each store, database and model; and where prompts go, which is somewhere else when a
#   cross-region inference profile of Bedrock, a guardrail profile, or a Global or DataZone deployment on Azure takes
#   them. `data.residency` may name regions, countries or EU, EEA, Europe; several models allow what any of them
#   allows, except for a store that holds one of them. Which provider a module was passed is not followed.
# related_resources:
#   - https://eur-lex.europa.eu/eli/reg/2016/679/oj
#   - https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html
#   - https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-cross-region.html
#   - https://learn.microsoft.com/azure/ai-foundry/foundry-models/concepts/deployment-types
#   - https://docs.cloud.google.com/storage/docs/locations
# custom:
#   id: CLS-003
#   severity: high
#   when:
#     data: [personal, special, phi]
#   applies_to:
#     types:
#       - model
#       - terraform_provider
#       - aws_bedrock_custom_model
#       - aws_bedrock_guardrail
#       - aws_bedrock_inference_profile
#       - aws_bedrockagent_agent
#       - aws_bedrockagent_knowledge_base
#       - aws_cloudwatch_log_group
#       - aws_db_instance
#       - aws_docdb_cluster
#       - aws_dynamodb_table
#       - aws_ecs_service
#       - aws_efs_file_system
#       - aws_eks_cluster
#       - aws_elasticache_replication_group
#       - aws_instance
#       - aws_kendra_index
#       - aws_lambda_function
#       - aws_neptune_cluster
#       - aws_opensearch_domain
#       - aws_opensearchserverless_collection
#       - aws_rds_cluster
#       - aws_redshift_cluster
#       - aws_s3_bucket
#       - aws_sagemaker_domain
#       - aws_sagemaker_endpoint
#       - aws_sagemaker_endpoint_configuration
#       - aws_sagemaker_feature_group
#       - aws_sagemaker_model
#       - aws_sagemaker_notebook_instance
#       - google_alloydb_cluster
#       - google_bigquery_dataset
#       - google_cloud_run_v2_service
#       - google_compute_instance
#       - google_container_cluster
#       - google_discovery_engine_data_store
#       - google_filestore_instance
#       - google_firestore_database
#       - google_redis_instance
#       - google_sql_database_instance
#       - google_storage_bucket
#       - google_vertex_ai_dataset
#       - google_vertex_ai_endpoint
#       - google_vertex_ai_endpoint_with_model_garden_deployment
#       - google_vertex_ai_feature_online_store
#       - google_vertex_ai_index
#       - google_vertex_ai_index_endpoint
#       - google_workbench_instance
#       - azurerm_ai_foundry
#       - azurerm_cognitive_account
#       - azurerm_cognitive_deployment
#       - azurerm_cosmosdb_account
#       - azurerm_kubernetes_cluster
#       - azurerm_log_analytics_workspace
#       - azurerm_machine_learning_workspace
#       - azurerm_mssql_server
#       - azurerm_mysql_flexible_server
#       - azurerm_postgresql_flexible_server
#       - azurerm_redis_cache
#       - azurerm_search_service
#       - azurerm_storage_account
#   remediation: >-
#     Move the resource to a region of `data.residency`, or, if the place is right, correct the manifest and the
#     record of processing. Bedrock: call the model itself or a profile of your own area (`eu.`). Azure: `sku { name =
#     "Standard" }`, or DataZoneStandard where the whole EU is allowed.
package releasegate.cls_003

import rego.v1

import data.lib.data_classes
import data.lib.locations
import data.lib.manifests
import data.lib.models
import data.lib.reading
import data.lib.regions
import data.lib.releasegate as lib

# --- What is declared ---------------------------------------------------------------------------

personal contains model if {
	some model in manifests.releases
	data_classes.is_personal(model)
}

entries(model) := {entry |
	some declared in models.declared(model, ["data", "residency"])
	some entry in reading.texts(declared.value)
	manifests.said(entry)
}

declaring contains model if {
	some model in personal
	count(entries(model)) > 0
}

allowed_anywhere := {entry | some model in declaring; some entry in entries(model)}

# The models of which something lies in a store, by the store's key.
tenants[store.key] contains model if {
	some model in declaring
	some holder in holders[model.key]
	some store in lib.linked_from(holder, "stores_in")
}

holders[model.key] contains holder.key if {
	some model in declaring
	some holder in models.manifests(model) | models.servers(model)
}

holders[model.key] contains part.key if {
	some model in declaring
	some manifest in models.manifests(model)
	some part in lib.children(manifest.key)
}

allowed_in[key] contains entry if {
	some key, models_there in tenants
	some model in models_there
	some entry in entries(model)
}

allowed_for(r) := allowed_in[r.key]

allowed_for(r) := allowed_anywhere if not tenants[r.key]

# The manifests that are about it, for a finding.
declared_by(r) := tenants[r.key]

declared_by(r) := declaring if not tenants[r.key]

# --- Findings -----------------------------------------------------------------------------------

verdict(each) := regions.is_allowed(each.place, allowed_for(each.resource)) if each.place

verdict(each) := each.value if not each.place

deny contains finding if {
	count(declaring) > 0
	some each in locations.places
	verdict(each) == false
	finding := {
		"resource": each.resource.key,
		"attribute": each.attribute,
		"evidence": sprintf("%v", [each.value]),
		"message": sprintf("%s is in %v; the declared residency is %s", [
			each.resource.address, each.value, concat(", ", sort(allowed_for(each.resource))),
		]),
		"related": residencies(each.resource),
	}
}

unknown contains finding if {
	count(declaring) > 0
	some each in locations.places
	cause := lib.cause(verdict(each))
	finding := open_finding(each.resource, each.attribute, cause)
}

unknown contains finding if {
	count(declaring) > 0
	some each in locations.unplaced
	finding := open_finding(each.resource, "region", each.cause)
}

unknown contains finding if {
	count(declaring) > 0
	some each in locations.may_be_passed
	verdict(each) != true
	cause := "a module of the configuration may be given this provider, which is not followed"
	finding := open_finding(each.resource, each.attribute, cause)
}

open_finding(r, attribute, cause) := {
	"resource": r.key,
	"attribute": attribute,
	"message": sprintf("%s: whether it is within the declared residency is not known: %s", [r.address, cause]),
	"cause": cause,
	"related": residencies(r),
}

residencies(r) := [place |
	some model in declared_by(r)
	some declared in models.declared(model, ["data", "residency"])
	place := {"resource": declared.manifest.key, "attribute": "data.residency", "message": "declares it"}
]

# --- Nothing declared ---------------------------------------------------------------------------

deny contains finding if {
	some model in personal
	not model in declaring
	is_anywhere
	finding := {
		"resource": model.key,
		"attribute": "data.residency",
		"evidence": "missing",
		"message": sprintf("%s does not say in which regions the data of people may be (data.residency)", [model.address]),
	}
}

is_anywhere if count(locations.places) > 0

is_anywhere if count(locations.without_place) > 0

# Resources of a root that configures no provider are where the environment says.
unknown contains finding if {
	some model in declaring
	some r in locations.without_place
	not input_has(sprintf("%s::provider.%s", [locations.root(r), locations.provider_name(r)]))
	cause := sprintf("no provider in %s says the region of %s", [locations.root(r), r.address])
	r.key == min({other.key |
		some other in locations.without_place
		not input_has(sprintf("%s::provider.%s", [locations.root(other), locations.provider_name(other)]))
	})
	finding := {
		"resource": model.key,
		"attribute": "data.residency",
		"evidence": "provider",
		"message": sprintf("%s: whether its data stay within the declared residency is not known: %s", [
			model.address, cause,
		]),
		"cause": cause,
	}
}

input_has(key) if lib.resource(key)

# --- Who is not asked ---------------------------------------------------------------------------

skip contains key if some key in manifests.others

skip contains model.key if {
	some model in manifests.releases
	not is_asked(model)
}

is_asked(model) if {
	model in personal
	is_anywhere
}

# What says no place of its own is judged with its provider.
skip contains r.key if {
	some type in locations.types
	some r in input.resources[type]
	not r.key in speakers
}

skip contains r.key if {
	count(declaring) == 0
	some type in locations.types
	some r in input.resources[type]
}

speakers := {each.resource.key | some each in (locations.places | locations.unplaced) | locations.may_be_passed}
