# The Kubernetes objects that serve models: what is said of them stands in the object, and not in its pods.
package lib.served_objects

import rego.v1

import data.lib.pods
import data.lib.releasegate as lib

# The workloads of the object whose pods serve a model.
servers(object) := {workload |
	some workload in lib.children(object.key)
	workload.type == "workload"
	pods.serves(workload)
}

serves(object) if count(servers(object)) > 0
