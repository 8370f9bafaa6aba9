# METADATA
# title: Serving is redundant and recoverable
# description: >-
#   One pod or one instance is an outage whenever its node is drained, its zone fails or the process dies. Two of them
#   stay up through all of that, if a PodDisruptionBudget keeps a drain from taking both at once. A table of features
#   that somebody empties by mistake comes back only where point-in-time recovery is on. Databases are judged by
#   REL-005; asynchronous and serverless endpoints, and releases that declare another environment than production, are
#   left alone.
# related_resources:
#   - https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
#   - https://docs.aws.amazon.com/sagemaker/latest/dg/best-practice-endpoint-security.html
#   - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
# custom:
#   id: REL-004
#   severity: low
#   applies_to:
#     types: [workload, aws_sagemaker_endpoint_configuration, aws_dynamodb_table]
#   parameters:
#     environments: [prod, production]
#     minimum: 2 # replicas or instances
#   remediation: >-
#     Kubernetes: `replicas: 2` or more (`minReplicas` for KServe and autoscalers), and a PodDisruptionBudget that
#     selects the pods. SageMaker: `initial_instance_count = 2` or more, or an aws_appautoscaling_target with that
#     min_capacity. DynamoDB: `point_in_time_recovery { enabled = true }`.
package releasegate.rel_004

import rego.v1

import data.lib.decisions
import data.lib.pods
import data.lib.production
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.settings

least_number := input.parameters.minimum

elsewhere if production.elsewhere(input.parameters.environments)

enough(value) := value if lib.unresolved(value)

enough(value) := open_value(value, reading.placeholder(value))

enough(value) := settings.number(value) >= least_number

open_value(value, cause) := {"$unresolved": value, "reason": cause}

# --- Kubernetes ---------------------------------------------------------------------------------

kinds := {"Deployment", "StatefulSet", "Rollout", "KnativeService", "InferenceService", "LLMInferenceService"}

# Parts of an object that the answers do not hang on, or that others bring up again.
is_minor(workload) if {
	regex.match(`^(canary|explainer|router|scheduler|tokenizer)|worker`, workload.attributes.component)
}

judged contains workload if {
	some workload in input.resources.workload
	pods.serves(workload)
	workload.attributes.kind in kinds
	not is_minor(workload)
	not elsewhere
}

skip contains workload.key if {
	some workload in input.resources.workload
	not workload in judged
}

# What sets the least number of its pods: an autoscaler before anything else.
least(workload) := decisions.answer(autoscaler, path, enough(value)) if {
	autoscaler := autoscalers(workload)[0]
	[path, otherwise] := bounds[autoscaler.type]
	value := reading.at(autoscaler.attributes, split(path, "."), otherwise)
}

least(workload) := decisions.answer(workload, "autoscaling.min_replicas", enough(value)) if {
	count(autoscalers(workload)) == 0
	value := workload.attributes.autoscaling.min_replicas
}

least(workload) := decisions.answer(workload, "replicas", enough(object.get(workload.attributes, "replicas", 1))) if {
	count(autoscalers(workload)) == 0
	not workload.attributes.autoscaling.min_replicas
}

bounds := {
	"HorizontalPodAutoscaler": ["spec.minReplicas", 1],
	"ScaledObject": ["spec.minReplicaCount", 0],
}

autoscalers(workload) := [each |
	some each in lib.linked_to(workload.key, "scales")
	each.type in object.keys(bounds)
]

deny contains finding if {
	some workload in judged
	decisions.is_no(least(workload))
	finding := object.union(
		decided_by(workload, least(workload)),
		{"evidence": "number", "message": sprintf("%s may run as fewer than %d pods", [workload.address, least_number])},
	)
}

unknown contains finding if {
	some workload in judged
	decisions.is_open(least(workload))
	cause := lib.cause(least(workload).is)
	said := sprintf("%s: whether %d pods of it run is not known: %s", [workload.address, least_number, cause])
	finding := object.union(
		decided_by(workload, least(workload)),
		{"evidence": "number", "message": said, "cause": cause},
	)
}

decided_by(workload, found) := {"resource": workload.key, "attribute": found.attribute} if {
	found.resource.key == workload.key
}

decided_by(workload, found) := {
	"resource": workload.key,
	"related": [{
		"resource": found.resource.key,
		"attribute": found.attribute,
		"message": sprintf("%s says how many", [found.resource.address]),
	}],
} if {
	found.resource.key != workload.key
}

unprotected contains workload if {
	some workload in judged
	not decisions.is_no(least(workload))
	count(lib.linked_to(workload.key, "protects")) == 0
}

deny contains finding if {
	some workload in unprotected
	decisions.is_yes(least(workload))
	count(lib.linked_to(workload.key, "may_protect")) == 0
	finding := {
		"resource": workload.key,
		"evidence": "budget",
		"message": sprintf("%s: no PodDisruptionBudget keeps one of its pods running", [workload.address]),
	}
}

unknown contains finding if {
	some workload in unprotected
	some budget in lib.linked_to(workload.key, "may_protect")
	cause := sprintf("it is not known whether %s selects its pods", [budget.address])
	finding := {
		"resource": workload.key,
		"evidence": "budget",
		"message": sprintf("%s may be taken down by a drain: %s", [workload.address, cause]),
		"cause": cause,
	}
}

# --- SageMaker ----------------------------------------------------------------------------------

configurations contains r if some r in input.resources.aws_sagemaker_endpoint_configuration

variants(r) := settings.blocks(r.attributes.production_variants)

has_instances(r) if {
	some variant in variants(r)
	not variant.serverless_config
	count(reading.items(object.get(r.attributes, "async_inference_config", []))) == 0
}

has_instances(r) if settings.open_blocks(r.attributes.production_variants)

skip contains r.key if {
	some r in configurations
	not has_instances(r)
}

skip contains r.key if {
	some r in configurations
	elsewhere
}

# The instances of all variants together: when one variant is gone the other answers.
counts(r) := [{"attribute": at, "value": value} |
	some i, variant in variants(r)
	not variant.serverless_config
	some each in [count_of(variant)]
	at := sprintf("production_variants[%d].%s", [i, each.attribute])
	value := each.value
]

count_of(variant) := {"attribute": "managed_instance_scaling[0].min_instance_count", "value": value} if {
	value := variant.managed_instance_scaling[0].min_instance_count
}

count_of(variant) := {"attribute": "initial_instance_count", "value": value} if {
	not variant.managed_instance_scaling[0].min_instance_count
	value := object.get(variant, "initial_instance_count", 1)
}

total(r) := sum([settings.number(each.value) | some each in counts(r); not lib.unresolved(each.value)])

# What Application Auto Scaling keeps at least, whatever it starts with.
is_scaled(r) if {
	some endpoint in lib.linked_to(r.key, "uses")
	some target in lib.linked_to(endpoint.key, "configures")
	target.type == "aws_appautoscaling_target"
	settings.number(target.attributes.min_capacity) >= least_number
}

# Why it is not known what it keeps.
may_be_scaled(r) := [cause |
	not is_scaled(r)
	some endpoint in lib.linked_to(r.key, "uses")
	some target in lib.linked_to(endpoint.key, "configures")
	target.type == "aws_appautoscaling_target"
	cause := lib.cause(target.attributes.min_capacity)
][0]

deny contains finding if {
	some r in configurations
	is_array(r.attributes.production_variants)
	total(r) < least_number
	count([each | some each in counts(r); lib.unresolved(each.value)]) == 0
	not settings.open_blocks(r.attributes.production_variants)
	not is_scaled(r)
	not may_be_scaled(r)
	finding := {
		"resource": r.key,
		"attribute": counts(r)[0].attribute,
		"message": sprintf("%s runs on fewer than %d instances", [r.address, least_number]),
	}
}

unknown contains finding if {
	some r in configurations
	total(r) < least_number
	not is_scaled(r)
	some each in counts(r)
	finding := open_finding(r, each.attribute, lib.cause(each.value))
}

unknown contains finding if {
	some r in configurations
	total(r) < least_number
	not is_scaled(r)
	finding := open_finding(r, "production_variants", settings.open_blocks(r.attributes.production_variants))
}

unknown contains finding if {
	some r in configurations
	total(r) < least_number
	finding := open_finding(r, counts(r)[0].attribute, may_be_scaled(r))
}

open_finding(r, attribute, cause) := {
	"resource": r.key,
	"attribute": attribute,
	"message": sprintf("%s: whether it outlives the loss of one instance is not known: %s", [r.address, cause]),
	"cause": cause,
}

# --- DynamoDB -----------------------------------------------------------------------------------

tables contains r if some r in input.resources.aws_dynamodb_table

# Locks of Terraform, and releases for trying out.
skip contains r.key if {
	some r in tables
	r.attributes.hash_key == "LockID"
}

skip contains r.key if {
	some r in tables
	elsewhere
}

recovery(r) := decisions.any_of(decisions.setting(r, ["point_in_time_recovery", "enabled"], {true, "true"}, false))

deny contains finding if {
	some r in tables
	decisions.is_no(recovery(r))
	finding := {
		"resource": r.key,
		"attribute": recovery(r).attribute,
		"message": sprintf("%s cannot be brought back to an earlier point in time", [r.address]),
	}
}

unknown contains finding if {
	some r in tables
	decisions.is_open(recovery(r))
	cause := lib.cause(recovery(r).is)
	finding := {
		"resource": r.key,
		"attribute": recovery(r).attribute,
		"message": sprintf("%s may have no point-in-time recovery: %s", [r.address, cause]),
		"cause": cause,
	}
}
