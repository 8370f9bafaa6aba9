# METADATA
# title: A rollback plan names the previous version
# description: >-
#   When a release goes wrong there is no time to search for what ran before. Version and digest of the release to go
#   back to are written down beforehand, and they are not those of the release itself. The very first release of a model
#   has none; waive it with a date. Where there are lists of approved versions, the release to go back to is approved and
#   not denied: going back to a version that was withdrawn mends nothing.
# related_resources:
#   - https://sre.google/sre-book/release-engineering/
#   - https://eur-lex.europa.eu/eli/reg/2016/679/oj
# custom:
#   id: REL-003
#   severity: medium
#   applies_to:
#     format: model
#     types: [model]
#   remediation: >-
#     Write version and digest of the last approved release to `rollback.previous` in model-release.yaml, keep its artifact
#     in the registry, and go back to it once in a test environment.
package releasegate.rel_003

import rego.v1

import data.lib.approvals
import data.lib.manifests
import data.lib.releasegate as lib

skip contains key if some key in manifests.others

previous(model, key) := manifests.stated(model, ["rollback", "previous", key])

missing(model) := [key |
	some key in ["version", "digest"]
	not manifests.said(previous(model, key))
	not lib.unresolved(previous(model, key))
]

deny contains finding if {
	some model in manifests.releases
	absent := missing(model)
	count(absent) > 0
	finding := {
		"resource": model.key,
		"attribute": sprintf("rollback.previous.%s", [absent[0]]),
		"evidence": "missing",
		"message": sprintf("%s does not name the %s to roll back to", [model.address, concat(" and ", absent)]),
	}
}

deny contains finding if {
	some model in manifests.releases
	some key in ["version", "digest"]
	manifests.said(previous(model, key))
	lower(sprintf("%v", [previous(model, key)])) == lower(sprintf("%v", [model.attributes[key]]))
	finding := {
		"resource": model.key,
		"attribute": sprintf("rollback.previous.%s", [key]),
		"evidence": "same",
		"message": sprintf("%s would roll back to itself: the %s is its own", [model.address, key]),
	}
}

unknown contains finding if {
	some model in manifests.releases
	some each in [
		{"attribute": "version", "value": object.get(model.attributes, "version", "")},
		{"attribute": "rollback.previous.version", "value": previous(model, "version")},
	]
	lib.unresolved(each.value)
	finding := {
		"resource": model.key,
		"attribute": each.attribute,
		"message": sprintf("%s: whether it would roll back to another version is not known", [model.address]),
		"cause": lib.cause(each.value),
	}
}

# --- Held against the lists of approved versions --------------------------------------------------

# The release to go back to as the lists know it; where it lies now is not written down.
subject(model) := {"name": object.get(model.attributes, "name", ""), "version": version, "digests": [digest]} if {
	version := previous(model, "version")
	digest := lower(previous(model, "digest"))
}

is_complete(model) if {
	count(missing(model)) == 0
	not lib.unresolved(previous(model, "version"))
}

# Of an entry that names a place as well nobody can tell here whether it is the one.
is_approved(model) if {
	some entry in approvals.approved_entries(subject(model))
	approvals.holds(entry)
	found := [answer | some answer in approvals.answers(entry, subject(model)); answer.key != "uri"]
	count(found) > 0
	every answer in found {
		answer.is == true
	}
}

may_be_approved(model) if count(approvals.open_approvals(subject(model))) > 0

deny contains finding if {
	some model in manifests.releases
	approvals.exists
	is_complete(model)
	denials := approvals.denials(subject(model))
	count(denials) > 0
	finding := {
		"resource": model.key,
		"attribute": "rollback.previous.version",
		"evidence": "denied",
		"message": sprintf("%s would roll back to %v, which is denied", [model.address, previous(model, "version")]),
		"related": [{"resource": denials[0].key, "message": "denied by this decision"}],
	}
}

deny contains finding if {
	some model in manifests.releases
	approvals.exists
	is_complete(model)
	count(approvals.denials(subject(model))) == 0
	not is_approved(model)
	not may_be_approved(model)
	finding := {
		"resource": model.key,
		"attribute": "rollback.previous.version",
		"evidence": "not approved",
		"message": sprintf("%s would roll back to %v, which no list approves with this digest", [
			model.address, previous(model, "version"),
		]),
		"related": [{"resource": list.key, "message": "the list of approved versions"} | some list in approvals.lists],
	}
}

unknown contains finding if {
	some model in manifests.releases
	approvals.exists
	is_complete(model)
	count(approvals.denials(subject(model))) == 0
	not is_approved(model)
	open := approvals.open_approvals(subject(model))
	count(open) > 0
	finding := {
		"resource": model.key,
		"attribute": "rollback.previous.version",
		"message": sprintf("whether %s would roll back to an approved version is not known", [model.address]),
		"cause": open[0].cause,
		"related": [{"resource": open[0].entry.key, "message": "the decision that may approve of it"}],
	}
}
