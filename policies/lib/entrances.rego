# Ways into the cluster that lead to a model, and what stands before them: plugins, middlewares, policies, proxies.
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

_full_name(r) := sprintf("%s/%s", [reading.namespace(r), reading.name(r)])

# Everything that can be called by a host name in the cluster, by "namespace/name".
_called[full] contains r.key if {
	some type in ["Service", "InferenceService", "LLMInferenceService", "KnativeService"]
	some r in input.resources[type]
	full := _full_name(r)
}

# KServe puts Services of these names before an InferenceService.
_called[full] contains r.key if {
	some r in input.resources.InferenceService
	some part in ["predictor", "transformer", "explainer", "predictor-default", "transformer-default"]
	full := sprintf("%s-%s", [_full_name(r), part])
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
	full := sprintf("%s-%s", [_full_name(r), part])
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
	full := _full_name(map)
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

_nodes := ["Service", "InferenceService", "LLMInferenceService", "KnativeService", "RayService", "RayCluster", "workload"]

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

# --- What stands before a route -------------------------------------------------------------------

# The pods that a route leads to at once.
behind(r) := {workload |
	some backend in backends(r)
	some workload in lib.linked_from(backend.key, "selects")
} | {workload |
	some backend in backends(r)
	some workload in lib.children(backend.key)
	workload.type == "workload"
}

# The annotation on the route or on a Service that it leads to.
annotated(r, name) := {text | some each in {r} | backends(r); text := sprintf("%v", [reading.annotations(each)[name]])}

# Objects that name what they are for, such as the policies of Envoy Gateway, Kuadrant or Google's load balancers.
attached(r, type) := {policy |
	some policy in input.resources[type]
	some target in _targets(policy)
	_is_target(r, policy, target)
}

_targets(policy) := array.concat(
	reading.items(reading.at(policy.attributes, ["spec", "targetRefs"], [])),
	[target | target := policy.attributes.spec.targetRef; is_object(target)],
)

_is_target(r, policy, target) if {
	target.kind == r.type
	target.name == reading.name(r)
	_target_namespace(policy, target) == reading.namespace(r)
}

_is_target(r, policy, target) if {
	target.kind == "Gateway"
	sprintf("%s/%v", [_target_namespace(policy, target), target.name]) in gateways(r)
}

_is_target(r, policy, target) if {
	target.kind == "Service"
	some backend in backends(r)
	target.name == reading.name(backend)
	_target_namespace(policy, target) == reading.namespace(backend)
}

_target_namespace(policy, target) := reading.at(target, ["namespace"], reading.namespace(policy))

# The objects of Istio that apply by a selector of pods: to those behind the route, or to its ingress gateway.
selecting(r, type) := attached(r, type) | {policy |
	some policy in input.resources[type]
	count(_targets(policy)) == 0
	_selects(r, policy, _selector(policy))
}

_selector(policy) := labels if {
	labels := reading.mapping(policy.attributes.spec.selector.matchLabels)
	count(labels) > 0
}

_selector(policy) := labels if {
	labels := reading.mapping(policy.attributes.spec.workloadSelector.labels)
	count(labels) > 0
}

_selector(policy) := {} if {
	count(reading.mapping(reading.at(policy.attributes, ["spec", "selector", "matchLabels"], {}))) == 0
	count(reading.mapping(reading.at(policy.attributes, ["spec", "workloadSelector", "labels"], {}))) == 0
}

_selects(r, policy, selector) if {
	some workload in behind(r)
	reading.namespace(policy) == pods.namespace(workload)
	_matches(selector, reading.mapping(workload.attributes.labels))
}

_selects(_, policy, selector) if {
	selector == {}
	reading.namespace(policy) == "istio-system"
}

# The pods of the gateway are seldom in the release, but the Gateway object says which ones they are.
_selects(r, _, selector) if {
	selector != {}
	some gateway in input.resources.IstioGateway
	_full_name(gateway) in gateways(r)
	_matches(selector, reading.mapping(gateway.attributes.spec.selector))
}

_matches(selector, labels) if count([name | some name, value in selector; not labels[name] == value]) == 0

# --- Plugins and middlewares that a route names ---------------------------------------------------

# Their objects, by the annotation or field that names them.
add_ons(r) := {each |
	some type in ["KongPlugin", "KongClusterPlugin", "Middleware", "Policy", "BackendConfig"]
	some each in input.resources[type]
	_is_add_on(r, each)
}

_is_add_on(r, each) if {
	each.type in {"KongPlugin", "KongClusterPlugin"}
	_is_kong(r, each)
}

_is_add_on(r, each) if {
	each.type == "Middleware"
	_is_middleware(r, each)
}

_is_add_on(r, each) if {
	each.type == "Policy"
	_is_nginx_policy(r, each)
}

_is_add_on(r, each) if {
	each.type == "BackendConfig"
	_is_backend_config(r, each)
}

# Names without an object in the release: what these do is not known.
missing_add_ons(r) := {sprintf("%s %s", [noun, name]) |
	some noun, names in _named_add_ons(r)
	some name in names
	count([each | some each in add_ons(r); _is_called(each, noun, name)]) == 0
}

_named_add_ons(r) := {
	"KongPlugin": {name | some list in annotated(r, "konghq.com/plugins"); some name in _words(list)},
	"Middleware": _middlewares(r),
	"Policy": {name | some list in annotated(r, "nginx.org/policies"); some name in _words(list)},
}

_words(list) := {word | some part in split(list, ","); word := trim_space(part); word != ""}

# Traefik's annotation has namespace and name in one word.
_middlewares(r) := {name |
	some list in annotated(r, "traefik.ingress.kubernetes.io/router.middlewares")
	some name in _words(list)
} | {sprintf("%s-%s@kubernetescrd", [reading.text(reading.at(each, ["namespace"], reading.namespace(r))), each.name]) |
	each := r.attributes.spec.routes[_].middlewares[_]
	is_string(each.name)
} | {sprintf("%s-%s@kubernetescrd", [reading.namespace(r), each.name]) |
	each := r.attributes.spec.rules[_].filters[_].extensionRef
	each.kind == "Middleware"
	is_string(each.name)
}

_is_called(each, "KongPlugin", name) if {
	each.type in {"KongPlugin", "KongClusterPlugin"}
	name in {reading.name(each), sprintf("%s:%s", [reading.namespace(each), reading.name(each)])}
}

_is_called(each, "Middleware", name) if {
	each.type == "Middleware"
	name in {_middleware_name(each), reading.name(each)}
}

_is_called(each, "Policy", name) if {
	each.type == "Policy"
	name in {reading.name(each), _full_name(each)}
}

_middleware_name(each) := sprintf("%s-%s@kubernetescrd", [reading.namespace(each), reading.name(each)])

_is_kong(r, each) if {
	some name in _named_add_ons(r).KongPlugin
	_is_called(each, "KongPlugin", name)
}

# A global plugin is for everything that Kong serves.
_is_kong(r, each) if {
	each.type == "KongClusterPlugin"
	reading.at(each.attributes, ["metadata", "labels", "global"], "") == "true"
	_by_kong(r)
}

_by_kong(r) if reading.at(r.attributes, ["spec", "ingressClassName"], "") == "kong"

_by_kong(r) if {
	some name, _ in reading.annotations(r)
	startswith(name, "konghq.com/")
}

_is_middleware(r, each) if _middleware_name(each) in _middlewares(r)

# A chain stands for those that it lists.
_is_middleware(r, each) if {
	some chain in input.resources.Middleware
	_middleware_name(chain) in _middlewares(r)
	part := chain.attributes.spec.chain.middlewares[_]
	part.name == reading.name(each)
	reading.at(part, ["namespace"], reading.namespace(chain)) == reading.namespace(each)
}

_is_nginx_policy(r, each) if {
	some name in _named_add_ons(r).Policy
	_is_called(each, "Policy", name)
}

_is_backend_config(r, each) if {
	some name in ["cloud.google.com/backend-config", "beta.cloud.google.com/backend-config"]
	some text in annotated(r, name)
	contains(text, sprintf(`"%s"`, [reading.name(each)]))
}
