# Whether a statement of a bucket's policy refuses requests that come without TLS.
package lib.transport

import rego.v1

import data.lib.decisions
import data.lib.releasegate as lib
import data.lib.settings

# Whether the statement denies everyone to read and to write the objects of the bucket of that name over HTTP.
refuses_plain_http(statement, bucket_name) := refuses_over_http(statement, bucket_name, actions) if {
	actions := ["s3:GetObject", "s3:PutObject"]
}

# The same of any actions; the name may be a value that is not known.
refuses_over_http(statement, _, _) := decisions.answer(statement, "effect", statement.attributes.effect) if {
	stands_for_all(statement)
}

refuses_over_http(statement, bucket_name, actions) := decisions.all_of(array.concat(
	[
		decisions.answer(statement, "effect", denies(object.get(statement.attributes, "effect", "Allow"))),
		decisions.answer(statement, "principals", is_everyone(written(statement, "principals"))),
	],
	array.concat(
		[decisions.answer(statement, "actions", includes(written(statement, "actions"), action)) |
			some action in actions
		],
		[
			decisions.answer(statement, "resources", covers_objects(written(statement, "resources"), bucket_name)),
			decisions.answer(statement, "conditions", is_plain_http(object.get(statement.attributes, "conditions", {}))),
		],
	),
)) if {
	not stands_for_all(statement)
}

# A document that is not known has one statement in place of all, and that one says nothing of conditions.
stands_for_all(statement) if endswith(statement.address, "/statement[?]")

written(statement, name) := object.get(statement.attributes, name, [])

denies(effect) := effect if lib.unresolved(effect)

denies(effect) := effect == "Deny" if not lib.unresolved(effect)

# --- Lists: one element that fits suffices, else one that is not known leaves the question open --

is_everyone(principals) := true if "*" in known(principals)

is_everyone(principals) := otherwise(principals) if not "*" in known(principals)

includes(actions, action) := true if matches_action(actions, action)

includes(actions, action) := otherwise(actions) if not matches_action(actions, action)

matches_action(actions, action) if {
	some pattern in known(actions)
	lib.action_matches(pattern, action)
}

covers_objects(resources, bucket_name) := true if matches_objects(resources, bucket_name)

covers_objects(resources, bucket_name) := otherwise(may_name_objects(resources)) if {
	not matches_objects(resources, bucket_name)
}

# `x/a*` and `x/*/b` leave objects out.
matches_objects(resources, bucket_name) if {
	is_string(bucket_name)
	some pattern in known(resources)
	every object_key in ["any/object", "~"] {
		lib.arn_matches(
			regex.replace(pattern, `^arn:aws[a-z-]*:`, "arn:aws:"),
			sprintf("arn:aws:s3:::%s/%s", [bucket_name, object_key]),
		)
	}
}

# Of a bucket without a known name: S3 takes no policy that names another one, so what comes after the name decides.
# It is written even where the name is filled in: `"${aws_s3_bucket.x.arn}/*"`.
matches_objects(resources, bucket_name) if {
	not is_string(bucket_name)
	some text in array.concat(known(resources), templates(resources))
	regex.match(`^(arn:(aws[a-z-]*)?:s3:::)?[^/]*/?\*$`, text)
}

templates(resources) := [settings.fixed_text(each) | some each in resources; lib.unresolved(each)] if {
	is_array(resources)
}

templates(resources) := [settings.fixed_text(resources)] if lib.unresolved(resources)

templates(resources) := [] if {
	not is_array(resources)
	not settings.fixed_text(resources)
}

# The ARN of the bucket alone says nothing about its objects.
may_name_objects(resources) := [each | some each in resources; not names_bucket_alone(each)] if is_array(resources)

may_name_objects(resources) := resources if not is_array(resources)

names_bucket_alone(value) if regex.match(`\.(arn|id)(\}?"?)$`, value["$unresolved"])

known(list) := [each | some each in list; is_string(each)] if is_array(list)

known(list) := [] if not is_array(list)

otherwise(list) := list if lib.unresolved(list)

otherwise(list) := array.concat([each | some each in list; lib.unresolved(each)], [false])[0] if is_array(list)

# --- The condition: Bool, aws:SecureTransport, "false", and nothing else that narrows it ----------

is_plain_http(conditions) := conditions if lib.unresolved(conditions)

is_plain_http(conditions) := undecided(conditions)[0] if {
	not lib.unresolved(conditions)
	count(undecided(conditions)) > 0
}

is_plain_http(conditions) := clauses(conditions)[0] if {
	not lib.unresolved(conditions)
	count(undecided(conditions)) == 0
	count(clauses(conditions)) == 1
}

is_plain_http(conditions) := false if {
	not lib.unresolved(conditions)
	count(undecided(conditions)) == 0
	count(clauses(conditions)) != 1
}

# Operators of which the keys are not known.
undecided(conditions) := [keys | some keys in conditions; lib.unresolved(keys)]

clauses(conditions) := [clause(operator, key, value) |
	some operator, keys in conditions
	some key, value in keys
]

clause(operator, key, value) := switch_is_off(value) if is_secure_transport(operator, key)

clause(operator, key, _) := false if not is_secure_transport(operator, key)

is_secure_transport(operator, key) if {
	lower(operator) in {"bool", "boolifexists"}
	lower(key) == "aws:securetransport"
}

switch_is_off(value) := value if lib.unresolved(value)

switch_is_off(value) := value in {false, "false"} if {
	not lib.unresolved(value)
	not is_array(value)
}

switch_is_off(values) := array.concat(open, [is_off_alone(values)])[0] if {
	is_array(values)
	open := [each | some each in values; lib.unresolved(each)]
}

is_off_alone(values) := values in [["false"], [false]]
