# METADATA
# title: A high-risk system has technical documentation for every point of Annex IV
# description: >-
#   The provider of a high-risk system has to hold technical documentation before the system is placed on the market.
#   The index says where each of the nine points is written. A path in it has to lead to a file of the repository that
#   is not empty; addresses and numbers of documents elsewhere are not looked up.
# related_resources:
#   - https://artificialintelligenceact.eu/annex/4/
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: DOC-007
#   severity: high
#   when:
#     risk_class: [high]
#   applies_to:
#     format: model
#     types: [model]
#   remediation: >-
#     Write under `eu_ai_act.annex_iv` of model-release.yaml for each of the points "1" to "9" the path of its document,
#     relative to the manifest or to the root of the repository, or its address. Commit the documents that are named.
package releasegate.doc_007

import rego.v1

import data.lib.manifests
import data.lib.statements

skip contains key if some key in manifests.others

# The documentation is the provider's.
skip contains model.key if {
	some model in manifests.releases
	not is_asked(model)
}

is_asked(model) if {
	"high" in statements.classes(model)
	statements.is_provider(model)
}

subjects := [
	"general description",
	"elements and development",
	"monitoring, functioning and control",
	"choice of metrics",
	"risk management",
	"changes through the lifecycle",
	"standards applied",
	"declaration of conformity",
	"post-market monitoring",
]

wanted := [{"names": [["eu_ai_act", "annex_iv", number]], "words": sprintf("point %s (%s)", [number, subject])} |
	some i, subject in subjects
	number := sprintf("%d", [i + 1])
]

deny contains finding if {
	some model in manifests.releases
	finding := statements.complaint(model, statements.missing(model, wanted), "lacks documentation for Annex IV")
}

unknown contains finding if {
	some model in manifests.releases
	finding := statements.question(model, wanted, "has documentation for Annex IV")
}
