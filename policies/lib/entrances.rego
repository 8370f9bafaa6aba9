# Ways into the cluster, where they lead, and which of them lead to a model.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.entrances

import rego.v1

import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

_route_types := ["Ingress", "HTTPRoute", "GRPCRoute", "VirtualService", "IngressRoute", "Route"]

# --- Routes, and the Services that they lead to ---------------------------------------------------

_routes[r.key] := r if {
	some type in _route_types
	some r in input.resources[type]
	is_entrance(r)
}

is_entrance(r) if r.type in {"Ingress", "IngressRoute"}

is_entrance(r) if {
	r.type == "Route"
	startswith(reading.text(r.attributes.apiVersion), "route.openshift.io/")
}

# A route whose parent is a Service, and a VirtualService of the mesh alone, let nobody in from outside.
is_entrance(r) if {
	r.type in {"HTTPRoute", "GRPCRoute"}
	count(gateways(r)) > 0
}

is_entrance(r) if {
	r.type == "VirtualService"
	count(gateways(r)) > 0
}

# The Gateways of a route, as "namespace/name".
gateways(r) := {full |
	parent := r.attributes.spec.parentRefs[_]
	reading.at(parent, ["kind"], "Gateway") == "Gateway"
	is_string(parent.name)
	full := sprintf("%s/%s", [reading.text(reading.at(parent, ["namespace"], reading.namespace(r))), parent.name])
} if {
	r.type in {"HTTPRoute", "GRPCRoute"}
}

gateways(r) := {full |
	some written in reading.texts(r.attributes.spec.gateways)
	written != "mesh"
	full := _with_namespace(written, reading.namespace(r))
} if {
	r.type == "VirtualService"
}

gateways(r) := set() if not r.type in {"HTTPRoute", "GRPCRoute", "VirtualService"}

_with_namespace(written, _) := written if contains(written, "/")

_with_namespace(written, namespace) := sprintf("%s/%s", [namespace, written]) if not contains(written, "/")

# An object of Kubernetes as "namespace/name".
full_name(r) := sprintf("%s/%s", [reading.namespace(r), reading.name(r)])

# Everything that can be called by a host name in the cluster, by "namespace/name".
_called[full] contains r.key if {
	some type in ["Service", "InferenceService", "LLMInferenceService", "KnativeService"]
	some r in input.resources[type]
	full := full_name(r)
}

# KServe puts Services of these names before an InferenceService.
_called[full] contains r.key if {
	some r in input.resources.InferenceService
	some part in ["predictor", "transformer", "explainer", "predictor-default", "transformer-default"]
	full := sprintf("%s-%s", [full_name(r), part])
}

_backends[route] contains target.key if {
	some route, r in _routes
	some target in lib.linked_from(r.key, "routes_to")
}

# Where no link says so, the name does, as for the Services that an operator creates.
_backends[route] contains key if {
	some route, r in _routes
	count(lib.linked_from(route, "routes_to")) == 0
	some full in _named_backends(r)
	some key in _called[full]
}

_named_backends(r) := {full |
	r.type == "IngressRoute"
	service := r.attributes.spec.routes[_].services[_]
	full := _reference(r, service)
} | {full |
	r.type == "Route"
	full := _reference(r, {"name": r.attributes.spec.to.name})
} | {full |
	r.type == "Ingress"
	walk(r.attributes.spec, [path, value])
	path[count(path) - 1] in {"service", "backend"}
	some name in [reading.at(value, ["name"], null), reading.at(value, ["serviceName"], null)]
	full := _reference(r, {"name": name})
} | {full |
	r.type in {"HTTPRoute", "GRPCRoute"}
	reference := r.attributes.spec.rules[_].backendRefs[_]
	full := _reference(r, reference)
} | {full |
	r.type == "VirtualService"
	host := r.attributes.spec.http[_].route[_].destination.host
	is_string(host)
	full := _full_host(split(host, "."), reading.namespace(r))
}

_reference(r, reference) := full if {
	is_string(reference.name)
	namespace := reading.text(reading.at(reference, ["namespace"], reading.namespace(r)))
	full := sprintf("%s/%s", [namespace, reference.name])
}

# The Services and InferenceServices that a route leads to.
backends(r) := {lib.resource(key) | some key in object.get(_backends, r.key, set())}

# Whether the route leads anywhere: one that only redirects does not.
_forwards(r) if count(object.get(_backends, r.key, set())) > 0

_forwards(r) if count(_named_backends(r)) > 0

# KubeRay and KServe create these.
_called[full] contains r.key if {
	some type, parts in {
		"RayService": ["serve-svc", "head-svc"],
		"RayCluster": ["head-svc"],
		"LLMInferenceService": ["kserve-workload-svc", "epp-service"],
	}
	some r in input.resources[type]
	some part in parts
	full := sprintf("%s-%s", [full_name(r), part])
}

# --- Which routes lead to a model -----------------------------------------------------------------
# The way goes from Service to pod by its selector, and from pod to Service by the host names that the pod's variables,
# arguments and config maps mention: so it passes through gateways and authenticating proxies.

_next[r.key] contains key if {
	some r in input.resources.Service
	some target in lib.linked_from(r.key, "selects")
	key := target.key
}

# The pods of an InferenceService or of a Knative Service, whose own Service nobody writes.
_next[r.parent] contains r.key if some r in input.resources.workload

_next[r.key] contains key if {
	some r in input.resources.workload
	not pods.serves(r)
	some text in _texts(r)
	some full in _hosts(text, pods.namespace(r))
	some key in _called[full]
}

_texts(r) := {text |
	some container in lib.children(r.key)
	some group in ["env_values", "arguments"]
	text := container.attributes[group][_]
	is_string(text)
} | {text |
	walk(lib.resource(r.parent).attributes, [path, value])
	path[count(path) - 1] in {"configMap", "configMapRef", "configMapKeyRef"}
	text := _configured[sprintf("%s/%v", [pods.namespace(r), value.name])][_]
}

_configured[full] contains text if {
	some map in input.resources.ConfigMap
	full := full_name(map)
	text := map.attributes.data[_]
	is_string(text)
}

# What may be host names in a text, as "namespace/name" of a Service.
_hosts(text, namespace) := {full |
	some pattern in [
		`://([a-z0-9][a-z0-9.-]*)`,
		`(?:^|[^a-z0-9.-])([a-z0-9][a-z0-9-]*\.[a-z0-9-]+\.svc)(?:[^a-z0-9-]|$)`,
		`(?:^|[=@,\s"'])([a-z0-9][a-z0-9.-]*):[0-9]{2,5}(?:[^0-9]|$)`,
		`^([a-z0-9][a-z0-9.-]*)$`,
		`(?:host|hostname|address|server|endpoint|upstream|backend|service)["']?\s*[:=]\s*["']?([a-z0-9][a-z0-9.-]*)`,
	]
	some match in regex.find_all_string_submatch_n(pattern, text, -1)
	full := _full_host(split(match[1], "."), namespace)
}

_full_host(labels, namespace) := sprintf("%s/%s", [namespace, labels[0]]) if count(labels) == 1

_full_host(labels, _) := sprintf("%s/%s", [labels[1], labels[0]]) if count(labels) > 1

_is_model(r) if {
	r.type == "workload"
	pods.serves(r)
}

_is_model(r) if r.type in {"InferenceService", "LLMInferenceService"}

_models contains r.key if {
	some type in ["workload", "InferenceService", "LLMInferenceService"]
	some r in input.resources[type]
	_is_model(r)
}

# A node that is no key would count as one that nobody can reach.
_graph[r.key] := object.get(_next, r.key, set()) if {
	some type in _nodes
	some r in input.resources[type]
}

_nodes := [
	"Service", "InferenceService", "LLMInferenceService", "KnativeService", "RayService", "RayCluster", "workload",
]

_reached[route] := graph.reachable(_graph, object.get(_backends, route, set())) if some route, _ in _routes

_leads contains route if {
	some route, _ in _routes
	some key in _reached[route]
	key in _models
}

# The Gateway API's own backend for models.
_leads contains route if {
	some route, r in _routes
	r.attributes.spec.rules[_].backendRefs[_].kind == "InferencePool"
}

# Whether the route leads to a model for all that is known.
leads_to_model(r) if r.key in _leads

# A namespace with a model server to which no known way leads: any route there may be the one.
_unreached[namespace] contains r.address if {
	some r in input.resources.workload
	pods.serves(r)
	namespace := pods.namespace(r)
	not r.attributes.kind in {"Job", "CronJob"}
	not r.key in _all_reached
	not r.parent in _all_reached
}

_all_reached contains key if some key in _reached[_]

# The model server that the route may lead to, where no link tells.
may_lead_to(r) := min(_unreached[reading.namespace(r)]) if {
	_routes[r.key]
	not r.key in _leads
	_forwards(r)
}

# The workloads through which a route leads to a model, without the model itself.
is_gateway(workload) if {
	workload.type == "workload"
	not pods.serves(workload)
	workload.key in _gateway_keys
}

_gateway_keys contains key if {
	some key in _on_the_way
	some end in graph.reachable(_graph, {key})
	end in _models
}

_on_the_way contains key if {
	some route in _leads
	some key in _reached[route]
}
