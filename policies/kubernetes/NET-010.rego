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

import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

# --- What is judged: whatever serves, and the Services in front of it ------------------------------

skip contains r.key if {
	some r in input.resources.Service
	not before_model(r)
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

part_of_serving(container) if pods.serves(lib.resource(container.parent))

# --- Services -------------------------------------------------------------------------------------

kind(service) := reading.at(service.attributes, ["spec", "type"], "ClusterIP")

deny contains finding if {
	some r in input.resources.Service
	before_model(r)
	kind(r) == "NodePort"
	finding := {
		"resource": r.key,
		"attribute": "spec.type",
		"message": sprintf("%s opens a port of every node to the model server (type NodePort)", [r.address]),
	}
}

deny contains finding if {
	some r in input.resources.Service
	before_model(r)
	kind(r) == "LoadBalancer"
	not internal(r)
	not restricted(r)
	not undecided(r)
	finding := {
		"resource": r.key,
		"attribute": "spec.type",
		"message": sprintf("%s puts the model server behind a public load balancer", [r.address]),
	}
}

deny contains finding if {
	some r in input.resources.Service
	before_model(r)
	count(reading.items(r.attributes.spec.externalIPs)) > 0
	finding := {
		"resource": r.key,
		"attribute": "spec.externalIPs",
		"message": sprintf("%s takes in traffic for external addresses (externalIPs)", [r.address]),
	}
}

unknown contains finding if {
	some r in input.resources.Service
	before_model(r)
	cause := reading.placeholder(kind(r))
	finding := {
		"resource": r.key,
		"attribute": "spec.type",
		"message": sprintf("%s may expose the model server: its type is %s", [r.address, cause]),
		"cause": cause,
	}
}

unknown contains finding if {
	some r in input.resources.Service
	before_model(r)
	kind(r) == "LoadBalancer"
	not internal(r)
	not restricted(r)
	some name, _ in _internal
	cause := reading.placeholder(annotation(r, name))
	finding := {
		"resource": r.key,
		"attribute": reading.path(["metadata", "annotations", name]),
		"message": sprintf("%s may be a public load balancer: %s is %s", [r.address, name, cause]),
		"cause": cause,
	}
}

undecided(service) if {
	some name, _ in _internal
	reading.placeholder(annotation(service, name))
}

# Annotations that keep a load balancer off the internet, with the values that do so.
_internal := {
	"service.beta.kubernetes.io/aws-load-balancer-internal": `^(true|0\.0\.0\.0/0)$`,
	"service.beta.kubernetes.io/aws-load-balancer-scheme": `^internal$`,
	"service.beta.kubernetes.io/azure-load-balancer-internal": `^true$`,
	"networking.gke.io/load-balancer-type": `^[Ii]nternal$`,
	"cloud.google.com/load-balancer-type": `^[Ii]nternal$`,
	"service.beta.kubernetes.io/openstack-internal-load-balancer": `^true$`,
	"service.beta.kubernetes.io/oci-load-balancer-internal": `^true$`,
	"oci-network-load-balancer.oraclecloud.com/internal": `^true$`,
	"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": `^private$`,
	"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": `^intranet$`,
	"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": `.`,
}

internal(service) if {
	some name, pattern in _internal
	regex.match(pattern, annotation(service, name))
}

internal(service) if reading.at(service.attributes, ["spec", "loadBalancerClass"], "") == "tailscale"

# The AWS Load Balancer Controller makes internal ones unless it is told otherwise.
internal(service) if {
	by_aws_controller(service)
	not annotation(service, "service.beta.kubernetes.io/aws-load-balancer-scheme") == "internet-facing"
	not annotation(service, "service.beta.kubernetes.io/aws-load-balancer-internal") == "false"
}

by_aws_controller(service) if {
	reading.at(service.attributes, ["spec", "loadBalancerClass"], "") in {"service.k8s.aws/nlb", "eks.amazonaws.com/nlb"}
}

by_aws_controller(service) if {
	annotation(service, "service.beta.kubernetes.io/aws-load-balancer-type") in {"external", "nlb-ip"}
}

annotation(service, name) := sprintf("%v", [object.get(reading.annotations(service), name, "")])

restricted(service) if {
	ranges := reading.items(service.attributes.spec.loadBalancerSourceRanges)
	count(ranges) > 0
	count([range | some range in ranges; lib.cidr_is_world(range)]) == 0
}

restricted(service) if {
	some name in [
		"service.beta.kubernetes.io/load-balancer-source-ranges",
		"service.beta.kubernetes.io/azure-allowed-ip-ranges",
		"service.beta.kubernetes.io/azure-allowed-service-tags",
	]
	ranges := annotation(service, name)
	ranges != ""
	not regex.match(`/0(,|$)|Internet`, ranges)
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
