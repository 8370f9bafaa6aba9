# METADATA
# title: Managed endpoints roll out gradually with automatic rollback
# description: >-
#   Unless told otherwise SageMaker sends all traffic to a new model at once, and nothing brings the old one back when
#   it answers badly. With a canary, linear or rolling update a part of the traffic meets the new model first, and an
#   alarm on errors, latency or quality ends the update and returns to the old fleet by itself. Serverless endpoints
#   have no fleet to shift, and releases that declare another environment than production are left alone.
# related_resources:
#   - https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
#   - https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
# custom:
#   id: REL-001
#   severity: medium
#   applies_to:
#     format: terraform
#     types: [aws_sagemaker_endpoint]
#   parameters:
#     environments: [prod, production]
#   remediation: >-
#     Give the endpoint a `deployment_config`: a `blue_green_update_policy` whose `traffic_routing_configuration.type`
#     is CANARY or LINEAR, or a `rolling_update_policy`; and an `auto_rollback_configuration` with the CloudWatch
#     alarms that say that the model is ill.
package releasegate.rel_001

import rego.v1

import data.lib.decisions
import data.lib.production
import data.lib.releasegate as lib

endpoints contains r if some r in input.resources.aws_sagemaker_endpoint

skip contains r.key if {
	some r in endpoints
	production.elsewhere(input.parameters.environments)
}

skip contains r.key if {
	some r in endpoints
	some configuration in lib.linked_from(r.key, "uses")
	count(decisions.reached(configuration.attributes, ["production_variants", "serverless_config"])) > 0
}

# Whether the block is there, or that this is not known.
present(r, names) := [decisions.answer(r, each.attribute, known_to_be_there(each.value)) |
	some each in decisions.reached(r.attributes, names)
]

known_to_be_there(value) := value if lib.unresolved(value)

known_to_be_there(value) := true if not lib.unresolved(value)

routing := ["deployment_config", "blue_green_update_policy", "traffic_routing_configuration", "type"]

wanted := {
	"gradual": "shifts all traffic to a new model at once",
	"rollback": "does not roll back by itself (deployment_config.auto_rollback_configuration has no alarms)",
}

answer_of(r, "gradual") := decisions.any_of(array.concat(
	present(r, ["deployment_config", "rolling_update_policy"]),
	decisions.setting(r, routing, {"CANARY", "LINEAR"}, false),
))

answer_of(r, "rollback") := decisions.any_of(array.concat(
	present(r, ["deployment_config", "auto_rollback_configuration", "alarms"]),
	[decisions.answer(r, "deployment_config[0].auto_rollback_configuration", false)],
))

deny contains finding if {
	some r in endpoints
	some name, lack in wanted
	found := answer_of(r, name)
	decisions.is_no(found)
	finding := {
		"resource": r.key,
		"attribute": found.attribute,
		"evidence": name,
		"message": sprintf("%s %s", [r.address, lack]),
	}
}

unknown contains finding if {
	some r in endpoints
	some name in object.keys(wanted)
	found := answer_of(r, name)
	decisions.is_open(found)
	cause := lib.cause(found.is)
	finding := {
		"resource": r.key,
		"attribute": found.attribute,
		"evidence": name,
		"message": sprintf("%s: whether it rolls out gradually and back is not known: %s", [r.address, cause]),
		"cause": cause,
	}
}
