# What of a workload is open to the world outside of the cluster, as far as the release shows.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.exposure

import rego.v1

import data.lib.entrances
import data.lib.reading
import data.lib.releasegate as lib

# --- Services -------------------------------------------------------------------------------------

kind(service) := reading.at(service.attributes, ["spec", "type"], "ClusterIP")

# The ways that the Service opens to its pods, each {"attribute", "what"}; one of type ClusterIP opens none.
openings(service) := {opening | some opening in _openings(kind(service))} |
	{{"attribute": "spec.type", "what": "a public load balancer"} | is_public(service)} |
	{{"attribute": "spec.externalIPs", "what": "external addresses (externalIPs)"} |
		count(reading.items(service.attributes.spec.externalIPs)) > 0
	}

_openings("NodePort") := {{"attribute": "spec.type", "what": "a port of every node (type NodePort)"}}

_openings(type) := set() if type != "NodePort"

is_public(service) if {
	kind(service) == "LoadBalancer"
	not is_internal(service)
	not restricted(service)
	not undecided(service)
}

# The ways that it may open, each {"attribute", "what", "cause"}.
doubts(service) := {{"attribute": "spec.type", "what": "its type", "cause": cause} |
	cause := unknown(kind(service))
} | {{"attribute": reading.path(["metadata", "annotations", name]), "what": name, "cause": cause} |
	kind(service) == "LoadBalancer"
	not is_internal(service)
	not restricted(service)
	some name, _ in _internal
	cause := unknown(_written(service, name))
}

# Why the value is not known; undefined for one that is.
unknown(value) := reading.placeholder(value)

unknown(value) := lib.cause(value)

_written(service, name) := reading.at(reading.annotations(service), [name], "")

undecided(service) if {
	some name, _ in _internal
	unknown(_written(service, name))
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

is_internal(service) if {
	some name, pattern in _internal
	regex.match(pattern, annotation(service, name))
}

is_internal(service) if reading.at(service.attributes, ["spec", "loadBalancerClass"], "") == "tailscale"

# The AWS Load Balancer Controller makes internal ones unless it is told otherwise.
is_internal(service) if {
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

# --- Pods -----------------------------------------------------------------------------------------

# What a workload opens on its node, each {"resource", "attribute", "what"}.
on_node(workload) := {{"resource": workload, "attribute": "host_network", "what": what} |
	workload.attributes.host_network == true
	what := "the network of its node (hostNetwork)"
} | {{"resource": container, "attribute": sprintf("ports[%d].hostPort", [i]), "what": what} |
	some container in lib.children(workload.key)
	port := container.attributes.ports[i].hostPort
	port != 0
	what := sprintf("port %v of its node (hostPort)", [port])
}

# Everything through which the workload is reached from outside, each {"resource", "attribute", "what"}.
outside(workload) := on_node(workload) | {object.union(opening, {"resource": service}) |
	some service in _services(workload, "selects")
	some opening in openings(service)
} | {{"resource": route, "attribute": "spec", "what": sprintf("a route (%s)", [route.type])} |
	some route in entrances.routes_to(workload)
}

# Why it is not known whether the workload is reached from outside; empty where that is known.
may_be_outside(workload) := {doubt.cause |
	some service in _services(workload, "selects")
	some doubt in doubts(service)
} | {cause |
	some service in _services(workload, "may_select")
	count(openings(service)) > 0
	cause := sprintf("it is not known whether %s selects its pods", [service.address])
} | {cause |
	workload.attributes.kind in {"InferenceService", "KnativeService"}
	not _is_local(workload)
	cause := sprintf("%s publishes it unless it is labelled cluster-local", [workload.attributes.kind])
}

_services(workload, link) := {service |
	some service in lib.linked_to(workload.key, link)
	service.type == "Service"
}

_is_local(workload) if {
	labels := reading.mapping(reading.at(lib.resource(workload.parent).attributes, ["metadata", "labels"], {}))
	some name in ["networking.knative.dev/visibility", "networking.kserve.io/visibility"]
	labels[name] == "cluster-local"
}
