# What an Ingress, a Traefik IngressRoute or an OpenShift Route serves without TLS.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.plain_routes

import rego.v1

import data.lib.reading
import data.lib.route_guards

# What is served without TLS, each {"attribute", "what"}.
plain(r) := {item | some item in _plain[r.key]}

# Why it is not known whether something is served without TLS, each {"attribute", "cause"}.
doubts(r) := {item | some item in _doubts[r.key]}

# --- Ingress --------------------------------------------------------------------------------------

_annotation(r, name) := sprintf("%v", [object.get(reading.annotations(r), name, "")])

_class(r) := reading.text(reading.at(r.attributes, ["spec", "ingressClassName"], _old_class(r)))

_old_class(r) := _annotation(r, "kubernetes.io/ingress.class")

_is_alb(r) if startswith(_class(r), "alb")

_is_alb(r) if {
	some name, _ in reading.annotations(r)
	startswith(name, "alb.ingress.kubernetes.io/")
}

_entries(r) := reading.items(reading.at(r.attributes, ["spec", "tls"], []))

_plain := {key: value | some key, value in _plain_entries}

_plain_entries[r.key] contains item if {
	some r in input.resources.Ingress
	not _is_alb(r)
	not _certificate_elsewhere(r)
	count(_entries(r)) == 0
	item := {"attribute": "spec.tls", "what": "has no spec.tls"}
}

_plain_entries[r.key] contains item if {
	some r in input.resources.Ingress
	not _is_alb(r)
	not _certificate_elsewhere(r)
	count(_entries(r)) > 0
	bare := {host |
		host := r.attributes.spec.rules[_].host
		is_string(host)
		not _covered(r, host)
	}
	count(bare) > 0
	item := {"attribute": "spec.tls", "what": sprintf("has no TLS for %s", [min(bare)])}
}

_plain_entries[r.key] contains item if {
	some r in input.resources.Ingress
	count(_entries(r)) > 0
	_annotation(r, "nginx.ingress.kubernetes.io/ssl-redirect") == "false"
	_annotation(r, "nginx.ingress.kubernetes.io/force-ssl-redirect") != "true"
	count([host | host := r.attributes.spec.rules[_].host; is_string(host); not _covered(r, host)]) == 0
	item := {
		"attribute": `metadata.annotations["nginx.ingress.kubernetes.io/ssl-redirect"]`,
		"what": "answers over HTTP too (ssl-redirect is false)",
	}
}

# Entries without hosts are for all of them.
_covered(r, host) if {
	entry := r.attributes.spec.tls[_]
	count(reading.items(reading.at(entry, ["hosts"], []))) == 0
}

_covered(r, host) if {
	some name in reading.texts(r.attributes.spec.tls[_].hosts)
	_is_host(name, host)
}

_is_host(name, host) if name == host

_is_host(name, host) if {
	startswith(name, "*.")
	trim_prefix(name, "*.") == concat(".", array.slice(split(host, "."), 1, 100))
}

_certificate_elsewhere(r) if {
	some name in [
		"networking.gke.io/managed-certificates", "ingress.gcp.kubernetes.io/pre-shared-cert",
		"networking.gke.io/pre-shared-cert", "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
	]
	_annotation(r, name) != ""
}

_certificate_elsewhere(r) if _annotation(r, "traefik.ingress.kubernetes.io/router.tls") == "true"

_certificate_elsewhere(r) if _class(r) == "tailscale"

# Google's load balancer goes on answering over HTTP beside HTTPS unless it is told not to, or to redirect.
_is_gce(r) if _class(r) in {"gce", "gce-internal"}

_is_gce(r) if {
	some name, _ in reading.annotations(r)
	regex.match(`^(networking\.gke\.io/|ingress\.gcp\.kubernetes\.io/)`, name)
}

_frontend(r) := _annotation(r, "networking.gke.io/v1beta1.FrontendConfig")

_has_two_ports(r) if {
	_is_gce(r)
	count(_entries(r)) > 0
	_annotation(r, "kubernetes.io/ingress.allow-http") != "false"
}

_has_two_ports(r) if {
	_is_gce(r)
	_certificate_elsewhere(r)
	_annotation(r, "kubernetes.io/ingress.allow-http") != "false"
}

_frontends(r) := [each |
	some each in object.get(input.resources, "FrontendConfig", [])
	reading.name(each) == _frontend(r)
	reading.namespace(each) == reading.namespace(r)
	reading.share_a_world(each, r)
]

_redirected_by_gce(r) if {
	some each in _frontends(r)
	each.attributes.spec.redirectToHttps.enabled == true
}

_plain_entries[r.key] contains item if {
	some r in input.resources.Ingress
	_has_two_ports(r)
	not _redirected_by_gce(r)
	not _frontend_is_elsewhere(r)
	item := {
		"attribute": `metadata.annotations["kubernetes.io/ingress.allow-http"]`,
		"what": "answers over HTTP too (kubernetes.io/ingress.allow-http is not false)",
	}
}

_frontend_is_elsewhere(r) if {
	_frontend(r) != ""
	count(_frontends(r)) == 0
}

_doubts := {key: value | some key, value in _doubts_entries}

_doubts_entries[r.key] contains item if {
	some r in input.resources.Ingress
	_has_two_ports(r)
	_frontend_is_elsewhere(r)
	item := {
		"attribute": `metadata.annotations["networking.gke.io/v1beta1.FrontendConfig"]`,
		"cause": sprintf("FrontendConfig %s is not part of the release", [_frontend(r)]),
	}
}

# The AWS Load Balancer Controller listens on 443 where a certificate is named, on 80 where nothing is said.
_plain_entries[r.key] contains item if {
	some r in input.resources.Ingress
	_is_alb(r)
	_annotation(r, "alb.ingress.kubernetes.io/listen-ports") == ""
	_annotation(r, "alb.ingress.kubernetes.io/certificate-arn") == ""
	item := {"attribute": "metadata.annotations", "what": "listens on HTTP alone"}
}

_plain_entries[r.key] contains item if {
	some r in input.resources.Ingress
	_is_alb(r)
	ports := _annotation(r, "alb.ingress.kubernetes.io/listen-ports")
	regex.match(`"HTTP"\s*:`, ports)
	not _redirected_by_alb(r, ports)
	item := {
		"attribute": `metadata.annotations["alb.ingress.kubernetes.io/listen-ports"]`,
		"what": "listens on HTTP without a redirect",
	}
}

_redirected_by_alb(r, ports) if {
	regex.match(`"HTTPS"\s*:`, ports)
	_annotation(r, "alb.ingress.kubernetes.io/ssl-redirect") != ""
}

# --- IngressRoute and Route -----------------------------------------------------------------------

_plain_entries[r.key] contains item if {
	some r in input.resources.IngressRoute
	not r.attributes.spec.tls
	count([each | some each in route_guards.add_ons(r); each.attributes.spec.redirectScheme.scheme == "https"]) == 0
	item := {"attribute": "spec.tls", "what": "has no spec.tls"}
}

_plain_entries[r.key] contains item if {
	some r in input.resources.Route
	not r.attributes.spec.tls
	item := {"attribute": "spec.tls", "what": "has no spec.tls"}
}

_plain_entries[r.key] contains item if {
	some r in input.resources.Route
	r.attributes.spec.tls.insecureEdgeTerminationPolicy == "Allow"
	item := {
		"attribute": "spec.tls.insecureEdgeTerminationPolicy",
		"what": "answers over HTTP too (insecureEdgeTerminationPolicy is Allow)",
	}
}
