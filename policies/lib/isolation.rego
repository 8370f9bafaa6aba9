# Which pods are shut off by default, and which rules open them to everyone again.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.isolation

import rego.v1

import data.lib.decisions
import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

_types := {"ingress": "Ingress", "egress": "Egress"}

_peers := {"ingress": "from", "egress": "to"}

# --- Default-deny for a whole namespace -----------------------------------------------------------

# Whether policies of the release deny what no rule allows to every pod of the workload's namespace. Those of another
# overlay do not count.
denies_by_default(workload, direction) if {
	some world in {"", reading.world(workload)}
	[world, pods.namespace(workload)] in _denying[direction]
}

_denying[direction] contains [reading.world(policy), namespace] if {
	some direction, _ in _types
	some policy in input.resources.NetworkPolicy
	namespace := reading.namespace(policy)
	is_for(policy, direction)
	selects_all(reading.at(policy.attributes, ["spec", "podSelector"], {}))
	count(open_rules(policy, direction)) == 0
}

_denying[direction] contains [reading.world(policy), namespace] if {
	some direction, _ in _types
	some namespace in _namespaces
	some type in ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"]
	some policy in input.resources[type]
	some spec in cilium_specs(policy)
	_cilium_covers(policy, spec, namespace)
	_cilium_shuts(spec, direction)
}

_denying[direction] contains [reading.world(policy), namespace] if {
	some direction, _ in _types
	some namespace in _namespaces
	some type in ["CalicoNetworkPolicy", "GlobalNetworkPolicy"]
	some policy in input.resources[type]
	spec := reading.mapping(policy.attributes.spec)
	_calico_covers(policy, spec, namespace)
	_is_for_calico(spec, direction)
	count([rule | rule := spec[direction][_]; not rule.action == "Deny"]) == 0
}

_namespaces := {pods.namespace(r) | some r in input.resources.workload; pods.serves(r)}

# A policy is for ingress, and for egress when it has rules for that, unless it says otherwise.
is_for(policy, direction) if _types[direction] in reading.items(policy.attributes.spec.policyTypes)

is_for(policy, direction) if {
	not policy.attributes.spec.policyTypes
	direction == "ingress"
}

is_for(policy, direction) if {
	not policy.attributes.spec.policyTypes
	count(reading.items(policy.attributes.spec[direction])) > 0
}

selects_all(selector) if {
	is_object(selector)
	not lib.unresolved(selector)
	_is_empty(reading.at(selector, ["matchLabels"], {}))
	_is_empty(reading.at(selector, ["matchExpressions"], []))
}

_is_empty(value) if {
	not lib.unresolved(value)
	count(value) == 0
}

cilium_specs(policy) := array.concat(
	[policy.attributes.spec | is_object(policy.attributes.spec)],
	[spec | spec := policy.attributes.specs[_]; is_object(spec)],
)

_cilium_covers(policy, spec, namespace) if {
	policy.type == "CiliumNetworkPolicy"
	reading.namespace(policy) == namespace
	selects_all(spec.endpointSelector)
}

_cilium_covers(policy, spec, _) if {
	policy.type == "CiliumClusterwideNetworkPolicy"
	selects_all(spec.endpointSelector)
}

_cilium_covers(policy, spec, namespace) if {
	policy.type == "CiliumClusterwideNetworkPolicy"
	labels := reading.mapping(spec.endpointSelector.matchLabels)
	count(labels) == 1
	some name, value in labels
	name in {"io.kubernetes.pod.namespace", "k8s:io.kubernetes.pod.namespace"}
	value == namespace
}

# Rules of any kind make Cilium deny the rest; `{}` is one that lets nobody in.
_cilium_shuts(spec, direction) if {
	count(reading.items(spec[direction])) > 0
	not spec.enableDefaultDeny[direction] == false
	count([rule | rule := spec[direction][_]; cilium_opens(rule, direction)]) == 0
}

_cilium_shuts(spec, direction) if {
	spec.enableDefaultDeny[direction] == true
	count([rule | rule := spec[direction][_]; cilium_opens(rule, direction)]) == 0
}

_calico_covers(policy, spec, namespace) if {
	policy.type == "CalicoNetworkPolicy"
	reading.namespace(policy) == namespace
	_calico_all(reading.at(spec, ["selector"], ""))
}

_calico_covers(policy, spec, _) if {
	policy.type == "GlobalNetworkPolicy"
	_calico_all(reading.at(spec, ["selector"], ""))
	_calico_all(reading.at(spec, ["namespaceSelector"], ""))
}

_calico_all(selector) if selector in {"", "all()"}

_is_for_calico(spec, direction) if _types[direction] in reading.items(spec.types)

_is_for_calico(spec, "ingress") if {
	not spec.types
	not spec.egress
}

_is_for_calico(spec, "egress") if {
	not spec.types
	spec.egress
}

# --- Default-deny for one workload ----------------------------------------------------------------

# Whether the pods of the workload take in, or reach, only what some rule allows: an answer of `decisions`.
is_shut(workload, direction) := decisions.any_of(array.concat(
	[decisions.answer(policy, "spec.podSelector", true) | some policy in policies(workload, direction)],
	array.concat(
		[decisions.answer(workload, "namespace", true) | denies_by_default(workload, direction)],
		array.concat(doubts(workload, direction), [decisions.answer(workload, "namespace", false)]),
	),
))

# The policies that shut the workload off.
policies(workload, direction) := lib.linked_to(workload.key, sprintf("isolates_%s", [direction]))

# Why it is not known whether something else shuts it off.
doubts(workload, direction) := array.concat([_doubt(policy, reason) |
	some policy in lib.linked_to(workload.key, sprintf("may_isolate_%s", [direction]))
	reason := sprintf("it is not known whether %s is for its pods", [policy.address])
], [_doubt(policy, reason) |
	some policy in _foreign(workload, direction)
	reason := sprintf("what %s allows is not evaluated", [policy.address])
])

_doubt(policy, reason) := decisions.answer(policy, "", {"$unresolved": policy.address, "reason": reason})

# Policies that are for more than one namespace, or select by more than labels.
_foreign(workload, direction) := {policy |
	some type in ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"]
	some policy in input.resources[type]
	reading.share_a_world(policy, workload)
} | {policy |
	some type in ["CalicoNetworkPolicy", "GlobalNetworkPolicy"]
	some policy in input.resources[type]
	reading.share_a_world(policy, workload)
	spec := reading.mapping(policy.attributes.spec)
	_is_for_calico(spec, direction)
	not _calico_covers(policy, spec, pods.namespace(workload))
	_calico_concerns(policy, pods.namespace(workload))
}

_calico_concerns(policy, _) if policy.type == "GlobalNetworkPolicy"

_calico_concerns(policy, namespace) if reading.namespace(policy) == namespace

# The peers and whole namespaces of the release that NetworkPolicies let in to the workload.
admitted(workload) := {peer |
	some policy in policies(workload, "ingress")
	some peer in lib.linked_from(policy.key, "admits")
}

# --- Rules that open everything -------------------------------------------------------------------

# The indices of the rules of a NetworkPolicy that are for everyone.
open_rules(policy, direction) := [i |
	rule := policy.attributes.spec[direction][i]
	_opens(rule, _peers[direction])
]

_opens(rule, peers) if {
	is_object(rule)
	count(reading.items(reading.at(rule, [peers], []))) == 0
	not lib.unresolved(reading.at(rule, [peers], []))
}

_opens(rule, peers) if is_world(rule[peers][_].ipBlock)

# Every pod of every namespace.
_opens(rule, peers) if {
	peer := rule[peers][_]
	selects_all(peer.namespaceSelector)
	selects_all(reading.at(peer, ["podSelector"], {}))
}

# All addresses, or one of the halves that they are often written as.
is_world(block) if {
	is_string(block.cidr)
	regex.match(`/[01]$`, block.cidr)
}

cilium_opens(rule, direction) if rule[sprintf("%sEntities", [_cilium[direction]])][_] in {"all", "world", "cluster"}

cilium_opens(rule, direction) if lib.cidr_is_world(rule[sprintf("%sCIDR", [_cilium[direction]])][_])

cilium_opens(rule, direction) if lib.cidr_is_world(rule[sprintf("%sCIDRSet", [_cilium[direction]])][_].cidr)

cilium_opens(rule, direction) if {
	rule.toPorts
	beginning := _cilium[direction]
	count([peer | some peer, _ in reading.mapping(rule); startswith(peer, beginning); peer != "toPorts"]) == 0
}

_cilium := {"ingress": "from", "egress": "to"}
