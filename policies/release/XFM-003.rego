# METADATA
# title: Code that comes with a model runs in a sandbox without a way out
# description: >-
#   With trust-remote-code the server imports the Python files that the model's `auto_map` names, as the model server
#   and with all that it can reach. Whoever gets a change into the model's repository then runs code beside the
#   weights, the prompts and the pod's credentials. Such code is bearable where the kernel is not shared (gVisor,
#   Kata) and where an egress policy leaves it nowhere to send anything to. Whether a model has such code is told by a
#   `config.json` with `auto_map` beside its manifest, by the tag `custom_code`, or by `model.custom_code`; where
#   nothing says it, it is unknown.
# related_resources:
#   - https://huggingface.co/docs/transformers/custom_models
#   - https://kubernetes.io/docs/concepts/containers/runtime-class/
#   - https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: XFM-003
#   severity: critical
#   applies_to:
#     format: kubernetes
#     types: [container]
#   parameters:
#     sandboxes: [firecracker, gvisor, kata, runsc]
#   remediation: >-
#     Remove `--trust-remote-code` and convert the model to an architecture that the server knows. Where its code is
#     needed, set `runtimeClassName` to gVisor or Kata, and select the pod by a NetworkPolicy with policyTypes
#     [Egress] that allows the registry of models and DNS alone. Where the model has no code of its own, say
#     `model.custom_code: false` in model-release.yaml.
package releasegate.xfm_003

import rego.v1

import data.lib.decisions
import data.lib.models
import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.remote_code

# The container of a serving runtime is judged in the workloads that are made from it.
serving contains r if {
	some r in input.resources.container
	is_serving(r)
}

is_serving(r) if {
	r.attributes.serving == true
	not pods.is_template(r)
}

skip contains r.key if {
	some r in input.resources.container
	not is_serving(r)
}

workload_of(r) := lib.resource(r.parent)

# --- The model's code -----------------------------------------------------------------------------

own_code(r) := decisions.any_of([each |
	some list in [code_files(r), code_statements(r), [decisions.answer(r, "", unsaid)]]
	some each in list
]) if {
	count(denials(r)) == 0
}

# A manifest that denies it is believed, unless there is code.
own_code(r) := decisions.any_of(array.concat(code_files(r), code_statements(r))) if count(denials(r)) > 0

denials(r) := decisions.no(code_statements(r))

unsaid := {
	"$unresolved": "auto_map",
	"reason": "nothing in the release says whether the model has code of its own (auto_map, custom_code)",
}

code_statements(r) := [decisions.answer(manifest, "custom_code", manifest.attributes.custom_code) |
	some manifest in models.served(workload_of(r))
	is_boolean(manifest.attributes.custom_code)
]

# A configuration of the model that lies beside one of its manifests.
code_files(r) := [decisions.answer(code, "auto_map", true) |
	some code in input.resources.model_code
	some manifest in models.served(workload_of(r))
	reading.folder(code.path) == reading.folder(manifest.path)
]

# --- What is around it ----------------------------------------------------------------------------

no_sandbox(workload) := decisions.answer(workload, "runtime_class", true) if not workload.attributes.runtime_class

no_sandbox(workload) := decisions.answer(workload, "runtime_class", not_known) if {
	not_known := workload.attributes.runtime_class
	lib.unresolved(not_known)
}

no_sandbox(workload) := decisions.answer(workload, "runtime_class", count(sandboxes(workload)) == 0) if {
	workload.attributes.runtime_class
	not lib.unresolved(workload.attributes.runtime_class)
}

# The kinds of sandbox in what runs the pod: the handler, or where its RuntimeClass is not in the release its name.
sandboxes(workload) := {kind |
	some kind in input.parameters.sandboxes
	some runner in runners(workload)
	contains(lower(runner), kind)
}

runners(workload) := handlers(workload) if count(handlers(workload)) > 0

runners(workload) := {reading.text(workload.attributes.runtime_class)} if count(handlers(workload)) == 0

handlers(workload) := {handler |
	some class in input.resources.RuntimeClass
	reading.name(class) == workload.attributes.runtime_class
	handler := class.attributes.handler
	is_string(handler)
}

# What one policy allows no other takes back; where none is about egress everything is allowed.
free_egress(workload) := decisions.any_of(openings) if {
	count(egress_policies(workload)) > 0
	openings := array.concat(
		[decisions.answer(policy, sprintf("spec.egress[%d]", [i]), true) |
			some policy in egress_policies(workload)
			some i, rule in reading.items(policy.attributes.spec.egress)
			leads_anywhere(rule)
		],
		[decisions.answer(policy, "spec.egress", false) | some policy in egress_policies(workload)],
	)
}

free_egress(workload) := decisions.any_of(array.concat(
	[decisions.answer(policy, "", {"$unresolved": policy.address, "reason": reason}) |
		some policy in foreign_policies(workload)
		reason := sprintf("whether %s restricts the egress of %s is not evaluated", [policy.address, workload.address])
	],
	[decisions.answer(workload, "", true) | count(foreign_policies(workload)) == 0],
)) if {
	count(egress_policies(workload)) == 0
}

egress_policies(workload) := [policy |
	some policy in lib.linked_to(workload.key, "selects")
	policy.type == "NetworkPolicy"
	is_for_egress(policy.attributes.spec)
]

is_for_egress(spec) if "Egress" in reading.items(spec.policyTypes)

is_for_egress(spec) if {
	not spec.policyTypes
	spec.egress
}

# Policies of Cilium and Calico select by more than labels.
foreign_policies(workload) := {policy |
	some type in ["CalicoNetworkPolicy", "CiliumNetworkPolicy"]
	some policy in input.resources[type]
	reading.namespace(policy) == pods.namespace(workload)
	mentions_egress(policy)
} | {policy |
	some type in ["CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy"]
	some policy in input.resources[type]
	mentions_egress(policy)
}

mentions_egress(policy) if {
	walk(policy.attributes, [path, _])
	step := path[count(path) - 1]
	is_string(step)
	startswith(step, "egress")
}

# A rule without peers is about every address; name servers may be anywhere.
leads_anywhere(rule) if {
	count(reading.items(reading.at(rule, ["to"], []))) == 0
	not is_for_names_alone(rule)
}

leads_anywhere(rule) if {
	some peer in reading.items(rule.to)
	lib.cidr_is_world(peer.ipBlock.cidr)
	not is_for_names_alone(rule)
}

is_for_names_alone(rule) if {
	count(reading.items(rule.ports)) > 0
	every each in rule.ports {
		each.port in {53, "53", "dns", "dns-tcp"}
	}
}

exposure(r) := decisions.any_of([no_sandbox(workload_of(r)), free_egress(workload_of(r))])

# --- All three together: the switch, the code, and a gap around it ---------------------------------

# Where the switch is off nothing else is asked.
answers := {r.key: [switch, own_code(r), exposure(r)] |
	some r in serving
	switch := remote_code.switch(r)
	not decisions.is_no(switch)
}

deny contains finding if {
	some r in serving
	decisions.is_yes(decisions.all_of(answers[r.key]))
	finding := object.union(
		place(r, answers[r.key]),
		{"message": sprintf("%s runs code that comes with its model, %s", [r.address, concat(" and ", gaps(r))])},
	)
}

unknown contains finding if {
	some r in serving
	deciding := decisions.all_of(answers[r.key])
	decisions.is_open(deciding)
	cause := lib.cause(deciding.is)
	finding := object.union(
		place(r, answers[r.key]),
		{
			"message": sprintf("%s may run code that comes with its model, in reach of others: %s", [r.address, cause]),
			"cause": cause,
		},
	)
}

gaps(r) := array.concat(
	["without a sandbox" | decisions.is_yes(no_sandbox(workload_of(r)))],
	["free to connect to anywhere" | decisions.is_yes(free_egress(workload_of(r)))],
)

# At the switch, or where that is in the image, at the image.
place(r, [switch, code, gap]) := object.union(
	{
		"resource": r.key,
		"related": [{"resource": each.resource.key, "attribute": each.attribute, "message": each.resource.address} |
			some each in [switch, code, gap]
			each.resource.key != r.key
		],
	},
	{"attribute": attribute | some attribute in switch_at(r, switch)},
)

switch_at(r, switch) := [switch.attribute | switch.attribute != ""] if switch.resource.key == r.key

switch_at(r, switch) := ["image.reference"] if switch.resource.key != r.key
