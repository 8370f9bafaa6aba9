# METADATA
# title: Development, profiling and control endpoints are off
# description: >-
#   Servers have endpoints for their own developers: VLLM_SERVER_DEV_MODE opens /collective_rpc, which runs any method
#   on the workers, and /sleep, which stops the service; a profiler writes prompts into its traces; pickle as a wire
#   format (VLLM_ALLOW_INSECURE_SERIALIZATION) is code. A control API that loads and unloads models (Triton's explicit
#   mode, TorchServe's model API) lets whoever reaches the port replace the model. None of them asks for the API key.
# related_resources:
#   - https://docs.vllm.ai/en/latest/usage/security/
#   - https://github.com/triton-inference-server/server/blob/main/docs/customization_guide/inference_protocols.md
#   - https://github.com/pytorch/serve/blob/master/docs/model_api_control.md
#   - https://cwe.mitre.org/data/definitions/489.html
# custom:
#   id: API-007
#   severity: critical
#   applies_to:
#     types: [container, dockerfile_stage]
#   remediation: >-
#     Remove VLLM_SERVER_DEV_MODE, VLLM_TORCH_PROFILER_DIR, --profiler-config, --enable-tokenizer-info-endpoint and
#     VLLM_ALLOW_INSECURE_SERIALIZATION. Run Triton with --model-control-mode=none, or restrict the API on both
#     protocols: --http-restricted-api=model-repository:<header>=<secret> and
#     --grpc-restricted-protocol=model-repository:<header>=<secret>. Leave TorchServe's --enable-model-api away.
package releasegate.api_007

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib
import data.lib.serving

# --- Containers -----------------------------------------------------------------------------------

_switches := {
	"development_mode": "its development endpoints",
	"profiling": "its profiler",
	"tokenizer_info_endpoint": "the tokenizer's configuration",
	"insecure_serialization": "pickled objects as input",
	"settings_endpoint": "an endpoint that changes its settings",
	"model_api": "an API that registers and deletes models",
}

_watched := {"model_control_mode"} | {option | some option, _ in _switches}

_restrictions := {"host": "restricted_apis", "grpc_host": "grpc_restricted_apis"}

_enabled := {"host": "http_enabled", "grpc_host": "grpc_enabled"}

# What is open, each {"option", "what"}.
opened(r) := {{"option": name, "what": what} |
	some name, what in _switches
	serving.option(r, name) == true
} | {{"option": "model_control_mode", "what": "an API that loads and unloads models"} |
	serving.option(r, "model_control_mode") in {"explicit", "poll"}
	count(unguarded(r)) > 0
}

# The protocols over which anyone may control Triton's models.
unguarded(r) := {protocol |
	some protocol, restriction in _restrictions
	not serving.option(r, _enabled[protocol]) == false
	not lib.unresolved(serving.option(r, _enabled[protocol]))
	not restricts(r, restriction)
	not lib.unresolved(object.get(r.attributes.serving_options, restriction, null))
}

restricts(r, restriction) if "model-repository" in reading.items(object.get(r.attributes.serving_options, restriction, []))

# What is not known and decides, each {"option", "cause"}.
doubts(r) := {{"option": name, "cause": lib.cause(value)} |
	some name in _watched
	value := serving.option(r, name)
	lib.unresolved(value)
} | {{"option": name, "cause": lib.cause(value)} |
	serving.option(r, "model_control_mode") in {"explicit", "poll"}
	some name in ["restricted_apis", "grpc_restricted_apis", "http_enabled", "grpc_enabled"]
	value := serving.option(r, name)
	lib.unresolved(value)
}

is_judged(r) if {
	serving.has_options(r)
	some name in _watched
	name in object.keys(r.attributes.serving_options)
}

deny contains finding if {
	some r in input.resources.container
	is_judged(r)
	some each in opened(r)
	finding := {
		"resource": r.key,
		"attribute": serving.path(each.option),
		"message": sprintf("%s opens %s (%s)", [r.address, each.what, serving.written(r, each.option)]),
	}
}

unknown contains finding if {
	some r in input.resources.container
	is_judged(r)
	count(opened(r)) == 0
	found := sort([[each.option, each.cause] | some each in doubts(r)])
	count(found) > 0
	finding := {
		"resource": r.key,
		"attribute": serving.path(found[0][0]),
		"message": sprintf("%s may open endpoints for its developers: %s", [r.address, found[0][1]]),
		"cause": found[0][1],
	}
}

skip contains r.key if {
	some r in input.resources.container
	not is_judged(r)
}

# --- Images ---------------------------------------------------------------------------------------

_variables := {
	"VLLM_SERVER_DEV_MODE", "VLLM_TORCH_PROFILER_DIR", "VLLM_ALLOW_INSECURE_SERIALIZATION", "TS_ENABLE_MODEL_API",
	"LLAMA_ARG_ENDPOINT_PROPS",
}

_flag := `(^|[\s"'])--(profiler[-_]config|enable[-_]tokenizer[-_]info[-_]endpoint|enable[-_]model[-_]api)($|[\s"'=.])`

is_off(value) if lower(sprintf("%v", [value])) in {"", "0", "false", "no", "off"}

deny contains finding if {
	some r in input.resources.dockerfile_stage
	r.attributes.final == true
	some name, value in reading.mapping(r.attributes.env)
	name in _variables
	not lib.unresolved(value)
	not is_off(value)
	finding := {
		"resource": r.key,
		"attribute": reading.path(["env", name]),
		"message": sprintf("%s opens endpoints for the server's developers (%s)", [r.address, name]),
	}
}

deny contains finding if {
	some r in input.resources.dockerfile_stage
	r.attributes.final == true
	some command in ["entrypoint", "cmd"]
	regex.match(_flag, concat(" ", reading.texts(r.attributes[command])))
	finding := {
		"resource": r.key,
		"attribute": command,
		"message": sprintf("%s starts a server with endpoints for its developers", [r.address]),
	}
}

unknown contains finding if {
	some r in input.resources.dockerfile_stage
	r.attributes.final == true
	some name, value in reading.mapping(r.attributes.env)
	name in _variables
	lib.unresolved(value)
	finding := {
		"resource": r.key,
		"attribute": reading.path(["env", name]),
		"message": sprintf("%s may open endpoints for the server's developers: %s", [r.address, lib.cause(value)]),
		"cause": lib.cause(value),
	}
}

speaks(r) if {
	some name, _ in reading.mapping(r.attributes.env)
	name in _variables
}

speaks(r) if {
	some command in ["entrypoint", "cmd"]
	regex.match(`vllm|tritonserver|torchserve|llama-server`, concat(" ", reading.texts(r.attributes[command])))
}

skip contains r.key if {
	some r in input.resources.dockerfile_stage
	not is_judged_stage(r)
}

is_judged_stage(r) if {
	r.attributes.final == true
	speaks(r)
}
