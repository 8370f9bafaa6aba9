# METADATA
# title: Service-to-service traffic is mutually authenticated
# description: >-
#   Inside the cluster a prompt travels from gateway to transformer to model server, and without mutual TLS every pod
#   on the way can read it and any pod can pretend to be the gateway. Istio's PeerAuthentication has to be STRICT for
#   the serving pods (that of the workload goes before that of its namespace, and that before the mesh's), no
#   DestinationRule may switch it off, and a proxy has to be there; Linkerd's and Cilium's own ways of demanding it
#   count as well. Where the release does not show whether a mesh covers the pods, the result is unknown.
# related_resources:
#   - https://istio.io/latest/docs/reference/config/security/peer_authentication/
#   - https://linkerd.io/2/reference/authorization-policy/
#   - https://docs.cilium.io/en/stable/network/servicemesh/mutual-authentication/mutual-authentication/
#   - https://cwe.mitre.org/data/definitions/306.html
# custom:
#   id: TLS-004
#   severity: high
#   applies_to:
#     format: kubernetes
#     types: [workload]
#   remediation: >-
#     Put the namespace into the mesh (istio-injection: enabled, or istio.io/dataplane-mode: ambient) and add a
#     PeerAuthentication to it with spec.mtls.mode: STRICT; take DISABLE out of DestinationRules and portLevelMtls, and
#     sidecar.istio.io/inject: "false" from serving pods. With Linkerd set config.linkerd.io/default-inbound-policy:
#     all-authenticated, with Cilium authentication.mode: required.
package releasegate.tls_004

import rego.v1

import data.lib.decisions
import data.lib.mesh
import data.lib.pods
import data.lib.releasegate as lib

skip contains r.key if {
	some r in input.resources.workload
	not pods.serves(r)
}

answers[r.key] := mesh.strict(r) if {
	some r in input.resources.workload
	pods.serves(r)
}

deny contains finding if {
	some r in input.resources.workload
	answer := answers[r.key]
	decisions.is_no(answer)
	finding := object.union(_place(r, answer), {
		"resource": r.key,
		"message": sprintf("%s takes traffic that nobody authenticates: %s", [r.address, answer.what]),
	})
}

unknown contains finding if {
	some r in input.resources.workload
	answer := answers[r.key]
	decisions.is_open(answer)
	cause := lib.cause(answer.is)
	finding := object.union(_place(r, answer), {
		"resource": r.key,
		"message": sprintf("%s may take traffic that nobody authenticates: %s", [r.address, cause]),
		"cause": cause,
	})
}

# The line is the workload's own where it decides, else the other end is named beside it.
_place(r, answer) := {"attribute": answer.attribute} if answer.resource.key == r.key

_place(r, answer) := {"related": [{"resource": answer.resource.key, "attribute": answer.attribute}]} if {
	answer.resource.key != r.key
}
