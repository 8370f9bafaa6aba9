# METADATA
# title: Custom model code is declared, local and reviewed
# description: >-
#   `auto_map`, `custom_generate`, a pipeline of one's own or a module of sentence-transformers make the loader run Python
#   that comes with the model, with all rights of the server. `owner/repository--module.Class` takes it from a repository
#   of somebody else, at whatever its newest commit is, for the configuration has no place for a revision. Such code lies
#   beside the model, the card or the release says that it is there, and a signature or a digest holds the files that
#   somebody has read, with what they import.
# related_resources:
#   - https://huggingface.co/docs/transformers/custom_models
#   - https://huggingface.co/docs/diffusers/using-diffusers/custom_pipeline_overview
#   - https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: SER-004
#   severity: high
#   applies_to:
#     format: model
#     types: [model_code]
#   remediation: >-
#     Use an architecture that the library knows, and delete `auto_map`. Where the code is needed, copy it into the
#     model's repository (`model.save_pretrained` after `register_for_auto_class`), read it, say `custom_code: true` in
#     model-release.yaml or tag the card `custom_code`, and sign the folder with OpenSSF model signing, or list each file
#     with its sha256 in `model.artifacts`.
package releasegate.ser_004

import rego.v1

import data.lib.models
import data.lib.provenance
import data.lib.reading

at(i) := sprintf("references[%d]", [i])

# --- Local ----------------------------------------------------------------------------------------

deny contains finding if {
	some code in input.resources.model_code
	some i, reference in code.attributes.references
	reference.repository
	finding := {
		"resource": code.key,
		"attribute": at(i),
		"evidence": reference.reference,
		"message": sprintf(
			"%s runs code of %s, whatever its newest commit is (%s)",
			[code.attributes.path, reference.repository, reference.reference],
		),
	}
}

deny contains finding if {
	some code in input.resources.model_code
	some i, reference in code.attributes.references
	not reference.repository
	not reference.is_present == true
	where := object.get(reference, "file", reference.reference)
	finding := {
		"resource": code.key,
		"attribute": at(i),
		"evidence": reference.reference,
		"message": sprintf("%s names code that is not in the release (%s)", [code.attributes.path, where]),
	}
}

local(code) := [i |
	some i, reference in code.attributes.references
	reference.is_present == true
	not reference.repository
]

# --- Declared -------------------------------------------------------------------------------------

homes[place] contains model if {
	some model in input.resources.model
	place := reading.folder(model.path)
}

# The models in the folder of the code, or in the nearest folder above that has one.
owners(code) := homes[nearest] if {
	steps := split(code.path, "/")
	found := [above |
		some n in numbers.range(0, count(steps) - 1)
		above := concat("/", array.slice(steps, 0, n))
		homes[above]
	]
	nearest := found[count(found) - 1]
}

statements(code) := [manifest.attributes.custom_code |
	found := owners(code)
	some model in found
	some manifest in models.manifests(model)
	manifest.attributes.source != "hugging-face"
]

deny contains finding if {
	some code in input.resources.model_code
	found := local(code)
	count(found) > 0
	not true in statements(code)
	finding := {
		"resource": code.key,
		"attribute": at(found[0]),
		"evidence": "undeclared",
		"message": sprintf("%s runs code that comes with the model, and %s", [code.attributes.path, silence(code)]),
	}
}

silence(code) := "model card or release manifest deny it (custom_code)" if false in statements(code)

silence(code) := "no model card and no release manifest says so (custom_code)" if not false in statements(code)

# --- Reviewed -------------------------------------------------------------------------------------

deny contains finding if {
	some code in input.resources.model_code
	found := local(code)
	count(found) > 0
	open := provenance.unvouched(reading.items(code.attributes.files))
	count(open) > 0
	finding := {
		"resource": code.key,
		"attribute": at(found[0]),
		"evidence": "unreviewed",
		"message": sprintf(
			"%s runs code that no signature covers and no manifest lists with its digest: %s",
			[code.attributes.path, concat(", ", sort(open))],
		),
	}
}

unknown contains finding if {
	some code in input.resources.model_code
	found := local(code)
	count(found) > 0
	cause := provenance.doubt(reading.items(code.attributes.files))
	finding := {
		"resource": code.key,
		"attribute": at(found[0]),
		"message": sprintf("whether somebody trusted holds the code that %s names is not known", [code.attributes.path]),
		"cause": cause,
	}
}
