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
import data.lib.rate_limits
import data.lib.route_guards

routes := [r |
	some type in ["Ingress", "HTTPRoute", "GRPCRoute", "VirtualService", "IngressRoute", "Route"]
	some r in input.resources[type]
]

judged := [r | some r in routes; leads(r)]

unguarded := [r | some r in judged; not rate_limits.limited(r)]

missing := {r.key: names |
	some r in unguarded
	names := route_guards.missing_add_ons(r)
}

leads(r) if entrances.leads_to_model(r)

leads(r) if entrances.may_lead_to(r)

skip contains r.key if {
	some r in routes
	not leads(r)
}

# --- Findings -------------------------------------------------------------------------------------

deny contains finding if {
	some r in unguarded
	entrances.leads_to_model(r)
	count(missing[r.key]) == 0
	finding := {
		"resource": r.key,
		"attribute": "metadata.annotations",
		"message": sprintf("%s leads to a model and takes any number of requests", [r.address]),
		"related": [{"resource": backend.key} | some backend in entrances.backends(r)],
	}
}

unknown contains finding if {
	some r in unguarded
	names := missing[r.key]
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
	some r in unguarded
	not entrances.leads_to_model(r)
	count(missing[r.key]) == 0
	cause := entrances.doubt(r)
	finding := {
		"resource": r.key,
		"attribute": "metadata.annotations",
		"message": sprintf("%s takes any number of requests, and %s", [r.address, cause]),
		"cause": cause,
	}
}
