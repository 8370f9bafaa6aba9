# METADATA
# title: Release approval is recorded, fresh, independent and for this very artifact
# description: >-
#   An approval is worth something when somebody else than the author gave it, when it can be looked up, and when what
#   goes live is what they looked at. One that names another digest was given to another file, one of years ago to
#   another world, and one of tomorrow was not given at all.
# related_resources:
#   - https://csrc.nist.gov/glossary/term/separation_of_duty
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: GOV-004
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     days: 366
#   remediation: >-
#     Have somebody approve the release who did not ask for it, and write `approval.by`, `author`, `ticket` and `date` of
#     that decision into model-release.yaml. Put `model.digest` into `approval.digest`; when the artifact changes, ask
#     again instead of editing the digest.
package releasegate.gov_004

import rego.v1

import data.lib.days
import data.lib.manifests

skip contains key if some key in manifests.others

wanted := [
	{"key": "by", "words": "who approved"},
	{"key": "author", "words": "who asked for it"},
	{"key": "ticket", "words": "a ticket"},
	{"key": "date", "words": "a date"},
]

stated(model, key) := manifests.stated(model, ["approval", key])

missing(model) := [each |
	some each in wanted
	not manifests.said(stated(model, each.key))
]

deny contains finding if {
	some model in manifests.releases
	absent := missing(model)
	count(absent) > 0
	words := concat(", ", [each.words | some each in absent])
	finding := {
		"resource": model.key,
		"attribute": sprintf("approval.%s", [absent[0].key]),
		"evidence": "missing",
		"message": sprintf("%s has no complete record of its approval: it lacks %s", [model.address, words]),
	}
}

deny contains finding if {
	some model in manifests.releases
	manifests.said(stated(model, "by"))
	same_person(stated(model, "by"), stated(model, "author"))
	finding := {
		"resource": model.key,
		"attribute": "approval.by",
		"evidence": "author",
		"message": sprintf("%s was approved by its own author, %v", [model.address, stated(model, "author")]),
	}
}

# `KI-Plattform`, `ki plattform` and `ki-plattform@example.com` are one.
same_person(one, other) if person(one) == person(other)

person(text) := regex.replace(split(lower(sprintf("%v", [text])), "@")[0], `[^\p{L}\p{N}]+`, "")

approved(model) := lower(digest) if {
	digest := stated(model, "digest")
	is_string(digest)
	digest != ""
}

released(model) := lower(model.attributes.digest) if is_string(model.attributes.digest)

algorithm(digest) := split(digest, ":")[0]

deny contains finding if {
	some model in manifests.releases
	approved(model) != released(model)
	algorithm(approved(model)) == algorithm(released(model))
	finding := {
		"resource": model.key,
		"attribute": "approval.digest",
		"evidence": "digest",
		"message": sprintf("%s was approved for another artifact than the one that is released", [model.address]),
	}
}

unknown contains finding if {
	some model in manifests.releases
	algorithm(approved(model)) != algorithm(released(model))
	algorithms := [algorithm(approved(model)), algorithm(released(model))]
	finding := {
		"resource": model.key,
		"attribute": "approval.digest",
		"message": sprintf("%s: whether the approval is for this artifact is not known", [model.address]),
		"cause": sprintf("the approval gives a digest by %s, the model one by %s", algorithms),
	}
}

deny contains finding if {
	some model in manifests.releases
	days.age(stated(model, "date")) < 0
	finding := {
		"resource": model.key,
		"attribute": "approval.date",
		"evidence": "future",
		"message": sprintf("%s was approved on %s, a day that is still to come", [model.address, stated(model, "date")]),
	}
}

deny contains finding if {
	some model in manifests.releases
	days.age(stated(model, "date")) > input.parameters.days
	texts := [model.address, stated(model, "date"), input.parameters.days]
	finding := {
		"resource": model.key,
		"attribute": "approval.date",
		"evidence": "stale",
		"message": sprintf("%s was approved on %s, more than %v days ago; ask again", texts),
	}
}

unknown contains finding if {
	some model in manifests.releases
	days.day(stated(model, "date"))
	not days.today
	finding := {
		"resource": model.key,
		"attribute": "approval.date",
		"evidence": "today",
		"message": sprintf("%s: whether its approval is fresh is not known", [model.address]),
		"cause": "the scan names no day to judge by",
	}
}
