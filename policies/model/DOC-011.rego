# METADATA
# title: The documentation is fresh
# description: >-
#   A card from the time of an earlier model describes a system that no longer exists. The day of the last review of the
#   documents has to be stated, may not lie too far back, and not long before the approval either: what was approved is
#   then not what was described.
# related_resources:
#   - https://artificialintelligenceact.eu/article/11/
#   - https://www.law.cornell.edu/cfr/text/45/164.316
# custom:
#   id: DOC-011
#   severity: low
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     days: 366
#     days_before_approval: 92
#   remediation: >-
#     Read card, ML-BOM and manifest against the model that is released, correct them, and write the day into
#     `review.last` of model-release.yaml.
package releasegate.doc_011

import rego.v1

import data.lib.days
import data.lib.manifests
import data.lib.statements

skip contains key if some key in manifests.others

wanted := [{"names": [["review", "last"], ["date"]], "words": "when its documentation was reviewed last"}]

# The latest of the days that its documents name.
reviews(model) := sort([[day, each] |
	some each in statements.answers(model, wanted[0].names)
	day := days.day(each.value)
])

last(model) := {"day": found[0], "answer": found[1]} if {
	all := reviews(model)
	found := all[count(all) - 1]
}

is_open(model) if count(statements.open_answers(model, wanted[0].names)) > 0

approvals(model) := [day |
	some each in statements.answers(model, [["approval", "date"]])
	day := days.day(each.value)
]

deny contains finding if {
	some model in manifests.releases
	not last(model)
	not is_open(model)
	finding := statements.complaint(model, wanted, "does not say")
}

dated(model, evidence, text) := object.union(
	{
		"resource": model.key,
		"evidence": evidence,
		"message": sprintf("%s: its documentation was reviewed last on %s, %s", [model.address, answer.value, text]),
	},
	statements.spot(model, answer),
) if {
	answer := last(model).answer
}

deny contains dated(model, "future", "a day that is still to come") if {
	some model in manifests.releases
	last(model).day > days.today
}

deny contains dated(model, "old", text) if {
	some model in manifests.releases
	last(model).day < days.today - input.parameters.days
	text := sprintf("more than %v days ago", [input.parameters.days])
}

deny contains dated(model, "approval", text) if {
	some model in manifests.releases
	last(model).day >= days.today - input.parameters.days
	last(model).day < max(approvals(model)) - input.parameters.days_before_approval
	text := sprintf("more than %v days before its approval", [input.parameters.days_before_approval])
}

unknown contains finding if {
	some model in manifests.releases
	not last(model)
	is_open(model)
	finding := statements.question(model, wanted, "says")
}

unknown contains finding if {
	some model in manifests.releases
	last(model)
	not days.today
	finding := {
		"resource": model.key,
		"attribute": "review.last",
		"message": sprintf("%s: whether its documentation is fresh is not known", [model.address]),
		"cause": "the scan names no day to judge by",
	}
}
