# Statements of AWS policies: the resources of type `iam_statement`, one for each statement of every policy document.
# What is not known is taken for nothing here; `unknown_cause` says whether there is such a part.
package lib.iam

import rego.v1

import data.lib.releasegate as lib

# METADATA
# description: The statements of a policy, a role or a bucket policy.
statements(r) := {part | some part in lib.children(r.key); part.type == "iam_statement"}

# METADATA
# description: What holds the policy document in which the statement is.
holder(statement) := lib.resource(statement.parent)

# METADATA
# description: Whether it is an Allow; a statement without an effect is none.
allows(statement) if statement.attributes.effect == "Allow"

# METADATA
# description: Whether it is a Deny.
denies(statement) if statement.attributes.effect == "Deny"

# METADATA
# description: Whether it is about an action such as s3:PutObject, by Action or NotAction; wildcards count.
is_about(statement, action) if {
	some pattern in _texts(statement, "actions")
	lib.action_matches(pattern, action)
}

is_about(statement, action) if {
	count(_texts(statement, "not_actions")) > 0
	not unknown_cause(statement)
	every pattern in _texts(statement, "not_actions") { not lib.action_matches(pattern, action) }
}

# METADATA
# description: Whether it reaches an ARN, by Resource or NotResource; wildcards count.
reaches(statement, arn) if {
	some pattern in _texts(statement, "resources")
	lib.arn_matches(pattern, arn)
}

reaches(statement, arn) if {
	count(_texts(statement, "not_resources")) > 0
	not unknown_cause(statement)
	every pattern in _texts(statement, "not_resources") { not lib.arn_matches(pattern, arn) }
}

# METADATA
# description: Whether it allows every action of a service, or of all of them.
is_administrative(statement) if {
	allows(statement)
	some pattern in _texts(statement, "actions")
	regex.match(`^([A-Za-z0-9-]+:)?\*$`, pattern)
}

# METADATA
# description: Whether it speaks of everyone, without a condition.
is_for_everyone(statement) if {
	"*" in _texts(statement, "principals")
	count(object.get(statement.attributes, "conditions", {})) == 0
}

# METADATA
# description: Why a part of the statement that decides is not known.
unknown_cause(statement) := [cause |
	some name in ["effect", "actions", "not_actions", "resources", "not_resources", "principals", "conditions"]
	walk(object.get(statement.attributes, name, null), [_, value])
	cause := lib.cause(value)
][0]

_texts(statement, name) := [each |
	listed := object.get(statement.attributes, name, [])
	is_array(listed)
	some each in listed
	is_string(each)
]
