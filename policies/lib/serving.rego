# The options that model servers run with, and who may call the pods that they run in.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.serving

import rego.v1

import data.lib.exposure
import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

# A container whose server's options are known to the parser; templates are judged where they are used.
has_options(r) if {
	is_object(r.attributes.serving_options)
	r.type == "container"
	not pods.is_template(r)
}

# The value of an option; undefined for one that is not set and has no default.
option(r, name) := r.attributes.serving_options[name]

path(name) := sprintf("serving_options.%s", [name])

# What sets it, for a message: `--api-key`, `VLLM_API_KEY`, or the option's own name.
written(r, name) := reading.at(r.attributes, ["serving_option_sources", name, "name"], name)

# Whether the server answers no other pod.
is_local(r) if option(r, "host") in {"127.0.0.1", "localhost", "::1", "[::1]"}

# --- Who reaches it -------------------------------------------------------------------------------

# Kinds whose operator makes the Services of their pods.
_with_services := {
	"InferenceService": "the Service that KServe makes for it",
	"LLMInferenceService": "the Service that KServe makes for it",
	"KnativeService": "the Service that Knative makes for it",
	"RayService": "the Service that KubeRay makes for it",
	"SeldonDeployment": "the Service that Seldon makes for it",
}

# What leads to a workload from outside of its namespace, each {"resource", "what"}.
ways(workload) := {{"resource": each.resource, "what": each.what} | some each in exposure.outside(workload)} |
	_from_other_namespaces(workload)

_from_other_namespaces(workload) := set() if is_isolated(workload)

_from_other_namespaces(workload) := {{"resource": service, "what": "a Service that no NetworkPolicy guards"} |
	some service in lib.linked_to(workload.key, "selects")
	service.type == "Service"
} | {{"resource": workload, "what": what} | what := _with_services[workload.attributes.kind]} if {
	not is_isolated(workload)
}

is_isolated(workload) if count(lib.linked_to(workload.key, "isolates_ingress")) > 0

# Why it is not known whether somebody outside of the namespace reaches it.
doubts(workload) := {sprintf("it is not known whether %s isolates its pods", [policy.address]) |
	some policy in lib.linked_to(workload.key, "may_isolate_ingress")
} | {sprintf("it is not known whether %s selects its pods", [service.address]) |
	some service in lib.linked_to(workload.key, "may_select")
	service.type == "Service"
} | {"no Service of the release leads to it, so that nothing shows who may call it" |
	not is_isolated(workload)
	count(lib.linked_to(workload.key, "selects")) == 0
} | {cause | some cause in exposure.may_be_outside(workload)}
