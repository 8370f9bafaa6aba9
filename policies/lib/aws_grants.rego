# Which actions an IAM role may take on a bucket or repository, as AWS evaluates it, in three values.
package lib.aws_grants

import rego.v1

import data.lib.aws_attachments
import data.lib.decisions
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.settings

# The actions that the role can, or may, take on the asset, each with the answer that decides:
# {"action": "s3:PutObject", "answer": …}. The asset is {"resource", "targets", "managed_policies"}, a target
# {"actions", "arn", "is_prefix"}: a prefix stands for all that begins with it, and any of that is enough.
taken(role, asset) := [{"action": action, "answer": found} |
	said := voices(role, asset)
	attached := aws_attachments.answers(role, asset.managed_policies)
	bound := bounded(role)
	some target in asset.targets
	some action in target.actions
	request := {"action": action, "target": target}
	found := decisions.all_of([
		permission(role, said, attached, request),
		bound,
		opposite(denial(role, said, request)),
	])
	not decisions.is_no(found)
]

# What is denied stays denied, whatever allows it.
opposite(found) := object.union(found, {"is": false}) if decisions.is_yes(found)

opposite(found) := object.union(found, {"is": true}) if decisions.is_no(found)

opposite(found) := found if decisions.is_open(found)

permission(role, said, attached, request) := decisions.any_of([each |
	some answers in [
		[decisions.all_of([allows(voice.statement, request), voice.concern]) |
			some voice in said
			effect(voice.statement) != "Deny"
		],
		attached,
		[decisions.answer(role, "", false)],
	]
	some each in answers
])

denial(role, said, request) := decisions.any_of(array.concat(
	[decisions.all_of([denies(voice.statement, request), voice.concern]) |
		some voice in said
		effect(voice.statement) != "Allow"
	],
	[decisions.answer(role, "", false)],
))

# The statements of the role, and those of the policies that stand on the bucket or repository itself, each with the
# answer whether it is about the role.
voices(role, asset) := array.concat(
	[{"statement": statement, "concern": decisions.answer(role, "", true)} |
		some statement in lib.linked_from(role.key, "allows")
	],
	[{"statement": statement, "concern": concern} |
		some holder in {asset.resource} | lib.linked_to(asset.resource.key, "configures")
		some statement in lib.children(holder.key)
		statement.type == "iam_statement"
		concern := concerns(statement, role)
		not decisions.is_no(concern)
	],
)

# A permissions boundary takes away from what is allowed.
bounded(role) := decisions.answer(role, "permissions_boundary", decisions.not_evaluated(what)) if {
	role.attributes.permissions_boundary
	what := sprintf("the permissions boundary of %s", [role.address])
}

bounded(role) := decisions.answer(role, "", true) if not role.attributes.permissions_boundary

# --- Statements -----------------------------------------------------------------------------------

# The action comes first, for it is what a yes is shown at.
allows(statement, request) := decisions.all_of([
	acts(statement, request.action),
	has_effect(statement, "Allow"),
	touches(statement, request.target),
	can_be_met(statement),
])

denies(statement, request) := decisions.all_of([
	acts(statement, request.action),
	has_effect(statement, "Deny"),
	takes_in(statement, request.target),
	cannot_be_avoided(statement),
])

effect(statement) := object.get(statement.attributes, "effect", "Allow")

has_effect(statement, wanted) := decisions.accepts(statement, found, {wanted}) if {
	found := {"attribute": "effect", "value": effect(statement)}
}

# Actions, or all actions but a few.
acts(statement, action) := listed(statement, "actions", hits, "nowhere") if {
	states(statement, "actions")
	hits := matching(statement, "actions", action)
}

acts(statement, action) := unlisted(statement, "not_actions", hits, "nowhere") if {
	not states(statement, "actions")
	hits := matching(statement, "not_actions", action)
}

matching(statement, list, action) := [i |
	some i, pattern in elements(statement, list)
	lib.action_matches(pattern, action)
]

states(statement, list) if count(elements(statement, list)) > 0

# The elements of a list by their place; a list that is not known is its own and only element.
elements(statement, list) := reading.items(statement.attributes[list]) if not lib.unresolved(statement.attributes[list])

elements(statement, list) := [statement.attributes[list]] if lib.unresolved(statement.attributes[list])

# Resources, or all resources but a few. It takes less to touch the target than to take all of it in.
touches(statement, target) := listed(statement, "resources", touching(statement, "resources", target), target.of) if {
	states(statement, "resources")
}

touches(statement, target) := unlisted(statement, "not_resources", hits, target.of) if {
	not states(statement, "resources")
	hits := covering(statement, "not_resources", target)
}

takes_in(statement, target) := listed(statement, "resources", covering(statement, "resources", target), target.of) if {
	states(statement, "resources")
}

takes_in(statement, target) := unlisted(statement, "not_resources", hits, target.of) if {
	not states(statement, "resources")
	hits := touching(statement, "not_resources", target)
}

covering(statement, list, target) := [i | some i, pattern in elements(statement, list); covers(pattern, target)]

touching(statement, list, target) := [i | some i, pattern in elements(statement, list); reaches(pattern, target)]

covers(pattern, target) if lib.arn_matches(plain(pattern), sample(target))

# An ARN that is known only after apply is told by the resource that it is of.
covers(pattern, target) if referenced(pattern).address == local_address(target.of)

sample(target) := target.arn if not target.is_prefix

sample(target) := sprintf("%s/any/thing", [trim_right(target.arn, "/")]) if target.is_prefix

reaches(pattern, target) if covers(pattern, target)

# A literal below the prefix, or a wildcard that begins as the prefix does.
reaches(pattern, target) if {
	target.is_prefix
	startswith(beginning(pattern), target.arn)
}

reaches(pattern, target) if {
	target.is_prefix
	lib.has_wildcard(pattern)
	startswith(target.arn, beginning(pattern))
}

beginning(pattern) := regex.split(`[*?]`, plain(pattern))[0]

# Partitions such as aws-cn make no difference.
plain(pattern) := regex.replace(pattern, `^arn:aws[a-z-]*:`, "arn:aws:") if is_string(pattern)

# --- One element that fits suffices; where none of the exceptions fits, the statement does ----------

listed(statement, list, hits, of) := settled(statement, list, hits, of, true)

unlisted(statement, list, hits, of) := settled(statement, list, hits, of, false)

settled(statement, list, hits, _, meaning) := decisions.answer(statement, place(statement, list, hits[0]), meaning) if {
	count(hits) > 0
}

# Without a hit, what is not known may be one.
settled(statement, list, [], of, meaning) := array.concat(
	doubts(statement, list, of),
	[decisions.answer(statement, list, meaning == false)],
)[0]

doubts(statement, list, of) := [decisions.answer(statement, place(statement, list, i), pattern) |
	some i, pattern in elements(statement, list)
	lib.unresolved(pattern)
	not is_elsewhere(pattern, of)
]

place(statement, list, i) := settings.path_text([list, i]) if is_array(statement.attributes[list])

place(statement, list, _) := list if not is_array(statement.attributes[list])

# The ARN of another resource of the configuration, whatever it will be.
is_elsewhere(pattern, of) if referenced(pattern).name != resource_name(of)

is_elsewhere(pattern, "nowhere") if referenced(pattern)

# `aws_ecr_repository.app["serving"].arn`, alone or with something after it.
referenced(pattern) := {"address": found[1], "name": found[2]} if {
	found := regex.find_all_string_submatch_n(
		`^"?(?:\$\{)?((aws_[a-z0-9_]+\.[A-Za-z0-9_-]+)(?:\[[^\]]*\])?)\.[a-z_]+(?:\}[^$]*)?"?$`,
		pattern["$unresolved"], 1,
	)[0]
}

# The address as it is written in its own module.
local_address(r) := regex.replace(r.address, `^(module\.[^.\[]+(\[[^\]]*\])?\.)*`, "")

resource_name(r) := split(local_address(r), "[")[0]

# --- Conditions -----------------------------------------------------------------------------------

# Those that a pod meets, or avoids, by the way it asks.
_harmless := {
	"aws:principalaccount", "aws:principalorgid", "aws:requestedregion", "aws:resourceaccount", "aws:securetransport",
	"aws:sourcevpc", "aws:sourcevpce", "s3:resourceaccount", "s3:tlsversion", "s3:x-amz-acl",
	"s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id",
}

conditions(statement) := object.get(statement.attributes, "conditions", {})

keys(statement) := {lower(key) | some _, clause in conditions(statement); some key, _ in clause}

# An Allow counts unless there is more to its condition.
can_be_met(statement) := decisions.answer(statement, "conditions", true) if {
	not lib.unresolved(conditions(statement))
	count(keys(statement) - _harmless) == 0
}

can_be_met(statement) := unjudged(statement) if lib.unresolved(conditions(statement))

can_be_met(statement) := unjudged(statement) if count(keys(statement) - _harmless) > 0

# A Deny counts unless one of its conditions can be avoided.
cannot_be_avoided(statement) := decisions.answer(statement, "conditions", count(keys(statement)) == 0) if {
	not lib.unresolved(conditions(statement))
	is_settled(keys(statement))
}

cannot_be_avoided(statement) := unjudged(statement) if lib.unresolved(conditions(statement))

cannot_be_avoided(statement) := unjudged(statement) if not is_settled(keys(statement))

is_settled(names) if count(names) == 0

is_settled(names) if count(names & _harmless) > 0

unjudged(statement) := decisions.answer(statement, "conditions", conditions(statement)) if {
	lib.unresolved(conditions(statement))
}

unjudged(statement) := decisions.answer(statement, "conditions", decisions.not_evaluated(what)) if {
	not lib.unresolved(conditions(statement))
	what := sprintf("the condition of %s on %s", [statement.address, concat(", ", sort(keys(statement)))])
}

# --- Whom a policy on the resource is about -------------------------------------------------------

concerns(statement, role) := listed(statement, "principals", meant(statement, "principals", role), role) if {
	not states(statement, "not_principals")
}

concerns(statement, _) := decisions.answer(statement, "not_principals", decisions.not_evaluated(what)) if {
	states(statement, "not_principals")
	what := sprintf("NotPrincipal of %s", [statement.address])
}

meant(statement, list, role) := [i | some i, principal in elements(statement, list); is_principal(principal, role)]

is_principal(principal, _) if principal == "*"

is_principal(principal, role) if {
	is_string(principal)
	parts := split(principal, ":role/")
	count(parts) == 2
	steps := split(parts[1], "/")
	steps[count(steps) - 1] == role.attributes.name
}

is_principal(principal, role) if referenced(principal).address == local_address(role)
