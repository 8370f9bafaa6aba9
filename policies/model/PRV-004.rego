# METADATA
# title: A valid ML-BOM describes the deployed artifact
# description: >-
#   When a base model is recalled or a data set turns out to be poisoned, the bill of materials says which releases are
#   hit, if it is one that tools can read and is about the very file that runs. It is CycloneDX 1.5 or later with a
#   machine-learning-model that has a model card, valid by the official schema, or SPDX 3 with an AI package; and one of
#   its digests is the model's.
# related_resources:
#   - https://cyclonedx.org/capabilities/mlbom/
#   - https://spdx.github.io/spdx-spec/v3.0.1/model/AI/AI/
# custom:
#   id: PRV-004
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   needs: [artifacts]
#   parameters:
#     not_deployed: [archive, archived, dev, development, experiment, experimental, research, retired, sandbox]
#   remediation: >-
#     Have the pipeline write a CycloneDX 1.6 ML-BOM beside model-release.yaml with a component of type
#     machine-learning-model, the name of the model, `hashes` of the released artifact and a `modelCard`. Check it with
#     `cyclonedx validate`; the finding names the first place that the schema does not allow.
package releasegate.prv_004

import rego.v1

import data.lib.attestations
import data.lib.model_files
import data.lib.models
import data.lib.reading
import data.lib.releasegate as lib

kinds := {"ml-bom", "spdx"}

leading contains model if {
	some model in input.resources.model
	attestations.judged(model, input.parameters.not_deployed)
}

boms(model) := {manifest | some manifest in models.manifests(model); manifest.attributes.source in kinds}

# A bill of materials answers for itself, whatever it describes.
judged contains model.key if some model in leading

judged contains bom.key if {
	some model in leading
	some bom in boms(model)
}

skip contains model.key if {
	some model in input.resources.model
	not model.key in judged
}

deny contains finding if {
	some model in leading
	count(boms(model)) == 0
	finding := {
		"resource": model.key,
		"attribute": "name",
		"evidence": "none",
		"message": sprintf("%s has no bill of materials: neither a CycloneDX ML-BOM nor SPDX 3 describes it", [model.address]),
	}
}

deny contains finding if {
	some model in leading
	some bom in boms(model)
	some fault in faults(model, bom)
	finding := {
		"resource": bom.key,
		"attribute": fault.attribute,
		"evidence": fault.attribute,
		"message": sprintf("%s %s", [bom.address, fault.words]),
		"related": object.get(fault, "related", []),
	}
}

faults(model, bom) := array.concat(array.concat(schema(bom), card(bom)), artifact(model, bom))

schema(bom) := [{"attribute": "schema_errors[0]", "words": words}] if {
	errors := reading.items(object.get(bom.attributes, "schema_errors", []))
	count(errors) > 0
	words := sprintf("is not valid: %s %s%s", [where(errors[0]), errors[0].message, more(errors)])
} else := []

where(error) := error.path if error.path != ""

where(error) := "the document" if error.path == ""

more(errors) := "" if count(errors) == 1

more(errors) := sprintf(", and %d more", [count(errors) - 1]) if count(errors) > 1

card(bom) := [{"attribute": "model_card", "words": "has no model card"}] if {
	bom.attributes.source == "ml-bom"
	not bom.attributes.model_card
} else := []

# --- The digest -----------------------------------------------------------------------------------

ours(bom) := {lower(digest) |
	some key in ["digest", "artifact_digests"]
	some digest in reading.texts(object.get(bom.attributes, key, []))
}

# What the other manifests and the files say the model is.
theirs(model, bom) := {lower(digest) |
	some manifest in models.manifests(model)
	manifest.key != bom.key
	some key in ["digest", "artifact_digests"]
	some digest in reading.texts(object.get(manifest.attributes, key, []))
} | {lower(f.attributes.digest) | some f in model_files.weights(model); is_string(f.attributes.digest)}

# The bill's own digest decides where it has one; a shared tokenizer among its files does not make it this model.
deciding(bom) := {lower(bom.attributes.digest)} if is_string(bom.attributes.digest)

deciding(bom) := ours(bom) if not is_string(bom.attributes.digest)

artifact(_, bom) := [{"attribute": "digest", "words": "states no digest of the model"}] if count(ours(bom)) == 0

artifact(model, bom) := [{"attribute": place(bom), "words": "is about another artifact than the one that is released", "related": related}] if {
	count(ours(bom)) > 0
	count(theirs(model, bom)) > 0
	count(deciding(bom) & theirs(model, bom)) == 0
	not why_open(model, bom)
	related := [{"resource": model.key, "attribute": "digest", "message": "is what is released"}]
}

artifact(model, bom) := [] if {
	count(ours(bom)) > 0
	count(deciding(bom) & theirs(model, bom)) > 0
}

artifact(model, bom) := [] if {
	count(ours(bom)) > 0
	count(theirs(model, bom)) == 0
}

artifact(model, bom) := [] if {
	count(ours(bom)) > 0
	count(deciding(bom) & theirs(model, bom)) == 0
	why_open(model, bom)
}

place(bom) := "digest" if is_string(bom.attributes.digest)

place(bom) := "artifact_digests" if not is_string(bom.attributes.digest)

why_open(model, _) := attestations.open(model)

why_open(model, bom) := "no manifest and no file says what its digest is" if {
	bom.key != model.key
	count(theirs(model, bom)) == 0
	not attestations.open(model)
}

why_open(model, bom) := sprintf("it gives a digest by %s, the released model one by %s", words) if {
	count(theirs(model, bom)) > 0
	mine := attestations.algorithms(deciding(bom))
	others := attestations.algorithms(theirs(model, bom))
	count(mine & others) == 0
	words := [concat(", ", sort(mine)), concat(", ", sort(others))]
	not attestations.open(model)
}

unknown contains finding if {
	some model in leading
	some bom in boms(model)
	count(ours(bom)) > 0
	count(deciding(bom) & theirs(model, bom)) == 0
	finding := {
		"resource": bom.key,
		"attribute": place(bom),
		"message": sprintf("%s: whether it is about the released model is not known", [bom.address]),
		"cause": why_open(model, bom),
	}
}

unknown contains finding if {
	some model in leading
	some bom in boms(model)
	lib.unresolved(bom.attributes.schema_errors)
	finding := {
		"resource": bom.key,
		"attribute": "schema_errors",
		"evidence": "schema",
		"message": sprintf("%s: whether it is valid is not known", [bom.address]),
		"cause": lib.cause(bom.attributes.schema_errors),
	}
}
