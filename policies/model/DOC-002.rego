# METADATA
# title: Intended use, out-of-scope use and limitations are stated
# description: >-
#   Whoever puts a model to use has to know what it was built and tested for, where it must not be used, and where it
#   fails. Without the second and third the model is used for whatever it seems to be good at. One document that says it
#   is enough: the card, the ML-BOM or model-release.yaml; the text of a template says nothing.
# related_resources:
#   - https://huggingface.co/docs/hub/model-card-annotated
#   - https://cyclonedx.org/capabilities/mlbom/
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: DOC-002
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   remediation: >-
#     Fill in "Direct Use", "Out-of-Scope Use" and "Bias, Risks, and Limitations" of the model card,
#     `considerations.useCases` and `technicalLimitations` of the ML-BOM, or `intended_use`, `out_of_scope` and
#     `limitations` in model-release.yaml. Name groups, languages and settings that were not tested.
package releasegate.doc_002

import rego.v1

import data.lib.models
import data.lib.statements

skip contains key if some key in statements.others

purpose := {"names": [["intended_use"]], "words": "what it is for"}

scope := {"names": [["out_of_scope"]], "words": "what it must not be used for"}

limits := {"names": [["limitations"]], "words": "where its limits are"}

wanted(model) := [purpose, limits] if limits_its_scope(model)

wanted(model) := [purpose, scope, limits] if not limits_its_scope(model)

# A list of limitations may say as well what the model is not for.
limits_its_scope(model) if {
	some each in models.declared(model, ["limitations"])
	is_string(each.value)
	regex.match(denial, lower(each.value))
}

denial := concat("|", [
	`\bout[- ]of[- ]scope\b`,
	`\b(must|should|may|can) ?not be used\b`,
	`\bnot ([a-z]+ ){0,2}(for|suitable|validated|intended)\b`,
	`\bnicht ([a-zäöü]+ ){0,2}(für|geeignet|validiert|bestimmt)\b`,
])

# What a card says of its scope is among its limitations too, and alone it is none.
only_scope(model) := [limits |
	statements.is_said(model, limits.names)
	stated := models.declared(model, ["limitations"])
	count([each | some each in stated; each.value != object.get(each.manifest.attributes, "out_of_scope", "")]) == 0
]

deny contains finding if {
	some model in statements.judged
	absent := array.concat(statements.missing(model, wanted(model)), only_scope(model))
	finding := statements.complaint(model, absent, "does not say")
}

unknown contains finding if {
	some model in statements.judged
	finding := statements.question(model, wanted(model), "says")
}
