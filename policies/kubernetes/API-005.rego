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

import data.lib.entrances
import data.lib.reading
import data.lib.releasegate as lib
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

# --- What authenticates ---------------------------------------------------------------------------

# Annotations of the ingress controllers, with the values that ask for credentials.
_annotations := {
	"nginx.ingress.kubernetes.io/auth-url": `.`,
	"nginx.ingress.kubernetes.io/auth-type": `^(basic|digest)$`,
	"nginx.org/basic-auth-secret": `.`,
	"nginx.com/jwt-key": `.`,
	"alb.ingress.kubernetes.io/auth-type": `^(oidc|cognito)$`,
	"alb.ingress.kubernetes.io/mutual-authentication": `"mode"\s*:\s*"verify"`,
	"alb.ingress.kubernetes.io/jwt-validation": `.`,
	"haproxy.org/auth-type": `.`,
	"haproxy-ingress.github.io/auth-url": `.`,
	"haproxy-ingress.github.io/auth-secret": `.`,
	"haproxy-ingress.github.io/auth-tls-secret": `.`,
	"ingress.kubernetes.io/auth-url": `.`,
}

authenticated(r) if {
	some name, pattern in _annotations
	regex.match(pattern, sprintf("%v", [object.get(reading.annotations(r), name, "")]))
}

# Client certificates, unless they are optional.
authenticated(r) if {
	annotations := reading.annotations(r)
	annotations["nginx.ingress.kubernetes.io/auth-tls-secret"]
	verified := reading.at(annotations, ["nginx.ingress.kubernetes.io/auth-tls-verify-client"], "on")
	not sprintf("%v", [verified]) in {"off", "false", "optional", "optional_no_ca"}
}

# A proxy that asks for a login stands in the way.
authenticated(r) if {
	some workload in route_guards.behind(r)
	some container in lib.children(workload.key)
	not container.attributes.role in {"init", "ephemeral"}
	parts := split(reading.text(container.attributes.image.repository), "/")
	parts[count(parts) - 1] in _proxies
}

_proxies := {
	"authelia", "gatekeeper", "gogatekeeper", "kube-rbac-proxy", "louketo-proxy", "oauth-proxy", "oauth2-proxy",
	"oauth2_proxy", "oidc-authservice", "origin-oauth-proxy", "pomerium", "traefik-forward-auth", "vouch-proxy",
}

authenticated(r) if {
	some each in route_guards.add_ons(r)
	asks_for_credentials(each)
}

asks_for_credentials(each) if {
	each.type in {"KongPlugin", "KongClusterPlugin"}
	each.attributes.plugin in {
		"basic-auth", "hmac-auth", "jwt", "jwt-signer", "key-auth", "key-auth-enc", "ldap-auth", "ldap-auth-advanced",
		"mtls-auth", "oauth2", "oauth2-introspection", "openid-connect", "saml", "header-cert-auth",
	}
	not each.attributes.disabled == true
}

asks_for_credentials(each) if {
	each.type == "Middleware"
	some kind in ["apiKey", "basicAuth", "digestAuth", "forwardAuth", "jwt", "oidc", "oAuthIntrospection", "ldap"]
	each.attributes.spec[kind]
}

asks_for_credentials(each) if {
	each.type == "Policy"
	some kind in ["apiKey", "basicAuth", "ingressMTLS", "jwt", "oidc"]
	each.attributes.spec[kind]
}

asks_for_credentials(each) if {
	each.type == "BackendConfig"
	each.attributes.spec.iap.enabled == true
}

authenticated(r) if {
	some policy in route_guards.attached(r, "SecurityPolicy")
	some kind in ["apiKeyAuth", "basicAuth", "extAuth", "jwt", "oidc"]
	policy.attributes.spec[kind]
}

authenticated(r) if {
	some policy in route_guards.attached(r, "TrafficPolicy")
	some kind in ["apiKeyAuth", "apiKeyAuthentication", "basicAuth", "extAuth", "jwt", "jwtAuth", "oauth2"]
	policy.attributes.spec[kind]
}

# Kuadrant
authenticated(r) if {
	some policy in route_guards.attached(r, "AuthPolicy")
	some place in [[], ["defaults"], ["overrides"]]
	rules := reading.at(policy.attributes.spec, array.concat(place, ["rules", "authentication"]), {})
	count(reading.mapping(rules)) > 0
}

authenticated(r) if {
	some policy in route_guards.attached(r, "GCPBackendPolicy")
	policy.attributes.spec["default"].iap.enabled == true
}

# Istio: a token is checked where there is one, and a rule demands that there is one.
authenticated(r) if {
	count(route_guards.selecting(r, "RequestAuthentication")) > 0
	some policy in route_guards.selecting(r, "AuthorizationPolicy")
	demands_token(policy)
}

authenticated(r) if {
	some policy in route_guards.selecting(r, "AuthorizationPolicy")
	policy.attributes.spec.action == "CUSTOM"
}

demands_token(policy) if {
	reading.at(policy.attributes, ["spec", "action"], "ALLOW") == "ALLOW"
	rules := reading.items(policy.attributes.spec.rules)
	count(rules) > 0
	count([rule | some rule in rules; not only_with_token(rule)]) == 0
}

demands_token(policy) if {
	policy.attributes.spec.action == "DENY"
	"*" in reading.items(policy.attributes.spec.rules[_].from[_].source.notRequestPrincipals)
}

only_with_token(rule) if {
	sources := reading.items(rule.from)
	count(sources) > 0
	count([source | some source in sources; not names_token(source)]) == 0
}

names_token(source) if count(reading.items(source.source.requestPrincipals)) > 0

only_with_token(rule) if startswith(reading.text(rule.when[_].key), "request.auth.")

# --- Findings -------------------------------------------------------------------------------------

deny contains finding if {
	some r in judged
	entrances.leads_to_model(r)
	not authenticated(r)
	count(route_guards.missing_add_ons(r)) == 0
	finding := {
		"resource": r.key,
		"attribute": "metadata.annotations",
		"message": sprintf("%s leads to a model and asks nobody who they are", [r.address]),
		"related": [{"resource": backend.key} | some backend in entrances.backends(r)],
	}
}

unknown contains finding if {
	some r in judged
	not authenticated(r)
	names := route_guards.missing_add_ons(r)
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
	some r in judged
	not entrances.leads_to_model(r)
	not authenticated(r)
	count(route_guards.missing_add_ons(r)) == 0
	cause := sprintf("nothing shows whether it leads to %s", [entrances.may_lead_to(r)])
	finding := {
		"resource": r.key,
		"attribute": "metadata.annotations",
		"message": sprintf("%s asks nobody who they are, and %s", [r.address, cause]),
		"cause": cause,
	}
}
