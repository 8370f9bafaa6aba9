# METADATA
# title: Containers of the release run as non-root
# description: >-
#   A flaw in a model server, in a tokenizer or in a pickled model gives an attacker the user of the process. As root
#   that user may rewrite everything the container mounts, and one bug of the kernel away it is root of the node with
#   its GPUs and the secrets of all pods on it. Init containers count too, because they run beside the same volumes
#   and tokens. What an InferenceService leaves out is looked up in its serving runtime; is that not part of the
#   release, nobody can tell.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#   - https://cwe.mitre.org/data/definitions/250.html
# custom:
#   id: WKL-001
#   severity: high
#   applies_to:
#     format: kubernetes
#     types: [container]
#   remediation: >-
#     Set securityContext.runAsNonRoot: true and a runAsUser other than 0 (such as 10001) on the pod or on each
#     container, in an InferenceService below predictor.model. Give the image a USER of its own, and use fsGroup in
#     place of an init container that changes owners as root.
package releasegate.wkl_001

import rego.v1

import data.lib.pods
import data.lib.reading

user(r) := pods.setting(r, ["security_context", "runAsUser"])

non_root(r) := pods.setting(r, ["security_context", "runAsNonRoot"])

own_user(r) if {
	is_number(user(r))
	user(r) > 0
}

placeholder(r) := reading.placeholder(user(r)) if user(r) != null

placeholder(r) := reading.placeholder(non_root(r)) if user(r) == null

# Neither switch says that it is no root.
open_question(r) if {
	user(r) == null
	not non_root(r) in {true, false}
	not placeholder(r)
}

deny contains finding if {
	some r in input.resources.container
	user(r) != null
	not own_user(r)
	not placeholder(r)
	finding := {
		"resource": r.key,
		"attribute": "security_context.runAsUser",
		"message": sprintf("%s runs as root (runAsUser is %v)", [r.address, user(r)]),
	}
}

deny contains finding if {
	some r in input.resources.container
	user(r) == null
	non_root(r) == false
	finding := {
		"resource": r.key,
		"attribute": "security_context.runAsNonRoot",
		"message": sprintf("%s may run as root (runAsNonRoot is false, runAsUser is not set)", [r.address]),
	}
}

deny contains finding if {
	some r in input.resources.container
	open_question(r)
	not pods.filled_in(r)
	finding := {
		"resource": r.key,
		"attribute": "security_context.runAsNonRoot",
		"message": sprintf("%s runs as whatever user its image names, root by default (no runAsNonRoot)", [r.address]),
	}
}

unknown contains finding if {
	some r in input.resources.container
	open_question(r)
	cause := pods.filled_in(r)
	finding := {
		"resource": r.key,
		"attribute": "security_context.runAsNonRoot",
		"message": sprintf("%s sets no runAsNonRoot: %s", [r.address, cause]),
		"cause": cause,
	}
}

unknown contains finding if {
	some r in input.resources.container
	cause := placeholder(r)
	finding := {
		"resource": r.key,
		"attribute": "security_context.runAsUser",
		"message": sprintf("%s: runAsUser or runAsNonRoot is %s", [r.address, cause]),
		"cause": cause,
	}
}
