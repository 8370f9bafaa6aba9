# METADATA
# title: Resource limits incl. accelerators are set
# description: >-
#   One long prompt or one batch too many can take all the memory of a node, and every other pod on it with it. A
#   limit keeps the damage inside the container that does it. A server that is meant for GPUs but asks for none either
#   fails to start or, where the node hands out all devices, takes those of its neighbours. Init containers and
#   containers of a namespace whose LimitRange sets a default are left out; what an InferenceService does not say is
#   up to the cluster.
# related_resources:
#   - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
#   - https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/
# custom:
#   id: WKL-006
#   severity: medium
#   applies_to:
#     format: kubernetes
#     types: [container]
#   parameters:
#     limits: [cpu, memory]
#   remediation: >-
#     Set resources.limits.cpu and resources.limits.memory on every container, and on model servers for GPUs
#     resources.limits."nvidia.com/gpu" (or resources.claims). Who runs without CPU limits on purpose sets the
#     parameter limits to [memory].
package releasegate.wkl_006

import rego.v1

import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

runs_beside(r) if r.attributes.role in {"main", "sidecar"}

skip contains r.key if {
	some r in input.resources.container
	not runs_beside(r)
}

# --- CPU and memory -------------------------------------------------------------------------------

limit(r, name) := found if {
	found := pods.setting(r, ["resources", "limits", name])
	found != null
}

limit(r, name) := found if {
	pods.setting(r, ["resources", "limits", name]) == null
	found := pod_limits(r)[name]
}

# Limits of the pod as a whole, which its containers share.
pod_limits(r) := lib.resource(r.parent).attributes.resources.limits

by_default(r, name) if {
	some range in input.resources.LimitRange
	reading.namespace(range) == pods.namespace(r)
	each := range.attributes.spec.limits[_]
	each.type == "Container"
	each["default"][name]
}

missing(r) := [name |
	some name in input.parameters.limits
	not limit(r, name)
	not by_default(r, name)
]

# --- Accelerators ---------------------------------------------------------------------------------

has_accelerator(r) if {
	some name, _ in reading.mapping(pods.setting(r, ["resources", "limits"]))
	regex.match(`(?i)/.*(gpu|mig|gaudi|tpu|neuron|npu|xpu|hpu|dcu|mlu|ascend|i915)|gpu[^/]*/`, name)
}

has_accelerator(r) if count(reading.items(pods.setting(r, ["resources", "claims"]))) > 0

# What shows that the server is meant for GPUs.
needs_accelerator(r) if {
	some word in reading.texts(r.attributes.arguments)
	regex.match(`^--?(gpu-memory-utilization|mem-fraction-static|cuda-memory-fraction|gpus)(=|$)`, word)
}

needs_accelerator(r) if {
	devices := r.attributes.env_values.NVIDIA_VISIBLE_DEVICES
	is_string(devices)
	not devices in {"", "none", "void"}
}

needs_accelerator(r) if contains(reading.text(lib.resource(r.parent).attributes.runtime_class), "nvidia")

needs_accelerator(r) if r.attributes.runtime in {"nim", "tensorrt-llm"}

needs_accelerator(r) if {
	some name in ["lmsysorg/sglang", "huggingface/text-generation-inference", "vllm/vllm-openai"]
	endswith(reading.text(r.attributes.image.repository), name)
	not regex.match(`(?i)cpu|intel`, reading.text(r.attributes.image.reference))
	not on_cpu(r)
}

on_cpu(r) if {
	some word in reading.texts(r.attributes.arguments)
	word in {"--device=cpu", "cpu"}
}

# A template leaves it to the service that uses it.
lacks_accelerator(r) if {
	r.attributes.serving == true
	not pods.is_template(r)
	needs_accelerator(r)
	not has_accelerator(r)
}

# --- Findings -------------------------------------------------------------------------------------

faults(r) := array.concat(
	[sprintf("no limit for %s", [concat(" and ", names)]) | names := missing(r); count(names) > 0],
	["no accelerator, which its server is meant for" | lacks_accelerator(r)],
)

# KServe's own defaults, and the serving runtime, stand behind an InferenceService.
elsewhere(r) := "defaults of KServe or the serving runtime in the cluster may set limits" if {
	r.attributes.workload_kind == "InferenceService"
	r.attributes.role == "main"
}

elsewhere(r) := pods.filled_in(r) if r.attributes.workload_kind != "InferenceService"

deny contains finding if {
	some r in input.resources.container
	runs_beside(r)
	not elsewhere(r)
	found := faults(r)
	count(found) > 0
	finding := {
		"resource": r.key,
		"attribute": "resources.limits",
		"message": sprintf("%s has %s", [r.address, concat(", and ", found)]),
	}
}

unknown contains finding if {
	some r in input.resources.container
	runs_beside(r)
	cause := elsewhere(r)
	found := faults(r)
	count(found) > 0
	finding := {
		"resource": r.key,
		"attribute": "resources.limits",
		"message": sprintf("%s itself has %s: %s", [r.address, concat(", and ", found), cause]),
		"cause": cause,
	}
}
