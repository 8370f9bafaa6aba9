# Pods as they will run: what a manifest of KServe or Seldon leaves out is filled in from a template of the cluster.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.pods

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib

# Kinds that no pod is started from; other objects take their pods from them.
_templates := {"ClusterServingRuntime", "LLMInferenceServiceConfig", "ServerConfig", "ServingRuntime"}

is_template(r) if r.attributes.kind in _templates

is_template(r) if r.attributes.workload_kind in _templates

# A workload whose pods serve a model.
serves(r) if {
	r.attributes.serving == true
	not is_template(r)
}

namespace(r) := reading.at(r.attributes, ["namespace"], "")

# The object that a container's workload is a part of.
owner(container) := lib.resource(lib.resource(container.parent).parent)

# --- What an operator fills in ------------------------------------------------------------------

# The keys of an InferenceService's component that stand for a container of a serving runtime.
_model_keys := {
	"model", "sklearn", "xgboost", "lightgbm", "pmml", "paddle", "mlflow", "tensorflow", "pytorch", "triton", "onnx",
	"huggingface", "art", "alibi", "aix",
}

# The part of the object that the container's workload stands for; a canary is one of several.
components(container) := {spec} if {
	spec := owner(container).attributes.spec[lib.resource(container.parent).attributes.component]
}

components(container) := {predictor | predictor := owner(container).attributes.spec.canary[_].predictor} if {
	startswith(reading.text(lib.resource(container.parent).attributes.component), "canary-")
}

_model_containers contains container if {
	some container in input.resources.container
	container.attributes.workload_kind == "InferenceService"
	container.attributes.role == "main"
	some component in components(container)
	some name in _model_keys
	component[name]
}

runtime_names(container) := {name |
	some component in components(container)
	some model_key in _model_keys
	name := component[model_key].runtime
	is_string(name)
}

_template_containers[container.key] contains found if {
	some container in _model_containers
	some name in runtime_names(container)
	some r in input.resources.workload
	r.attributes.kind in {"ClusterServingRuntime", "ServingRuntime"}
	r.attributes.name == name
	r.attributes.component == "pod"
	reading.at(r.attributes, ["namespace"], namespace(container)) == namespace(container)
	some found in lib.children(r.key)
	found.attributes.serving == true
}

_template_containers[container.key] contains found if {
	some container in input.resources.container
	container.attributes.workload_kind == "LLMInferenceService"
	base := owner(container).attributes.spec.baseRefs[_]
	some r in input.resources.workload
	r.attributes.kind == "LLMInferenceServiceConfig"
	r.attributes.name == base.name
	r.attributes.component == lib.resource(container.parent).attributes.component
	some found in lib.children(r.key)
	found.attributes.name == container.attributes.name
}

_template_containers[container.key] contains found if {
	some container in input.resources.container
	container.attributes.workload_kind == "Server"
	some r in input.resources.workload
	r.attributes.kind == "ServerConfig"
	r.attributes.name == owner(container).attributes.spec.serverConfig
	some found in lib.children(r.key)
	found.attributes.name == container.attributes.name
}

# Why it is not known what a container leaves out, by its key.
_filled_in_elsewhere[container.key] := cause if {
	some container in _model_containers
	not _template_containers[container.key]
	cause := sprintf("%s, which is not part of the release, may set it", [runtime(container)])
}

_filled_in_elsewhere[container.key] := cause if {
	some container in input.resources.container
	container.attributes.workload_kind in {"LLMInferenceService", "LLMInferenceServiceConfig"}
	cause := "an LLMInferenceServiceConfig of the cluster may set it"
}

_filled_in_elsewhere[container.key] := cause if {
	some container in input.resources.container
	container.attributes.workload_kind == "Server"
	not _template_containers[container.key]
	cause := "the ServerConfig, which is not part of the release, may set it"
}

runtime(container) := sprintf("the serving runtime %s", [concat(", ", runtime_names(container))]) if {
	count(runtime_names(container)) > 0
}

runtime(container) := "a serving runtime that the cluster chooses" if count(runtime_names(container)) == 0

# Undefined for a container whose manifest says everything.
filled_in(container) := _filled_in_elsewhere[container.key]

# --- Settings -----------------------------------------------------------------------------------

# What an attribute of a container will be, from its own manifest or from its template; null where nobody says it.
setting(container, path) := own if {
	own := reading.at(container.attributes, path, null)
	own != null
}

setting(container, path) := inherited(container, path) if reading.at(container.attributes, path, null) == null

inherited(container, path) := values[0] if {
	values := _inherited(container, path)
	count(values) > 0
}

inherited(container, path) := null if count(_inherited(container, path)) == 0

_inherited(container, path) := [value |
	some template in object.get(_template_containers, container.key, set())
	value := reading.at(template.attributes, path, null)
	value != null
]
