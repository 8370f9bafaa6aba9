# METADATA
# title: Health data go only to services under a business associate agreement
# description: >-
#   Whoever processes protected health information for a covered entity does so under a business associate agreement.
#   That holds for a managed AI service and for the API of a model provider as for every other contractor. The release
#   manifest references the agreement, and the organisation lists the providers that it has one with. Where the
#   reference does not name the provider and there is no list, nobody can tell from the release.
# related_resources:
#   - https://www.law.cornell.edu/cfr/text/45/164.308
#   - https://www.law.cornell.edu/cfr/text/45/164.314
# custom:
#   id: GOV-006
#   severity: high
#   when:
#     data: [phi]
#   applies_to:
#     types:
#       - model
#       - container
#       - aws_bedrock_custom_model
#       - aws_bedrock_provisioned_model_throughput
#       - aws_bedrockagent_agent
#       - aws_bedrockagent_knowledge_base
#       - aws_bedrockagentcore_agent_runtime
#       - aws_kendra_index
#       - aws_sagemaker_endpoint
#       - azurerm_cognitive_account
#       - azurerm_cognitive_deployment
#       - azurerm_machine_learning_workspace
#       - azurerm_search_service
#       - google_discovery_engine_search_engine
#       - google_vertex_ai_endpoint
#       - google_vertex_ai_endpoint_with_model_garden_deployment
#       - google_vertex_ai_reasoning_engine
#   parameters:
#     covered: []
#     names:
#       aws: [aws, amazon]
#       azure: [azure, microsoft]
#       google: [google, gcp]
#     hosts:
#       "*.aiplatform.googleapis.com": google
#       "*.endpoints.huggingface.cloud": hugging-face
#       "*.openai.azure.com": azure
#       "*.services.ai.azure.com": azure
#       api-inference.huggingface.co: hugging-face
#       api.anthropic.com: anthropic
#       api.cohere.ai: cohere
#       api.cohere.com: cohere
#       api.deepseek.com: deepseek
#       api.fireworks.ai: fireworks
#       api.groq.com: groq
#       api.mistral.ai: mistral
#       api.openai.com: openai
#       api.perplexity.ai: perplexity
#       api.replicate.com: replicate
#       api.together.xyz: together
#       api.x.ai: xai
#       "bedrock-runtime.*.amazonaws.com": aws
#       generativelanguage.googleapis.com: google
#       openrouter.ai: openrouter
#       router.huggingface.co: hugging-face
#   remediation: >-
#     Reference the agreement in `hipaa.baa_ref` of model-release.yaml, and list the providers that you have one with in
#     the parameter `covered` (aws, azure, google, openai …). Without an agreement no health data may reach the service:
#     take it out, or de-identify the data before.
package releasegate.gov_006

import rego.v1

import data.lib.data_classes
import data.lib.manifests
import data.lib.models
import data.lib.pods
import data.lib.reading
import data.lib.statements

# --- Services that are used -----------------------------------------------------------------------

services := [
	"aws_bedrock_custom_model",
	"aws_bedrock_provisioned_model_throughput",
	"aws_bedrockagent_agent",
	"aws_bedrockagent_knowledge_base",
	"aws_bedrockagentcore_agent_runtime",
	"aws_kendra_index",
	"aws_sagemaker_endpoint",
	"azurerm_cognitive_account",
	"azurerm_cognitive_deployment",
	"azurerm_machine_learning_workspace",
	"azurerm_search_service",
	"google_discovery_engine_search_engine",
	"google_vertex_ai_endpoint",
	"google_vertex_ai_endpoint_with_model_garden_deployment",
	"google_vertex_ai_reasoning_engine",
]

providers := {"aws": "aws", "azurerm": "azure", "google": "google"}

uses contains {"resource": r, "attribute": "", "provider": provider, "does": does} if {
	some type in services
	provider := providers[split(type, "_")[0]]
	does := sprintf("is a managed service of %s", [provider])
	some r in object.get(input.resources, type, [])
}

uses contains {"resource": r, "attribute": word.attribute, "provider": provider, "does": does} if {
	some r in object.get(input.resources, "container", [])
	not pods.is_template(r)
	some word in models.words(r)
	is_string(word.value)
	some host, provider in input.parameters.hosts
	names_host(word.value, host)
	does := sprintf("calls a model of %s", [provider])
}

names_host(text, host) if {
	contains(lower(text), regex.replace(host, `^\*\.|\..*$`, ""))
	literal := replace(replace(trim_prefix(host, "*."), ".", `\.`), "*", `[a-z0-9-]+`)
	regex.match(sprintf(`(^|[^a-z0-9-])%s($|[^a-z0-9.-])`, [literal]), lower(text))
}

# --- The agreement --------------------------------------------------------------------------------

references := models.declared_anywhere(["hipaa", "baa_ref"])

stated contains reference if {
	some reference in references
	statements.says(reference)
}

open contains reading.cause(reference) if some reference in references

is_covered(provider) if lower(provider) in {lower(each) | some each in input.parameters.covered}

is_covered(provider) if {
	some reference in stated
	some name in object.get(input.parameters.names, provider, [provider])
	contains(lower(sprintf("%v", [reference])), name)
}

# --- Verdicts -------------------------------------------------------------------------------------

skip contains r.key if {
	some r in object.get(input.resources, "container", [])
	count([use | some use in uses; use.resource.key == r.key]) == 0
}

skip contains key if some key in manifests.others

skip contains model.key if {
	some model in manifests.releases
	not hands_over(model)
}

hands_over(model) if {
	"phi" in data_classes.judged_by(model)
	statements.is_declared(model, ["data", "third_party_processing"])
}

agreement := [{"names": [["hipaa", "baa_ref"]], "words": "the agreement with those who process its health data"}]

deny contains finding if {
	some model in manifests.releases
	hands_over(model)
	finding := statements.complaint(model, statements.missing(model, agreement), "does not reference")
}

unknown contains finding if {
	some model in manifests.releases
	hands_over(model)
	finding := statements.question(model, agreement, "references")
}

at(use, evidence, text) := {
	"resource": use.resource.key,
	"attribute": use.attribute,
	"evidence": evidence,
	"message": sprintf("%s %s in a release with health data, %s", [use.resource.address, use.does, text]),
}

deny contains at(use, "missing", "and no manifest references an agreement (hipaa.baa_ref)") if {
	some use in uses
	not is_covered(use.provider)
	count(stated) == 0
	count(open) == 0
}

deny contains at(use, "covered", text) if {
	some use in uses
	not is_covered(use.provider)
	count(stated) > 0
	count(input.parameters.covered) > 0
	text := sprintf("which is not among those with an agreement: %s", [concat(", ", input.parameters.covered)])
}

unknown contains object.union(at(use, "covered", text), {"cause": cause}) if {
	some use in uses
	not is_covered(use.provider)
	count(stated) > 0
	count(input.parameters.covered) == 0
	text := "and whether an agreement covers it is not known"
	cause := "hipaa.baa_ref does not name the provider, and the parameter `covered` lists none"
}

unknown contains object.union(at(use, "missing", "and the agreement is not known"), {"cause": cause}) if {
	some use in uses
	not is_covered(use.provider)
	count(stated) == 0
	cause := sort(open)[0]
}
