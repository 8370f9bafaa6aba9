# METADATA
# title: No privileged containers, privilege escalation or extra capabilities
# description: >-
#   A privileged container is root on its node, a process that may gain privileges is one setuid binary away from it,
#   and each capability is a part of that power. A model server needs none of them: device plugins hand out GPUs
#   without. Left unset, Kubernetes allows escalation and gives the runtime's default set of capabilities.
#   NET_BIND_SERVICE may be added, as in the restricted Pod Security Standard; more can be allowed by the parameter.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#   - https://cwe.mitre.org/data/definitions/250.html
# custom:
#   id: WKL-002
#   severity: critical
#   applies_to:
#     format: kubernetes
#     types: [container]
#   parameters:
#     allowed_capabilities: [NET_BIND_SERVICE]
#   remediation: >-
#     In the securityContext of the container set privileged: false, allowPrivilegeEscalation: false and capabilities:
#     {drop: [ALL]}, and add none. Where RDMA needs IPC_LOCK, name it in the parameter allowed_capabilities.
package releasegate.wkl_002

import rego.v1

import data.lib.pods
import data.lib.reading

# --- What is written and wrong --------------------------------------------------------------------
# The order is that of the danger: the first one gives the finding its line.

wrong(r) := array.concat(array.concat(privileged(r), escalating(r)), array.concat(added(r), not_dropped(r)))

privileged(r) := [{"at": "security_context.privileged", "what": "privileged is true"} |
	pods.setting(r, ["security_context", "privileged"]) == true
]

escalating(r) := [{
	"at": "security_context.allowPrivilegeEscalation",
	"what": "allowPrivilegeEscalation is true",
} |
	pods.setting(r, ["security_context", "allowPrivilegeEscalation"]) == true
]

added(r) := [{"at": "security_context.capabilities.add", "what": sprintf("%s added", [concat(", ", more)])} |
	more := [name |
		some name in reading.texts(pods.setting(r, ["security_context", "capabilities", "add"]))
		not plain(name) in {plain(allowed) | some allowed in reading.texts(input.parameters.allowed_capabilities)}
	]
	count(more) > 0
]

not_dropped(r) := [{"at": "security_context.capabilities.drop", "what": "capabilities.drop lacks ALL"} |
	dropped := pods.setting(r, ["security_context", "capabilities", "drop"])
	dropped != null
	not "ALL" in {plain(name) | some name in reading.texts(dropped)}
]

plain(name) := trim_prefix(upper(name), "CAP_")

# --- What is not written --------------------------------------------------------------------------

missing(r) := array.concat(
	[{"at": "security_context.allowPrivilegeEscalation", "what": "allowPrivilegeEscalation is not false"} |
		pods.setting(r, ["security_context", "allowPrivilegeEscalation"]) == null
	],
	[{"at": "security_context.capabilities", "what": "capabilities.drop lacks ALL"} |
		pods.setting(r, ["security_context", "capabilities", "drop"]) == null
	],
)

# The container's own fault, where there is one, or what nobody fills in.
faults(r) := array.concat(wrong(r), missing(r)) if not pods.filled_in(r)

faults(r) := wrong(r) if pods.filled_in(r)

deny contains finding if {
	some r in input.resources.container
	found := faults(r)
	count(found) > 0
	finding := {
		"resource": r.key,
		"attribute": found[0].at,
		"message": sprintf("%s: %s", [r.address, concat("; ", [fault.what | some fault in found])]),
	}
}

unknown contains finding if {
	some r in input.resources.container
	count(faults(r)) == 0
	some name in ["privileged", "allowPrivilegeEscalation"]
	cause := reading.placeholder(pods.setting(r, ["security_context", name]))
	finding := {
		"resource": r.key,
		"attribute": sprintf("security_context.%s", [name]),
		"message": sprintf("%s: %s is %s", [r.address, name, cause]),
		"cause": cause,
	}
}

unknown contains finding if {
	some r in input.resources.container
	cause := pods.filled_in(r)
	count(wrong(r)) == 0
	found := missing(r)
	count(found) > 0
	finding := {
		"resource": r.key,
		"attribute": found[0].at,
		"message": sprintf("%s sets no allowPrivilegeEscalation or drops no capabilities: %s", [r.address, cause]),
		"cause": cause,
	}
}
