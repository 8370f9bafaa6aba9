# METADATA
# title: The next review of the model is planned, soon enough and not overdue
# description: >-
#   Data, users and law change under a model that stays the same, so that it has to be looked at again: once a year, and
#   every quarter where it is high-risk. A date that has passed means that nobody did, or that nobody wrote it down.
# related_resources:
#   - https://gdpr-info.eu/art-32-gdpr/
#   - https://artificialintelligenceact.eu/article/9/
#   - https://www.law.cornell.edu/cfr/text/45/164.316
# custom:
#   id: GOV-008
#   severity: medium
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     days: 366
#     days_high_risk: 92
#   remediation: >-
#     Do the review, and write its day and that of the next one into `review.last` and `review.next_due` of
#     model-release.yaml.
package releasegate.gov_008

import rego.v1

import data.lib.days
import data.lib.manifests
import data.lib.statements

skip contains key if some key in manifests.others

wanted := [{"names": [["review", "next_due"]], "words": "when it is reviewed next"}]

# The earliest of the days that its documents name.
due(model) := {"day": first[0], "answer": first[1]} if first := sort([[day, each] |
	some each in statements.answers(model, wanted[0].names)
	day := days.day(each.value)
])[0]

is_open(model) if count(statements.open_answers(model, wanted[0].names)) > 0

interval(model) := input.parameters.days_high_risk if "high" in statements.classes(model)

interval(model) := input.parameters.days if not "high" in statements.classes(model)

deny contains finding if {
	some model in manifests.releases
	not due(model)
	not is_open(model)
	finding := statements.complaint(model, wanted, "does not say")
}

deny contains finding if {
	some model in manifests.releases
	due(model).day < days.today
	text := due(model).answer.value
	finding := object.union(
		{
			"resource": model.key,
			"evidence": "overdue",
			"message": sprintf("%s: the review that was due on %s is not recorded as done", [model.address, text]),
		},
		statements.spot(model, due(model).answer),
	)
}

deny contains finding if {
	some model in manifests.releases
	due(model).day > days.today + interval(model)
	texts := [model.address, due(model).answer.value, interval(model)]
	finding := object.union(
		{
			"resource": model.key,
			"evidence": "interval",
			"message": sprintf("%s: its next review is on %s, more than %v days ahead", texts),
		},
		statements.spot(model, due(model).answer),
	)
}

unknown contains finding if {
	some model in manifests.releases
	not due(model)
	is_open(model)
	finding := statements.question(model, wanted, "says")
}

unknown contains finding if {
	some model in manifests.releases
	not days.today
	finding := {
		"resource": model.key,
		"attribute": "review.next_due",
		"message": sprintf("%s: whether its review is overdue is not known", [model.address]),
		"cause": "the scan names no day to judge by",
	}
}
