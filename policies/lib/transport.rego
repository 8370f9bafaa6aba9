# Whether a statement of a bucket's policy refuses requests that come without TLS.
package lib.transport

import rego.v1

import data.lib.decisions
import data.lib.releasegate as lib

# Whether the statement denies everyone to read and to write the objects of the bucket of that name over HTTP.
refuses_plain_http(statement, _) := decisions.answer(statement, "effect", statement.attributes.effect) if {
	stands_for_all(statement)
}

refuses_plain_http(statement, bucket_name) := decisions.all_of([
	decisions.answer(statement, "effect", denies(statement.attributes.effect)),
	decisions.answer(statement, "principals", is_everyone(statement.attributes.principals)),
	decisions.answer(statement, "actions", includes(statement.attributes.actions, "s3:GetObject")),
	decisions.answer(statement, "actions", includes(statement.attributes.actions, "s3:PutObject")),
	decisions.answer(statement, "resources", covers_objects(statement.attributes.resources, bucket_name)),
	decisions.answer(statement, "conditions", is_plain_http(object.get(statement.attributes, "conditions", {}))),
]) if {
	not stands_for_all(statement)
}

# A document that is not known has one statement in place of all, and that one says nothing of conditions.
stands_for_all(statement) if {
	lib.unresolved(statement.attributes.effect)
	lib.unresolved(statement.attributes.actions)
}

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

covers_objects(resources, bucket_name) := otherwise(resources) if not matches_objects(resources, bucket_name)

matches_objects(resources, bucket_name) if {
	some pattern in known(resources)
	lib.arn_matches(
		regex.replace(pattern, `^arn:aws[a-z-]*:`, "arn:aws:"),
		sprintf("arn:aws:s3:::%v/any/object", [bucket_name]),
	)
}

known(list) := [each | some each in list; is_string(each)] if is_array(list)

known(list) := [] if not is_array(list)

otherwise(list) := list if lib.unresolved(list)

otherwise(list) := array.concat([each | some each in list; lib.unresolved(each)], [false])[0] if is_array(list)

# --- The condition: Bool, aws:SecureTransport, "false", and nothing else that narrows it ----------

is_plain_http(conditions) := conditions if lib.unresolved(conditions)

is_plain_http(conditions) := decisions.all_of(clauses(conditions)).is if {
	not lib.unresolved(conditions)
	count(clauses(conditions)) > 0
}

is_plain_http(conditions) := false if {
	not lib.unresolved(conditions)
	count(clauses(conditions)) == 0
}

clauses(conditions) := [{"is": clause(operator, key, value)} |
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

switch_is_off([value]) := switch_is_off_alone(value)

switch_is_off(value) := switch_is_off_alone(value) if {
	not is_array(value)
	not lib.unresolved(value)
}

switch_is_off_alone(value) := value if lib.unresolved(value)

switch_is_off_alone(value) := lower(sprintf("%v", [value])) == "false" if not lib.unresolved(value)
