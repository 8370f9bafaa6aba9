# Pods as they will run: what their manifests leave out may come from templates of the cluster, as in KServe or Seldon.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.pods

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib

# Kinds that no pod is started from; other objects take their pods from them.
_templates := {
	"ClusterServingRuntime", "ClusterTrainingRuntime", "LLMInferenceServiceConfig", "ServerConfig", "ServingRuntime",
	"TrainingRuntime",
}

is_template(r) if r.attributes.kind in _templates

is_template(r) if r.attributes.workload_kind in _templates

# A workload whose pods serve a model.
serves(r) if {
	r.attributes.serving == true
	not is_template(r)
}

namespace(r) := reading.at(r.attributes, ["namespace"], "")

# Why it is not known what a container leaves out: an operator fills it in from an object outside of the release. What
# stands in a template of the release is part of the container already. Undefined where the manifests say everything.
filled_in(container) := lib.cause(container.attributes.filled_in)

# What an attribute of a container will be; null where nobody says it.
setting(container, path) := reading.at(container.attributes, path, null)
