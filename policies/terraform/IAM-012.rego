# METADATA
# title: No statement allows every action on every resource
# description: >-
#   Whoever gets hold of an identity with `*` on `*` owns the account: the models, the data, the logs that would show
#   it and the keys that protect them. Such statements are meant for an afternoon of debugging and stay for years.
#   Conditions on the tags of the resource narrow it enough to be left to review. Policies that stand on a resource
#   (`*` in a bucket or key policy means that bucket or key) and trust policies are not meant here.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html
#   - https://cwe.mitre.org/data/definitions/250.html
# custom:
#   id: IAM-012
#   severity: critical
#   applies_to:
#     format: terraform
#     types: [iam_statement]
#   remediation: >-
#     Replace `*` by the actions that the role really calls; IAM Access Analyzer generates that list from CloudTrail.
#     Name the ARNs they apply to. For a person who needs more in an incident use a break-glass role with approval.
package releasegate.iam_012

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

identities := {
	"aws_iam_policy", "aws_iam_role", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy",
	"aws_ssoadmin_permission_set_inline_policy",
}

grants contains r if {
	some r in input.resources.iam_statement
	lib.resource(r.parent).type in identities
	r.attributes.attribute != "assume_role_policy"
	object.get(r.attributes, "effect", "Allow") != "Deny"
}

skip contains r.key if {
	some r in input.resources.iam_statement
	not r in grants
}

# The parts of the question, each true, false, or the value that is not known.
parts(r) := [
	{"attribute": "effect", "is": effect(object.get(r.attributes, "effect", "Allow"))},
	{"attribute": "actions", "is": everything(r.attributes.actions)},
	{"attribute": "resources", "is": everything(r.attributes.resources)},
	{"attribute": "conditions", "is": open(object.get(r.attributes, "conditions", {}))},
]

deny contains finding if {
	some r in grants
	every part in parts(r) {
		part.is == true
	}
	finding := {
		"resource": r.key,
		"attribute": "actions",
		"evidence": "*",
		"message": sprintf("%s allows every action on every resource", [r.address]),
	}
}

unknown contains finding if {
	some r in grants
	every part in parts(r) {
		part.is != false
	}
	doubt := [part | some part in parts(r); part.is != true][0]
	finding := {
		"resource": r.key,
		"attribute": doubt.attribute,
		"message": sprintf("%s may allow every action on every resource: %s", [r.address, lib.cause(doubt.is)]),
		"cause": lib.cause(doubt.is),
	}
}

effect(value) := value if lib.unresolved(value)

effect(value) := value == "Allow" if not lib.unresolved(value)

everything(value) := value if {
	lib.unresolved(value)
	may_hold_star(value)
}

everything(value) := false if {
	lib.unresolved(value)
	not may_hold_star(value)
}

everything(value) := true if {
	is_array(value)
	some each in value
	is_star(each)
}

everything(value) := unknowns[0] if {
	is_array(value)
	count([each | some each in value; is_star(each)]) == 0
	unknowns := [each | some each in value; may_be_star(each)]
	count(unknowns) > 0
}

everything(value) := false if {
	is_array(value)
	count([each | some each in value; is_star(each)]) == 0
	count([each | some each in value; may_be_star(each)]) == 0
}

# `*`, and `*:*`, which AWS accepts for actions.
is_star(each) if {
	is_string(each)
	regex.match(`^\*+(:\*+)?$`, each)
}

# The attribute of a resource and a text with a fixed part are not known, but they are no `*`.
may_be_star(each) if {
	lib.unresolved(each)
	may_hold_star(each)
	not settings.is_computed(each)
}

may_hold_star(value) if {
	not settings.is_attribute(value)
	not regex.match(`[A-Za-z0-9:/]`, settings.fixed_text(value))
}

# False where a condition narrows the statement to resources of some tag.
open(conditions) := conditions if lib.unresolved(conditions)

open(conditions) := false if {
	not lib.unresolved(conditions)
	narrows(conditions)
}

open(conditions) := object.get({i: each | some i, each in unknowns}, 0, true) if {
	not lib.unresolved(conditions)
	not narrows(conditions)
	unknowns := [keys | some keys in conditions; lib.unresolved(keys)]
}

narrows(conditions) if {
	some keys in conditions
	some key, _ in keys
	startswith(lower(key), "aws:resourcetag/")
}
