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

# The workloads of a role or of a binding: those whose pods really start.
holders(key, kind) := {r.key | some r in lib.linked_to(key, kind); r.type == "workload"; not pods.is_template(r)}

held := {role.key: found |
	some role in roles
	found := holders(role.key, "holds")
	count(found) > 0
}

granted := {binding.key: found |
	some binding in bindings
	found := holders(binding.key, "granted_by")
	count(found) > 0
}

skip contains role.key if {
	some role in roles
	not held[role.key]
}

# What gives the workload the role, and the first subject by which it does; none where another role takes it in.
given(role, holder) := {where |
	some binding in lib.linked_to(role.key, "binds")
	holder in granted[binding.key]
	where := {"resource": binding.key, "attribute": sprintf("subjects[%d]", [subject(binding, holder)])}
}

subject(binding, holder) := min({i |
	some i, each in binding.attributes.subjects
	is_subject(each, binding, lib.resource(holder))
})

is_subject(each, binding, workload) if {
	each.kind == "ServiceAccount"
	each.name == account(workload)
	reading.at(each, ["namespace"], reading.namespace(binding)) == pods.namespace(workload)
}

is_subject(each, _, workload) if {
	each.kind == "User"
	each.name == sprintf("system:serviceaccount:%s:%s", [pods.namespace(workload), account(workload)])
}

is_subject(each, _, workload) if {
	each.kind == "Group"
	each.name in {
		"system:authenticated", "system:serviceaccounts",
		sprintf("system:serviceaccounts:%s", [pods.namespace(workload)]),
	}
}

account(workload) := reading.text(reading.at(workload.attributes, ["service_account"], "default"))

# --- Rules that allow too much --------------------------------------------------------------------

# The rules of a role that is held; the controller manager writes over those of a role that takes in others.
rules(role) := {rule |
	held[role.key]
	some rule in lib.children(role.key)
	rule.attributes.overwritten == false
}

wildcard(rule) := "verbs" if rule.attributes.wildcard_verbs == true

wildcard(rule) := "resources" if {
	not rule.attributes.wildcard_verbs == true
	rule.attributes.wildcard_resources == true
}

said(rule) := sprintf("every verb on %s", [shown(rule)]) if wildcard(rule) == "verbs"

said(rule) := sprintf("%s on %s", [concat(", ", reading.texts(rule.attributes.verbs)), shown(rule)]) if {
	wildcard(rule) == "resources"
}

shown(rule) := concat("", ["every resource", where(rule)]) if rule.attributes.wildcard_resources == true

shown(rule) := concat(", ", array.concat(resources, urls)) if {
	not rule.attributes.wildcard_resources == true
	resources := reading.texts(rule.attributes.resources)
	urls := reading.texts(rule.attributes.non_resource_urls)
}

# The API groups that the wildcard stands in, "" where they are all meant.
where(rule) := sprintf(" of %s", [concat(", ", groups)]) if {
	groups := [group_name(each) | some each in reading.texts(rule.attributes.api_groups)]
	count(groups) > 0
	not "*" in groups
}

where(rule) := "" if {
	groups := reading.texts(rule.attributes.api_groups)
	count([each | some each in groups; each != "*"]) < max([1, count(groups)])
}

group_name(group) := group if group != ""

group_name("") := "the core group"

# The place of the wildcard itself.
place(rule) := sprintf("rules[%d].%s[%d]", [rule.attributes.index, list, min(found)]) if {
	list := wildcard(rule)
	found := {i | some i, each in rule.attributes[list]; each == "*"}
}

deny contains finding if {
	some role in roles
	some rule in rules(role)
	holder := min(held[role.key]) # one of them is enough to say
	finding := {
		"resource": role.key,
		"attribute": place(rule),
		"message": sprintf("%s allows %s to the account of %s", [
			role.address, said(rule), lib.resource(holder).address,
		]),
		"related": given(role, holder),
	}
}

# Resources that say which model is served.
_release_resources := {
	"clusterservingruntimes": "serving.kserve.io", "inferenceservices": "serving.kserve.io",
	"llminferenceservices": "serving.kserve.io", "servingruntimes": "serving.kserve.io",
	"rayservices": "ray.io", "models": "mlops.seldon.io",
}

writes(rule) := min({resource |
	some resource in reading.texts(rule.attributes.resources)
	some group in reading.texts(rule.attributes.api_groups)
	group in {"*", _release_resources[resource]}
	some verb in reading.texts(rule.attributes.verbs)
	verb in {"create", "update", "patch"}
})

inference(workload) if pods.serves(workload)

inference(workload) if entrances.is_gateway(workload)

deny contains finding if {
	some role in roles
	some rule in rules(role)
	not wildcard(rule)
	written := writes(rule)
	some holder in held[role.key]
	inference(lib.resource(holder))
	finding := {
		"resource": role.key,
		"attribute": sprintf("rules[%d].verbs", [rule.attributes.index]),
		"message": sprintf("%s lets %s change %s, which is for the pipeline", [
			role.address, lib.resource(holder).address, written,
		]),
		"related": given(role, holder),
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

# Bindings that give a workload a role which is not written in the release.
outside(binding) := workload if {
	granted[binding.key]
	count(lib.linked_from(binding.key, "binds")) == 0
	workload := min({lib.resource(holder).address | some holder in granted[binding.key]})
}

# The cluster's own roles that allow everything somewhere, or let whoever has them get there.
too_much(binding) if {
	binding.attributes.roleRef.kind == "ClusterRole"
	binding.attributes.roleRef.name in {"admin", "edit"}
}

too_much(binding) if {
	some rule in lib.children(binding.key)
	wildcard(rule)
}

deny contains finding if {
	some r in bindings
	workload := outside(r)
	too_much(r)
	finding := {
		"resource": r.key,
		"attribute": "roleRef.name",
		"message": sprintf("%s gives %s to the account of %s", [r.address, role_name(r), workload]),
	}
}

# --- What the input does not show -----------------------------------------------------------------

unknown contains finding if {
	some r in bindings
	workload := outside(r)
	count(lib.children(r.key)) == 0 # no role that every cluster has
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

unknown contains finding if {
	some role in roles
	some rule in rules(role)
	not wildcard(rule)
	some list in ["verbs", "resources"]
	some i, value in rule.attributes[list]
	cause := lib.cause(value)
	finding := {
		"resource": role.key,
		"attribute": sprintf("rules[%d].%s[%d]", [rule.attributes.index, list, i]),
		"message": sprintf("%s: what it allows is not known: %s", [role.address, cause]),
		"cause": cause,
	}
}
