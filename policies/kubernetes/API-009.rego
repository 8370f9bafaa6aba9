# METADATA
# title: Adapters cannot be loaded at run time
# description: >-
#   With VLLM_ALLOW_RUNTIME_LORA_UPDATING and --enable-lora a request to /v1/load_lora_adapter puts weights of the
#   caller's choice over the model: whoever holds the API key, or reaches a server without one, changes what every
#   other caller gets, and no release, review or digest knows of it.
# related_resources:
#   - https://docs.vllm.ai/en/latest/features/lora/
#   - https://docs.vllm.ai/en/latest/usage/security/
#   - https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: API-009
#   severity: high
#   applies_to:
#     format: kubernetes
#     types: [container]
#   remediation: >-
#     Remove VLLM_ALLOW_RUNTIME_LORA_UPDATING and list the adapters that belong to the release with --lora-modules, each
#     at a path or revision that does not change.
package releasegate.api_009

import rego.v1

import data.lib.releasegate as lib
import data.lib.serving

is_judged(r) if {
	serving.has_options(r)
	"runtime_adapters" in object.keys(r.attributes.serving_options)
}

skip contains r.key if {
	some r in input.resources.container
	not is_judged(r)
}

deny contains finding if {
	some r in input.resources.container
	is_judged(r)
	serving.option(r, "runtime_adapters") == true
	serving.option(r, "lora_enabled") == true
	finding := {
		"resource": r.key,
		"attribute": serving.path("runtime_adapters"),
		"message": sprintf("%s loads any adapter that a request names (%s)", [
			r.address, serving.written(r, "runtime_adapters"),
		]),
	}
}

# The endpoints exist when both are on: one of them off is enough.
unknown contains finding if {
	some r in input.resources.container
	is_judged(r)
	not serving.option(r, "runtime_adapters") == false
	not serving.option(r, "lora_enabled") == false
	some name in ["runtime_adapters", "lora_enabled"]
	cause := lib.cause(serving.option(r, name))
	finding := {
		"resource": r.key,
		"attribute": serving.path(name),
		"message": sprintf("%s may load adapters that a request names: %s", [r.address, cause]),
		"cause": cause,
	}
}
