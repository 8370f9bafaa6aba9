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

# The switches that are on, by the container's key; `_` and `-` are the same.
switches := {key: value | some key, value in switches_entries}

switches_entries[r.key] contains item if {
	some r in input.resources.container
	some i, word in arguments(r)
	startswith(reading.text(word), "--")
	not lower(reading.text(next_word(r, i))) in {"false", "0"}
	parts := split(word, "=")
	not lower(object.get(parts_of(parts), 1, "")) in {"false", "0", "no"}
	item := {"at": i, "name": replace(trim_left(parts[0], "-"), "_", "-")}
}

parts_of(parts) := {i: part | some i, part in parts}

next_word(r, i) := arguments(r)[i + 1] if i + 1 < count(arguments(r))

next_word(r, i) := "" if i + 1 >= count(arguments(r))

names(r) := {each.name | some each in switches[r.key]}

# SGLang: the levels below 2 have metadata only.
_payloads := {"enable-log-requests", "enable-log-outputs", "log-requests"}

# No character of a prompt is logged.
cut_off(r) if {
	some word in arguments(r)
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

logs_by_argument(r) if {
	count(names(r) & _payloads) > 0
	not cut_off(r)
}

# What switches it on: an argument, or options that a variable passes on to the server.
switched_on := {key: value | some key, value in switched_on_entries}

switched_on_entries[r.key] contains item if {
	some r in input.resources.container
	r.attributes.serving == true
	logs_by_argument(r)
	some each in switches[r.key]
	each.name in _payloads
	item := {"attribute": sprintf("arguments[%d]", [each.at]), "name": each.name}
}

switched_on_entries[r.key] contains item if {
	some r in input.resources.container
	r.attributes.serving == true
	not logs_by_argument(r)
	some name, value in reading.mapping(r.attributes.env_values)
	contains(reading.text(value), "--")
	regex.match(`--(enable[_-]log[_-](requests|outputs)|log-requests)([^a-z=-]|$|=[Tt])`, value)
	item := {"attribute": reading.path(["env_values", name]), "name": name}
}

judged(r) if {
	r.attributes.serving == true
	r.attributes.runtime in {"vllm", "sglang", "huggingfaceserver"}
}

judged(r) if switched_on[r.key]

skip contains r.key if {
	some r in input.resources.container
	not judged(r)
}

deny contains finding if {
	some r in input.resources.container
	some each in switched_on[r.key]
	finding := {
		"resource": r.key,
		"attribute": each.attribute,
		"message": sprintf("%s logs whole requests or answers (%s)", [r.address, each.name]),
	}
}

# Upstream images whose default it is.
deny contains finding if {
	some r in input.resources.container
	r.attributes.serving == true
	r.attributes.runtime == "vllm"
	endswith(sprintf("/%s", [reading.text(r.attributes.image.repository)]), "/vllm-openai")
	regex.match(`^v?0\.([0-9]|10\.0)(\.|$|-)`, reading.text(r.attributes.image.tag))
	not "disable-log-requests" in names(r)
	not switched_on[r.key]
	finding := {
		"resource": r.key,
		"attribute": "image",
		"message": sprintf("%s logs whole requests: vLLM %s does unless --disable-log-requests is set", [
			r.address, r.attributes.image.tag,
		]),
	}
}

open_arguments(r) := [i |
	some i, word in arguments(r)
	lib.unresolved(word)
	regex.match(`^[^=]*(args|opts|options|flags)`, lower(word["$unresolved"]))
]

# A template is judged where it is used, with the variables that are set there.
unknown contains finding if {
	some r in input.resources.container
	judged(r)
	not pods.is_template(r)
	not switched_on[r.key]
	i := open_arguments(r)[0]
	cause := lib.cause(arguments(r)[i])
	finding := {
		"resource": r.key,
		"attribute": sprintf("arguments[%d]", [i]),
		"message": sprintf("%s may log whole requests: %s", [r.address, cause]),
		"cause": cause,
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
