# METADATA
# title: Formats, licence and base model are what the manifests say
# description: >-
#   A file says some things about itself: what it is by its first bytes, and in the metadata of safetensors and GGUF
#   its licence and the model that it was made from. Where a manifest says otherwise, one of them is about another
#   file, and whoever loads, pays or checks by the manifest is misled. A file that is not in the repository, or only
#   as a pointer, cannot be compared; a file that says nothing of its licence or base agrees with everything.
# related_resources:
#   - https://github.com/huggingface/safetensors
#   - https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
#   - https://huggingface.co/docs/hub/model-cards
# custom:
#   id: PRV-009
#   severity: high
#   needs: [artifacts]
#   applies_to:
#     format: model
#     types: [model, model_artifact]
#   remediation: >-
#     Find out which file was meant. Then correct `format`, `license` or `base_model` in model-release.yaml, the card
#     and the bill of materials, or put the right file there, and update its digest.
package releasegate.prv_009

import rego.v1

import data.lib.licenses
import data.lib.manifests
import data.lib.models
import data.lib.reading
import data.lib.releasegate as lib

# --- Formats ------------------------------------------------------------------------------------

# What a file of a declared format may be by its content. Pickles come compressed and in archives; what is not listed
# here has no form that could be told.
forms := {
	"gguf": {"gguf"},
	"keras": {"hdf5", "keras", "zip"},
	"onnx": {"onnx"},
	"pickle": {"bzip2", "gzip", "lzma", "numpy", "pickle", "tar", "torch", "xz", "zip", "zlib"},
	"safetensors": {"safetensors"},
}

# Those whose first bytes always tell.
has_magic := {"gguf", "keras", "safetensors"}

# What OpenVINO and GGML call .bin is no pickle.
is_known_exception(file) if regex.match(`(?i)(^|/)(openvino_|ggml)[^/]*\.bin$`, file.attributes.path)

# A file that several manifests declare is judged once: where the release manifest does, else in the first of them.
judged contains {"artifact": artifact, "file": file, "format": format} if {
	some file in input.resources.model_file
	not is_known_exception(file)
	artifact := declared(file)[0][2]
	format := lower(reading.text(artifact.attributes.format))
	format in object.keys(forms)
}

declared(file) := sort([[rank_of(artifact), artifact.key, artifact] |
	some artifact in lib.linked_to(file.key, "is_file")
	artifact.attributes.format
])

rank_of(artifact) := 0 if lib.resource(artifact.parent).attributes.source == "model-release"

rank_of(artifact) := 1 if not lib.resource(artifact.parent).attributes.source == "model-release"

skip contains artifact.key if {
	some artifact in input.resources.model_artifact
	not artifact.key in {each.artifact.key | some each in judged}
}

is_pointer(file) if file.attributes.format == "lfs-pointer"

doubt(each) := "only a pointer of Git LFS to it is in the repository" if is_pointer(each.file)

doubt(each) := lib.cause(each.file.attributes.contents) if not is_pointer(each.file)

# Nothing tells what it is.
doubt(each) := "its first bytes do not say what it is" if {
	not each.file.attributes.format
	not lib.unresolved(each.file.attributes.contents)
	not each.format in has_magic
}

is_other(each) if {
	format := each.file.attributes.format
	not is_pointer(each.file)
	not format in forms[each.format]
}

is_other(each) if {
	not each.file.attributes.format
	not lib.unresolved(each.file.attributes.contents)
	each.format in has_magic
}

found_as(file) := sprintf("is %s by its content", [file.attributes.format]) if file.attributes.format

found_as(file) := "is something else by its content" if not file.attributes.format

deny contains finding if {
	some each in judged
	is_other(each)
	finding := object.union(place(each), {"message": sprintf("%s is declared as %s, but %s", [
		each.file.attributes.path, each.format, found_as(each.file),
	])})
}

unknown contains finding if {
	some each in judged
	not is_other(each)
	cause := doubt(each)
	finding := object.union(place(each), {
		"message": sprintf("%s: whether it is %s, as declared, is not known: %s", [
			each.file.attributes.path, each.format, cause,
		]),
		"cause": cause,
	})
}

place(each) := {
	"resource": each.artifact.key,
	"attribute": "format",
	"related": [{"resource": each.file.key, "message": "the file"}],
}

# --- What files say of themselves ---------------------------------------------------------------

leading contains model if {
	some model in input.resources.model
	not model.attributes.source in {"gguf", "mlflow-registry"}
	models.is_leading(model)
	count(speaking(model)) > 0
}

skip contains model.key if {
	some model in input.resources.model
	not model in leading
}

# The files of the model that have metadata.
speaking(model) := {file |
	some manifest in models.manifests(model)
	some file in lib.linked_from(manifest.key, "has_file")
	is_object(file.attributes.metadata)
}

# --- Licence ------------------------------------------------------------------------------------

licence_keys := ["general.license", "license", "modelspec.license"]

licences(texts) := {name |
	some text in texts
	some name in licenses.named(text)
	name != "proprietary" # which names none
}

declared_licences(model) := licences([text |
	some manifest in models.manifests(model)
	not manifest.attributes.source == "gguf"
	some text in reading.texts(manifest.attributes.license)
])

deny contains finding if {
	some model in leading
	some file in speaking(model)
	some key in licence_keys
	inside := licences([file.attributes.metadata[key]])
	stated := declared_licences(model)
	count(inside) > 0
	count(stated) > 0
	count(inside & stated) == 0
	finding := object.union(about(model, file, "license"), {"message": sprintf("%s is declared %s, but %s says %v", [
		model.address, concat(", ", sort(stated)), file.attributes.path, file.attributes.metadata[key],
	])})
}

# --- Base model ---------------------------------------------------------------------------------

# `https://huggingface.co/meta-llama/Llama-3.1-8B` and `Llama 3.1 8B` are one.
base_name(text) := regex.replace(lower(parts[count(parts) - 1]), `[^a-z0-9]`, "") if {
	parts := split(trim_right(trim_space(sprintf("%v", [text])), "/"), "/")
}

bases_of(manifest) := [base |
	base := manifest.attributes.base_model
	not is_array(base)
]

bases_of(manifest) := manifest.attributes.base_model if is_array(manifest.attributes.base_model)

name_of(base) := base if is_string(base)

name_of(base) := base.name if is_object(base)

declared_bases(model) := {name_of(base) |
	some manifest in models.manifests(model)
	not manifest.attributes.source == "gguf"
	some base in bases_of(manifest)
	manifests.said(name_of(base))
}

# GGUF numbers its bases and names each in several ways; a model made from another file of itself is its own base.
bases_inside(file) := {text |
	some key, text in file.attributes.metadata
	regex.match(`^general\.base_model\.\d+\.(name|repo_url)$|^base_model$`, key)
	manifests.said(text)
}

is_like(one, other) if contains(base_name(one), base_name(other))

is_like(one, other) if contains(base_name(other), base_name(one))

agrees(model, texts) if {
	some text in texts
	some name in declared_bases(model) | {models.called(model)}
	base_name(name) != ""
	base_name(text) != ""
	is_like(text, name)
}

deny contains finding if {
	some model in leading
	some file in speaking(model)
	inside := bases_inside(file)
	count(inside) > 0
	count(declared_bases(model)) > 0
	not agrees(model, inside)
	said := [model.address, concat(", ", sort(declared_bases(model))), file.attributes.path, sort(inside)[0]]
	finding := object.union(
		about(model, file, "base_model"),
		{"message": sprintf("%s is declared to be made from %s, but %s says %s", said)},
	)
}

about(model, file, attribute) := {
	"resource": model.key,
	"attribute": attribute,
	"evidence": sprintf("%s %s", [file.attributes.path, attribute]),
	"related": [{"resource": file.key, "attribute": "metadata", "message": "says otherwise"}],
}

# A file that nobody could read says nothing that could be compared.
unknown contains finding if {
	some model in leading
	some file in speaking(model)
	cause := lib.cause(file.attributes.contents)
	finding := {
		"resource": model.key,
		"evidence": file.attributes.path,
		"message": sprintf("%s: what %s says of itself is not known: %s", [model.address, file.attributes.path, cause]),
		"cause": cause,
		"related": [{"resource": file.key, "message": "the file"}],
	}
}
