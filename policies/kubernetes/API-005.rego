# METADATA
# title: Ingress/Gateway to a model enforces authentication
# description: >-
#   An open route lets anyone who finds the host run the model at the owner's cost, read what it answers about other
#   people's data, and try one prompt after the other until it gives way. Authentication at the entrance also covers
#   the paths that the model server itself leaves open, and gives the log a name. Routes count that lead to a model
#   server, directly or through a gateway that names the server's host in its variables, arguments or config maps.
# related_resources:
#   - https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
#   - https://istio.io/latest/docs/reference/config/security/request_authentication/
#   - https://gateway.envoyproxy.io/docs/concepts/gateway_api_extensions/security-policy/
#   - https://cwe.mitre.org/data/definitions/306.html
# custom:
#   id: API-005
#   severity: critical
#   applies_to:
#     format: kubernetes
#     types: [Ingress, HTTPRoute, GRPCRoute, VirtualService, IngressRoute, Route]
#   remediation: >-
#     On ingress-nginx set nginx.ingress.kubernetes.io/auth-url (oauth2-proxy) or auth-tls-secret; on the AWS Load
#     Balancer Controller alb.ingress.kubernetes.io/auth-type: oidc; with Istio a RequestAuthentication and an
#     AuthorizationPolicy that requires requestPrincipals; with Envoy Gateway a SecurityPolicy (jwt, oidc, apiKeyAuth,
#     extAuth) for the route; with Kong or Traefik a plugin or middleware that authenticates.
package releasegate.api_005

import rego.v1

import data.lib.authentication
import data.lib.entrances
import data.lib.route_guards

routes := [r |
	some type in ["Ingress", "HTTPRoute", "GRPCRoute", "VirtualService", "IngressRoute", "Route"]
	some r in input.resources[type]
]

judged := [r | some r in routes; leads(r)]

unguarded := [r | some r in judged; not authentication.authenticated(r)]

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
		"message": sprintf("%s leads to a model and asks nobody who they are", [r.address]),
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
		"message": sprintf("%s may authenticate nobody: %s", [r.address, cause]),
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
		"message": sprintf("%s asks nobody who they are, and %s", [r.address, cause]),
		"cause": cause,
	}
}
