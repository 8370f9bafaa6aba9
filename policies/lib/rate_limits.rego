# Whether what stands before a route, or the route itself, counts the requests that it lets through.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.rate_limits

import rego.v1

import data.lib.entrances
import data.lib.reading
import data.lib.route_guards

# The routes from outside to a workload that take any number of requests.
unlimited(workload) := {route | some route in entrances.routes_to(workload); not limited(route)}

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
	some name, value in reading.annotations(r)
	regex.match(_annotations[name], sprintf("%v", [value]))
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
