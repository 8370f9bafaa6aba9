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

# Whether it keeps earlier versions of what is deleted, and for longer than that.
keeps_versions(store, path, limit) if {
	store.type == "aws_s3_bucket"
	decisions.is_yes(stores.s3_versioning(store))
	count([1 |
		some rule in rules(store)
		covers(rule, path) == true
		some days in rule.version_days
		may_be_within(days, limit)
	]) == 0
}

may_be_within(days, _) if lib.unresolved(days)

may_be_within(days, limit) if settings.number(days) <= limit

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

reaches(prefixes, _) := true if count(prefixes) == 0

reaches(prefixes, _) := unknown_among(prefixes)[0] if count(unknown_among(prefixes)) > 0

reaches(prefixes, path) := true if {
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
	some rule in array.concat(s3_rules(r), array.concat(google_rules(r), azure_rules(r)))
]

s3_rules(r) := [rule_of_s3(r, sprintf("rule[%d]", [i]), each, is_on) |
	r.type == "aws_s3_bucket_lifecycle_configuration"
	some i, each in settings.blocks(r.attributes.rule)
	is_on := on_if(object.get(each, "status", ""), {"Enabled"})
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
	"days": reading.at(each, ["expiration", 0, "days"], 1000000),
	"prefixes": s3_prefixes(each),
	"version_days": [days |
		some expiry in settings.blocks(object.get(each, "noncurrent_version_expiration", []))
		some name in ["noncurrent_days", "days"]
		days := expiry[name]
	],
}

# A rule for tags or sizes is about a part as well.
s3_prefixes(each) := {prefix |
	some prefix in [
		object.get(each, "prefix", ""),
		reading.at(each, ["filter", 0, "prefix"], ""),
		reading.at(each, ["filter", 0, "and", 0, "prefix"], ""),
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
	each.action[0].type == "Delete"
	not upper(reading.text(each.condition[0].with_state)) == "ARCHIVED"
	rule := {
		"resource": r,
		"attribute": sprintf("lifecycle_rule[%d].condition[0].age", [i]),
		"is_on": true,
		"days": reading.at(each, ["condition", 0, "age"], 1000000),
		"prefixes": {prefix | some prefix in reading.items(reading.at(each, ["condition", 0, "matches_prefix"], []))},
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
	days := each.actions[0].base_blob[0][age]
	rule := {
		"resource": r,
		"attribute": sprintf("rule[%d].actions[0].base_blob[0].%s", [i, age]),
		"is_on": on_if(object.get(each, "enabled", false), {true, "true"}),
		"days": days,
		"prefixes": {prefix | some prefix in reading.items(reading.at(each, ["filters", 0, "prefix_match"], []))},
		"version_days": [],
	}
]
