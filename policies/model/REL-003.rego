# METADATA
# title: A rollback plan names the previous version
# description: >-
#   When a release goes wrong there is no time to search for what ran before. Version and digest of the release to go
#   back to are written down beforehand, and they are not those of the release itself. The very first release of a model
#   has none; waive it with a date.
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
