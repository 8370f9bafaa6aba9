# METADATA
# title: Inference pods have restricted egress
# description: >-
#   A model server that may call everywhere is how prompts and weights leave: a poisoned model, a plugin or a stolen
#   request opens a connection to a host of the attacker's, or asks the cloud's metadata service for the node's
#   credentials. The serving pods have to be covered by a policy for egress (NetworkPolicy, Cilium or Calico), and no
#   rule of theirs may lead to every address, unless it leaves the metadata service out. Rules for DNS alone are let be.
# related_resources:
#   - https://kubernetes.io/docs/concepts/services-networking/network-policies/
#   - https://docs.cilium.io/en/stable/security/policy/
#   - https://cwe.mitre.org/data/definitions/441.html
# custom:
#   id: NET-009
#   severity: high
#   applies_to:
#     format: kubernetes
#     types: [workload]
#   remediation: >-
#     Add a NetworkPolicy for the serving pods with policyTypes: [Egress] that leads to DNS, the object store's
#     endpoint and what the model needs; let the model hub be reached through a proxy or cache. Where every address has
#     to be reachable, write ipBlock with cidr 0.0.0.0/0 and except: [169.254.169.254/32].
package releasegate.net_009

import rego.v1

import data.lib.decisions
import data.lib.isolation
import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

skip contains r.key if {
	some r in input.resources.workload
	not pods.serves(r)
}

# --- No policy at all -----------------------------------------------------------------------------

shut := {r.key: isolation.is_shut(r, "egress") |
	some r in input.resources.workload
	pods.serves(r)
}

deny contains finding if {
	some r in input.resources.workload
	decisions.is_no(shut[r.key])
	finding := {
		"resource": r.key,
		"attribute": "namespace",
		"message": sprintf("%s may open connections to everywhere: no policy restricts its egress", [r.address]),
		"related": [{"resource": policy.key, "attribute": "spec"} | some policy in isolation.policies(r, "ingress")],
	}
}

unknown contains finding if {
	some r in input.resources.workload
	answer := shut[r.key]
	decisions.is_open(answer)
	cause := lib.cause(answer.is)
	finding := {
		"resource": r.key,
		"attribute": "namespace",
		"message": sprintf("%s may open connections to everywhere: %s", [r.address, cause]),
		"cause": cause,
		"related": [{"resource": answer.resource.key}],
	}
}

# --- Rules that lead everywhere -------------------------------------------------------------------

openings := {policy.key: _openings(policy) |
	some type in ["NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"]
	some policy in input.resources[type]
}

deny contains finding if {
	some r in input.resources.workload
	pods.serves(r)
	some policy in isolation.policies(r, "egress")
	some opening in openings[policy.key]
	finding := {
		"resource": r.key,
		"message": sprintf("%s: %s lets it out to %s", [r.address, policy.address, opening.what]),
		"evidence": sprintf("%s %s", [policy.address, opening.attribute]),
		"related": [{"resource": policy.key, "attribute": opening.attribute}],
	}
}

_openings(policy) := {opening |
	rule := policy.attributes.spec.egress[i]
	not _for_dns(reading.items(reading.at(rule, ["ports"], [])))
	some opening in _everywhere(rule, i)
} if {
	policy.type == "NetworkPolicy"
}

_openings(policy) := {{"attribute": sprintf("%s.egress[%d]", [place, i]), "what": "every address"} |
	some place, spec in _specs(policy)
	rule := spec.egress[i]
	not _for_dns([port | port := rule.toPorts[_].ports[_]])
	_cilium_everywhere(rule)
} if {
	startswith(policy.type, "Cilium")
}

_everywhere(rule, i) := {{"attribute": sprintf("spec.egress[%d]", [i]), "what": "every address"} |
	is_object(rule)
	to := reading.at(rule, ["to"], [])
	not lib.unresolved(to)
	count(reading.items(to)) == 0
} | {{"attribute": sprintf("spec.egress[%d].to[%d].ipBlock", [i, j]), "what": what} |
	block := rule.to[j].ipBlock
	isolation.is_world(block)
	metadata := _metadata[_family(block.cidr)]
	net.cidr_contains(block.cidr, metadata)
	count([excepted | excepted := block.except[_]; is_string(excepted); _contains(excepted, metadata)]) == 0
	what := sprintf("every address (%s), the metadata service too", [block.cidr])
}

# Where clouds hand out the node's credentials.
_metadata := {"4": "169.254.169.254", "6": "fd00:ec2::254"}

_family(cidr) := "6" if contains(cidr, ":")

_family(cidr) := "4" if not contains(cidr, ":")

_contains(cidr, address) if {
	_family(cidr) == _family(address)
	regex.match(`^[0-9a-fA-F.:]+/[0-9]+$`, cidr)
	net.cidr_contains(cidr, address)
}

_for_dns(ports) if {
	count(ports) > 0
	count([port | some port in ports; not _is_dns(port)]) == 0
}

_is_dns(port) if {
	not port.endPort
	sprintf("%v", [port.port]) in {"53", "dns", "dns-tcp", "domain"}
}

_specs(policy) := {"spec": policy.attributes.spec} if is_object(policy.attributes.spec)

_specs(policy) := {sprintf("specs[%d]", [i]): spec | spec := policy.attributes.specs[i]} if {
	not is_object(policy.attributes.spec)
}

_cilium_everywhere(rule) if rule.toEntities[_] in {"all", "world", "world-ipv4", "world-ipv6"}

_cilium_everywhere(rule) if lib.cidr_is_world(rule.toCIDR[_])

_cilium_everywhere(rule) if {
	block := rule.toCIDRSet[_]
	lib.cidr_is_world(block.cidr)
	metadata := _metadata[_family(block.cidr)]
	count([excepted | excepted := block.except[_]; is_string(excepted); _contains(excepted, metadata)]) == 0
}

_cilium_everywhere(rule) if {
	count(reading.items(rule.toPorts)) > 0
	count([peer | some peer, _ in reading.mapping(rule); startswith(peer, "to"); peer != "toPorts"]) == 0
}

# --- Rules that are not known ---------------------------------------------------------------------

unknown contains finding if {
	some r in input.resources.workload
	pods.serves(r)
	some policy in isolation.policies(r, "egress")
	some doubt in doubts[policy.key]
	finding := {
		"resource": r.key,
		"message": sprintf("%s: %s may let it out to every address: %s", [r.address, policy.address, doubt.cause]),
		"cause": doubt.cause,
		"evidence": sprintf("%s %s", [policy.address, doubt.attribute]),
		"related": [{"resource": policy.key, "attribute": doubt.attribute}],
	}
}

doubts := {policy.key: _doubts(policy) | some policy in input.resources.NetworkPolicy}

_doubts(policy) := {{"attribute": reading.path(array.concat(["spec", "egress"], path)), "cause": value.reason} |
	walk(policy.attributes.spec.egress, [path, value])
	value["$unresolved"]
} | {{"attribute": sprintf("spec.egress[%d].to[%d].ipBlock.cidr", [i, j]), "cause": cause} |
	cidr := policy.attributes.spec.egress[i].to[j].ipBlock.cidr
	cause := reading.placeholder(cidr)
}
