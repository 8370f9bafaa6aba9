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

import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

skip contains r.key if {
	some r in input.resources.workload
	not pods.serves(r)
}

# --- Policies for all pods of a namespace ---------------------------------------------------------

denying contains namespace if {
	some policy in input.resources.NetworkPolicy
	namespace := reading.namespace(policy)
	is_for_ingress(policy)
	selects_all(reading.at(policy.attributes, ["spec", "podSelector"], {}))
	count(open_rules(policy)) == 0
}

denying contains namespace if {
	some namespace in namespaces
	some type in ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"]
	some policy in input.resources[type]
	some spec in cilium_specs(policy)
	cilium_covers(policy, spec, namespace)
	cilium_shuts(spec)
}

denying contains namespace if {
	some namespace in namespaces
	some type in ["CalicoNetworkPolicy", "GlobalNetworkPolicy"]
	some policy in input.resources[type]
	spec := reading.mapping(policy.attributes.spec)
	calico_covers(policy, spec, namespace)
	is_for_calico_ingress(spec)
	count([rule | rule := spec.ingress[_]; not rule.action == "Deny"]) == 0
}

namespaces := {pods.namespace(r) | some r in input.resources.workload; pods.serves(r)}

# Ingress is what a policy is for unless it says otherwise.
is_for_ingress(policy) if "Ingress" in reading.items(policy.attributes.spec.policyTypes)

is_for_ingress(policy) if not policy.attributes.spec.policyTypes

selects_all(selector) if {
	is_object(selector)
	count(reading.mapping(reading.at(selector, ["matchLabels"], {}))) == 0
	count(reading.items(reading.at(selector, ["matchExpressions"], []))) == 0
}

cilium_specs(policy) := array.concat(
	[policy.attributes.spec | is_object(policy.attributes.spec)],
	[spec | spec := policy.attributes.specs[_]; is_object(spec)],
)

cilium_covers(policy, spec, namespace) if {
	policy.type == "CiliumNetworkPolicy"
	reading.namespace(policy) == namespace
	selects_all(spec.endpointSelector)
}

cilium_covers(policy, spec, _) if {
	policy.type == "CiliumClusterwideNetworkPolicy"
	selects_all(spec.endpointSelector)
}

cilium_covers(policy, spec, namespace) if {
	policy.type == "CiliumClusterwideNetworkPolicy"
	labels := reading.mapping(spec.endpointSelector.matchLabels)
	count(labels) == 1
	some name, value in labels
	name in {"io.kubernetes.pod.namespace", "k8s:io.kubernetes.pod.namespace"}
	value == namespace
}

# Rules of any kind make Cilium deny the rest; `{}` is one that lets nobody in.
cilium_shuts(spec) if {
	rules := reading.items(spec.ingress)
	count(rules) > 0
	not spec.enableDefaultDeny.ingress == false
	count([rule | some rule in rules; cilium_opens(rule)]) == 0
}

cilium_shuts(spec) if {
	spec.enableDefaultDeny.ingress == true
	count([rule | rule := spec.ingress[_]; cilium_opens(rule)]) == 0
}

cilium_opens(rule) if rule.fromEntities[_] in {"all", "world", "cluster"}

cilium_opens(rule) if lib.cidr_is_world(rule.fromCIDR[_])

cilium_opens(rule) if lib.cidr_is_world(rule.fromCIDRSet[_].cidr)

cilium_opens(rule) if {
	rule.toPorts
	count([peer | some peer, _ in reading.mapping(rule); startswith(peer, "from")]) == 0
}

calico_covers(policy, spec, namespace) if {
	policy.type == "CalicoNetworkPolicy"
	reading.namespace(policy) == namespace
	calico_all(reading.at(spec, ["selector"], ""))
}

calico_covers(policy, spec, _) if {
	policy.type == "GlobalNetworkPolicy"
	calico_all(reading.at(spec, ["selector"], ""))
	calico_all(reading.at(spec, ["namespaceSelector"], ""))
}

calico_all(selector) if selector in {"", "all()"}

is_for_calico_ingress(spec) if "Ingress" in reading.items(spec.types)

is_for_calico_ingress(spec) if {
	not spec.types
	not spec.egress
}

# --- Rules that let everyone in -------------------------------------------------------------------

open_rules(policy) := [i |
	rule := policy.attributes.spec.ingress[i]
	opens(rule)
]

opens(rule) if count(reading.items(reading.at(rule, ["from"], []))) == 0

opens(rule) if lib.cidr_is_world(rule.from[_].ipBlock.cidr)

# Every pod of every namespace.
opens(rule) if {
	peer := rule.from[_]
	selects_all(peer.namespaceSelector)
	selects_all(reading.at(peer, ["podSelector"], {}))
}

# Only for ports that are not the model's, such as those of its metrics.
beside_the_model(rule, r) if {
	wanted := reading.items(rule.ports)
	count(wanted) > 0
	served := {port |
		some container in lib.children(r.key)
		container.attributes.serving == true
		entry := container.attributes.ports[_]
		some port in [entry.containerPort, reading.at(entry, ["name"], entry.containerPort)]
	}
	count(served) > 0
	count([each | some each in wanted; object.get(reading.mapping(each), "port", "any") in (served | {"any"})]) == 0
	count([each | some each in wanted; reading.mapping(each).endPort]) == 0
}

# --- Findings -------------------------------------------------------------------------------------

deny contains finding if {
	some r in input.resources.workload
	pods.serves(r)
	not pods.namespace(r) in denying
	finding := {
		"resource": r.key,
		"attribute": "namespace",
		"message": sprintf("%s: its namespace %s has no policy that denies ingress by default", [
			r.address, pods.namespace(r),
		]),
		"related": [{"resource": key, "attribute": "spec.podSelector"} |
			some key in policies_of[pods.namespace(r)]
		],
	}
}

policies_of[namespace] contains policy.key if {
	some policy in input.resources.NetworkPolicy
	namespace := reading.namespace(policy)
}

deny contains finding if {
	some r in input.resources.workload
	pods.serves(r)
	some policy in lib.linked_to(r.key, "selects")
	policy.type == "NetworkPolicy"
	is_for_ingress(policy)
	some i in open_rules(policy)
	not beside_the_model(policy.attributes.spec.ingress[i], r)
	finding := {
		"resource": r.key,
		"message": sprintf("%s: %s lets everyone in", [r.address, policy.address]),
		"evidence": sprintf("%s %d", [policy.address, i]),
		"related": [{"resource": policy.key, "attribute": sprintf("spec.ingress[%d]", [i])}],
	}
}
