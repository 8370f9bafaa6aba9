# METADATA
# title: Ingress/Gateway to a model is rate-limited
# description: >-
#   A few requests with long prompts keep a GPU busy for minutes, so that one script is enough to shut everyone else
#   out or to run up the bill; a model is also copied by asking it often enough. A limit at the entrance holds for
#   every replica together. A web ACL on an AWS load balancer, Cloud Armor and a WAF policy of Azure's gateway count,
#   because their rate rules are kept elsewhere. Routes count that lead to a model server, directly or through a
#   gateway.
# related_resources:
#   - https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
#   - https://gateway.envoyproxy.io/docs/concepts/gateway_api_extensions/backend-traffic-policy/
#   - https://cwe.mitre.org/data/definitions/770.html
# custom:
#   id: API-004
#   severity: medium
#   applies_to:
#     format: kubernetes
#     types: [Ingress, HTTPRoute, GRPCRoute, VirtualService, IngressRoute, Route]
#   remediation: >-
#     On ingress-nginx set nginx.ingress.kubernetes.io/limit-rps and limit-connections; on the AWS Load Balancer
#     Controller alb.ingress.kubernetes.io/wafv2-acl-arn of a web ACL with a rate rule; with Envoy Gateway a
#     BackendTrafficPolicy with rateLimit for the route; with Kong the rate-limiting plugin, with Traefik a RateLimit
#     middleware, with Istio a local rate limit (EnvoyFilter).
package releasegate.api_004

import rego.v1

import data.lib.entrances
import data.lib.reading
import data.lib.route_guards

routes := [r |
	some type in ["Ingress", "HTTPRoute", "GRPCRoute", "VirtualService", "IngressRoute", "Route"]
	some r in input.resources[type]
]

judged := [r | some r in routes; leads(r)]

leads(r) if entrances.leads_to_model(r)

leads(r) if entrances.may_lead_to(r)

skip contains r.key if {
	some r in routes
	not leads(r)
}

# --- What limits ----------------------------------------------------------------------------------

_annotations := {
	"nginx.ingress.kubernetes.io/limit-rps": `^[1-9$]`,
	"nginx.ingress.kubernetes.io/limit-rpm": `^[1-9$]`,
	"nginx.ingress.kubernetes.io/limit-connections": `^[1-9$]`,
	"nginx.org/limit-req-rate": `.`,
	"alb.ingress.kubernetes.io/wafv2-acl-arn": `.`,
	"alb.ingress.kubernetes.io/wafv2-acl-name": `.`,
	"alb.ingress.kubernetes.io/waf-acl-id": `.`,
	"alb.ingress.kubernetes.io/web-acl-id": `.`,
	"appgw.ingress.kubernetes.io/waf-policy-for-path": `.`,
	"haproxy.org/rate-limit-requests": `^[1-9$]`,
	"haproxy-ingress.github.io/limit-rps": `^[1-9$]`,
	"haproxy-ingress.github.io/limit-connections": `^[1-9$]`,
	"haproxy.router.openshift.io/rate-limit-connections": `^true$`,
}

limited(r) if {
	some name, pattern in _annotations
	regex.match(pattern, sprintf("%v", [object.get(reading.annotations(r), name, "")]))
}

limited(r) if {
	some each in route_guards.add_ons(r)
	limits(each)
}

limits(each) if {
	each.type in {"KongPlugin", "KongClusterPlugin"}
	each.attributes.plugin in {
		"ai-rate-limiting-advanced", "graphql-rate-limiting-advanced", "rate-limiting", "rate-limiting-advanced",
		"response-ratelimiting", "service-protection",
	}
	not each.attributes.disabled == true
}

limits(each) if {
	each.type == "Middleware"
	some kind in ["inFlightReq", "rateLimit"]
	each.attributes.spec[kind]
}

limits(each) if {
	each.type == "Policy"
	each.attributes.spec.rateLimit
}

limits(each) if {
	each.type == "BackendConfig"
	reading.text(each.attributes.spec.securityPolicy.name) != ""
}

limited(r) if {
	some type in ["BackendTrafficPolicy", "TrafficPolicy"]
	some policy in route_guards.attached(r, type)
	policy.attributes.spec.rateLimit
}

limited(r) if {
	some type in ["RateLimitPolicy", "TokenRateLimitPolicy"]
	count(route_guards.attached(r, type)) > 0
}

limited(r) if {
	some policy in route_guards.attached(r, "GCPBackendPolicy")
	reading.text(policy.attributes.spec["default"].securityPolicy) != ""
}

# Istio: Envoy's own filters, local or with a service that counts.
limited(r) if {
	some filter in route_guards.selecting(r, "EnvoyFilter")
	walk(filter.attributes.spec.configPatches, [_, value])
	is_string(value)
	regex.match(`(?i)rate_?limit`, value)
}

# --- Findings -------------------------------------------------------------------------------------

deny contains finding if {
	some r in judged
	entrances.leads_to_model(r)
	not limited(r)
	count(route_guards.missing_add_ons(r)) == 0
	finding := {
		"resource": r.key,
		"attribute": "metadata.annotations",
		"message": sprintf("%s leads to a model and takes any number of requests", [r.address]),
		"related": [{"resource": backend.key} | some backend in entrances.backends(r)],
	}
}

unknown contains finding if {
	some r in judged
	not limited(r)
	names := route_guards.missing_add_ons(r)
	count(names) > 0
	cause := sprintf("%s is not part of the release", [min(names)])
	finding := {
		"resource": r.key,
		"attribute": "metadata.annotations",
		"message": sprintf("%s may take any number of requests: %s", [r.address, cause]),
		"cause": cause,
	}
}

unknown contains finding if {
	some r in judged
	not entrances.leads_to_model(r)
	not limited(r)
	count(route_guards.missing_add_ons(r)) == 0
	cause := sprintf("nothing shows whether it leads to %s", [entrances.may_lead_to(r)])
	finding := {
		"resource": r.key,
		"attribute": "metadata.annotations",
		"message": sprintf("%s takes any number of requests, and %s", [r.address, cause]),
		"cause": cause,
	}
}
