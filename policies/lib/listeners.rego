# What the listeners of cloud load balancers do with plain HTTP: take it, redirect it, or nobody knows.
package lib.listeners

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib

# --- AWS ------------------------------------------------------------------------------------------

# An application load balancer takes HTTP where no protocol is written; a gateway load balancer has none.
is_http(r) if upper(reading.text(r.attributes.protocol)) == "HTTP"

is_http(r) if {
	not r.attributes.protocol
	not _without_protocol(r)
}

_without_protocol(r) if {
	some balancer in lib.linked_from(r.key, "references")
	balancer.attributes.load_balancer_type in {"gateway", "network"}
}

# What an action does with a request: undefined where that is harmless or not known.
action_fault(action) := {"name": "type", "what": sprintf("does %v", [reading.at(action, ["type"], "what")])} if {
	not lib.unresolved(action)
	lib.known(reading.at(action, ["type"], ""))
	not reading.at(action, ["type"], "") in {"redirect", "fixed-response"}
}

action_fault(action) := {"name": "redirect[0].protocol", "what": "redirects to HTTP"} if {
	action.type == "redirect"
	not lib.unresolved(action.redirect)
	lib.known(_protocol(action))
	_protocol(action) != "HTTPS"
}

_protocol(action) := object.get(reading.mapping(action.redirect[0]), "protocol", "#{protocol}")

# Whether the rule is there for a certificate authority alone, which asks over HTTP.
for_certificates(rule) if {
	paths := {path | path := rule.attributes.condition[_].path_pattern[_].values[_]}
	count(paths) > 0
	count([path | some path in paths; not startswith(reading.text(path), "/.well-known/")]) == 0
}

# What is not known of it, each {"attribute", "value"}, in the order in which it matters.
aws_doubts(r) := array.concat(
	[{"attribute": "protocol", "value": r.attributes.protocol} | lib.unresolved(r.attributes.protocol)],
	array.concat(
		[{"attribute": "default_action", "value": r.attributes.default_action} |
			lib.unresolved(r.attributes.default_action)
		],
		[doubt |
			action := r.attributes.default_action[i]
			some doubt in _action_doubts(action, sprintf("default_action[%d]", [i]))
		],
	),
)

_action_doubts(action, at) := [{"attribute": at, "value": action}] if lib.unresolved(action)

_action_doubts(action, at) := array.concat(
	[{"attribute": sprintf("%s.type", [at]), "value": action.type} | lib.unresolved(action.type)],
	[{"attribute": sprintf("%s.redirect", [at]), "value": value} |
		action.type == "redirect"
		value := [each | some each in [reading.at(action, ["redirect"], {}), _protocol(action)]; lib.unresolved(each)][0]
	],
) if {
	not lib.unresolved(action)
}

may_be_http(r) if is_http(r)

may_be_http(r) if lib.unresolved(r.attributes.protocol)

# Whether every default action is known and redirects to HTTPS or answers by itself.
harmless(r) if {
	not lib.unresolved(r.attributes.default_action)
	count([action | action := r.attributes.default_action[_]; action_fault(action)]) == 0
	count([action | action := r.attributes.default_action[_]; count(_action_doubts(action, "")) > 0]) == 0
}

# --- Google Cloud ---------------------------------------------------------------------------------

# The URL maps to which a proxy hands its requests.
url_maps(r) := {map |
	some map in lib.linked_from(r.key, "references")
	map.type in {"google_compute_url_map", "google_compute_region_url_map"}
}

redirects(map) := object.get(reading.mapping(map.attributes.default_url_redirect[0]), "https_redirect", false)

# --- Azure ----------------------------------------------------------------------------------------

# Whether a rule of the application gateway redirects what the listener takes.
redirected(r, name) if {
	rule := r.attributes.request_routing_rule[_]
	rule.http_listener_name == name
	rule.redirect_configuration_name
}

may_be_redirected(r) if lib.unresolved(r.attributes.request_routing_rule)

may_be_redirected(r) if {
	rule := r.attributes.request_routing_rule[_]
	some value in [rule, object.get(reading.mapping(rule), "http_listener_name", "")]
	lib.unresolved(value)
}

azure_doubts(r) := array.concat(
	[{"attribute": "http_listener", "value": r.attributes.http_listener} | lib.unresolved(r.attributes.http_listener)],
	[{"attribute": sprintf("http_listener[%d].%s", [i, name]), "value": listener[name]} |
		listener := r.attributes.http_listener[i]
		some name in ["protocol", "name"]
		lib.unresolved(listener[name])
		not lower(reading.text(reading.at(listener, ["protocol"], ""))) == "https"
	],
)

# Front Door redirects unless it is told not to.
takes_http(r) if "Http" in reading.items(r.attributes.supported_protocols)
