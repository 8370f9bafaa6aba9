# METADATA
# title: A change does not silently go back to an older version of a model
# description: >-
#   An older version has the flaws that the newer one mended, and an attacker who cannot sign a model of their own may
#   still bring back one that was good once. A version is held against the one of the base branch (--base) and against the
#   minimum in a list of approved versions. To go back on purpose is a decision: the list says so with `rollback_ticket`
#   on an approval of that version. Without a base and a minimum nothing is judged.
# related_resources:
#   - https://theupdateframework.github.io/specification/latest/
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
#   - https://cwe.mitre.org/data/definitions/1328.html
# custom:
#   id: VER-004
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   remediation: >-
#     Give the model a version that is newer than the one before. To go back on purpose, let those who keep the list of
#     approved versions write an entry for the older version with `status: approved` and `rollback_ticket`, or lower
#     `minimum` there.
package releasegate.ver_004

import rego.v1

import data.lib.approvals
import data.lib.models
import data.lib.releasegate as lib
import data.lib.versions

# Versions that the model must not be older than: {"version", "what", "related"}.
bounds(model) := array.concat(
	[{"version": each.version, "what": sprintf("the minimum %v", [each.version]), "related": related} |
		some each in approvals.minimums(object.get(model.attributes, "name", ""))
		place := {"attribute": sprintf("minimum[\"%s\"]", [model.attributes.name]), "resource": each.list.key}
		related := [object.union(place, {"message": "the lowest version that may be released"})]
	],
	[{"version": object.get(previous.attributes, "version", null), "what": what, "related": []} |
		some previous in before(model)
		not is_same_artifact(model, previous)
		what := sprintf("%v at the base (%s)", [said(previous), previous.attributes.at])
	],
)

before(model) := sort([previous | some previous in lib.linked_to(model.key, "precedes")])

said(previous) := previous.attributes.version if is_plain(previous.attributes.version)

said(previous) := "the one" if not is_plain(previous.attributes.version)

is_plain(value) if is_string(value)

is_plain(value) if is_number(value)

# What has not changed does not go back, whatever its version is called.
is_same_artifact(model, previous) if {
	is_string(model.attributes.digest)
	lower(model.attributes.digest) == lower(previous.attributes.digest)
	object.get(model.attributes, "version", null) == object.get(previous.attributes, "version", null)
}

judged contains model if {
	some model in input.resources.model
	models.is_leading(model)
	count(approvals.minimums(object.get(model.attributes, "name", ""))) + count(before(model)) > 0
}

skip contains model.key if {
	some model in input.resources.model
	not model in judged
}

is_agreed(model) if {
	some entry in approvals.approvals(approvals.subject_of(model))
	entry.attributes.rollback_ticket
}

# Where the manifest has moved, several of the base may be meant: then it must be older than each of them.
older(model) := [bound |
	some bound in bounds(model)
	versions.is_older(model.attributes.version, bound.version)
]

is_settled(model, bound) if is_number(versions.compare(model.attributes.version, bound.version))

deny contains finding if {
	some model in judged
	not is_agreed(model)
	found := older(model)
	count(found) > 0
	not is_divided(model)
	finding := {
		"resource": model.key,
		"attribute": "version",
		"evidence": "older",
		"message": sprintf("%s goes back to version %v: older than %s", [
			model.address, model.attributes.version,
			concat(" and ", [bound.what | some bound in found]),
		]),
		"related": [each | some bound in found; some each in bound.related],
	}
}

# Several earlier manifests of which only some are newer.
is_divided(model) if {
	count(before(model)) > 1
	newer := [previous |
		some previous in before(model)
		versions.is_older(model.attributes.version, previous.attributes.version)
	]
	count(newer) > 0
	count(newer) < count(before(model))
	count([bound | some bound in older(model); count(bound.related) > 0]) == 0
}

unknown contains finding if {
	some model in judged
	not is_agreed(model)
	is_divided(model)
	finding := {
		"resource": model.key,
		"attribute": "version",
		"message": sprintf("whether %s goes back is not known: several manifests at the base may be meant", [model.address]),
		"cause": "the base has several manifests of this name in other files",
	}
}

unknown contains finding if {
	some model in judged
	not is_agreed(model)
	count(older(model)) == 0
	open := [bound | some bound in bounds(model); not is_settled(model, bound)]
	count(open) > 0
	finding := {
		"resource": model.key,
		"attribute": "version",
		"message": sprintf("whether %s goes back is not known: %s", [model.address, cause(model, open[0])]),
		"cause": cause(model, open[0]),
		"related": open[0].related,
	}
}

cause(model, bound) := lib.cause(model.attributes.version) if lib.unresolved(model.attributes.version)

cause(model, bound) := "it states no version" if not model.attributes.version

cause(model, bound) := lib.cause(bound.version) if {
	is_plain(model.attributes.version)
	lib.unresolved(bound.version)
}

cause(model, bound) := "the base states no version" if {
	is_plain(model.attributes.version)
	bound.version == null
}

cause(model, bound) := sprintf("%v and %v have no order", [model.attributes.version, bound.version]) if {
	is_plain(model.attributes.version)
	is_plain(bound.version)
}
