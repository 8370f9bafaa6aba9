# The policies that an IAM role has by attachment and not by its own statements: those of Amazon, known by their names.
package lib.aws_attachments

import rego.v1

import data.lib.decisions
import data.lib.releasegate as lib

# For each of them whether it is one of the named policies of Amazon, in three values.
answers(role, names) := [answer_of(attached, names) | some attached in attachments(role)]

attachments(role) := array.concat(
	[{"resource": r, "attribute": each.attribute, "value": each.value} |
		some type, [holder, policy] in {
			"aws_iam_policy_attachment": ["roles", "policy_arn"],
			"aws_iam_role_policy_attachment": ["role", "policy_arn"],
			"aws_iam_role_policy_attachments_exclusive": ["role_name", "policy_arns"],
		}
		some r in input.resources[type]
		is_attached(r, holder, role)
		some each in decisions.reached(r.attributes, [policy])
	],
	[{"resource": role, "attribute": each.attribute, "value": each.value} |
		some each in decisions.reached(role.attributes, ["managed_policy_arns"])
	],
)

is_attached(r, holder, role) if {
	some each in decisions.reached(r.attributes, [holder])
	each.value == role.attributes.name
	split(r.key, "::")[0] == split(role.key, "::")[0]
}

is_attached(r, holder, role) if {
	some each in decisions.reached(r.attributes, [holder])
	lib.unresolved(each.value)
	role in lib.linked_from(r.key, "references")
}

answer_of(attached, names) := decisions.accepts(attached.resource, named, names) if {
	named := {"attribute": attached.attribute, "value": amazons(attached)}
}

answer_of(attached, _) := decisions.answer(attached.resource, attached.attribute, others(attached)) if {
	not amazons(attached)
}

# The name of a policy that Amazon provides, written as an ARN or looked up by a data source.
amazons(attached) := regex.replace(attached.value, `^.*/`, "") if is_amazons(attached.value)

amazons(attached) := source.attributes.name if {
	lib.unresolved(attached.value)
	some source in lib.linked_from(attached.resource.key, "references")
	source.type == "data.aws_iam_policy"
}

is_amazons(arn) if {
	is_string(arn)
	contains(arn, ":iam::aws:policy/")
}

# The statements of a policy of this configuration are the role's own; what another one says is not known.
others(attached) := false if is_written_here(attached)

others(attached) := attached.value if {
	not is_written_here(attached)
	lib.unresolved(attached.value)
}

others(attached) := decisions.not_evaluated(sprintf("the policy %v", [attached.value])) if {
	not is_written_here(attached)
	not lib.unresolved(attached.value)
}

is_written_here(attached) if {
	is_string(attached.value)
	some policy in input.resources.aws_iam_policy
	endswith(attached.value, sprintf("/%v", [policy.attributes.name]))
}

is_written_here(attached) if {
	lib.unresolved(attached.value)
	some policy in lib.linked_from(attached.resource.key, "references")
	policy.type == "aws_iam_policy"
}
