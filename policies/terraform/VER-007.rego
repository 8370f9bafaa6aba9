# METADATA
# title: Managed models do not auto-upgrade
# description: >-
#   A managed model that moves to the provider's next version by itself changes its answers without a release: what
#   was tested and documented is no longer what runs, and nobody is told. Azure upgrades a deployment by default when
#   a new default version appears, even one whose version is written; a Bedrock guardrail or agent that is used as
#   DRAFT is whatever somebody saved last. An alias of an agent without routing stays at the version that it was made
#   with.
# related_resources:
#   - https://learn.microsoft.com/azure/ai-foundry/openai/how-to/working-with-models
#   - https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-deploy.html
#   - https://docs.aws.amazon.com/bedrock/latest/userguide/deploy-agent.html
# custom:
#   id: VER-007
#   severity: high
#   applies_to:
#     format: terraform
#     types:
#       - azurerm_cognitive_deployment
#       - aws_bedrockagent_agent
#       - aws_bedrockagent_agent_alias
#   parameters:
#     upgrade_options: [NoAutoUpgrade]
#   remediation: >-
#     Azure: write `model.version` and `version_upgrade_option = "NoAutoUpgrade"`, and watch the retirement date of
#     that version. Bedrock: publish an aws_bedrock_guardrail_version and use its number in `guardrail_version`; let
#     the alias route to a numbered version of the agent.
package releasegate.ver_007

import rego.v1

import data.lib.decisions
import data.lib.releasegate as lib

# --- Azure ----------------------------------------------------------------------------------------

# Each with the answer that decides it.
judged contains {"resource": r, "answer": found, "lack": "names no version of its model"} if {
	some r in input.resources.azurerm_cognitive_deployment
	some found in stated(r, ["model", "version"])
}

judged contains {"resource": r, "answer": found, "lack": "is upgraded by the provider without a release"} if {
	some r in input.resources.azurerm_cognitive_deployment
	allowed := {each | some each in input.parameters.upgrade_options}
	some found in decisions.setting(r, ["version_upgrade_option"], allowed, false)
}

stated(r, names) := [decisions.answer(r, each.attribute, is_stated(each.value)) |
	some each in decisions.reached(r.attributes, names)
] if {
	decisions.is_written(r, names)
}

stated(r, names) := [decisions.answer(r, "model[0].version", false)] if not decisions.is_written(r, names)

# A version that is known only after apply is written all the same.
is_stated(value) := value if lib.unresolved(value)

is_stated(value) := value != "" if not lib.unresolved(value)

# --- Bedrock --------------------------------------------------------------------------------------

# Where each type names the version of something that has drafts.
drafted := {
	"aws_bedrockagent_agent": {
		"names": ["guardrail_configuration", "guardrail_version"],
		"lack": "is guarded by the draft of its guardrail",
	},
	"aws_bedrockagent_agent_alias": {
		"names": ["routing_configuration", "agent_version"],
		"lack": "routes to the draft of its agent",
	},
}

judged contains {"resource": r, "answer": found, "lack": each.lack} if {
	some type, each in drafted
	some r in input.resources[type]
	some place in decisions.reached(r.attributes, each.names)
	found := decisions.answer(r, place.attribute, is_numbered(r, place.value))
}

is_numbered(_, value) := upper(sprintf("%v", [value])) != "DRAFT" if not lib.unresolved(value)

# The version that this configuration publishes, or reads, is a number.
is_numbered(r, value) := true if refers_to_version(r, value)

is_numbered(r, value) := value if {
	lib.unresolved(value)
	not refers_to_version(r, value)
}

refers_to_version(_, value) if regex.match(
	`aws_bedrock_guardrail_version\.[^ ]+\.version|aws_bedrockagent_agent_version\.`,
	sprintf("%s %s", [value["$unresolved"], lib.cause(value)]),
)

# --- Findings -------------------------------------------------------------------------------------

deny contains finding if {
	some each in judged
	decisions.is_no(each.answer)
	finding := {
		"resource": each.resource.key,
		"attribute": each.answer.attribute,
		"message": sprintf("%s %s", [each.resource.address, each.lack]),
	}
}

unknown contains finding if {
	some each in judged
	decisions.is_open(each.answer)
	cause := lib.cause(each.answer.is)
	finding := {
		"resource": each.resource.key,
		"attribute": each.answer.attribute,
		"message": sprintf("%s may change by itself: %s", [each.resource.address, cause]),
		"cause": cause,
	}
}

# Agents without a guardrail, and aliases without routing.
skip contains r.key if {
	some type, each in drafted
	some r in input.resources[type]
	not decisions.is_written(r, each.names)
}
