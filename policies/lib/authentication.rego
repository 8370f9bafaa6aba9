# Whether what stands before a route, or the route itself, asks who somebody is.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.authentication

import rego.v1

import data.lib.entrances
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.route_guards

# The routes from outside to a workload that ask nobody.
unauthenticated(workload) := {route | some route in entrances.routes_to(workload); not authenticated(route)}

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
	some name, value in reading.annotations(r)
	regex.match(_annotations[name], sprintf("%v", [value]))
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
