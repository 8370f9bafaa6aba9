# After how many days a store deletes what is in it: answers of its own rules and of the sidecars beside it.
package lib.retention

import rego.v1

import data.lib.decisions
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.settings
import data.lib.stores

# Whether everything below the path is deleted after so many days; "" stands for the whole store.
deletes(store, path, limit) := decisions.any_of(array.concat(
	[answer | some rule in rules(store); answer := decides(rule, path, limit)],
	[decisions.answer(store, "", false)],
))

# Whether it deletes earlier versions in time as well, or has none.
deletes_versions(store, path, limit) := decisions.any_of([has_none(stores.s3_versioning(store)), in_time]) if {
	store.type == "aws_s3_bucket"
	in_time := decisions.any_of(array.concat(
		[answer |
			some rule in rules(store)
			some days in rule.version_days
			answer := decides(object.union(rule, {"days": days}), path, limit)
		],
		[decisions.answer(store, "", false)],
	))
}

has_none(versioning) := object.union(versioning, {"is": true}) if decisions.is_no(versioning)

has_none(versioning) := object.union(versioning, {"is": false}) if decisions.is_yes(versioning)

has_none(versioning) := versioning if decisions.is_open(versioning)

# What one rule answers: of a rule that is off, or for something else, nothing.
decides(rule, path, limit) := decisions.answer(rule.resource, rule.attribute, within(rule.days, limit)) if {
	covers(rule, path) == true
}

decides(rule, path, limit) := decisions.answer(rule.resource, rule.attribute, covers(rule, path)) if {
	lib.unresolved(covers(rule, path))
	within(rule.days, limit) != false
}

within(days, _) := days if lib.unresolved(days)

within(days, limit) := settings.number(days) <= limit

# Whether the rule is about everything below the path: true, false, or not known.
covers(rule, _) := rule.is_on if rule.is_on != true

covers(rule, path) := reaches(rule.prefixes, path) if rule.is_on == true

reaches(prefixes, _) if count(prefixes) == 0

reaches(prefixes, _) := unknown_among(prefixes)[0] if count(unknown_among(prefixes)) > 0

reaches(prefixes, path) if {
	count(unknown_among(prefixes)) == 0
	is_beginning(prefixes, path)
}

unknown_among(prefixes) := [prefix | some prefix in prefixes; lib.unresolved(prefix)]

is_beginning(prefixes, path) if {
	some prefix in prefixes
	is_string(prefix)
	startswith(path, prefix)
}

reaches(prefixes, path) := open_end(prefixes) if {
	count(prefixes) > 0
	count(unknown_among(prefixes)) == 0
	path == ""
	not is_beginning(prefixes, path)
}

reaches(prefixes, path) := false if {
	count(prefixes) > 0
	count(unknown_among(prefixes)) == 0
	path != ""
	not is_beginning(prefixes, path)
}

open_end(prefixes) := {
	"$unresolved": "prefix",
	"reason": sprintf("its rule is about %s alone, and what lies beside it is not known", [concat(", ", sort(said))]),
} if {
	said := {sprintf("%v", [prefix]) | some prefix in prefixes}
}

# --- Rules --------------------------------------------------------------------------------------
# Each {"resource", "attribute", "is_on", "days", "prefixes", "version_days"}.

rules(store) := [rule |
	some r in array.concat([store], [each | some each in lib.linked_to(store.key, "configures")])
	some rule in array.concat(s3_rules(r), array.concat(google_rules(r), array.concat(azure_rules(r), open_rules(r))))
]

s3_rules(r) := [rule_of_s3(r, sprintf("rule[%d]", [i]), each, is_on) |
	some i, each in settings.blocks(r.attributes.rule)
	is_on := on_if(object.get(each, "status", ""), {"Enabled"})
] if {
	r.type == "aws_s3_bucket_lifecycle_configuration"
}

s3_rules(r) := [] if not r.type in {"aws_s3_bucket", "aws_s3_bucket_lifecycle_configuration"}

# Of a dynamic block nothing is known.
open_rules(r) := [rule |
	some part in settings.unknown_in(r.attributes, `^(lifecycle_)?rule(\[\d+\])?$`)
	rule := {
		"resource": r,
		"attribute": part.attribute,
		"is_on": part.value,
		"days": part.value,
		"prefixes": set(),
		"version_days": [part.value],
	}
] if {
	r.type in {
		"aws_s3_bucket", "aws_s3_bucket_lifecycle_configuration", "azurerm_storage_management_policy",
		"google_storage_bucket",
	}
}

open_rules(r) := [] if {
	not r.type in {
		"aws_s3_bucket", "aws_s3_bucket_lifecycle_configuration", "azurerm_storage_management_policy",
		"google_storage_bucket",
	}
}

# What the path leads to; the first value on the way that is not known stands for all that is in it.
_at(value, path, _) := _open_on(value, path)[0] if count(_open_on(value, path)) > 0

_at(value, path, default_) := reading.at(value, path, default_) if count(_open_on(value, path)) == 0

_open_on(value, path) := [found |
	some end in numbers.range(1, count(path))
	found := reading.at(value, array.slice(path, 0, end), null)
	lib.unresolved(found)
]

# The form of version 3 of the provider.
s3_rules(r) := [rule_of_s3(r, sprintf("lifecycle_rule[%d]", [i]), each, is_on) |
	some i, each in settings.blocks(r.attributes.lifecycle_rule)
	is_on := on_if(object.get(each, "enabled", ""), {true, "true"})
] if {
	r.type == "aws_s3_bucket"
}

rule_of_s3(r, at, each, is_on) := {
	"resource": r,
	"attribute": sprintf("%s.expiration[0].days", [at]),
	"is_on": is_on,
	"days": _at(each, ["expiration", 0, "days"], 1000000),
	"prefixes": s3_prefixes(each),
	"version_days": array.concat(
		[days |
			some expiry in settings.blocks(object.get(each, "noncurrent_version_expiration", []))
			some name in ["noncurrent_days", "days"]
			days := expiry[name]
		],
		[part.value | some part in settings.unknown_in(each, `^noncurrent_version_expiration(\[\d+\])?$`)],
	),
}

# A rule for tags or sizes is about a part as well.
s3_prefixes(each) := {prefix |
	some prefix in [
		object.get(each, "prefix", ""),
		_at(each, ["filter", 0, "prefix"], ""),
		_at(each, ["filter", 0, "and", 0, "prefix"], ""),
	]
	prefix != ""
} | {part |
	some name in ["tag", "and", "object_size_greater_than", "object_size_less_than"]
	each.filter[0][name]
	not each.filter[0].and[0].prefix
	part := "objects with a tag or of a size"
}

on_if(value, _) := value if lib.unresolved(value)

on_if(value, accepted) := value in accepted if not lib.unresolved(value)

google_rules(r) := [rule |
	r.type == "google_storage_bucket"
	some i, each in settings.blocks(r.attributes.lifecycle_rule)
	not upper(reading.text(each.condition[0].with_state)) == "ARCHIVED"
	kinds := [_at(each, ["action", 0, "type"], ""), reading.at(each, ["condition", 0, "with_state"], "")]
	deciding := array.concat([kind | some kind in kinds; lib.unresolved(kind)], kinds)[0]
	rule := {
		"resource": r,
		"attribute": sprintf("lifecycle_rule[%d].condition[0].age", [i]),
		"is_on": on_if(deciding, {"Delete"}),
		"days": _at(each, ["condition", 0, "age"], 1000000),
		"prefixes": elements(_at(each, ["condition", 0, "matches_prefix"], [])),
		"version_days": [],
	}
]

_ages := [
	"delete_after_days_since_modification_greater_than", "delete_after_days_since_creation_greater_than",
	"delete_after_days_since_last_access_time_greater_than",
]

azure_rules(r) := [rule |
	r.type == "azurerm_storage_management_policy"
	some i, each in settings.blocks(r.attributes.rule)
	some age in _ages
	days := _at(each, ["actions", 0, "base_blob", 0, age], null)
	days != null
	rule := {
		"resource": r,
		"attribute": sprintf("rule[%d].actions[0].base_blob[0].%s", [i, age]),
		"is_on": on_if(object.get(each, "enabled", false), {true, "true"}),
		"days": days,
		"prefixes": elements(_at(each, ["filters", 0, "prefix_match"], [])),
		"version_days": [],
	}
]

# Of a list; of one that is not known, what stands in its place.
elements(list) := {each | some each in reading.items(list)} if not lib.unresolved(list)

elements(list) := {list} if lib.unresolved(list)
