# METADATA
# title: Multimodal servers restrict which URLs and files they fetch
# description: >-
#   A model that takes images, sound or video takes their addresses, too, and the server fetches them: anyone who may
#   ask it can make it call the cloud's metadata service or another pod, and with a wide
#   --allowed-local-media-path read files of the container. Whether a model takes media is told by its name, which is
#   a guess; a model in a local folder may be either.
# related_resources:
#   - https://docs.vllm.ai/en/latest/usage/security/
#   - https://docs.openvino.ai/2025/model-server/ovms_docs_parameters.html
#   - https://cwe.mitre.org/data/definitions/918.html
# custom:
#   id: API-008
#   severity: high
#   applies_to:
#     format: kubernetes
#     types: [container]
#   parameters:
#     multimodal: >-
#       (^|[^a-z])(vl|vlm|vision|visual|image|audio|video|multimodal|omni|voice|speech|ocr)([^a-z]|$)|vl-|-vl|llava|pixtral
#       |internvl|paligemma|idefics|smolvlm|molmo|minicpm-[ov]|whisper|voxtral|ultravox|fuyu|blip|chameleon|florence
#       |cogvlm|ovis|aria-|gemma-?3-|gemma-?3n|llama-?4|mllama|kimi-vl|nvlm|phi-?[34][.0-9]*-?(vision|multimodal)
#   remediation: >-
#     Name the hosts: --allowed-media-domains images.example.org. Leave --allowed-local-media-path away, or point it to
#     a folder that holds nothing but media. VLLM_MEDIA_URL_ALLOW_REDIRECTS=0 keeps redirects from leading elsewhere.
package releasegate.api_008

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib
import data.lib.serving

# Servers that fetch whatever they are told unless hosts are named; OVMS fetches nothing until it is allowed.
_fetching := {"vllm", "huggingfaceserver"}

is_judged(r) if {
	serving.has_options(r)
	r.attributes.runtime in (_fetching | {"ovms"})
}

skip contains r.key if {
	some r in input.resources.container
	not is_judged(r)
}

# --- Files ----------------------------------------------------------------------------------------

# A folder right below the root holds more than media.
is_broad(folder) if {
	is_string(folder)
	count([part | some part in split(folder, "/"); not part in {"", "."}]) < 2
}

is_broad(folder) if {
	is_string(folder)
	regex.match(`(^|/)\.\.(/|$)|^/(etc|proc|sys|var/run|run|root)(/|$)`, folder)
}

deny contains finding if {
	some r in input.resources.container
	is_judged(r)
	folder := serving.option(r, "allowed_local_media_path")
	folder != ""
	is_broad(folder)
	finding := {
		"resource": r.key,
		"attribute": serving.path("allowed_local_media_path"),
		"evidence": folder,
		"message": sprintf("%s reads any file below %s that a request names", [r.address, folder]),
	}
}

# --- Addresses ------------------------------------------------------------------------------------

names(r) := [name |
	some option in ["model", "served_model_name"]
	value := serving.option(r, option)
	not lib.unresolved(value)
	some name in reading.texts(value)
]

_pattern := regex.replace(input.parameters.multimodal, `\s+`, "")

is_multimodal(r) if {
	some name in names(r)
	regex.match(_pattern, lower(name))
}

# A model of the hub by its name; a folder says nothing.
is_named(r) if {
	some name in reading.texts(serving.option(r, "model"))
	regex.match(`^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*$`, name)
}

is_restricted(r) if count(reading.items(serving.option(r, "allowed_media_domains"))) > 0

domains_unknown(r) if lib.unresolved(serving.option(r, "allowed_media_domains"))

deny contains finding if {
	some r in input.resources.container
	is_judged(r)
	r.attributes.runtime in _fetching
	is_multimodal(r)
	not is_restricted(r)
	not domains_unknown(r)
	finding := {
		"resource": r.key,
		"attribute": serving.path("allowed_media_domains"),
		"message": sprintf("%s serves %s and fetches media from anywhere", [r.address, names(r)[0]]),
	}
}

deny contains finding if {
	some r in input.resources.container
	is_judged(r)
	r.attributes.runtime == "ovms"
	"all" in reading.items(serving.option(r, "allowed_media_domains"))
	finding := {
		"resource": r.key,
		"attribute": serving.path("allowed_media_domains"),
		"message": sprintf("%s fetches media from anywhere (all)", [r.address]),
	}
}

is_denied(r) if {
	some finding in deny
	finding.resource == r.key
}

doubt(r) := {"option": "allowed_local_media_path", "cause": lib.cause(value)} if {
	value := serving.option(r, "allowed_local_media_path")
	lib.unresolved(value)
}

doubt(r) := {"option": "allowed_media_domains", "cause": lib.cause(serving.option(r, "allowed_media_domains"))} if {
	not lib.unresolved(object.get(r.attributes.serving_options, "allowed_local_media_path", ""))
	domains_unknown(r)
	not is_text_model(r)
}

doubt(r) := {"option": "model", "cause": cause} if {
	not lib.unresolved(object.get(r.attributes.serving_options, "allowed_local_media_path", ""))
	r.attributes.runtime in _fetching
	not domains_unknown(r)
	not is_restricted(r)
	not is_multimodal(r)
	not is_named(r)
	cause := "nothing shows whether the model takes images or sound"
}

is_text_model(r) if {
	is_named(r)
	not is_multimodal(r)
}

unknown contains finding if {
	some r in input.resources.container
	is_judged(r)
	not is_denied(r)
	found := doubt(r)
	finding := {
		"resource": r.key,
		"attribute": serving.path(found.option),
		"message": sprintf("%s may fetch media from anywhere: %s", [r.address, found.cause]),
		"cause": found.cause,
	}
}
