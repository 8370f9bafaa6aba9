# METADATA
# title: Model servers that are reachable outside the namespace require a key
# description: >-
#   vLLM, Text Generation Inference and their kin answer everyone unless they are given a key. A Service without a
#   NetworkPolicy is open to every pod of the cluster, so that any compromised job can use the model, read what others
#   cached in it, and spend the GPU. The key is a second lock behind the gateway: in vLLM it guards the /v1 endpoints
#   alone. Servers that have no key of their own are not judged here.
# related_resources:
#   - https://docs.vllm.ai/en/latest/usage/security/
#   - https://huggingface.co/docs/text-generation-inference/reference/launcher
#   - https://cwe.mitre.org/data/definitions/306.html
# custom:
#   id: API-006
#   severity: high
#   applies_to:
#     format: kubernetes
#     types: [container]
#   remediation: >-
#     Set VLLM_API_KEY (vLLM), API_KEY (TGI, TEI) or --api-key=$(API_KEY) (SGLang, llama.cpp) from a Secret by
#     env[].valueFrom.secretKeyRef. Behind a sidecar that asks for credentials let the server listen on 127.0.0.1, and
#     keep other namespaces out with a NetworkPolicy.
package releasegate.api_006

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib
import data.lib.serving

skip contains r.key if {
	some r in input.resources.container
	not is_judged(r)
}

is_judged(r) if {
	serving.has_options(r)
	serving.option(r, "api_key")
	not asks_for_no_key(r)
}

# OpenVINO's server asks for its key on the endpoints of generative models alone.
asks_for_no_key(r) if {
	r.attributes.runtime == "ovms"
	reading.text(lib.resource(r.parent).attributes.model_format) in {"onnx", "openvino", "openvino_ir", "paddle", "tensorflow"}
}

# A key, or nobody but the pod itself: the verdict is the same whoever may come.
is_safe(r) if {
	not lib.unresolved(serving.option(r, "api_key"))
	serving.option(r, "api_key") != "absent"
}

is_safe(r) if serving.is_local(r)

is_open(r) if serving.option(r, "api_key") == "absent"

exposed contains r if {
	some r in input.resources.container
	is_judged(r)
	not is_safe(r)
}

ways := {r.key: serving.ways(lib.resource(r.parent)) | some r in exposed}

doubts := {r.key: serving.doubts(lib.resource(r.parent)) | some r in exposed}

deny contains finding if {
	some r in exposed
	is_open(r)
	count(ways[r.key]) > 0
	finding := {
		"resource": r.key,
		"attribute": serving.path("api_key"),
		"message": sprintf("%s asks for no key, and is reached through %s", [r.address, min({way.what | some way in ways[r.key]})]),
		"related": [{"resource": key} | some key in {way.resource.key | some way in ways[r.key]}; key != r.parent],
	}
}

unknown contains finding if {
	some r in exposed
	cause := doubt(r)
	finding := {
		"resource": r.key,
		"attribute": serving.path("api_key"),
		"message": sprintf("%s may answer without a key: %s", [r.address, cause]),
		"cause": cause,
	}
}

doubt(r) := min(doubts[r.key]) if {
	is_open(r)
	count(ways[r.key]) == 0
	count(doubts[r.key]) > 0
}

# Where only pods of the namespace come, what is not known of the key does not matter.
doubt(r) := lib.cause(serving.option(r, "api_key")) if {
	count(ways[r.key]) + count(doubts[r.key]) > 0
}
