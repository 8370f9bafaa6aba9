# Containers of Kubernetes workloads, as they will run: `security_context` has what the pod says as well.
# A helper is undefined where an attribute is not written or not known; `unknown_cause` tells the two apart.
package lib.containers

import rego.v1

import data.lib.releasegate as lib

# METADATA
# description: All containers of a workload, init containers and sidecars among them.
of(workload) := {part | some part in lib.children(workload.key); part.type == "container"}

# METADATA
# description: The workload that the container is a part of.
workload(container) := lib.resource(container.parent)

# METADATA
# description: The reference of the image, such as ghcr.io/acme/triage:1.2, for the helpers of lib.images.
image(container) := lib.attribute(container, ["image", "reference"])

# METADATA
# description: Why an attribute is not known, by its path, such as ["security_context", "runAsUser"].
unknown_cause(container, path) := lib.unknown_cause_at(container, path)

unknown_cause(container, path) := cause if {
	lib.is_absent(container, path)
	cause := lib.cause(container.attributes.filled_in) # an operator completes the container from elsewhere
}

# METADATA
# description: Whether it is a container beside the main ones, one that runs before them, or one for debugging.
is_secondary(container) if container.attributes.role in {"init", "sidecar", "ephemeral"}

# METADATA
# description: Whether it is privileged.
is_privileged(container) if lib.attribute(container, ["security_context", "privileged"]) == true

# METADATA
# description: Whether it says that no process of it runs as root.
is_non_root(container) if lib.attribute(container, ["security_context", "runAsNonRoot"]) == true

is_non_root(container) if {
	user := lib.attribute(container, ["security_context", "runAsUser"])
	is_number(user)
	user > 0
}

# METADATA
# description: Whether the capability is given to it; ALL stands for every one.
adds_capability(container, name) if {
	added := lib.attribute(container, ["security_context", "capabilities", "add"])
	is_array(added)
	some each in added
	is_string(each)
	trim_prefix(upper(each), "CAP_") in {"ALL", trim_prefix(upper(name), "CAP_")}
}

# METADATA
# description: Whether all capabilities are taken from it.
drops_all_capabilities(container) if {
	dropped := lib.attribute(container, ["security_context", "capabilities", "drop"])
	is_array(dropped)
	some each in dropped
	is_string(each)
	upper(each) == "ALL"
}

# METADATA
# description: The limit of a resource as written, such as limit(container, "memory").
limit(container, resource) := lib.attribute(container, ["resources", "limits", resource])

# METADATA
# description: The value of an environment variable.
variable(container, name) := lib.attribute(container, ["env_values", name])
