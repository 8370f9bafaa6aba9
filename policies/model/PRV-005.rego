# METADATA
# title: Base model ancestry is declared and pinned
# description: >-
#   A fine-tuned, quantised or merged model inherits what its base was trained on, its licence and its faults, and an
#   adapter does something else with every revision of its base. The base is named, at a commit or a digest that nobody
#   can move, and all manifests of the model mean the same one. One manifest that pins it is enough. A model of which
#   nothing says that it has a base is not judged.
# related_resources:
#   - https://huggingface.co/docs/hub/model-cards#specifying-a-base-model
#   - https://huggingface.co/docs/peft/main/en/developer_guides/checkpoint
#   - https://cyclonedx.org/capabilities/mlbom/
# custom:
#   id: PRV-005
#   severity: medium
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     versions_suffice: false
#   remediation: >-
#     Write `model.base_model: {name: owner/model, revision: <commit of 40 digits>}` into model-release.yaml, `revision`
#     into adapter_config.json, or the ancestor with the commit as its `version` into `pedigree.ancestors` of the ML-BOM.
#     Name the same base in the card (`base_model`, `base_model_relation`).
package releasegate.prv_005

import rego.v1

import data.lib.manifests
import data.lib.models
import data.lib.provenance
import data.lib.reading
import data.lib.releasegate as lib

# --- What is declared -----------------------------------------------------------------------------

entries(manifest) := [{"manifest": manifest, "attribute": "base_model", "base": named(base)} |
	base := manifest.attributes.base_model
	not is_array(base)
]

entries(manifest) := [{"manifest": manifest, "attribute": sprintf("base_model[%d]", [i]), "base": named(base)} |
	some i, base in manifest.attributes.base_model
] if {
	is_array(manifest.attributes.base_model)
}

named(base) := base if is_object(base)

named(base) := {"name": base} if not is_object(base)

declared(model) := [entry |
	some manifest in models.manifests(model)
	some entry in entries(manifest)
	manifests.said(entry.base.name)
]

# A path of the machine where an adapter was trained is no name, where another manifest gives one.
bases(model) := found if {
	found := [entry | some entry in declared(model); not provenance.is_local(entry.base.name)]
	count(found) > 0
} else := declared(model)

adapters(model) := {manifest |
	some manifest in models.manifests(model)
	manifest.attributes.adapter_type
}

subjects contains {"model": model, "speaker": provenance.speaker(model, declaring)} if {
	some model in input.resources.model
	models.is_leading(model)
	declaring := {entry.manifest | some entry in bases(model)}
	count(declaring) > 0
}

subjects contains {"model": model, "speaker": provenance.speaker(model, adapters(model))} if {
	some model in input.resources.model
	models.is_leading(model)
	count(bases(model)) == 0
	count(adapters(model)) > 0
}

speakers contains subject.speaker.key if some subject in subjects

skip contains model.key if {
	some model in input.resources.model
	not model.key in speakers
}

# --- Pinned ---------------------------------------------------------------------------------------

is_pinned(base) if provenance.is_commit(base.revision)

is_pinned(base) if provenance.is_digest(base.revision)

is_pinned(base) if provenance.is_digest(base.digest)

is_pinned(base) if provenance.holds_pin(base.uri)

# For bases whose versions are never written twice, as in a registry of one's own.
is_pinned(base) if {
	input.parameters.versions_suffice
	regex.match(`^v?[0-9]+(\.[0-9]+)+`, reading.text(base.revision))
}

pinned(model) := {models.bare(entry.base.name) | some entry in declared(model); is_pinned(entry.base)}

cause(base) := lib.cause(base.revision)

cause(base) := reading.placeholder(base.revision)

open(model) := {models.bare(entry.base.name): cause(entry.base) | some entry in declared(model)}

loose(model) := [entry |
	some entry in bases(model)
	name := models.bare(entry.base.name)
	not name in pinned(model)
	not name in object.keys(open(model))
]

deny contains finding if {
	some subject in subjects
	count(differing(subject)) == 0
	found := loose(subject.model)
	count(found) > 0
	own := [entry | some entry in found; entry.manifest.key == subject.speaker.key]
	names := {sprintf("%v", [entry.base.name]) | some entry in found}
	finding := {
		"resource": subject.speaker.key,
		"attribute": array.concat(own, found)[0].attribute,
		"evidence": "unpinned",
		"message": sprintf(
			"%s is made from %s, and no manifest of it names the commit or digest",
			[models.called(subject.model), provenance.listed(names)],
		),
		"related": provenance.others(
			subject.speaker,
			{entry.manifest | some entry in found},
			"base_model",
			"the base is named here too, without a commit",
		),
	}
}

unknown contains finding if {
	some subject in subjects
	count(loose(subject.model)) == 0
	some entry in bases(subject.model)
	name := models.bare(entry.base.name)
	not name in pinned(subject.model)
	finding := {
		"resource": subject.speaker.key,
		"attribute": "base_model",
		"message": sprintf("%s: whether its base %v is pinned is not known", [models.called(subject.model), entry.base.name]),
		"cause": open(subject.model)[name],
	}
}

# --- Declared at all ------------------------------------------------------------------------------

deny contains finding if {
	some subject in subjects
	count(bases(subject.model)) == 0
	finding := {
		"resource": subject.speaker.key,
		"attribute": "base_model",
		"evidence": "missing",
		"message": sprintf("%s is an adapter, and does not name the model that it belongs to", [subject.speaker.address]),
	}
}

# --- The same everywhere --------------------------------------------------------------------------

# What a quantised file says of itself is the base of the model that was quantised, and so one step further back.
comparable(model) := [manifest |
	some manifest in {entry.manifest | some entry in bases(model)}
	manifest.attributes.source != "gguf"
]

names_of(manifest) := {models.bare(entry.base.name) |
	some entry in entries(manifest)
	not provenance.is_local(entry.base.name)
}

differing(subject) := [other |
	subject.speaker in comparable(subject.model)
	some other in comparable(subject.model)
	count(names_of(other)) > 0
	count(names_of(subject.speaker)) > 0
	count(names_of(other) & names_of(subject.speaker)) == 0
]

deny contains finding if {
	some subject in subjects
	others := differing(subject)
	count(others) > 0
	finding := {
		"resource": subject.speaker.key,
		"attribute": "base_model",
		"evidence": "conflict",
		"message": sprintf("%s: its manifests name different base models", [models.called(subject.model)]),
		"related": provenance.others(subject.speaker, others, "base_model", "another base is named here"),
	}
}
