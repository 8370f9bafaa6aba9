# METADATA
# title: Explanations are declared for decisions about people
# description: >-
#   Who is turned down by a machine, or by somebody who followed one, may ask what part it played and which of their
#   data weighed how much. That can be answered only if the system was built to say it.
# related_resources:
#   - https://artificialintelligenceact.eu/article/86/
#   - https://gdpr-info.eu/art-15-gdpr/
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: DOC-009
#   severity: medium
#   applies_to:
#     format: model
#     types: [model]
#   remediation: >-
#     Name under `explainability` of model-release.yaml the `method` (shap, counterfactuals, scorecard), or the `report`
#     that describes how a single decision is explained to the person it is about. If nobody is judged by it, correct
#     `privacy.automated_decisions`, `privacy.profiling` and `eu_ai_act.annex_iii`.
package releasegate.doc_009

import rego.v1

import data.lib.manifests
import data.lib.statements

skip contains key if some key in manifests.others

skip contains model.key if {
	some model in manifests.releases
	not decides_about_people(model)
}

decides_about_people(model) if statements.is_declared(model, ["privacy", "automated_decisions"])

decides_about_people(model) if statements.is_declared(model, ["privacy", "profiling"])

# The systems of Annex III, but for point 2, decide about people or prepare it.
decides_about_people(model) if {
	"high" in statements.classes(model)
	statements.is_about_people(model)
}

wanted := [{
	"names": [["explainability", "method"], ["explainability", "report"]],
	"words": "how a decision about a person is explained",
}]

deny contains finding if {
	some model in manifests.releases
	finding := statements.complaint(model, statements.missing(model, wanted), "does not say")
}

unknown contains finding if {
	some model in manifests.releases
	finding := statements.question(model, wanted, "says")
}
