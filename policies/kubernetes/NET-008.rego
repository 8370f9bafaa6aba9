# METADATA
# title: Inference namespaces default-deny ingress
# description: >-
#   Without a NetworkPolicy every pod of the cluster can talk to the model server, past the gateway with its
#   authentication, its limits and its log. Default-deny turns that round: what no rule lets in stays out, also for
#   the workload that someone adds tomorrow. A policy for all pods of the namespace that lets some peers in counts as
#   well, and so do the equivalents of Cilium and Calico; a rule that lets everyone in to the model takes it all back.
# related_resources:
#   - https://kubernetes.io/docs/concepts/services-networking/network-policies/
#   - https://docs.cilium.io/en/stable/security/policy/
# custom:
#   id: NET-008
#   severity: high
#   applies_to:
#     format: kubernetes
#     types: [workload]
#   remediation: >-
#     Add a NetworkPolicy to the namespace with podSelector: {}, policyTypes: [Ingress] and no ingress rules, and one
#     that lets the gateway's pods in to the model server's port (ingress.from with its podSelector or
#     namespaceSelector).
package releasegate.net_008

import rego.v1

import data.lib.isolation
import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

skip contains r.key if {
	some r in input.resources.workload
	not pods.serves(r)
}

# --- Rules that let everyone in -------------------------------------------------------------------

# Only for ports that are not the model's, such as those of its metrics.
beside_the_model(rule, r) if {
	wanted := reading.items(rule.ports)
	count(wanted) > 0
	served := [entry |
		some container in lib.children(r.key)
		container.attributes.serving == true
		entry := container.attributes.ports[_]
	]
	count(served) > 0
	count([each | some each in wanted; some entry in served; means(reading.mapping(each), entry)]) == 0
}

# A rule names a port by its number, its name, the first of a range, or not at all.
means(wanted, entry) if wanted.port in {entry.containerPort, reading.at(entry, ["name"], entry.containerPort)}

means(wanted, _) if not wanted.port

means(wanted, entry) if {
	wanted.port <= entry.containerPort
	entry.containerPort <= wanted.endPort
}

# --- Findings -------------------------------------------------------------------------------------

deny contains finding if {
	some r in input.resources.workload
	pods.serves(r)
	not isolation.denies_by_default(r, "ingress")
	count(isolation.doubts(r, "ingress")) == 0
	finding := {
		"resource": r.key,
		"attribute": "namespace",
		"message": sprintf("%s: its namespace %s has no policy that denies ingress by default", [
			r.address, pods.namespace(r),
		]),
		"related": [{"resource": key, "attribute": "spec.podSelector"} |
			some key in policies_of[pods.namespace(r)]
			reading.share_a_world(lib.resource(key), r)
		],
	}
}

unknown contains finding if {
	some r in input.resources.workload
	pods.serves(r)
	not isolation.denies_by_default(r, "ingress")
	doubt := isolation.doubts(r, "ingress")[0]
	cause := lib.cause(doubt.is)
	finding := {
		"resource": r.key,
		"attribute": "namespace",
		"message": sprintf("%s: whether its namespace %s denies ingress by default is not known: %s", [
			r.address, pods.namespace(r), cause,
		]),
		"cause": cause,
		"related": [{"resource": doubt.resource.key}],
	}
}

policies_of := {key: value | some key, value in policies_of_entries}

policies_of_entries[namespace] contains policy.key if {
	some policy in input.resources.NetworkPolicy
	namespace := reading.namespace(policy)
}

deny contains finding if {
	some r in input.resources.workload
	pods.serves(r)
	some policy in lib.linked_to(r.key, "selects")
	policy.type == "NetworkPolicy"
	isolation.is_for(policy, "ingress")
	some i in isolation.open_rules(policy, "ingress")
	not beside_the_model(policy.attributes.spec.ingress[i], r)
	finding := {
		"resource": r.key,
		"message": sprintf("%s: %s lets everyone in", [r.address, policy.address]),
		"evidence": sprintf("%s %d", [policy.address, i]),
		"related": [{"resource": policy.key, "attribute": sprintf("spec.ingress[%d]", [i])}],
	}
}
