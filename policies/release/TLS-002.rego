# METADATA
# title: No plaintext listener in front of a model
# description: >-
#   Whatever goes to a model over plain HTTP, prompts with personal data, tokens and answers, can be read and changed
#   by everyone on the way. A listener that only redirects to HTTPS (or answers with a fixed response) is fine.
#   Ingresses, routes and gateways count when they lead to a model; an ALB Ingress has TLS by its annotations and not
#   by spec.tls. KServe hands out http:// addresses unless inferenceservice-config says otherwise.
# related_resources:
#   - https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
#   - https://gateway-api.sigs.k8s.io/guides/http-redirect-rewrite/
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html
#   - https://cwe.mitre.org/data/definitions/319.html
# custom:
#   id: TLS-002
#   severity: high
#   applies_to:
#     types:
#       - Ingress
#       - Gateway
#       - IstioGateway
#       - IngressRoute
#       - Route
#       - ConfigMap
#       - aws_lb_listener
#       - aws_alb_listener
#       - google_compute_target_http_proxy
#       - google_compute_region_target_http_proxy
#       - azurerm_application_gateway
#       - azurerm_cdn_frontdoor_route
#   remediation: >-
#     Kubernetes: list every host in spec.tls of the Ingress; let HTTP listeners of a Gateway carry only an HTTPRoute
#     with a RequestRedirect filter to https (Istio: tls.httpsRedirect: true); set "urlScheme": "https" in
#     inferenceservice-config. AWS: protocol = "HTTPS", or default_action { type = "redirect" } with protocol =
#     "HTTPS". Google: a default_url_redirect with https_redirect = true in the URL map. Azure: a
#     redirect_configuration to the HTTPS listener.
package releasegate.tls_002

import rego.v1

import data.lib.entrances
import data.lib.reading
import data.lib.releasegate as lib

# --- Ingress --------------------------------------------------------------------------------------

ways := [r |
	some type in ["Ingress", "IngressRoute", "Route"]
	some r in input.resources[type]
]

leads(r) if entrances.leads_to_model(r)

leads(r) if entrances.may_lead_to(r)

skip contains r.key if {
	some r in ways
	not leads(r)
}

annotation(r, name) := sprintf("%v", [object.get(reading.annotations(r), name, "")])

class(r) := reading.text(reading.at(r.attributes, ["spec", "ingressClassName"], old_class(r)))

old_class(r) := annotation(r, "kubernetes.io/ingress.class")

is_alb(r) if startswith(class(r), "alb")

is_alb(r) if {
	some name, _ in reading.annotations(r)
	startswith(name, "alb.ingress.kubernetes.io/")
}

entries(r) := reading.items(reading.at(r.attributes, ["spec", "tls"], []))

# {"attribute", "what"} for what is served without TLS.
plain[r.key] contains item if {
	some r in ways
	r.type == "Ingress"
	not is_alb(r)
	not certificate_elsewhere(r)
	count(entries(r)) == 0
	item := {"attribute": "spec.tls", "what": "has no spec.tls"}
}

plain[r.key] contains item if {
	some r in ways
	r.type == "Ingress"
	not is_alb(r)
	not certificate_elsewhere(r)
	count(entries(r)) > 0
	bare := {host |
		host := r.attributes.spec.rules[_].host
		is_string(host)
		not covered(r, host)
	}
	count(bare) > 0
	item := {"attribute": "spec.tls", "what": sprintf("has no TLS for %s", [min(bare)])}
}

plain[r.key] contains item if {
	some r in ways
	r.type == "Ingress"
	count(entries(r)) > 0
	annotation(r, "nginx.ingress.kubernetes.io/ssl-redirect") == "false"
	annotation(r, "nginx.ingress.kubernetes.io/force-ssl-redirect") != "true"
	count([host | host := r.attributes.spec.rules[_].host; is_string(host); not covered(r, host)]) == 0
	item := {
		"attribute": `metadata.annotations["nginx.ingress.kubernetes.io/ssl-redirect"]`,
		"what": "answers over HTTP too (ssl-redirect is false)",
	}
}

# Entries without hosts are for all of them.
covered(r, host) if {
	entry := r.attributes.spec.tls[_]
	count(reading.items(reading.at(entry, ["hosts"], []))) == 0
}

covered(r, host) if {
	some name in reading.texts(r.attributes.spec.tls[_].hosts)
	is_host(name, host)
}

is_host(name, host) if name == host

is_host(name, host) if {
	startswith(name, "*.")
	trim_prefix(name, "*.") == concat(".", array.slice(split(host, "."), 1, 100))
}

certificate_elsewhere(r) if {
	some name in [
		"networking.gke.io/managed-certificates", "ingress.gcp.kubernetes.io/pre-shared-cert",
		"networking.gke.io/pre-shared-cert", "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
	]
	annotation(r, name) != ""
}

certificate_elsewhere(r) if annotation(r, "traefik.ingress.kubernetes.io/router.tls") == "true"

certificate_elsewhere(r) if class(r) == "tailscale"

# The AWS Load Balancer Controller listens on 443 where a certificate is named, on 80 where nothing is said.
plain[r.key] contains item if {
	some r in ways
	r.type == "Ingress"
	is_alb(r)
	annotation(r, "alb.ingress.kubernetes.io/listen-ports") == ""
	annotation(r, "alb.ingress.kubernetes.io/certificate-arn") == ""
	item := {"attribute": "metadata.annotations", "what": "listens on HTTP alone"}
}

plain[r.key] contains item if {
	some r in ways
	r.type == "Ingress"
	is_alb(r)
	ports := annotation(r, "alb.ingress.kubernetes.io/listen-ports")
	regex.match(`"HTTP"\s*:`, ports)
	not redirected_by_alb(r, ports)
	item := {
		"attribute": `metadata.annotations["alb.ingress.kubernetes.io/listen-ports"]`,
		"what": "listens on HTTP without a redirect",
	}
}

redirected_by_alb(r, ports) if {
	regex.match(`"HTTPS"\s*:`, ports)
	annotation(r, "alb.ingress.kubernetes.io/ssl-redirect") != ""
}

plain[r.key] contains item if {
	some r in ways
	r.type == "IngressRoute"
	not r.attributes.spec.tls
	count([each | some each in entrances.add_ons(r); each.attributes.spec.redirectScheme.scheme == "https"]) == 0
	item := {"attribute": "spec.tls", "what": "has no spec.tls"}
}

plain[r.key] contains item if {
	some r in ways
	r.type == "Route"
	not r.attributes.spec.tls
	item := {"attribute": "spec.tls", "what": "has no spec.tls"}
}

plain[r.key] contains item if {
	some r in ways
	r.type == "Route"
	r.attributes.spec.tls.insecureEdgeTerminationPolicy == "Allow"
	item := {
		"attribute": "spec.tls.insecureEdgeTerminationPolicy",
		"what": "answers over HTTP too (insecureEdgeTerminationPolicy is Allow)",
	}
}

deny contains finding if {
	some r in ways
	entrances.leads_to_model(r)
	some found in plain[r.key]
	finding := {
		"resource": r.key,
		"attribute": found.attribute,
		"message": sprintf("%s leads to a model and %s", [r.address, found.what]),
	}
}

unknown contains finding if {
	some r in ways
	not entrances.leads_to_model(r)
	some found in plain[r.key]
	cause := sprintf("nothing shows whether it leads to %s", [entrances.may_lead_to(r)])
	finding := {
		"resource": r.key,
		"attribute": found.attribute,
		"message": sprintf("%s %s, and %s", [r.address, found.what, cause]),
		"cause": cause,
	}
}

# --- Gateway API and Istio ------------------------------------------------------------------------

gateways := [r |
	some type in ["Gateway", "IstioGateway"]
	some r in input.resources[type]
]

routes_of[gateway.key] contains r if {
	some gateway in gateways
	some type in ["HTTPRoute", "GRPCRoute", "VirtualService"]
	some r in input.resources[type]
	sprintf("%s/%s", [reading.namespace(gateway), reading.name(gateway)]) in entrances.gateways(r)
	leads(r)
}

skip contains r.key if {
	some r in gateways
	not routes_of[r.key]
}

# Where the gateway listens without TLS and does not redirect by itself.
plaintext[gateway.key] contains found if {
	some gateway in input.resources.Gateway
	listener := gateway.attributes.spec.listeners[i]
	listener.protocol == "HTTP"
	found := {"attribute": sprintf("spec.listeners[%d].protocol", [i]), "listener": listener}
}

plaintext[gateway.key] contains found if {
	some gateway in input.resources.IstioGateway
	server := gateway.attributes.spec.servers[i]
	upper(reading.text(server.port.protocol)) in {"HTTP", "HTTP2", "GRPC"}
	not server.tls.httpsRedirect == true
	found := {"attribute": sprintf("spec.servers[%d].port.protocol", [i]), "listener": {}}
}

# A route is for all listeners of its gateway, unless it names one by name or port.
carries(gateway, listener, r) if {
	gateway.type == "Gateway"
	parent := r.attributes.spec.parentRefs[_]
	parent.name == reading.name(gateway)
	reading.at(parent, ["sectionName"], reading.at(listener, ["name"], "")) == reading.at(listener, ["name"], "")
	reading.at(parent, ["port"], reading.at(listener, ["port"], 0)) == reading.at(listener, ["port"], 0)
}

carries(gateway, _, _) if gateway.type == "IstioGateway"

deny contains finding if {
	some gateway in gateways
	some found in plaintext[gateway.key]
	some r in routes_of[gateway.key]
	entrances.leads_to_model(r)
	carries(gateway, found.listener, r)
	finding := {
		"resource": gateway.key,
		"attribute": found.attribute,
		"evidence": r.address,
		"message": sprintf("%s lets %s lead to a model over HTTP", [gateway.address, r.address]),
		"related": [{"resource": r.key}],
	}
}

unknown contains finding if {
	some gateway in gateways
	some found in plaintext[gateway.key]
	some r in routes_of[gateway.key]
	not entrances.leads_to_model(r)
	carries(gateway, found.listener, r)
	cause := sprintf("nothing shows whether %s leads to %s", [r.address, entrances.may_lead_to(r)])
	finding := {
		"resource": gateway.key,
		"attribute": found.attribute,
		"evidence": r.address,
		"message": sprintf("%s listens on HTTP, and %s", [gateway.address, cause]),
		"cause": cause,
	}
}

# --- KServe's configuration -----------------------------------------------------------------------

is_kserve_config(r) if {
	reading.name(r) == "inferenceservice-config"
	is_string(r.attributes.data.ingress)
}

skip contains r.key if {
	some r in input.resources.ConfigMap
	not is_kserve_config(r)
}

deny contains finding if {
	some r in input.resources.ConfigMap
	is_kserve_config(r)
	json.is_valid(r.attributes.data.ingress)
	scheme := reading.at(json.unmarshal(r.attributes.data.ingress), ["urlScheme"], "http")
	scheme != "https"
	finding := {
		"resource": r.key,
		"attribute": "data.ingress",
		"message": sprintf("%s gives every InferenceService an address with %v:// (urlScheme)", [r.address, scheme]),
	}
}

unknown contains finding if {
	some r in input.resources.ConfigMap
	is_kserve_config(r)
	not json.is_valid(r.attributes.data.ingress)
	cause := "data.ingress is no JSON"
	finding := {
		"resource": r.key,
		"attribute": "data.ingress",
		"message": sprintf("%s cannot be judged: %s", [r.address, cause]),
		"cause": cause,
	}
}

# --- AWS ------------------------------------------------------------------------------------------

listeners := [r |
	some type in ["aws_lb_listener", "aws_alb_listener"]
	some r in input.resources[type]
]

# An application load balancer takes HTTP where no protocol is written; a gateway load balancer has none.
is_http(r) if upper(reading.text(r.attributes.protocol)) == "HTTP"

is_http(r) if {
	not r.attributes.protocol
	not without_protocol(r)
}

without_protocol(r) if {
	some balancer in lib.linked_from(r.key, "references")
	balancer.attributes.load_balancer_type in {"gateway", "network"}
}

# What an action does with a request: null where that is harmless.
action_fault(action) := {"name": "type", "what": sprintf("does %v", [reading.at(action, ["type"], "what")])} if {
	not lib.unresolved(action)
	lib.known(reading.at(action, ["type"], ""))
	not reading.at(action, ["type"], "") in {"redirect", "fixed-response"}
}

action_fault(action) := {"name": "redirect[0].protocol", "what": "redirects to HTTP"} if {
	action.type == "redirect"
	not lib.unresolved(action.redirect)
	lib.known(protocol(action))
	protocol(action) != "HTTPS"
}

protocol(action) := object.get(reading.mapping(action.redirect[0]), "protocol", "#{protocol}")

deny contains finding if {
	some r in listeners
	is_http(r)
	action := r.attributes.default_action[i]
	fault := action_fault(action)
	finding := {
		"resource": r.key,
		"attribute": sprintf("default_action[%d].%s", [i, fault.name]),
		"message": sprintf("%s takes plain HTTP and %s with it", [r.address, fault.what]),
	}
}

deny contains finding if {
	some r in listeners
	is_http(r)
	some rule in lib.linked_to(r.key, "references")
	rule.type in {"aws_lb_listener_rule", "aws_alb_listener_rule"}
	action_fault(rule.attributes.action[i])
	not for_certificates(rule)
	finding := {
		"resource": r.key,
		"attribute": "protocol",
		"evidence": rule.address,
		"message": sprintf("%s takes plain HTTP, and %s does not redirect it", [r.address, rule.address]),
		"related": [{"resource": rule.key, "attribute": sprintf("action[%d].type", [i])}],
	}
}

# A certificate authority asks over HTTP.
for_certificates(rule) if {
	paths := {path | path := rule.attributes.condition[_].path_pattern[_].values[_]}
	count(paths) > 0
	count([path | some path in paths; not startswith(reading.text(path), "/.well-known/")]) == 0
}

aws_doubts(r) := array.concat(
	[{"attribute": "protocol", "value": r.attributes.protocol} | lib.unresolved(r.attributes.protocol)],
	array.concat(
		[{"attribute": "default_action", "value": r.attributes.default_action} |
			lib.unresolved(r.attributes.default_action)
		],
		[doubt |
			action := r.attributes.default_action[i]
			some doubt in action_doubts(action, sprintf("default_action[%d]", [i]))
		],
	),
)

action_doubts(action, at) := [{"attribute": at, "value": action}] if lib.unresolved(action)

action_doubts(action, at) := array.concat(
	[{"attribute": sprintf("%s.type", [at]), "value": action.type} | lib.unresolved(action.type)],
	[{"attribute": sprintf("%s.redirect", [at]), "value": value} |
		action.type == "redirect"
		value := [each | some each in [reading.at(action, ["redirect"], {}), protocol(action)]; lib.unresolved(each)][0]
	],
) if {
	not lib.unresolved(action)
}

may_be_http(r) if is_http(r)

may_be_http(r) if lib.unresolved(r.attributes.protocol)

harmless(r) if {
	not lib.unresolved(r.attributes.default_action)
	count([action | action := r.attributes.default_action[_]; action_fault(action)]) == 0
	count([action | action := r.attributes.default_action[_]; count(action_doubts(action, "")) > 0]) == 0
}

unknown contains finding if {
	some r in listeners
	may_be_http(r)
	not harmless(r)
	doubt := aws_doubts(r)[0]
	finding := {
		"resource": r.key,
		"attribute": doubt.attribute,
		"message": sprintf("%s may take plain HTTP: %s", [r.address, lib.cause(doubt.value)]),
		"cause": lib.cause(doubt.value),
	}
}

# --- Google Cloud ---------------------------------------------------------------------------------

proxies := [r |
	some type in ["google_compute_target_http_proxy", "google_compute_region_target_http_proxy"]
	some r in input.resources[type]
]

maps(r) := {map |
	some map in lib.linked_from(r.key, "references")
	map.type in {"google_compute_url_map", "google_compute_region_url_map"}
}

redirects(map) := object.get(reading.mapping(map.attributes.default_url_redirect[0]), "https_redirect", false)

deny contains finding if {
	some r in proxies
	some map in maps(r)
	not lib.unresolved(map.attributes.default_url_redirect)
	lib.known(redirects(map))
	not redirects(map) in {true, "true"}
	finding := {
		"resource": r.key,
		"message": sprintf("%s takes plain HTTP, and %s does not redirect it", [r.address, map.address]),
		"related": [{"resource": map.key, "attribute": "default_url_redirect"}],
	}
}

deny contains finding if {
	some r in proxies
	some map in maps(r)
	not map.attributes.default_url_redirect
	finding := {
		"resource": r.key,
		"message": sprintf("%s takes plain HTTP, and %s does not redirect it", [r.address, map.address]),
		"related": [{"resource": map.key}],
	}
}

unknown contains finding if {
	some r in proxies
	count(maps(r)) == 0
	cause := "its URL map is not part of the release"
	finding := {
		"resource": r.key,
		"attribute": "url_map",
		"message": sprintf("%s takes plain HTTP and may redirect it: %s", [r.address, cause]),
		"cause": cause,
	}
}

unknown contains finding if {
	some r in proxies
	some map in maps(r)
	some value in [reading.at(map.attributes, ["default_url_redirect"], []), redirects(map)]
	lib.unresolved(value)
	finding := {
		"resource": r.key,
		"attribute": "url_map",
		"message": sprintf("%s takes plain HTTP and may redirect it: %s", [r.address, lib.cause(value)]),
		"cause": lib.cause(value),
		"related": [{"resource": map.key, "attribute": "default_url_redirect"}],
	}
}

# --- Azure ----------------------------------------------------------------------------------------

deny contains finding if {
	some r in input.resources.azurerm_application_gateway
	listener := r.attributes.http_listener[i]
	lower(reading.text(listener.protocol)) == "http"
	is_string(listener.name)
	not redirected(r, listener.name)
	not may_be_redirected(r)
	finding := {
		"resource": r.key,
		"attribute": sprintf("http_listener[%d].protocol", [i]),
		"message": sprintf("%s: the listener %s takes plain HTTP and no rule redirects it", [r.address, listener.name]),
	}
}

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

unknown contains finding if {
	some r in input.resources.azurerm_application_gateway
	doubt := azure_doubts(r)[0]
	finding := {
		"resource": r.key,
		"attribute": doubt.attribute,
		"message": sprintf("%s may take plain HTTP: %s", [r.address, lib.cause(doubt.value)]),
		"cause": lib.cause(doubt.value),
	}
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

unknown contains finding if {
	some r in input.resources.azurerm_application_gateway
	may_be_redirected(r)
	listener := r.attributes.http_listener[i]
	lower(reading.text(listener.protocol)) == "http"
	is_string(listener.name)
	not redirected(r, listener.name)
	cause := "which rule is for the listener is not known"
	finding := {
		"resource": r.key,
		"attribute": sprintf("http_listener[%d].protocol", [i]),
		"message": sprintf("%s: the listener %s takes plain HTTP, and %s", [r.address, listener.name, cause]),
		"cause": cause,
	}
}

# Front Door redirects unless it is told not to.
takes_http(r) if "Http" in reading.items(r.attributes.supported_protocols)

deny contains finding if {
	some r in input.resources.azurerm_cdn_frontdoor_route
	takes_http(r)
	r.attributes.https_redirect_enabled in {false, "false"}
	finding := {
		"resource": r.key,
		"attribute": "https_redirect_enabled",
		"message": sprintf("%s takes plain HTTP and does not redirect it", [r.address]),
	}
}

unknown contains finding if {
	some r in input.resources.azurerm_cdn_frontdoor_route
	some name in ["https_redirect_enabled", "supported_protocols"]
	value := r.attributes[name]
	lib.unresolved(value)
	not r.attributes.https_redirect_enabled in {true, "true"}
	finding := {
		"resource": r.key,
		"attribute": name,
		"message": sprintf("%s may take plain HTTP: %s", [r.address, lib.cause(value)]),
		"cause": lib.cause(value),
	}
}
