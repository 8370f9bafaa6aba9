# METADATA
# title: An incident contact, a runbook and a way to retire the model exist
# description: >-
#   When a model goes wrong, minutes go into finding out whom to call and what they may switch off. When it is no longer
#   wanted, it stays reachable because nobody decided what ends it. For a high-risk system serious incidents have to be
#   reported to the authority within days, by somebody who knows that it is their task.
# related_resources:
#   - https://artificialintelligenceact.eu/article/73/
#   - https://csrc.nist.gov/pubs/sp/800/61/r3/final
#   - https://www.law.cornell.edu/cfr/text/45/164.308
# custom:
#   id: GOV-009
#   severity: medium
#   applies_to:
#     format: model
#     types: [model]
#   remediation: >-
#     Fill in `incident.contact` and `incident.runbook`, and `retirement.criteria` or `retirement.date` of
#     model-release.yaml; for a high-risk system also `eu_ai_act.incident_reporting` (who reports serious incidents).
package releasegate.gov_009

import rego.v1

import data.lib.manifests
import data.lib.statements

skip contains key if some key in manifests.others

always := [
	{"names": [["incident", "contact"]], "words": "whom to call in an incident"},
	{"names": [["incident", "runbook"]], "words": "what to do then"},
	{"names": [["retirement", "criteria"], ["retirement", "date"]], "words": "what ends its use"},
]

reporting := {"names": [["eu_ai_act", "incident_reporting"]], "words": "who reports serious incidents"}

wanted(model) := array.concat(always, [reporting]) if "high" in statements.classes(model)

wanted(model) := always if not "high" in statements.classes(model)

deny contains finding if {
	some model in manifests.releases
	finding := statements.complaint(model, statements.missing(model, wanted(model)), "does not say")
}

unknown contains finding if {
	some model in manifests.releases
	finding := statements.question(model, wanted(model), "says")
}
