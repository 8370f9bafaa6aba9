# METADATA
# title: Serving Services are not exposed directly
# description: >-
#   A model server has no users, few limits and often an API for its operators. A public load balancer or a node port
#   puts all of that where anyone can reach it, and the Ingress with its authentication is just another way in. An
#   internal load balancer, and one with loadBalancerSourceRanges, is let be; so is what the AWS Load Balancer
#   Controller creates, unless its scheme says internet-facing.
# related_resources:
#   - https://kubernetes.io/docs/concepts/services-networking/service/
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: NET-010
#   severity: high
#   applies_to:
#     format: kubernetes
#     types: [Service, workload, container]
#   remediation: >-
#     Make the Service type: ClusterIP and publish the model through an Ingress or a Gateway that authenticates. If
#     other networks must reach it, keep the load balancer internal
#     (service.beta.kubernetes.io/aws-load-balancer-scheme: internal, networking.gke.io/load-balancer-type: Internal,
#     azure-load-balancer-internal: "true") or set spec.loadBalancerSourceRanges. Take hostNetwork and hostPort out of
#     serving pods.
package releasegate.net_010

import rego.v1

import data.lib.exposure
import data.lib.pods
import data.lib.releasegate as lib

# --- What is judged: whatever serves, and the Services in front of it ------------------------------

skip contains r.key if {
	some r in input.resources.Service
	not before_model(r)
	not may_be_before_model(r)
}

skip contains r.key if {
	some r in input.resources.workload
	not pods.serves(r)
}

skip contains r.key if {
	some r in input.resources.container
	not part_of_serving(r)
}

before_model(service) if {
	some r in lib.linked_from(service.key, "selects")
	pods.serves(r)
}

may_be_before_model(service) if {
	some r in lib.linked_from(service.key, "may_select")
	pods.serves(r)
}

part_of_serving(container) if pods.serves(lib.resource(container.parent))

# --- Services -------------------------------------------------------------------------------------

deny contains finding if {
	some r in input.resources.Service
	before_model(r)
	some opening in exposure.openings(r)
	finding := {
		"resource": r.key,
		"attribute": opening.attribute,
		"evidence": opening.what,
		"message": sprintf("%s opens the model server to %s", [r.address, opening.what]),
	}
}

unknown contains finding if {
	some r in input.resources.Service
	before_model(r)
	some doubt in exposure.doubts(r)
	finding := {
		"resource": r.key,
		"attribute": doubt.attribute,
		"message": sprintf("%s may open the model server to everyone: %s is %s", [r.address, doubt.what, doubt.cause]),
		"cause": doubt.cause,
	}
}

unknown contains finding if {
	some r in input.resources.Service
	not before_model(r)
	some workload in lib.linked_from(r.key, "may_select")
	pods.serves(workload)
	some opening in exposure.openings(r)
	cause := sprintf("it is not known whether it selects the pods of %s", [workload.address])
	finding := {
		"resource": r.key,
		"attribute": "spec.selector",
		"message": sprintf("%s may open a model server to %s: %s", [r.address, opening.what, cause]),
		"cause": cause,
	}
}

# --- Pods in the network of their node ------------------------------------------------------------

deny contains finding if {
	some r in input.resources.workload
	pods.serves(r)
	r.attributes.host_network == true
	finding := {
		"resource": r.key,
		"attribute": "host_network",
		"message": sprintf("%s serves on the network of its node (hostNetwork), which no NetworkPolicy covers", [r.address]),
	}
}

deny contains finding if {
	some r in input.resources.container
	part_of_serving(r)
	port := r.attributes.ports[i].hostPort
	port != 0
	finding := {
		"resource": r.key,
		"attribute": sprintf("ports[%d].hostPort", [i]),
		"message": sprintf("%s opens port %v of its node (hostPort)", [r.address, port]),
	}
}
