# METADATA
# title: General-purpose and generative models carry what transparency asks for
# description: >-
#   Whoever builds on a general-purpose model needs its documentation, and the provider owes the public a summary of the
#   training content and a policy on copyright. People who talk to a generative model, or read, see or hear what it
#   made, have to be able to tell. Free and open models are spared the documents of Annexes XI and XII.
# related_resources:
#   - https://artificialintelligenceact.eu/article/53/
#   - https://artificialintelligenceact.eu/article/50/
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: DOC-008
#   severity: medium
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     generative_kinds: [chat, chatbot, generative, generation, generator, llm]
#     generative_tasks:
#       - any-to-any
#       - conversational
#       - image-text-to-text
#       - image-to-image
#       - image-to-video
#       - summarization
#       - text-generation
#       - text-to-3d
#       - text-to-audio
#       - text-to-image
#       - text-to-speech
#       - text-to-video
#       - text2text-generation
#       - unconditional-image-generation
#       - video-to-video
#     open_licenses: [apache-2.0, bsd-2-clause, bsd-3-clause, isc, mit]
#   remediation: >-
#     For a model of class gpai fill in `eu_ai_act.training_summary`, `copyright_policy`, `acceptable_use`, `annex_xi`
#     and `annex_xii` of model-release.yaml. For a generative one say under `transparency` how people learn that they
#     deal with an AI system (`ai_disclosure`) and how its output is marked (`content_marking`).
package releasegate.doc_008

import rego.v1

import data.lib.manifests
import data.lib.models
import data.lib.statements

skip contains key if some key in manifests.others

skip contains model.key if {
	some model in manifests.releases
	count(wanted(model)) == 0
}

wanted(model) := array.concat(array.concat(general(model), documentation(model)), generative(model))

# --- General-purpose models -----------------------------------------------------------------------

general(model) := [
	{"names": [["eu_ai_act", "training_summary"]], "words": "a summary of the training content"},
	{"names": [["eu_ai_act", "copyright_policy"]], "words": "a copyright policy"},
	{"names": [["eu_ai_act", "acceptable_use"]], "words": "an acceptable-use policy"},
] if {
	is_general(model)
} else := []

documentation(model) := [
	{"names": [["eu_ai_act", "annex_xi"]], "words": "the documentation of Annex XI"},
	{"names": [["eu_ai_act", "annex_xii"]], "words": "the information of Annex XII"},
] if {
	is_general(model)
	not is_open(model)
} else := []

# The duties are the provider's.
is_general(model) if {
	"gpai" in statements.classes(model)
	is_provided(statements.roles(model))
}

is_provided(roles) if "provider" in roles

is_provided(roles) if count(roles) == 0

is_open(model) if {
	licenses := {license | some each in models.declared(model, ["license"]); some license in listed(each.value)}
	count(licenses) > 0
	every license in licenses {
		license in input.parameters.open_licenses
	}
}

listed(value) := {lower(value)} if is_string(value)

listed(value) := {lower(each) | some each in value; is_string(each)} if is_array(value)

# --- Generative models ----------------------------------------------------------------------------

generative(model) := [
	{"names": [["transparency", "ai_disclosure"]], "words": "how people learn that they deal with an AI system"},
	{"names": [["transparency", "content_marking"]], "words": "how what it generates is marked"},
] if {
	is_generative(model)
} else := []

is_generative(model) if {
	some each in models.declared(model, ["task"])
	lower(sprintf("%v", [each.value])) in input.parameters.generative_tasks
}

is_generative(model) if {
	some each in models.declared(model, ["kind"])
	lower(sprintf("%v", [each.value])) in input.parameters.generative_kinds
}

deny contains finding if {
	some model in manifests.releases
	finding := statements.complaint(model, statements.missing(model, wanted(model)), "does not state")
}

unknown contains finding if {
	some model in manifests.releases
	finding := statements.question(model, wanted(model), "states")
}
