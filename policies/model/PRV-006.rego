# METADATA
# title: Training data are declared and versioned
# description: >-
#   What a model does to people was decided by the data it was trained on. Whoever has to answer a complaint, delete a
#   person's data or look for a poisoned record needs to know which data sets these were, in which version. One manifest
#   that names them is enough, and so is DVC, which records a hash of them. Quantised and merged models have no training
#   of their own. A DVC remote without TLS lets anybody on the way exchange the data.
# related_resources:
#   - https://huggingface.co/docs/hub/model-cards#specifying-a-dataset
#   - https://cyclonedx.org/capabilities/mlbom/
#   - https://dvc.org/doc/user-guide/project-structure/dvc-files
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: PRV-006
#   severity: medium
#   applies_to:
#     format: model
#     types: [model, dvc_remote]
#   parameters:
#     floating: [head, latest, main, master]
#   remediation: >-
#     List the data sets with `revision` (the commit, the version of the bucket's object, the DVC tag) in `model.datasets`
#     of model-release.yaml, or in `modelParameters.datasets` of the ML-BOM; in a model card name them in `datasets`, and
#     their revision in `model-index`. Track data in the repository with DVC. Use https or a cloud store as DVC remote.
package releasegate.prv_006

import rego.v1

import data.lib.manifests
import data.lib.models
import data.lib.provenance
import data.lib.reading
import data.lib.releasegate as lib

# --- Whom the question is for ---------------------------------------------------------------------

has_place := {"model-release", "model-card", "ml-bom", "spdx"}

judged contains model if {
	some model in input.resources.model
	models.is_leading(model)
	count(provenance.sources(model) & has_place) > 0
	not is_converted(model)
}

is_converted(model) if {
	relations := {relation |
		some manifest in models.manifests(model)
		relation := relations_of(manifest)[_]
	}
	count(relations) > 0
	count(relations - {"quantized", "merge"}) == 0
}

relations_of(manifest) := [manifest.attributes.base_model.relation] if is_object(manifest.attributes.base_model)

relations_of(manifest) := [base.relation | some base in manifest.attributes.base_model] if {
	is_array(manifest.attributes.base_model)
}

# --- What is declared -----------------------------------------------------------------------------

declared(model) := [{"manifest": manifest, "attribute": sprintf("datasets[%d]", [i]), "dataset": dataset} |
	some manifest in models.manifests(model)
	some i, dataset in reading.items(manifest.attributes.datasets)
	manifests.said(dataset.name)
]

speaker(model) := provenance.speaker(model, {entry.manifest | some entry in declared(model)}) if {
	count(declared(model)) > 0
} else := model

subjects contains {"model": model, "speaker": speaker(model)} if some model in judged

speakers contains subject.speaker.key if some subject in subjects

skip contains model.key if {
	some model in input.resources.model
	not model.key in speakers
}

deny contains finding if {
	some subject in subjects
	count(declared(subject.model)) == 0
	finding := {
		"resource": subject.speaker.key,
		"attribute": "datasets",
		"evidence": "missing",
		"message": sprintf("%s does not say which data it was trained on", [subject.speaker.address]),
	}
}

# --- Versioned ------------------------------------------------------------------------------------

is_versioned(dataset) if {
	manifests.said(dataset.revision)
	not reading.placeholder(dataset.revision)
	not lower(sprintf("%v", [dataset.revision])) in input.parameters.floating
}

is_versioned(dataset) if provenance.is_digest(dataset.digest)

is_versioned(dataset) if provenance.holds_pin(dataset.uri)

is_versioned(dataset) if models.bare(dataset.name) in tracked

tracked contains models.bare(output.attributes.path) if {
	some output in object.get(input.resources, "dvc_output", [])
	output.attributes.digest
}

versioned(model) := {models.bare(entry.dataset.name) | some entry in declared(model); is_versioned(entry.dataset)}

cause(dataset) := lib.cause(dataset.revision)

cause(dataset) := reading.placeholder(dataset.revision)

open(model) := {models.bare(entry.dataset.name): cause(entry.dataset) | some entry in declared(model)}

loose(model) := [entry |
	some entry in declared(model)
	name := models.bare(entry.dataset.name)
	not name in versioned(model)
	not name in object.keys(open(model))
]

deny contains finding if {
	some subject in subjects
	found := loose(subject.model)
	count(found) > 0
	own := [entry | some entry in found; entry.manifest.key == subject.speaker.key]
	names := {sprintf("%v", [entry.dataset.name]) | some entry in found}
	finding := {
		"resource": subject.speaker.key,
		"attribute": array.concat(own, found)[0].attribute,
		"evidence": "unversioned",
		"message": sprintf(
			"%s was trained on %s, of which no version is named",
			[models.called(subject.model), provenance.listed(names)],
		),
	}
}

unknown contains finding if {
	some subject in subjects
	count(loose(subject.model)) == 0
	some entry in declared(subject.model)
	name := models.bare(entry.dataset.name)
	not name in versioned(subject.model)
	finding := {
		"resource": subject.speaker.key,
		"attribute": "datasets",
		"message": sprintf("%s: which version of %v is not known", [models.called(subject.model), entry.dataset.name]),
		"cause": open(subject.model)[name],
	}
}

# --- Where the data are kept ----------------------------------------------------------------------

deny contains finding if {
	some remote in input.resources.dvc_remote
	startswith(lower(reading.text(remote.attributes.url)), "http://")
	finding := {
		"resource": remote.key,
		"attribute": "url",
		"message": sprintf("%s takes data over a connection that is not encrypted", [remote.address]),
	}
}
