# METADATA
# title: A model card with an intended use exists for every deployed model
# description: >-
#   Whoever operates, buys or audits the model has to be able to read what it is for before they rely on it. A card in a
#   known format can be checked and kept with the release, a wiki page cannot. The text of the template, such as "More
#   Information Needed", says nothing and counts as none.
# related_resources:
#   - https://huggingface.co/docs/hub/model-cards
#   - https://cyclonedx.org/capabilities/mlbom/
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: DOC-001
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     not_deployed: [archive, archived, dev, development, experiment, experimental, research, retired, sandbox]
#   remediation: >-
#     Put a README.md with front matter (`library_name`, `pipeline_tag` …) beside model-release.yaml and fill in "Direct
#     Use", or write `modelCard.considerations.useCases` in a CycloneDX ML-BOM. Name the model as in `model.id`, or give
#     the same digest, so that the card is found.
package releasegate.doc_001

import rego.v1

import data.lib.manifests
import data.lib.releasegate as lib

skip contains key if some key in manifests.others

# Only what is said not to be deployed, and is served by nothing, needs no card.
skip contains model.key if {
	some model in manifests.releases
	environment := manifests.stated(model, ["deployment", "environment"])
	is_string(environment)
	lower(environment) in input.parameters.not_deployed
	count(lib.linked_to(model.key, "serves")) == 0
}

cards(model) := {card |
	some card in lib.linked_to(model.key, "describes")
	card.attributes.source in {"model-card", "ml-bom"}
}

is_described(model) if {
	some card in cards(model)
	manifests.said(card.attributes.intended_use)
}

deny contains finding if {
	some model in manifests.releases
	not is_described(model)
	found := cards(model)
	finding := {
		"resource": model.key,
		"attribute": "name",
		"message": message(model, found),
		"related": [{"resource": card.key, "message": sprintf("%s says nothing of what it is for", [card.address])} |
			some card in found
		],
	}
}

message(model, found) := sprintf("%s has no model card", [model.address]) if count(found) == 0

message(model, found) := sprintf("%s has a model card that does not say what the model is for", [model.address]) if {
	count(found) > 0
}
