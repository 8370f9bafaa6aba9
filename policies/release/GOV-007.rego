# METADATA
# title: AI resources are inventoried by tags and labels
# description: >-
#   Nobody can protect, review or switch off what nobody knows of. Tags and labels are the inventory that every
#   console, bill and alarm shows: whose it is, which model it runs, what data it works with, where, and in which risk
#   class. What serves one model names that model; platforms that many models share say whose they are and what data
#   they hold. Keys may be spelled in any way (model-id, ModelId, acme.example/model_id), and the provider's
#   default_tags count.
# related_resources:
#   - https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html
#   - https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
#   - https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/resource-tagging
# custom:
#   id: GOV-007
#   severity: medium
#   applies_to:
#     types:
#       - InferenceService
#       - LLMInferenceService
#       - KnativeService
#       - Deployment
#       - StatefulSet
#       - DaemonSet
#       - Rollout
#       - RayService
#       - SeldonDeployment
#       - aws_sagemaker_endpoint
#       - aws_sagemaker_model
#       - aws_sagemaker_model_package_group
#       - aws_bedrock_custom_model
#       - aws_bedrock_provisioned_model_throughput
#       - aws_bedrock_inference_profile
#       - aws_bedrockagent_agent
#       - google_vertex_ai_endpoint
#       - aws_sagemaker_domain
#       - aws_sagemaker_notebook_instance
#       - aws_sagemaker_feature_group
#       - aws_bedrock_guardrail
#       - aws_bedrockagent_knowledge_base
#       - google_vertex_ai_dataset
#       - google_vertex_ai_feature_online_store
#       - google_vertex_ai_index
#       - google_vertex_ai_index_endpoint
#       - google_workbench_instance
#       - azurerm_machine_learning_workspace
#       - azurerm_machine_learning_compute_cluster
#       - azurerm_machine_learning_compute_instance
#       - azurerm_ai_foundry
#       - azurerm_cognitive_account
#       - azurerm_search_service
#   parameters:
#     # Alternatives are written with |.
#     model_keys: [owner|team, model-id|model, data-classification|classification, environment|env, risk-class]
#     shared_keys: [owner|team, data-classification|classification, environment|env]
#   remediation: >-
#     Write the missing keys into `default_tags` of the AWS provider or `default_labels` of Google's, into `tags` of
#     each Azure resource, and into `metadata.labels` of what serves a model in Kubernetes. Other names of the keys
#     are set by the parameters model_keys and shared_keys.
package releasegate.gov_007

import rego.v1

import data.lib.labels
import data.lib.served_objects

objects := [
	"InferenceService", "LLMInferenceService", "KnativeService", "Deployment", "StatefulSet", "DaemonSet", "Rollout",
	"RayService", "SeldonDeployment",
]

of_one_model := [
	"aws_sagemaker_endpoint", "aws_sagemaker_model", "aws_sagemaker_model_package_group", "aws_bedrock_custom_model",
	"aws_bedrock_provisioned_model_throughput", "aws_bedrock_inference_profile", "aws_bedrockagent_agent",
	"google_vertex_ai_endpoint",
]

shared := [
	"aws_sagemaker_domain", "aws_sagemaker_notebook_instance", "aws_sagemaker_feature_group", "aws_bedrock_guardrail",
	"aws_bedrockagent_knowledge_base", "google_vertex_ai_dataset", "google_vertex_ai_feature_online_store",
	"google_vertex_ai_index", "google_vertex_ai_index_endpoint", "google_workbench_instance",
	"azurerm_machine_learning_workspace", "azurerm_machine_learning_compute_cluster",
	"azurerm_machine_learning_compute_instance", "azurerm_ai_foundry", "azurerm_cognitive_account",
	"azurerm_search_service",
]

skip contains r.key if {
	some type in objects
	some r in input.resources[type]
	not served_objects.serves(r)
}

# Each resource with its tags, the attribute that holds them, and the keys that it needs.
tagged contains {"resource": r, "tags": labels_of(r), "attribute": "metadata.labels", "keys": keys} if {
	some type in objects
	some r in input.resources[type]
	served_objects.serves(r)
	keys := input.parameters.model_keys
}

tagged contains {"resource": r, "tags": tags_of(r), "attribute": place(r), "keys": keys} if {
	some list in [
		{"types": of_one_model, "keys": input.parameters.model_keys},
		{"types": shared, "keys": input.parameters.shared_keys},
	]
	some type in list.types
	some r in input.resources[type]
	keys := list.keys
}

# The object's own labels, and those that only its pods have.
labels_of(object) := {key: value |
	some holder in array.concat(
		[labels.of_object(object)],
		[labels.of_pods(workload) | some workload in served_objects.servers(object)],
	)
	some key in object_keys(holder)
	value := first_value(object, key)
}

object_keys(holder) := {key | some key, _ in holder}

first_value(object, key) := [holder[key] |
	some holder in array.concat(
		[labels.of_object(object)],
		[labels.of_pods(workload) | some workload in served_objects.servers(object)],
	)
	holder[key] != ""
][0]

tags_of(r) := labels.tags(r)

tags_of(r) := {} if not labels.attribute(r)

place(r) := labels.attribute(r)

place(r) := "tags" if not labels.attribute(r)

missing(each) := [labels.called(wanted) | some wanted in each.keys; not labels.has(each.tags, wanted)]

# Tags that are not known make an unknown of it.
deny contains finding if {
	some each in tagged
	absent := missing(each)
	count(absent) > 0
	finding := {
		"resource": each.resource.key,
		"attribute": each.attribute,
		"message": sprintf("%s is in no inventory by %s (%s)", [
			each.resource.address, concat(", ", absent), each.attribute,
		]),
	}
}
