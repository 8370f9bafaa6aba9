# METADATA
# title: Weights are whole, and what their name says they are
# description: >-
#   Loaders read offsets and counts from the file and trust them, so that a header that contradicts itself is how memory is
#   read or written that should not be. Bytes that no tensor owns are where something else is hidden, and a program that
#   is called .safetensors gets past everybody who goes by names. A shard that is missing, or that lies
#   outside of the folder of its index, is not the file that was reviewed.
# related_resources:
#   - https://huggingface.co/docs/safetensors/index
#   - https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
#   - https://cwe.mitre.org/data/definitions/434.html
# custom:
#   id: SER-003
#   severity: high
#   needs: [artifacts]
#   applies_to:
#     format: model
#     types: [model_file, shard_index]
#   remediation: >-
#     Do not load the file. Fetch it again from where it was published and compare its SHA-256; where the source is like
#     this as well, write it anew with the library of its format (`safetensors.torch.save_file`, `gguf`, `onnx.save`). For
#     an index, put the missing shards beside it and give their plain names in `weight_map`.
package releasegate.ser_003

import rego.v1

import data.lib.model_files
import data.lib.releasegate as lib

# What files that are named so may be. Other endings are shared with files that are no weights, or run code anyway.
expected := {
	"safetensors": {"safetensors"},
	"gguf": {"gguf"},
	"onnx": {"onnx"},
	"keras": {"keras", "hdf5"},
}

words := {
	"absolute": "is an absolute path",
	"parent": "leads out of the folder of the index",
	"symlink": "is a symbolic link that leads out of the repository",
	"no-name": "names no file",
	"not-listed": "is not in the index, although the names of the others count it",
	"missing": "is not there",
}

# --- Files --------------------------------------------------------------------------------------

files := object.get(input.resources, "model_file", [])

# Formats whose structure is looked at.
checked := {"safetensors", "gguf", "onnx", "keras", "hdf5", "saved-model"}

skip contains file.key if {
	some file in files
	not file.attributes.format in checked
	not expected[file.attributes.format_by_name]
	not file.attributes.problems
}

# Whatever it is called, SER-001 and SER-002 say what is wrong with a pickle.
skip contains file.key if {
	some file in files
	is_misnamed(file)
	file.attributes.pickle
}

# Only its stand-in is there; or its contents could not be read.
is_unread(file) if lib.unresolved(file.attributes.contents)

is_misnamed(file) if {
	allowed := expected[file.attributes.format_by_name]
	not object.get(file.attributes, "format", "") in (allowed | {"lfs-pointer"})
}

deny contains finding if {
	some file in files
	is_misnamed(file)
	not file.attributes.pickle
	finding := {
		"resource": file.key,
		"attribute": "format",
		"message": sprintf("%s is named as %s and is %s", [
			file.attributes.path, file.attributes.format_by_name, content(file),
		]),
	}
}

deny contains finding if {
	some file in files
	not is_misnamed(file)
	problem := file.attributes.problems[0]
	finding := {
		"resource": file.key,
		"attribute": "problems",
		"message": sprintf("%s: %s%s", [file.attributes.path, problem.message, model_files.more(count(file.attributes.problems))]),
	}
}

content(file) := sprintf("%s by its content", [file.attributes.format]) if file.attributes.format

content(file) := "empty" if {
	not file.attributes.format
	file.attributes.size == 0
}

content(file) := "nothing of the kind by its content" if {
	not file.attributes.format
	file.attributes.size > 0
}

unknown contains finding if {
	some file in files
	not is_misnamed(file)
	not file.attributes.problems[0]
	not file.key in skip
	is_unread(file)
	finding := {
		"resource": file.key,
		"attribute": "contents",
		"message": sprintf("%s: whether it is whole is not known", [file.attributes.path]),
		"cause": lib.cause(file.attributes.contents),
	}
}

unknown contains finding if {
	some file in files
	not is_misnamed(file)
	not file.attributes.problems[0]
	not is_unread(file)
	missing := [each.location | some each in file.attributes.external_data; each.problem == "missing"]
	count(missing) > 0
	finding := {
		"resource": file.key,
		"attribute": "external_data",
		"message": sprintf("%s: whether it is whole is not known", [file.attributes.path]),
		"cause": sprintf("its tensors lie in %s, which is not here", [concat(", ", missing)]),
	}
}

# --- Indexes ------------------------------------------------------------------------------------

indexes := object.get(input.resources, "shard_index", [])

# Where none of the shards is there, the weights are kept elsewhere, and only their names can be judged.
is_apart(index) if count([1 | index.attributes.shards[_].exists]) == 0

wrong(index) := [{"place": i, "name": shard.name, "problem": shard.problem} |
	some i, shard in index.attributes.shards
	shard.problem
	not counts_for_nothing(index, shard)
]

counts_for_nothing(index, shard) if {
	shard.problem == "missing"
	is_apart(index)
}

deny contains finding if {
	some index in indexes
	found := wrong(index)
	count(found) > 0
	finding := {
		"resource": index.key,
		"attribute": sprintf("shards[%d]", [found[0].place]),
		"message": sprintf("%s: the shard %s %s%s", [
			index.attributes.path, found[0].name, words[found[0].problem], model_files.more(count(found)),
		]),
	}
}

unknown contains finding if {
	some index in indexes
	count(wrong(index)) == 0
	is_apart(index)
	finding := {
		"resource": index.key,
		"attribute": "shards",
		"message": sprintf("%s: whether all shards exist is not known", [index.attributes.path]),
		"cause": "none of them is in the repository",
	}
}
