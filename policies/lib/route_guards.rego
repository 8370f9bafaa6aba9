# What stands before a route to a model: policies that are for it, and the plugins and middlewares that it names.
package lib.route_guards

import rego.v1

import data.lib.entrances
import data.lib.reading
import data.lib.releasegate as lib

_route_types := [
	"Ingress", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute", "VirtualService", "IngressRoute",
	"IngressRouteTCP", "IngressRouteUDP", "Route",
]

# --- What stands before a route -------------------------------------------------------------------

# The pods that a route leads to at once.
behind(r) := {workload |
	some backend in entrances.backends(r)
	some workload in lib.linked_from(backend.key, "selects")
} | {workload |
	some backend in entrances.backends(r)
	some workload in lib.children(backend.key)
	workload.type == "workload"
}

# The annotation on the route or on a Service that it leads to.
annotated(r, name) := {text |
	some annotations in _annotations_of[r.key]
	text := sprintf("%v", [annotations[name]])
}

# Once for each route, and only what is written.
_annotations_of := {r.key: [annotations |
	some each in array.concat([r], [backend | some backend in entrances.backends(r)])
	annotations := reading.annotations(each)
	count(annotations) > 0
] |
	some type in _route_types
	some r in input.resources[type]
}

# Objects that name what they are for, such as the policies of Envoy Gateway, Kuadrant or Google's load balancers.
attached(r, type) := {policy |
	policies := _by_target[type]
	some full in _may_be_target[r.key]
	some policy in policies[full]
}

# The kinds of policies that anybody asks for.
_guards := [
	"AuthPolicy", "AuthorizationPolicy", "BackendTrafficPolicy", "EnvoyFilter", "GCPBackendPolicy", "RateLimitPolicy",
	"RequestAuthentication", "SecurityPolicy", "TokenRateLimitPolicy", "TrafficPolicy",
]

# Everything under whose name a policy is for the route, as "kind namespace/name".
_may_be_target := {r.key: names |
	some type in _route_types
	some r in input.resources[type]
	names := {sprintf("%s %s", [r.type, entrances.full_name(r)])} |
		{sprintf("Gateway %s", [full]) | some full in entrances.gateways(r)} |
		{sprintf("Service %s", [entrances.full_name(backend)]) | some backend in entrances.backends(r)}
}

_by_target[type][full] contains policy if {
	some type in _guards
	some policy in input.resources[type]
	some target in _targets(policy)
	full := sprintf("%v %v/%v", [target.kind, _target_namespace(policy, target), target.name])
}

_targets(policy) := array.concat(
	reading.items(reading.at(policy.attributes, ["spec", "targetRefs"], [])),
	[target | target := policy.attributes.spec.targetRef; is_object(target)],
)

_target_namespace(policy, target) := reading.at(target, ["namespace"], reading.namespace(policy))

# The objects of Istio that apply to the pods behind the route, or to its ingress gateway.
selecting(r, type) := attached(r, type) | {policy |
	some end in behind(r) | _istio_gateways(r)
	some policy in lib.linked_to(end.key, "applies_to")
	policy.type == type
} | {policy | some policy in _mesh_wide[type]; reading.share_a_world(policy, r)}

_istio_gateways(r) := {gateway |
	some gateway in input.resources.IstioGateway
	entrances.full_name(gateway) in entrances.carriers(r)
}

_mesh_wide[type] contains policy if {
	some type in ["AuthorizationPolicy", "EnvoyFilter", "RequestAuthentication"]
	some policy in input.resources[type]
	_is_mesh_wide(policy)
}

# For everything, also where the pods are not in the release.
_is_mesh_wide(policy) if {
	reading.namespace(policy) == "istio-system"
	count(_targets(policy)) == 0
	count(reading.mapping(reading.at(policy.attributes, ["spec", "selector", "matchLabels"], {}))) == 0
	count(reading.mapping(reading.at(policy.attributes, ["spec", "workloadSelector", "labels"], {}))) == 0
}

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
	name in {reading.name(each), entrances.full_name(each)}
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
