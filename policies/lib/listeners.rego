# What the listeners of cloud load balancers do with plain HTTP: take it, redirect it, or nobody knows.
package lib.listeners

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib
import data.lib.settings

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

may_be_for_certificates(rule) if {
	count(_open_conditions(rule)) > 0
	count([path |
		some path in reading.texts(rule.attributes.condition[_].path_pattern[_].values)
		not startswith(path, "/.well-known/")
	]) == 0
}

_open_conditions(rule) := settings.unknown_in(
	rule.attributes,
	`^condition(\[\d+\](\.path_pattern(\[\d+\](\.values(\[\d+\])?)?)?)?)?$`,
)

# Whether a rule does something else with plain HTTP than to redirect it, as far as is known.
rule_fault(rule) if {
	some action in rule.attributes.action
	action_fault(action)
}

# What is not known of a listener's rule, each {"resource", "attribute", "value"}, in the order in which it matters.
rule_doubts(r, rule) := array.concat(
	[{"resource": r, "attribute": "protocol", "value": r.attributes.protocol} |
		lib.unresolved(r.attributes.protocol)
		rule_fault(rule)
	],
	array.concat(
		[object.union({"resource": rule}, part) |
			some part in settings.unknown_in(
				rule.attributes,
				`^action(\[\d+\](\.type|\.redirect(\[\d+\](\.protocol)?)?)?)?$`,
			)
		],
		[object.union({"resource": rule}, part) | rule_fault(rule); some part in _open_conditions(rule)],
	),
)

# For sure, because of the rule.
takes_http_by(r, rule) if {
	is_http(r)
	rule_fault(rule)
	not may_be_for_certificates(rule)
}

rule_finding(r, rule, doubt) := object.union(_place(r, doubt), {
	"resource": r.key,
	"evidence": rule.address,
	"message": sprintf("%s may take plain HTTP, and %s may not redirect it: %s", [r.address, rule.address, cause]),
	"cause": cause,
}) if {
	cause := lib.cause(doubt.value)
}

_place(r, doubt) := {"attribute": doubt.attribute} if doubt.resource.key == r.key

_place(r, doubt) := {"related": [{"resource": doubt.resource.key, "attribute": doubt.attribute}]} if {
	doubt.resource.key != r.key
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

redirects(map) := object.get(reading.mapping(map.attributes.default_url_redirect[0]), "https_redirect", false) if {
	not lib.unresolved(map.attributes.default_url_redirect[0])
}

redirects(map) := map.attributes.default_url_redirect[0] if lib.unresolved(map.attributes.default_url_redirect[0])

# --- Azure ----------------------------------------------------------------------------------------

# Whether a rule of the application gateway redirects what the listener takes.
redirected(r, name) if {
	rule := r.attributes.request_routing_rule[_]
	rule.http_listener_name == name
	lib.known(rule.redirect_configuration_name)
}

may_be_redirected(r, _) if lib.unresolved(r.attributes.request_routing_rule)

may_be_redirected(r, name) if {
	rule := r.attributes.request_routing_rule[_]
	rule.http_listener_name == name
	lib.unresolved(rule.redirect_configuration_name)
}

may_be_redirected(r, _) if {
	rule := r.attributes.request_routing_rule[_]
	some value in [rule, object.get(reading.mapping(rule), "http_listener_name", "")]
	lib.unresolved(value)
}

azure_doubts(r) := array.concat(
	[part | some part in settings.unknown_in(r.attributes, `^http_listener(\[\d+\])?$`)],
	[{"attribute": sprintf("http_listener[%d].%s", [i, name]), "value": listener[name]} |
		listener := r.attributes.http_listener[i]
		some name in ["protocol", "name"]
		lib.unresolved(listener[name])
		not lower(reading.text(reading.at(listener, ["protocol"], ""))) == "https"
	],
)

# Front Door redirects unless it is told not to.
front_door_fault(r) if {
	takes_http(r)
	r.attributes.https_redirect_enabled in {false, "false"}
}

takes_http(r) if "Http" in reading.items(r.attributes.supported_protocols)

# What is not known of it, each {"attribute", "value"}, where that decides.
front_door_doubts(r) := [] if front_door_fault(r)

front_door_doubts(r) := [part |
	some part in settings.unknown_in(r.attributes, `^(https_redirect_enabled|supported_protocols(\[\d+\])?)$`)
	_may_take_http(r)
	_may_leave_http(r)
] if {
	not front_door_fault(r)
}

_may_take_http(r) if takes_http(r)

_may_take_http(r) if count(settings.unknown_in(r.attributes, `^supported_protocols(\[\d+\])?$`)) > 0

_may_leave_http(r) if r.attributes.https_redirect_enabled in {false, "false"}

_may_leave_http(r) if lib.unresolved(r.attributes.https_redirect_enabled)
