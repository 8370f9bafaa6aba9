# METADATA
# title: Raw prompts/outputs of sensitive models are not logged in clear
# description: >-
#   Prompts and answers of a model that works with people's data are that data. Copied into a log they outlive every
#   deletion, are read by whoever may read logs, and nobody remembers them when someone asks what is stored about
#   them. Each of these switches copies whole requests: metadata (who, when, which model, how long) is enough to
#   operate a service. Where payloads have to be kept, say so in a waiver with reason and end. vLLM before 0.10.1 logs
#   requests unless it is told not to.
# related_resources:
#   - https://docs.vllm.ai/en/latest/serving/openai_compatible_server/
#   - https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
#   - https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture.html
#   - https://cwe.mitre.org/data/definitions/532.html
# custom:
#   id: LOG-003
#   severity: high
#   when:
#     data: [personal, phi]
#   applies_to:
#     types:
#       - workload
#       - container
#       - Model
#       - aws_sagemaker_endpoint_configuration
#       - aws_bedrock_model_invocation_logging_configuration
#       - aws_api_gateway_method_settings
#       - google_vertex_ai_endpoint
#   reads:
#     - data_capture_config.enable_capture
#     - logging_config.text_data_delivery_enabled
#     - settings.data_trace_enabled
#     - predict_request_response_logging_config.enabled
#   remediation: >-
#     Take the switch out: the logger of the InferenceService, --enable-log-requests and --enable-log-outputs of vLLM,
#     enable_capture of SageMaker; set text_data_delivery_enabled = false for Bedrock and data_trace_enabled = false
#     for API Gateway. Let the gateway write a decision log without the inputs, or mask them before anything is
#     stored.
package releasegate.log_003

import rego.v1

import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

# --- KServe and Seldon: payload loggers -----------------------------------------------------------

skip contains r.key if {
	some r in input.resources.workload
	not pods.serves(r)
	not r.attributes.logger
}

deny contains finding if {
	some r in input.resources.workload
	logger := r.attributes.logger
	mode := reading.at(logger, ["mode"], "all")
	mode in {"all", "request", "response"}
	finding := {
		"resource": r.key,
		"attribute": logger_attribute(logger),
		"message": sprintf("%s sends whole payloads to a logger (mode %s)", [r.address, mode]),
	}
}

unknown contains finding if {
	some r in input.resources.workload
	cause := reading.placeholder(r.attributes.logger.mode)
	finding := {
		"resource": r.key,
		"attribute": "logger.mode",
		"message": sprintf("%s may send whole payloads to a logger: its mode is %s", [r.address, cause]),
		"cause": cause,
	}
}

logger_attribute(logger) := "logger.mode" if logger.mode

logger_attribute(logger) := "logger" if not logger.mode

is_seldon_model(r) if startswith(reading.text(r.attributes.apiVersion), "mlops.seldon.io/")

skip contains r.key if {
	some r in input.resources.Model
	not is_seldon_model(r)
}

deny contains finding if {
	some r in input.resources.Model
	is_seldon_model(r)
	logger := r.attributes.spec.logger
	reading.at(logger, ["percent"], 100) != 0
	finding := {
		"resource": r.key,
		"attribute": "spec.logger.percent",
		"message": sprintf("%s sends whole payloads to a logger", [r.address]),
	}
}

# --- Model servers: switches on the command line ---------------------------------------------------

arguments(r) := reading.items(r.attributes.arguments)

# The name of a switch that is on; `_` and `-` are the same.
switch(r, i) := name if {
	word := arguments(r)[i]
	is_string(word)
	some match in regex.find_all_string_submatch_n(`^--([a-zA-Z_-]+)(?:=(.*))?$`, word, 1)
	name := replace(match[1], "_", "-")
	not lower(match[2]) in {"false", "0", "no"}
	not lower(reading.text(next_word(r, i))) in {"false", "0"}
}

next_word(r, i) := arguments(r)[i + 1] if i + 1 < count(arguments(r))

next_word(r, i) := "" if i + 1 >= count(arguments(r))

is_on(r, name) if {
	some i, _ in arguments(r)
	switch(r, i) == name
}

logs_payloads(name) if name in {"enable-log-requests", "enable-log-outputs"}

# SGLang: the levels below 2 have metadata only.
logs_payloads(name) if name == "log-requests"

# No character of a prompt is logged.
cut_off(r) if {
	some i, word in arguments(r)
	word in {"--max-log-len=0", "--max_log_len=0", "--log-requests-level=0", "--log-requests-level=1"}
}

cut_off(r) if {
	some i, word in arguments(r)
	word in {"--max-log-len", "--max_log_len", "--log-requests-level"}
	next_word(r, i) == "0"
}

cut_off(r) if {
	some i, word in arguments(r)
	word == "--log-requests-level"
	next_word(r, i) == "1"
}

switched_on contains item if {
	some r in input.resources.container
	r.attributes.serving == true
	some i, _ in arguments(r)
	name := switch(r, i)
	logs_payloads(name)
	not cut_off(r)
	item := {"container": r, "attribute": sprintf("arguments[%d]", [i]), "name": name}
}

# Options that a variable passes on to the server.
switched_on contains item if {
	some r in input.resources.container
	r.attributes.serving == true
	some name, value in reading.mapping(r.attributes.env_values)
	is_string(value)
	regex.match(`--(enable[_-]log[_-](requests|outputs)|log-requests)([^a-z=-]|$|=[Tt])`, value)
	not switches(r)
	item := {"container": r, "attribute": reading.path(["env_values", name]), "name": name}
}

switches(r) if {
	some i, _ in arguments(r)
	logs_payloads(switch(r, i))
}

knows_switches(r) if r.attributes.runtime in {"vllm", "sglang", "huggingfaceserver"}

knows_switches(r) if {
	some each in switched_on
	each.container.key == r.key
}

skip contains r.key if {
	some r in input.resources.container
	not judged(r)
}

judged(r) if {
	r.attributes.serving == true
	knows_switches(r)
}

deny contains finding if {
	some each in switched_on
	finding := {
		"resource": each.container.key,
		"attribute": each.attribute,
		"message": sprintf("%s logs whole requests or answers (%s)", [each.container.address, each.name]),
	}
}

# Upstream images whose default it is.
deny contains finding if {
	some r in input.resources.container
	r.attributes.serving == true
	r.attributes.runtime == "vllm"
	regex.match(`(^|/)vllm-openai$`, reading.text(r.attributes.image.repository))
	regex.match(`^v?0\.([0-9]|10\.0)(\.|$|-)`, reading.text(r.attributes.image.tag))
	not is_on(r, "disable-log-requests")
	not switches(r)
	finding := {
		"resource": r.key,
		"attribute": "image",
		"message": sprintf("%s logs whole requests: vLLM %s does unless --disable-log-requests is set", [
			r.address, r.attributes.image.tag,
		]),
	}
}

unknown contains finding if {
	some r in input.resources.container
	judged(r)
	not switches(r)
	some i, word in arguments(r)
	lib.unresolved(word)
	regex.match(`(?i)^[^=]*(args|opts|options|flags)`, word["$unresolved"])
	finding := {
		"resource": r.key,
		"attribute": sprintf("arguments[%d]", [i]),
		"message": sprintf("%s may log whole requests: %s", [r.address, lib.cause(word)]),
		"cause": lib.cause(word),
	}
}

# --- Managed services -----------------------------------------------------------------------------

off(value) if value in {false, "false"}

deny contains finding if {
	some r in input.resources.aws_sagemaker_endpoint_configuration
	value := r.attributes.data_capture_config[i].enable_capture
	not off(value)
	finding := {
		"resource": r.key,
		"attribute": sprintf("data_capture_config[%d].enable_capture", [i]),
		"message": sprintf("%s captures whole requests and answers", [r.address]),
	}
}

deny contains finding if {
	some r in input.resources.aws_bedrock_model_invocation_logging_configuration
	config := r.attributes.logging_config[i]
	not lib.unresolved(config)
	not off(reading.at(config, ["text_data_delivery_enabled"], true))
	finding := {
		"resource": r.key,
		"attribute": sprintf("logging_config[%d].text_data_delivery_enabled", [i]),
		"message": sprintf("%s logs prompts and answers (text_data_delivery_enabled, on by default)", [r.address]),
	}
}

deny contains finding if {
	some r in input.resources.aws_api_gateway_method_settings
	value := r.attributes.settings[i].data_trace_enabled
	not off(value)
	finding := {
		"resource": r.key,
		"attribute": sprintf("settings[%d].data_trace_enabled", [i]),
		"message": sprintf("%s logs whole requests and answers (data_trace_enabled)", [r.address]),
	}
}

deny contains finding if {
	some r in input.resources.google_vertex_ai_endpoint
	value := r.attributes.predict_request_response_logging_config[i].enabled
	not off(value)
	finding := {
		"resource": r.key,
		"attribute": sprintf("predict_request_response_logging_config[%d].enabled", [i]),
		"message": sprintf("%s logs whole requests and answers", [r.address]),
	}
}
