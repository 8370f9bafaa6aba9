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
import data.lib.listeners
import data.lib.plain_routes
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

deny contains finding if {
	some r in ways
	entrances.leads_to_model(r)
	some found in plain_routes.plain(r)
	finding := {
		"resource": r.key,
		"attribute": found.attribute,
		"message": sprintf("%s leads to a model and %s", [r.address, found.what]),
	}
}

unknown contains finding if {
	some r in ways
	not entrances.leads_to_model(r)
	some found in plain_routes.plain(r)
	cause := entrances.doubt(r)
	finding := {
		"resource": r.key,
		"attribute": found.attribute,
		"message": sprintf("%s %s, and %s", [r.address, found.what, cause]),
		"cause": cause,
	}
}

unknown contains finding if {
	some r in ways
	leads(r)
	some found in plain_routes.doubts(r)
	finding := {
		"resource": r.key,
		"attribute": found.attribute,
		"message": sprintf("%s may answer over HTTP without a redirect: %s", [r.address, found.cause]),
		"cause": found.cause,
	}
}

# --- Gateway API and Istio ------------------------------------------------------------------------

gateways := [r |
	some type in ["Gateway", "IstioGateway"]
	some r in input.resources[type]
]

routes_of := {key: value | some key, value in routes_of_entries}

routes_of_entries[gateway.key] contains r if {
	some type in ["HTTPRoute", "GRPCRoute", "VirtualService"]
	some r in input.resources[type]
	leads(r)
	some full in entrances.carriers(r)
	some gateway in gateways_called[full]
}

gateways_called := {key: value | some key, value in gateways_called_entries}

gateways_called_entries[full] contains gateway if {
	some gateway in gateways
	full := entrances.full_name(gateway)
}

skip contains r.key if {
	some r in gateways
	not routes_of[r.key]
}

# Where the gateway listens without TLS and does not redirect by itself.
plaintext := {key: value | some key, value in plaintext_entries}

plaintext_entries[gateway.key] contains found if {
	some gateway in input.resources.Gateway
	listener := gateway.attributes.spec.listeners[i]
	listener.protocol == "HTTP"
	found := {"attribute": sprintf("spec.listeners[%d].protocol", [i]), "listener": listener}
}

plaintext_entries[gateway.key] contains found if {
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

aws_listeners := [r |
	some type in ["aws_lb_listener", "aws_alb_listener"]
	some r in input.resources[type]
]

deny contains finding if {
	some r in aws_listeners
	listeners.is_http(r)
	action := r.attributes.default_action[i]
	fault := listeners.action_fault(action)
	finding := {
		"resource": r.key,
		"attribute": sprintf("default_action[%d].%s", [i, fault.name]),
		"message": sprintf("%s takes plain HTTP and %s with it", [r.address, fault.what]),
	}
}

deny contains finding if {
	some r in aws_listeners
	listeners.is_http(r)
	some rule in lib.linked_to(r.key, "references")
	rule.type in {"aws_lb_listener_rule", "aws_alb_listener_rule"}
	listeners.action_fault(rule.attributes.action[i])
	not listeners.for_certificates(rule)
	not listeners.may_be_for_certificates(rule)
	finding := {
		"resource": r.key,
		"attribute": "protocol",
		"evidence": rule.address,
		"message": sprintf("%s takes plain HTTP, and %s does not redirect it", [r.address, rule.address]),
		"related": [{"resource": rule.key, "attribute": sprintf("action[%d].type", [i])}],
	}
}

unknown contains finding if {
	some r in aws_listeners
	listeners.may_be_http(r)
	not listeners.harmless(r)
	doubt := listeners.aws_doubts(r)[0]
	finding := {
		"resource": r.key,
		"attribute": doubt.attribute,
		"message": sprintf("%s may take plain HTTP: %s", [r.address, lib.cause(doubt.value)]),
		"cause": lib.cause(doubt.value),
	}
}

unknown contains finding if {
	some r in aws_listeners
	listeners.may_be_http(r)
	some rule in lib.linked_to(r.key, "references")
	rule.type in {"aws_lb_listener_rule", "aws_alb_listener_rule"}
	not listeners.for_certificates(rule)
	not listeners.takes_http_by(r, rule)
	finding := listeners.rule_finding(r, rule, listeners.rule_doubts(r, rule)[0])
}

# --- Google Cloud ---------------------------------------------------------------------------------

proxies := [r |
	some type in ["google_compute_target_http_proxy", "google_compute_region_target_http_proxy"]
	some r in input.resources[type]
]

deny contains finding if {
	some r in proxies
	some map in listeners.url_maps(r)
	not lib.unresolved(map.attributes.default_url_redirect)
	lib.known(listeners.redirects(map))
	not listeners.redirects(map) in {true, "true"}
	finding := {
		"resource": r.key,
		"message": sprintf("%s takes plain HTTP, and %s does not redirect it", [r.address, map.address]),
		"related": [{"resource": map.key, "attribute": "default_url_redirect"}],
	}
}

deny contains finding if {
	some r in proxies
	some map in listeners.url_maps(r)
	not map.attributes.default_url_redirect
	finding := {
		"resource": r.key,
		"message": sprintf("%s takes plain HTTP, and %s does not redirect it", [r.address, map.address]),
		"related": [{"resource": map.key}],
	}
}

unknown contains finding if {
	some r in proxies
	count(listeners.url_maps(r)) == 0
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
	some map in listeners.url_maps(r)
	some value in [reading.at(map.attributes, ["default_url_redirect"], []), listeners.redirects(map)]
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
	not listeners.redirected(r, listener.name)
	not listeners.may_be_redirected(r, listener.name)
	finding := {
		"resource": r.key,
		"attribute": sprintf("http_listener[%d].protocol", [i]),
		"message": sprintf("%s: the listener %s takes plain HTTP and no rule redirects it", [r.address, listener.name]),
	}
}

unknown contains finding if {
	some r in input.resources.azurerm_application_gateway
	doubt := listeners.azure_doubts(r)[0]
	finding := {
		"resource": r.key,
		"attribute": doubt.attribute,
		"message": sprintf("%s may take plain HTTP: %s", [r.address, lib.cause(doubt.value)]),
		"cause": lib.cause(doubt.value),
	}
}

unknown contains finding if {
	some r in input.resources.azurerm_application_gateway
	listener := r.attributes.http_listener[i]
	lower(reading.text(listener.protocol)) == "http"
	is_string(listener.name)
	not listeners.redirected(r, listener.name)
	listeners.may_be_redirected(r, listener.name)
	cause := "whether a rule redirects what it takes is not known"
	finding := {
		"resource": r.key,
		"attribute": sprintf("http_listener[%d].protocol", [i]),
		"message": sprintf("%s: the listener %s takes plain HTTP, and %s", [r.address, listener.name, cause]),
		"cause": cause,
	}
}

deny contains finding if {
	some r in input.resources.azurerm_cdn_frontdoor_route
	listeners.front_door_fault(r)
	finding := {
		"resource": r.key,
		"attribute": "https_redirect_enabled",
		"message": sprintf("%s takes plain HTTP and does not redirect it", [r.address]),
	}
}

unknown contains finding if {
	some r in input.resources.azurerm_cdn_frontdoor_route
	some doubt in listeners.front_door_doubts(r)
	finding := {
		"resource": r.key,
		"attribute": doubt.attribute,
		"message": sprintf("%s may take plain HTTP: %s", [r.address, lib.cause(doubt.value)]),
		"cause": lib.cause(doubt.value),
	}
}
