# METADATA
# title: Kubernetes RBAC is least-privilege for serving namespaces
# description: >-
#   Every pod carries the rights of its service account. A wildcard among them lets whoever gets into a model server
#   or its gateway read all secrets, start pods of their own or replace the model, and it grows with every resource
#   that is installed later. Rules count that reach an account of a workload in the release; writing inference
#   services is for the pipeline and not for the pods that serve. What is bound to system:authenticated is given to
#   everyone who has any account of the cluster at all. Roles that no workload here holds are left out.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
#   - https://kubernetes.io/docs/reference/access-authn-authz/rbac/
#   - https://cwe.mitre.org/data/definitions/250.html
# custom:
#   id: IAM-007
#   severity: high
#   applies_to:
#     format: kubernetes
#     types: [Role, ClusterRole, RoleBinding, ClusterRoleBinding]
#   remediation: >-
#     Name the verbs, resources and resourceNames that the workload needs (verbs: [get, list, watch]), bind each
#     account to a Role of its own, and bind nothing to system:authenticated or system:unauthenticated. Let the
#     deployment pipeline alone create, update and patch inferenceservices and their like.
package releasegate.iam_007

import rego.v1

import data.lib.entrances
import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

bindings := [r | some type in ["RoleBinding", "ClusterRoleBinding"]; some r in input.resources[type]]

roles := [r | some type in ["Role", "ClusterRole"]; some r in input.resources[type]]

# --- Who holds a role -----------------------------------------------------------------------------

# The workloads of each account, by "namespace:name".
accounts[name] contains r.key if {
	some r in input.resources.workload
	not pods.is_template(r)
	name := sprintf("%s:%s", [pods.namespace(r), reading.text(reading.at(r.attributes, ["service_account"], "default"))])
}

# The workloads whose account is among the subjects of a binding, as a name, a user or a member of a group.
holders[binding.key] contains {"workload": key, "subject": i} if {
	some binding in bindings
	subject := binding.attributes.subjects[i]
	some name in named(subject, binding)
	some key in accounts[name]
}

named(subject, binding) := {sprintf("%v:%v", [namespace, subject.name])} if {
	subject.kind == "ServiceAccount"
	namespace := reading.at(subject, ["namespace"], reading.namespace(binding))
}

named(subject, _) := {trim_prefix(reading.text(subject.name), "system:serviceaccount:")} if subject.kind == "User"

named(subject, _) := {name |
	subject.name in {"system:authenticated", "system:serviceaccounts"}
	some name, _ in accounts
} | {name |
	startswith(reading.text(subject.name), "system:serviceaccounts:")
	some name, _ in accounts
	split(name, ":")[0] == trim_prefix(subject.name, "system:serviceaccounts:")
} if {
	subject.kind == "Group"
}

# A Role is reached by the bindings that name it.
held[role.key] contains found if {
	some binding in bindings
	some role in lib.linked_from(binding.key, "binds")
	some holder in object.get(holders, binding.key, set())
	found := {"workload": holder.workload, "subject": holder.subject, "binding": binding.key}
}

skip contains role.key if {
	some role in roles
	not held[role.key]
}

# --- Rules that allow too much --------------------------------------------------------------------

wildcard(rule) := "verbs" if "*" in reading.items(rule.verbs)

wildcard(rule) := "resources" if {
	not "*" in reading.items(rule.verbs)
	some resource in reading.items(rule.resources)
	resource in {"*", "*/*"}
}

said(rule) := sprintf("every verb on %s", [shown(rule)]) if wildcard(rule) == "verbs"

said(rule) := sprintf("%s on every resource", [verbs]) if {
	wildcard(rule) == "resources"
	verbs := concat(", ", reading.texts(reading.at(rule, ["verbs"], [])))
}

shown(rule) := "every resource" if "*" in reading.items(rule.resources)

shown(rule) := concat(", ", array.concat(resources, urls)) if {
	not "*" in reading.items(rule.resources)
	resources := reading.texts(reading.at(rule, ["resources"], []))
	urls := reading.texts(reading.at(rule, ["nonResourceURLs"], []))
}

deny contains finding if {
	some role in roles
	holder := min(held[role.key]) # one of them is enough to say
	rule := role.attributes.rules[i]
	finding := {
		"resource": role.key,
		"attribute": sprintf("rules[%d].%s", [i, wildcard(rule)]),
		"message": sprintf("%s allows %s to the account of %s", [
			role.address, said(rule), lib.resource(holder.workload).address,
		]),
		"related": [where(holder)],
	}
}

where(holder) := {"resource": holder.binding, "attribute": sprintf("subjects[%d]", [holder.subject])}

# Resources that say which model is served.
_release_resources := {
	"clusterservingruntimes": "serving.kserve.io", "inferenceservices": "serving.kserve.io",
	"llminferenceservices": "serving.kserve.io", "servingruntimes": "serving.kserve.io",
	"rayservices": "ray.io", "models": "mlops.seldon.io",
}

writes(rule) := min({resource |
	some resource in reading.texts(rule.resources)
	some group in reading.texts(rule.apiGroups)
	group in {"*", _release_resources[resource]}
	some verb in reading.texts(rule.verbs)
	verb in {"create", "update", "patch"}
})

inference(workload) if pods.serves(workload)

inference(workload) if entrances.is_gateway(workload)

deny contains finding if {
	some role in roles
	some holder in held[role.key]
	inference(lib.resource(holder.workload))
	rule := role.attributes.rules[i]
	not wildcard(rule)
	finding := {
		"resource": role.key,
		"attribute": sprintf("rules[%d].verbs", [i]),
		"message": sprintf("%s lets %s change %s, which is for the pipeline", [
			role.address, lib.resource(holder.workload).address, writes(rule),
		]),
		"related": [where(holder)],
	}
}

# --- Bindings -------------------------------------------------------------------------------------

# What Kubernetes itself binds to everyone.
_harmless := {"system:basic-user", "system:discovery", "system:public-info-viewer"}

_everyone := {"system:anonymous", "system:authenticated", "system:unauthenticated"}

deny contains finding if {
	some r in bindings
	subject := r.attributes.subjects[i]
	subject.name in _everyone
	subject.kind in {"Group", "User"}
	not r.attributes.roleRef.name in _harmless
	finding := {
		"resource": r.key,
		"attribute": sprintf("subjects[%d].name", [i]),
		"message": sprintf("%s gives %v to %s", [r.address, role_name(r), subject.name]),
	}
}

role_name(binding) := sprintf("%v", [reading.at(binding.attributes, ["roleRef", "name"], "a role")])

outside(binding) if count(lib.linked_from(binding.key, "binds")) == 0

deny contains finding if {
	some r in bindings
	outside(r)
	r.attributes.roleRef.kind == "ClusterRole"
	r.attributes.roleRef.name in {"admin", "cluster-admin", "edit"}
	workload := min({lib.resource(holder.workload).address | some holder in holders[r.key]})
	finding := {
		"resource": r.key,
		"attribute": "roleRef.name",
		"message": sprintf("%s gives %s to the account of %s", [r.address, role_name(r), workload]),
	}
}

# --- What the input does not show -----------------------------------------------------------------

unknown contains finding if {
	some r in bindings
	outside(r)
	not regex.match(`^(system:.*|view|admin|edit|cluster-admin|extension-apiserver-authentication-reader)$`, role_name(r))
	workload := min({lib.resource(holder.workload).address | some holder in holders[r.key]})
	cause := sprintf("what %s allows is not part of the release", [role_name(r)])
	finding := {
		"resource": r.key,
		"attribute": "roleRef.name",
		"message": sprintf("%s gives %s to the account of %s: %s", [r.address, role_name(r), workload, cause]),
		"cause": cause,
	}
}

unknown contains finding if {
	some role in roles
	held[role.key]
	role.attributes.aggregationRule
	cause := "its rules are put together in the cluster (aggregationRule)"
	finding := {
		"resource": role.key,
		"attribute": "aggregationRule",
		"message": sprintf("%s: %s", [role.address, cause]),
		"cause": cause,
	}
}
