# METADATA
# title: Root filesystem read-only and seccomp set
# description: >-
#   On a writable root filesystem an attacker can change the server's code and drop tools next to it; without a
#   seccomp profile every system call of the node's kernel is within reach. Model servers write to caches and to /tmp
#   only, which an emptyDir serves. Init containers are gone before anyone can reach them, so of them only the profile
#   is asked.
# related_resources:
#   - https://kubernetes.io/docs/tutorials/security/seccomp/
#   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   id: WKL-003
#   severity: medium
#   applies_to:
#     format: kubernetes
#     types: [container]
#   remediation: >-
#     Set readOnlyRootFilesystem: true in the container's securityContext, mount an emptyDir at /tmp and at the cache
#     (HF_HOME, VLLM_CACHE_ROOT), and set seccompProfile: {type: RuntimeDefault} on the pod.
package releasegate.wkl_003

import rego.v1

import data.lib.pods
import data.lib.reading

may_write(r) if r.attributes.role in {"init", "ephemeral"}

root(r) := pods.setting(r, ["security_context", "readOnlyRootFilesystem"])

profile(r) := pods.setting(r, ["security_context", "seccompProfile", "type"])

profile_is_set(r) if profile(r) in {"RuntimeDefault", "Localhost"}

wrong(r) := array.concat(
	[{"at": "security_context.readOnlyRootFilesystem", "what": "the root filesystem is writable"} |
		not may_write(r)
		root(r) != null
		root(r) != true
		not reading.placeholder(root(r))
	],
	[{"at": "security_context.seccompProfile.type", "what": sprintf("the seccomp profile is %v", [profile(r)])} |
		profile(r) != null
		not profile_is_set(r)
		not reading.placeholder(profile(r))
	],
)

missing(r) := array.concat(
	[{"at": "security_context.readOnlyRootFilesystem", "what": "the root filesystem is writable"} |
		not may_write(r)
		root(r) == null
	],
	[{"at": "security_context.seccompProfile", "what": "no seccomp profile is set"} | profile(r) == null],
)

faults(r) := array.concat(wrong(r), missing(r)) if not pods.filled_in(r)

faults(r) := wrong(r) if pods.filled_in(r)

deny contains finding if {
	some r in input.resources.container
	found := faults(r)
	count(found) > 0
	finding := {
		"resource": r.key,
		"attribute": found[0].at,
		"message": sprintf("%s: %s", [r.address, concat(", and ", [fault.what | some fault in found])]),
	}
}

unknown contains finding if {
	some r in input.resources.container
	count(faults(r)) == 0
	some at in ["readOnlyRootFilesystem", "seccompProfile.type"]
	cause := reading.placeholder(pods.setting(r, array.concat(["security_context"], split(at, "."))))
	finding := {
		"resource": r.key,
		"attribute": sprintf("security_context.%s", [at]),
		"message": sprintf("%s: %s is %s", [r.address, at, cause]),
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
		"message": sprintf("%s sets no read-only root filesystem or no seccomp profile: %s", [r.address, cause]),
		"cause": cause,
	}
}
