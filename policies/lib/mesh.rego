# Whether a service mesh makes every caller of a workload prove who it is: mutual TLS, without exception.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.mesh

import rego.v1

import data.lib.decisions
import data.lib.isolation
import data.lib.reading
import data.lib.releasegate as lib

# The answer that decides, with what it is about: {"resource", "attribute", "is", "what"}.
strict(workload) := decisions.any_of(array.concat(_required_elsewhere(workload), [_by_istio(workload)]))

# --- Istio ----------------------------------------------------------------------------------------

# Plaintext that something permits is fatal whether there is a proxy or not; what is required takes a proxy.
_by_istio(workload) := decisions.all_of(array.concat(
	_plaintext(workload),
	array.concat(_coverage(workload), array.concat(_doubts(workload), _required(workload))),
))

_answer(resource, attribute, is, what) := {"resource": resource, "attribute": attribute, "is": is, "what": what}

_unknown(resource, attribute, reason) := _answer(resource, attribute, is, reason) if {
	is := {"$unresolved": resource.address, "reason": reason}
}

_plaintext(workload) := array.concat(
	[_answer(policy, attribute, false, what) |
		some policy in lib.linked_to(workload.key, "permits_plaintext")
		attribute := _plain_at(policy)
		what := sprintf("%s permits plaintext", [policy.address])
	],
	[_answer(rule, attribute, false, what) |
		some rule in _destination_rules(workload)
		some attribute in _disabled(rule)
		what := sprintf("%s makes callers send plaintext", [rule.address])
	],
)

_plain_at(policy) := "spec.mtls.mode" if policy.attributes.spec.mtls.mode in {"PERMISSIVE", "DISABLE"}

_plain_at(policy) := "spec.portLevelMtls" if {
	not reading.at(policy.attributes, ["spec", "mtls", "mode"], "") in {"PERMISSIVE", "DISABLE"}
}

# The rules for the Services in front of the workload, and for the object that it is a part of.
_destination_rules(workload) := {rule |
	some end in {service.key | some service in lib.linked_to(workload.key, "selects")} | {workload.parent}
	some rule in lib.linked_to(end, "applies_to")
	rule.type == "DestinationRule"
}

_disabled(rule) := {reading.path(path) |
	walk(rule.attributes.spec, [steps, value])
	value == "DISABLE"
	count(steps) > 1
	array.slice(steps, count(steps) - 2, count(steps)) == ["tls", "mode"]
	path := array.concat(["spec"], steps)
}

_doubts(workload) := [_unknown(policy, "spec.mtls.mode", reason) |
	some policy in lib.linked_to(workload.key, "may_permit_plaintext")
	reason := sprintf("whether %s decides for its pods, and how, is not known", [policy.address])
]

_required(workload) := [_answer(policy, "spec.mtls.mode", true, sprintf("%s requires it", [policy.address])) |
	some policy in lib.linked_to(workload.key, "requires_mtls")
] if {
	count(lib.linked_to(workload.key, "requires_mtls")) > 0
}

_required(workload) := [_unknown(workload, "", reason)] if {
	count(lib.linked_to(workload.key, "requires_mtls")) == 0
	reason := "no PeerAuthentication of the release is for its pods, and the one of the mesh is not part of the release"
}

# --- Whether there is a proxy ---------------------------------------------------------------------

# Either switch that is off keeps the proxy out; either that is on brings it in.
_coverage(workload) := _covered(workload, _switched_off(workload))

_covered(_, off) := off if count(off) > 0

_covered(workload, []) := [_answer(workload, "", true, "a proxy stands before it")] if _is_covered(workload)

_covered(workload, []) := [_unknown(workload, "namespace", _why_open(workload))] if not _is_covered(workload)

_switched_off(workload) := array.concat(
	[_answer(workload, attribute, false, what) |
		some kind in ["labels", "annotations"]
		sprintf("%v", [reading.at(workload.attributes, [kind, "sidecar.istio.io/inject"], "")]) == "false"
		attribute := sprintf(`%s["sidecar.istio.io/inject"]`, [kind])
		what := "sidecar.istio.io/inject is false"
	],
	array.concat(
		[_answer(namespace, `metadata.labels["istio-injection"]`, false, what) |
			some namespace in lib.linked_from(workload.key, "lies_in")
			_label(namespace, "istio-injection") == "disabled"
			what := sprintf("%s keeps the proxy out", [namespace.address])
		],
		[_answer(workload, "host_network", false, "no proxy is put into pods on the network of their node (hostNetwork)") |
			workload.attributes.host_network == true
			_is_covered(workload)
		],
	),
)

_is_covered(workload) if {
	some kind in ["labels", "annotations"]
	sprintf("%v", [reading.at(workload.attributes, [kind, "sidecar.istio.io/inject"], "")]) == "true"
}

_is_covered(workload) if reading.text(reading.at(workload.attributes, ["labels", "istio.io/rev"], "")) != ""

_is_covered(workload) if reading.at(workload.attributes, ["labels", "istio.io/dataplane-mode"], "") == "ambient"

_is_covered(workload) if {
	some container in lib.children(workload.key)
	container.attributes.name == "istio-proxy"
}

_is_covered(workload) if {
	some namespace in lib.linked_from(workload.key, "lies_in")
	_label(namespace, "istio-injection") == "enabled"
}

_is_covered(workload) if {
	some namespace in lib.linked_from(workload.key, "lies_in")
	_label(namespace, "istio.io/rev") != ""
	_label(namespace, "istio-injection") == ""
}

_is_covered(workload) if {
	reading.at(workload.attributes, ["labels", "istio.io/dataplane-mode"], "") == ""
	some namespace in lib.linked_from(workload.key, "lies_in")
	_label(namespace, "istio.io/dataplane-mode") == "ambient"
}

_label(namespace, name) := sprintf("%v", [reading.at(namespace.attributes, ["metadata", "labels", name], "")])

_why_open(workload) := sprintf("the Namespace %s is not part of the release, so %s", [name, what]) if {
	name := workload.attributes.namespace
	what := "nothing shows that a mesh covers its pods"
	count(lib.linked_from(workload.key, "lies_in")) == 0
}

_why_open(workload) := sprintf("no label puts the Namespace %s or its pods into a mesh", [name]) if {
	name := workload.attributes.namespace
	count(lib.linked_from(workload.key, "lies_in")) > 0
}

# --- Linkerd and Cilium ---------------------------------------------------------------------------

_required_elsewhere(workload) := array.concat(
	[_answer(workload, "", true, "Linkerd's policy lets in authenticated callers alone") |
		_in_linkerd(workload)
		_linkerd_default(workload) in {"all-authenticated", "cluster-authenticated", "deny"}
		not _linkerd_open(workload)
	],
	array.concat(
		[_answer(server, "", true, sprintf("%s lets in authenticated callers alone", [server.address])) |
			_in_linkerd(workload)
			some server in lib.linked_to(workload.key, "selects")
			server.type == "Server.policy.linkerd.io"
			_linkerd_demands(server)
		],
		[_answer(policy, "", true, sprintf("%s requires authentication", [policy.address])) |
			some policy in isolation.policies(workload, "ingress")
			startswith(policy.type, "Cilium")
			_cilium_demands(policy)
			count([other | some other in isolation.policies(workload, "ingress"); not _cilium_demands(other)]) == 0
		],
	),
)

_in_linkerd(workload) if _linkerd(workload, "linkerd.io/inject") in {"enabled", "ingress"}

_linkerd_default(workload) := _linkerd(workload, "config.linkerd.io/default-inbound-policy")

# The annotation of the pods, else of their namespace.
_linkerd(workload, name) := own if {
	own := reading.at(workload.attributes, ["annotations", name], "")
	own != ""
}

_linkerd(workload, name) := max({reading.text(reading.annotation(namespace, name)) |
	some namespace in lib.linked_from(workload.key, "lies_in")
}) if {
	reading.at(workload.attributes, ["annotations", name], "") == ""
}

# A Server takes the place of the default policy for its port.
_linkerd_open(workload) if {
	some server in lib.linked_to(workload.key, "selects")
	server.type == "Server.policy.linkerd.io"
	not _linkerd_demands(server)
}

_linkerd_demands(server) if {
	found := _linkerd_authorizations(server)
	count(found) > 0
	count([policy | some policy in found; not _by_mtls(policy)]) == 0
}

_linkerd_authorizations(server) := {policy |
	some policy in lib.linked_to(server.key, "targets")
	policy.type == "AuthorizationPolicy"
}

_by_mtls(policy) if {
	some reference in policy.attributes.spec.requiredAuthenticationRefs
	reference.kind in {"MeshTLSAuthentication", "ServiceAccount"}
}

_cilium_demands(policy) if {
	startswith(policy.type, "Cilium")
	rules := [rule | some spec in isolation.cilium_specs(policy); rule := spec.ingress[_]]
	count(rules) > 0
	count([rule | some rule in rules; not rule.authentication.mode == "required"]) == 0
}
