# Ways into the cluster, where they lead, and which of them lead to a model.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.entrances

import rego.v1

import data.lib.pods
import data.lib.ray
import data.lib.reading
import data.lib.releasegate as lib

_route_types := [
	"Ingress", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute", "VirtualService", "IngressRoute",
	"IngressRouteTCP", "IngressRouteUDP", "Route",
]

_gateway_routes := {"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"}

# --- Routes, and the Services that they lead to ---------------------------------------------------

_routes := {r.key: r |
	some type in _route_types
	some r in input.resources[type]
	is_entrance(r)
}

is_entrance(r) if r.type in {"Ingress", "IngressRoute", "IngressRouteTCP", "IngressRouteUDP"}

is_entrance(r) if {
	r.type == "Route"
	startswith(reading.text(r.attributes.apiVersion), "route.openshift.io/")
}

# A route whose parent is a Service, and a VirtualService of the mesh alone, let nobody in from outside; neither does
# one that its gateway does not take.
is_entrance(r) if {
	r.type in _gateway_routes
	count(carriers(r)) > 0
}

is_entrance(r) if {
	r.type == "VirtualService"
	count(carriers(r)) > 0
}

# The gateways that take the route, or may: those outside of the release count as they are written.
carriers(r) := {full |
	some full in gateways(r)
	not full in _gateways[_gateway_type(r)]
} | {full_name(gateway) |
	some kind in ["attaches_to", "may_attach_to"]
	some gateway in lib.linked_from(r.key, kind)
	gateway.type == _gateway_type(r)
}

_gateway_type(r) := "IstioGateway" if r.type == "VirtualService"

_gateway_type(r) := "Gateway" if r.type != "VirtualService"

_gateways := {type: {full_name(gateway) | some gateway in object.get(input.resources, type, [])} |
	some type in ["Gateway", "IstioGateway"]
}

# The Gateways of a route, as "namespace/name".
gateways(r) := {full |
	parent := r.attributes.spec.parentRefs[_]
	reading.at(parent, ["kind"], "Gateway") == "Gateway"
	is_string(parent.name)
	full := sprintf("%s/%s", [reading.text(reading.at(parent, ["namespace"], reading.namespace(r))), parent.name])
} if {
	r.type in _gateway_routes
}

gateways(r) := {full |
	some written in reading.texts(r.attributes.spec.gateways)
	written != "mesh"
	full := _with_namespace(written, reading.namespace(r))
} if {
	r.type == "VirtualService"
}

gateways(r) := set() if not r.type in (_gateway_routes | {"VirtualService"})

_with_namespace(written, _) := written if contains(written, "/")

_with_namespace(written, namespace) := sprintf("%s/%s", [namespace, written]) if not contains(written, "/")

# An object of Kubernetes as "namespace/name".
full_name(r) := sprintf("%s/%s", [reading.namespace(r), reading.name(r)])

# What a route leads to by its links, and what it may lead to.
_backends := {key: value | some key, value in _backends_entries}

_backends_entries[route] contains target.key if {
	some route, r in _routes
	some target in lib.linked_from(r.key, "routes_to")
}

_possible := {key: value | some key, value in _possible_entries}

_possible_entries[route] contains target.key if {
	some route, r in _routes
	some target in lib.linked_from(r.key, "may_route_to")
}

# The Services and InferenceServices that a route leads to.
backends(r) := {lib.resource(key) | some key in _backends[r.key]}

# Whether the route leads anywhere: one that only redirects does not.
_forwards(r) if count({each | some each in _backends[r.key]}) > 0

_forwards(r) if {
	walk(r.attributes.spec, [path, value])
	path[count(path) - 1] in {
		"alternateBackends", "backend", "backendRefs", "defaultBackend", "destination", "services", "to",
	}
	value != []
}

# --- Which routes lead to a model -----------------------------------------------------------------
# The way goes from Service to pod by its selector, and from pod to Service by the host names that the pod's variables,
# arguments and config maps mention: so it passes through gateways and authenticating proxies.

# OPA builds a rule with keys anew for every key that it is asked for; a value is built once.
_next := {key: value | some key, value in _next_entries}

_next_entries[r.key] contains target.key if {
	some type in _nodes
	some r in input.resources[type]
	some kind in _steps(r)
	some target in lib.linked_from(r.key, kind)
}

_steps(r) := {"mentions_host"} if {
	r.type == "workload"
	not pods.serves(r)
}

_steps(r) := set() if {
	r.type == "workload"
	pods.serves(r)
}

_steps(r) := {"selects", "routes_to"} if r.type != "workload"

# The pods of an InferenceService or of a Knative Service, whose own Service nobody writes.
_next_entries[r.parent] contains r.key if some r in input.resources.workload

_nodes := [
	"Service", "InferenceService", "LLMInferenceService", "InferenceGraph", "InferencePool", "KnativeService",
	"RayService", "RayCluster", "SeldonDeployment", "VirtualService", "workload",
]

# A node that is no key would count as one that nobody can reach.
_graph := {r.key: {each | some each in _next[r.key]} |
	some type in _nodes
	some r in input.resources[type]
}

_before := {key: value | some key, value in _before_entries}

_before_entries[key] contains r if {
	some r, targets in _graph
	some key in targets
}

_back := {key: {each | some each in _before[key]} | some key, _ in _graph}

_models contains r.key if {
	some type in ["InferenceService", "LLMInferenceService"]
	some r in input.resources[type]
}

_models contains r.key if {
	some r in input.resources.workload
	pods.serves(r)
}

# Everything from which some way leads to a model; a pool is the Gateway API's own backend for models.
_to_models := graph.reachable(_back, _models) | {pool.key |
	some pool in object.get(input.resources, "InferencePool", [])
}

_leads contains route if {
	some route, _ in _routes
	some key in _backends[route]
	key in _to_models
}

_leads contains route if {
	some route, r in _routes
	some reference in reading.items(r.attributes.spec.rules[_].backendRefs)
	reference.kind == "InferencePool"
	not _possible[route]
}

# Whether the route leads to a model for all that is known.
leads_to_model(r) if r.key in _leads

# A namespace with a model server to which no known way leads: any route there may be the one.
_unreached := {key: value | some key, value in _unreached_entries}

_unreached_entries[namespace] contains r.address if {
	some r in input.resources.workload
	pods.serves(r)
	namespace := pods.namespace(r)
	not r.attributes.kind in {"Job", "CronJob"}
	not r.key in _all_reached
	not r.parent in _all_reached
}

_all_reached := graph.reachable(_graph, {key | some key in _backends[_]})

# The model server that the route may lead to, where no link tells.
may_lead_to(r) := min(_candidates(r)) if count(_candidates(r)) > 0

# Why it is not known whether the route leads to a model.
doubt(r) := sprintf("nothing shows whether it leads to %s", [may_lead_to(r)]) if not _possible[r.key]

doubt(r) := sprintf("no ReferenceGrant of the release lets it lead to %s", [may_lead_to(r)]) if _possible[r.key]

_candidates(r) := {lib.resource(key).address | some key in _possible[r.key]; key in _to_models} if {
	_possible[r.key]
}

_candidates(r) := {each | some each in _unreached[reading.namespace(r)]} if {
	_routes[r.key]
	not _possible[r.key]
	not r.key in _leads
	_forwards(r)
	not ray.leads_to_doors_alone(r)
}

# The workloads through which a route leads to a model, without the model itself.
is_gateway(workload) if {
	workload.type == "workload"
	not pods.serves(workload)
	workload.key in _to_models
	workload.key in _on_the_way
}

_on_the_way := graph.reachable(_graph, {key |
	some route in _leads
	some key in _backends[route]
})

# The routes from outside that lead to the workload.
routes_to(workload) := {_routes[route] |
	some route, targets in _backends
	some key in graph.reachable(_back, {workload.key})
	key in targets
}
