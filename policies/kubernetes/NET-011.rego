# METADATA
# title: Ray dashboard, GCS and client ports are not exposed
# description: >-
#   Ray has no users and no passwords by default: who reaches the dashboard's job API (8265), the client port (10001)
#   or the GCS (6379) runs code on every node of the cluster, with its models, data and credentials. None of them may be
#   opened by a load balancer, a node port or a route; a route that asks for a login, and an internal load balancer, are let be.
#   The port that serves the model (8000) is none of this policy's business.
# related_resources:
#   - https://docs.ray.io/en/latest/ray-security/index.html
#   - https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/config.html
#   - https://nvd.nist.gov/vuln/detail/CVE-2023-48022
#   - https://cwe.mitre.org/data/definitions/306.html
# custom:
#   id: NET-011
#   severity: critical
#   applies_to:
#     format: kubernetes
#     types:
#       - RayCluster
#       - RayService
#       - RayJob
#       - RayCronJob
#       - Service
#       - Ingress
#       - HTTPRoute
#       - TCPRoute
#       - VirtualService
#       - IngressRoute
#       - IngressRouteTCP
#       - Route
#   remediation: >-
#     Take serviceType (NodePort, LoadBalancer) and enableIngress: true out of headGroupSpec, hostNetwork out of its
#     template, and the ports 8265, 10001 and 6379 out of public Services and routes; reach the dashboard by kubectl
#     port-forward, or by a route behind a login.
package releasegate.net_011

import rego.v1

import data.lib.authentication
import data.lib.entrances
import data.lib.exposure
import data.lib.ray
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.route_guards

# --- The cluster itself ---------------------------------------------------------------------------

clusters := [r |
	some type in ["RayCluster", "RayService", "RayJob", "RayCronJob"]
	some r in input.resources[type]
]

head_of(r) := reading.at(r.attributes, array.concat(ray.cluster_path(r), ["headGroupSpec"]), {})

# What KubeRay makes the head's Service of, the type in both places that may have one.
head_services(r) := [{"attributes": service, "at": each.at} |
	cluster := reading.at(r.attributes, ray.cluster_path(r), {})
	template := reading.mapping(reading.at(head_of(r), ["headService"], {}))
	some each in [
		{"at": ["headGroupSpec", "serviceType"], "spec": {"type": reading.at(head_of(r), ["serviceType"], "ClusterIP")}},
		{"at": ["headGroupSpec", "headService", "spec", "type"], "spec": reading.mapping(reading.at(template, ["spec"], {}))},
	]
	annotations := object.union(
		reading.mapping(reading.at(template, ["metadata", "annotations"], {})),
		reading.mapping(reading.at(cluster, ["headServiceAnnotations"], {})),
	)
	service := {"metadata": {"annotations": annotations}, "spec": each.spec}
]

deny contains finding if {
	some r in clusters
	some service in head_services(r)
	some opening in exposure.openings(service)
	at := reading.path(array.concat(ray.cluster_path(r), service.at))
	finding := {
		"resource": r.key,
		"attribute": at,
		"evidence": at,
		"message": sprintf("%s opens dashboard, client port and GCS of its head to %s", [r.address, opening.what]),
	}
}

unknown contains finding if {
	some r in clusters
	some service in head_services(r)
	some doubt in exposure.doubts(service)
	finding := {
		"resource": r.key,
		"attribute": reading.path(array.concat(ray.cluster_path(r), service.at)),
		"message": sprintf("%s may open the ports of its head: %s is %s", [r.address, doubt.what, doubt.cause]),
		"cause": doubt.cause,
	}
}

deny contains finding if {
	some r in clusters
	head_of(r).enableIngress in {true, "true"}
	at := reading.path(array.concat(ray.cluster_path(r), ["headGroupSpec", "enableIngress"]))
	finding := {
		"resource": r.key,
		"attribute": at,
		"evidence": at,
		"message": sprintf("%s puts an Ingress before the dashboard of its head (enableIngress)", [r.address]),
	}
}

unknown contains finding if {
	some r in clusters
	cause := exposure.unknown(head_of(r).enableIngress)
	finding := {
		"resource": r.key,
		"attribute": reading.path(array.concat(ray.cluster_path(r), ["headGroupSpec", "enableIngress"])),
		"message": sprintf("%s may put an Ingress before the dashboard: enableIngress is %s", [r.address, cause]),
		"cause": cause,
	}
}

deny contains finding if {
	some r in clusters
	head_of(r).template.spec.hostNetwork == true
	at := reading.path(array.concat(ray.cluster_path(r), ["headGroupSpec", "template", "spec", "hostNetwork"]))
	finding := {
		"resource": r.key,
		"attribute": at,
		"evidence": at,
		"message": sprintf("%s opens every port of its head on its node (hostNetwork)", [r.address]),
	}
}

deny contains finding if {
	some r in clusters
	port := head_of(r).template.spec.containers[i].ports[j]
	port.hostPort != 0
	what := ray.door(port.containerPort)
	at := array.concat(ray.cluster_path(r), ["headGroupSpec", "template", "spec", "containers", i, "ports", j, "hostPort"])
	finding := {
		"resource": r.key,
		"attribute": reading.path(at),
		"evidence": reading.path(at),
		"message": sprintf("%s opens %s of its head on its node (hostPort)", [r.address, what]),
	}
}

# --- Services -------------------------------------------------------------------------------------

skip contains r.key if {
	some r in input.resources.Service
	count(ray.heads(r)) == 0
	count(may_be_heads(r)) == 0
}

may_be_heads(service) := {head | some head in lib.linked_from(service.key, "may_select"); ray.is_head(head)}

deny contains finding if {
	some r in input.resources.Service
	some opening in exposure.openings(r)
	some found in ray.doors(r)
	finding := {
		"resource": r.key,
		"attribute": sprintf("spec.ports[%d]", [found.index]),
		"evidence": sprintf("%s %s", [opening.what, found.door]),
		"message": sprintf("%s opens %s of a Ray cluster to %s", [r.address, found.door, opening.what]),
		"related": [{"resource": r.key, "attribute": opening.attribute}],
	}
}

unknown contains finding if {
	some r in input.resources.Service
	count(ray.doors(r)) > 0
	some doubt in exposure.doubts(r)
	finding := {
		"resource": r.key,
		"attribute": doubt.attribute,
		"message": sprintf("%s may open a Ray cluster to everyone: %s is %s", [r.address, doubt.what, doubt.cause]),
		"cause": doubt.cause,
	}
}

unknown contains finding if {
	some r in input.resources.Service
	count(exposure.openings(r)) > 0
	count(ray.heads(r)) == 0
	some head in may_be_heads(r)
	cause := sprintf("it is not known whether it selects the pods of %s", [head.address])
	finding := {
		"resource": r.key,
		"attribute": "spec.selector",
		"message": sprintf("%s may open a Ray cluster to everyone: %s", [r.address, cause]),
		"cause": cause,
	}
}

# --- Routes ---------------------------------------------------------------------------------------

routes := [r |
	some type in ["Ingress", "HTTPRoute", "TCPRoute", "VirtualService", "IngressRoute", "IngressRouteTCP", "Route"]
	some r in input.resources[type]
]

judged := [r |
	some r in routes
	entrances.is_entrance(r)
	count(ray.route_doors(r)) > 0
]

skip contains r.key if {
	some r in routes
	not r in judged
}

deny contains finding if {
	some r in judged
	not authentication.authenticated(r)
	count(route_guards.missing_add_ons(r)) == 0
	some found in ray.route_doors(r)
	finding := {
		"resource": r.key,
		"attribute": found.attribute,
		"evidence": sprintf("%s %s", [found.attribute, found.door]),
		"message": sprintf("%s leads everyone to %s of a Ray cluster", [r.address, found.door]),
	}
}

unknown contains finding if {
	some r in judged
	not authentication.authenticated(r)
	names := route_guards.missing_add_ons(r)
	count(names) > 0
	cause := sprintf("%s is not part of the release", [min(names)])
	some found in ray.route_doors(r)
	finding := {
		"resource": r.key,
		"attribute": found.attribute,
		"message": sprintf("%s may lead everyone to %s of a Ray cluster: %s", [r.address, found.door, cause]),
		"cause": cause,
	}
}
