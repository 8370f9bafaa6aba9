# METADATA
# title: A high-risk system carries its conformity and registration references
# description: >-
#   Before a high-risk system is placed on the market its provider assesses it, signs the EU declaration of conformity,
#   affixes the CE marking and, for Annex III, registers it in the EU database. Systems of point 2 of Annex III are
#   registered nationally. Before the day from which this binds nothing is asked.
# related_resources:
#   - https://artificialintelligenceact.eu/article/47/
#   - https://artificialintelligenceact.eu/article/48/
#   - https://artificialintelligenceact.eu/article/49/
# custom:
#   id: GOV-010
#   severity: medium
#   when:
#     risk_class: [high]
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     applies_from: 2026-08-02
#   remediation: >-
#     Write the references into `eu_ai_act.doc_ref` (declaration of conformity), `ce_marking` and `eu_db_id` (number in
#     the EU database) of model-release.yaml. Where your counsel holds that the duty binds later, set the parameter
#     `applies_from` to that day.
package releasegate.gov_010

import rego.v1

import data.lib.days
import data.lib.manifests
import data.lib.statements

skip contains key if some key in manifests.others

skip contains model.key if {
	some model in manifests.releases
	not is_asked(model)
}

is_asked(model) if {
	"high" in statements.classes(model)
	statements.is_provider(model)
	not is_early
}

is_early if days.today < days.day(input.parameters.applies_from)

conformity := [
	{"names": [["eu_ai_act", "doc_ref"]], "words": "the EU declaration of conformity"},
	{"names": [["eu_ai_act", "ce_marking"]], "words": "the CE marking"},
]

registration := {"names": [["eu_ai_act", "eu_db_id"]], "words": "the number in the EU database"}

wanted(model) := array.concat(conformity, [registration]) if statements.is_about_people(model)

wanted(model) := conformity if not statements.is_about_people(model)

deny contains finding if {
	some model in manifests.releases
	finding := statements.complaint(model, statements.missing(model, wanted(model)), "does not reference")
}

unknown contains finding if {
	some model in manifests.releases
	finding := statements.question(model, wanted(model), "references")
}
