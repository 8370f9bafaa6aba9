# METADATA
# title: Every served model is registered, and every registered one in production is served
# description: >-
#   An endpoint without a release manifest serves a model that nobody has approved, classified or taken
#   responsibility for, and no record of processing covers it. A manifest that says a model is in production while
#   nothing serves it is a register that no longer tells the truth.
# related_resources:
#   - https://eur-lex.europa.eu/eli/reg/2016/679/oj
#   - https://kserve.github.io/website/
# custom:
#   id: XFM-010
#   severity: high
#   applies_to:
#     types: [workload, aws_sagemaker_endpoint, model]
#   parameters:
#     environments: [prod, production]
#   remediation: >-
#     Write a `model-release.yaml` for the model, with the URI, digest or name that the endpoint uses, or take the
#     endpoint down. When a model is no longer served, correct `deployment.environment` in its manifest.
package releasegate.xfm_010

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

# --- What serves --------------------------------------------------------------------------------
# The transformer and the explainer of an InferenceService stand behind its predictor, a serving runtime is what
# endpoints are made from, and a job is none.

workloads := object.get(input.resources, "workload", [])

behind_predictor(r) if {
	r.attributes.kind == "InferenceService"
	not endswith(r.address, "/predictor")
}

not_an_endpoint(r) if not r.attributes.serving

not_an_endpoint(r) if behind_predictor(r)

not_an_endpoint(r) if {
	r.attributes.kind in {"ClusterServingRuntime", "LLMInferenceServiceConfig", "ServerConfig", "ServingRuntime"}
}

not_an_endpoint(r) if r.attributes.kind in {"Job", "CronJob"}

skip contains r.key if {
	some r in workloads
	not_an_endpoint(r)
}

endpoints contains r if {
	some r in workloads
	not not_an_endpoint(r)
}

endpoints contains r if some r in input.resources.aws_sagemaker_endpoint

# --- Which of them are registered ---------------------------------------------------------------

releases contains model if {
	some model in input.resources.model
	model.attributes.source == "model-release"
}

# The endpoint itself, and for SageMaker the configuration and the models behind it.
parts(endpoint) := ({endpoint} | configurations) | {model |
	some configuration in configurations
	some model in lib.linked_from(configuration.key, "references")
	model.type == "aws_sagemaker_model"
} if {
	configurations := {configuration |
		some configuration in lib.linked_from(endpoint.key, "references")
		configuration.type == "aws_sagemaker_endpoint_configuration"
	}
}

# The release manifests of what an endpoint serves, also by way of a model card that describes the same model.
served := {key: value | some key, value in served_entries}

served_entries[endpoint.key] contains model.key if {
	some endpoint in endpoints
	some part in parts(endpoint)
	some model in lib.linked_from(part.key, "serves")
	model in releases
}

served_entries[endpoint.key] contains described.key if {
	some endpoint in endpoints
	some part in parts(endpoint)
	some model in lib.linked_from(part.key, "serves")
	some described in lib.linked_from(model.key, "describes")
	described in releases
}

served_entries[endpoint.key] contains model.key if {
	some endpoint in endpoints
	some part in parts(endpoint)
	part.type == "aws_sagemaker_model"
	some source in sagemaker_sources(part)
	some model in releases
	is_in(source.value, model.attributes.uri)
}

sagemaker_sources(model) := (({{"attribute": sprintf("%s[%d].%s", [block, i, name]), "value": container[name]} |
	some block in ["primary_container", "container"]
	some i, container in model.attributes[block]
	some name in ["model_data_url", "image"]
	container[name]
} | {{"attribute": sprintf("%s[%d].model_data_source", [block, i]), "value": place.s3_uri} |
	some block in ["primary_container", "container"]
	some i, container in model.attributes[block]
	some source in container.model_data_source
	some place in source.s3_data_source
}) | {{"attribute": part.attribute, "value": part.value} |
	some part in settings.unknown_in(model.attributes, `^(primary_container|container)(\[\d+\])?$`)
}) | {{"attribute": part.attribute, "value": part.value} |
	some part in settings.unknown_in(
		model.attributes,
		`^(primary_container|container)\[\d+\]\.model_data_source(\[\d+\](\.s3_data_source(\[\d+\])?)?)?$`,
	)
}

is_in(uri, place) if {
	is_string(uri)
	is_string(place)
	uri == place
}

is_in(uri, place) if {
	is_string(uri)
	is_string(place)
	startswith(uri, sprintf("%s/", [trim_right(place, "/")]))
}

registered(endpoint) if count(served[endpoint.key]) > 0

# --- What an endpoint serves may be unknown -----------------------------------------------------

# Attributes of the endpoint, its containers or its SageMaker models that name the model and are not known.
open_ends(r) := (({{"resource": r, "attribute": "storage_uri", "value": r.attributes.storage_uri} |
	lib.unresolved(r.attributes.storage_uri)
} | {{"resource": r, "attribute": "serving", "value": r.attributes.serving} |
	lib.unresolved(r.attributes.serving)
}) | {{"resource": container, "attribute": sprintf("arguments[%d]", [i]), "value": argument} |
	some container in lib.children(r.key)
	container.attributes.serving
	some i, argument in container.attributes.arguments
	lib.unresolved(argument)
}) | {{"resource": container, "attribute": sprintf("env_values.%s", [name]), "value": value} |
	some container in lib.children(r.key)
	container.attributes.serving
	some name, value in container.attributes.env_values
	contains(upper(name), "MODEL")
	lib.unresolved(value)
} if {
	r.type == "workload"
}

open_ends(r) := {{"resource": part, "attribute": source.attribute, "value": source.value} |
	some part in parts(r)
	part.type == "aws_sagemaker_model"
	some source in sagemaker_sources(part)
	lib.unresolved(source.value)
} | {{"resource": r, "attribute": "endpoint_config_name", "value": r.attributes.endpoint_config_name} |
	count(parts(r)) == 1
	lib.unresolved(r.attributes.endpoint_config_name)
} if {
	r.type == "aws_sagemaker_endpoint"
}

# --- Endpoints ----------------------------------------------------------------------------------

deny contains finding if {
	some r in endpoints
	not registered(r)
	count(open_ends(r)) == 0
	finding := object.union(
		{
			"resource": r.key,
			"message": sprintf("%s serves a model that no release manifest registers", [r.address]),
			"related": [{"resource": part.key} | some part in parts(r); part.type == "aws_sagemaker_model"],
		},
		named(r),
	)
}

named(r) := {"attribute": "storage_uri"} if r.attributes.storage_uri

named(r) := {} if not r.attributes.storage_uri

unknown contains finding if {
	some r in endpoints
	not registered(r)
	some found in open_ends(r)
	finding := object.union(
		{
			"resource": r.key,
			"message": sprintf("%s may serve a model that is not registered: %s", [r.address, lib.cause(found.value)]),
			"cause": lib.cause(found.value),
			"evidence": sprintf("%s %s", [found.resource.address, found.attribute]),
		},
		where(r, found),
	)
}

where(r, found) := {"attribute": found.attribute} if found.resource.key == r.key

where(r, found) := {"related": [{"resource": found.resource.key, "attribute": found.attribute}]} if {
	found.resource.key != r.key
}

# --- Manifests ----------------------------------------------------------------------------------

environment(model) := model.attributes.deployment.environment

in_production(model) if lower(environment(model)) in input.parameters.environments

skip contains model.key if {
	some model in input.resources.model
	not model in releases
}

skip contains model.key if {
	some model in releases
	not lib.unresolved(environment(model))
	not in_production(model)
}

all_served contains key if some key in served[_]

doubtful contains r if {
	some r in endpoints
	not registered(r)
	count(open_ends(r)) > 0
}

deny contains finding if {
	some model in releases
	lib.known(environment(model))
	in_production(model)
	not model.key in all_served
	count(doubtful) == 0
	finding := {
		"resource": model.key,
		"attribute": "deployment.environment",
		"message": sprintf("%s is said to be in %s, but nothing here serves it", [model.address, environment(model)]),
	}
}

unknown contains finding if {
	some model in releases
	lib.known(environment(model))
	in_production(model)
	not model.key in all_served
	addresses := sort([r.address | some r in doubtful])
	count(addresses) > 0
	finding := {
		"resource": model.key,
		"attribute": "deployment.environment",
		"message": sprintf("%s may be served by nothing: what %s serves is not known", [model.address, addresses[0]]),
		"cause": sprintf("what %s serves is not known", [concat(", ", addresses)]),
		"related": [{"resource": r.key} | some r in doubtful],
	}
}

unknown contains finding if {
	some model in releases
	lib.unresolved(environment(model))
	not model.key in all_served
	finding := {
		"resource": model.key,
		"attribute": "deployment.environment",
		"message": sprintf("%s may be in production without being served", [model.address]),
		"cause": lib.cause(environment(model)),
	}
}
