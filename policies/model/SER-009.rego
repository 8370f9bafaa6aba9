# METADATA
# title: Models are handed out without programs and hostile archives
# description: >-
#   Weights are data: a program or a library that lies among them is run by somebody, sooner or later, and nobody built it
#   with the release. An archive whose members name places outside of it, or a model that reads tensors from such places,
#   overwrites or reads files of the machine that unpacks or loads it.
# related_resources:
#   - https://cwe.mitre.org/data/definitions/22.html
#   - https://cwe.mitre.org/data/definitions/409.html
#   - https://onnx.ai/onnx/repo-docs/ExternalData.html
# custom:
#   id: SER-009
#   severity: medium
#   needs: [artifacts]
#   applies_to:
#     format: model
#     types: [model_file]
#   remediation: >-
#     Take programs and libraries out of the model's folder and put them into the image, where they are built and scanned.
#     Pack archives anew from plain files with relative names, and save ONNX models with their external data beside them
#     (`onnx.save(model, path, save_as_external_data=True, location="model.onnx_data")`).
package releasegate.ser_009

import rego.v1

import data.lib.model_files
import data.lib.releasegate as lib

archives := {"zip", "tar", "gzip", "bzip2", "xz", "zstandard", "7z", "torch", "torch-model-archive", "nemo", "npz", "keras"}

# Those whose members are not listed by anything here.
closed := {"zstandard", "7z"}

programs := {
	"elf": "a program or library for Linux",
	"pe": "a program or library for Windows",
	"macho": "a program or library for macOS",
	"ape": "a program for any system, such as a llamafile",
	"wasm": "a WebAssembly program",
}

member_words := {
	"absolute": "has an absolute path",
	"traversal": "leads out of the archive",
	"symlink": "is a link",
	"device": "is a device",
	"duplicate": "is there twice, and which one counts depends on who unpacks it",
	"bomb": "unpacks to hundreds of times its size",
	"overlap": "shares its bytes with another one",
	"executable": "is a program",
	"broken": "cannot be unpacked",
	"encrypted": "is encrypted",
}

data_words := {
	"absolute": "an absolute path",
	"parent": "outside of the model's folder",
	"symlink": "reached by a link that leads out of the model's folder",
	"other-file": "another file than the model's own",
}

files := [file |
	some file in object.get(input.resources, "model_file", [])
	not file.attributes.pointer
]

# Nothing but its digest is known of what a Git LFS pointer stands for.
skip contains file.key if {
	some file in input.resources.model_file
	file.attributes.pointer
}

reasons(file) := array.concat(array.concat(program(file), members(file)), external(file))

program(file) := [{"attribute": "executable", "message": sprintf("is %s", [programs[file.attributes.executable]])}]

program(file) := [] if not programs[file.attributes.executable]

members(file) := [{"attribute": "members", "message": member_message(member)} |
	some member in object.get(file.attributes, "members", [])
	member_words[member.problem]
]

member_message(member) := sprintf("its member %s %s", [member.name, member_words[member.problem]]) if member.name != ""

member_message(member) := "its members are encrypted, so that nobody can look into it" if member.name == ""

external(file) := [{"attribute": "external_data", "message": sprintf("it reads %s, %s", [each.location, data_words[each.problem]])} |
	some each in object.get(file.attributes, "external_data", [])
	data_words[each.problem]
]

deny contains finding if {
	some file in files
	found := reasons(file)
	count(found) > 0
	finding := {
		"resource": file.key,
		"attribute": found[0].attribute,
		"message": sprintf("%s: %s%s", [file.attributes.path, found[0].message, model_files.more(count(found))]),
	}
}

unknown contains finding if {
	some file in files
	count(reasons(file)) == 0
	cause := unseen(file)
	finding := {
		"resource": file.key,
		"attribute": "contents",
		"message": sprintf("%s: whether it is harmless to unpack is not known", [file.attributes.path]),
		"cause": cause,
	}
}

unseen(file) := lib.cause(file.attributes.contents) if file.attributes.format in archives

unseen(file) := file.attributes.problems[0].message if {
	not lib.unresolved(file.attributes.contents)
	file.attributes.format in archives
	not file.attributes.format in closed
	not file.attributes.member_count
}

unseen(file) := sprintf("archives of the kind %s are not looked into", [file.attributes.format]) if {
	not lib.unresolved(file.attributes.contents)
	file.attributes.format in closed
	not file.attributes.member_count
}
